"""Rows of pages become listings: cards fill pages, the same goods fold, and no order of rows matters."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restock.addresses import url_key
from restock.listing import Evidence, RawListing
from restock.terms import PageRole
from spiders import assembly
from spiders.assembly import Assembly, assemble
from spiders.shelf import Shelf

HOST = "http://shop.example"
ADDRESSES = [None, f"{HOST}/p/1", f"{HOST}/p/1?utm_source=x", f"{HOST}/p/2", f"{HOST}/q/2"]
ROWS = st.builds(
    RawListing,
    title=st.sampled_from(["Cisco A-100", "Cisco A-100…", "Cisco B-200"]),
    url=st.sampled_from(ADDRESSES),
    sku=st.sampled_from([None, "1", "2"]),
    price=st.sampled_from([None, "100 ₽", "200 ₽"]),
    currency=st.sampled_from([None, "RUB"]),
    availability=st.sampled_from([None, "В наличии", "Под заказ"]),
    quantity=st.sampled_from([None, "5"]),
    read_from=st.sampled_from([PageRole.LIST, PageRole.PRODUCT]),
    read_by=st.just("cards"),
)


def page(**values: str) -> RawListing:
    return RawListing(
        **{"title": "Cisco A-100", "url": f"{HOST}/p/1", "read_by": "json-ld"} | values, read_from=PageRole.PRODUCT
    )


def card(**values: str) -> RawListing:
    return RawListing(
        **{"title": "Cisco A-100", "url": f"{HOST}/p/1", "read_by": "cards"} | values, read_from=PageRole.LIST
    )


def said(found: Assembly) -> tuple[object, ...]:
    return tuple(found.listings), found.folded, found.filled, found.gone, found.unseen


@given(st.lists(ROWS, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_no_matter(rows: list[RawListing], chance: random.Random) -> None:
    shuffled = rows.copy()
    chance.shuffle(shuffled)
    assert said(assemble(shuffled)) == said(assemble(rows))


@given(st.lists(ROWS, max_size=12))
def test_rows_from_disk_are_those_at_hand(rows: list[RawListing]) -> None:
    at_hand = said(assemble(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "Shelf", lambda: Shelf(at_hand=2))
        assert said(assemble(rows)) == at_hand


@given(st.lists(ROWS, max_size=12))
def test_rows_that_are_read_twice_change_nothing(rows: list[RawListing]) -> None:
    assert tuple(assemble(rows * 2).listings) == tuple(assemble(rows).listings)


@given(st.lists(ROWS, max_size=12))
def test_every_row_is_accounted_for(rows: list[RawListing]) -> None:
    found = assemble(rows, gone={url_key(f"{HOST}/p/2")}, failed={url_key(f"{HOST}/q/2")})
    assert len(found.listings) + found.folded + found.gone + found.unseen == len(rows)


def test_a_card_fills_what_its_page_does_not_show() -> None:
    evidence = Evidence("ab", "a.warc.gz", "<urn:uuid:1>")
    shown = replace(page(availability="В наличии"), evidence=evidence)
    (row,) = assemble([card(price="100", currency="RUB", quantity="5", availability="нет"), shown]).listings
    assert (row.price, row.currency, row.quantity, row.availability) == ("100", "RUB", "5", "В наличии")
    assert (row.read_by, row.evidence) == ("json-ld+card", evidence)


def test_a_pages_price_never_meets_a_cards_currency() -> None:
    (row,) = assemble([page(price="100"), card(price="2", currency="USD", regular_price="3")]).listings
    assert (row.price, row.currency, row.regular_price) == ("100", None, None)


def test_the_same_goods_in_two_sections_are_one_listing() -> None:
    rows = [page(sku="7", url=f"{HOST}/b/1", price="9"), page(sku="7", url=f"{HOST}/a/1", price="9")]
    found = assemble(rows)
    assert [row.url for row in found.listings] == [f"{HOST}/a/1"]
    assert found.folded == 1


def test_one_sku_with_two_conditions_stays_two_listings() -> None:
    rows = [page(sku="7", url=f"{HOST}/a"), page(sku="7", url=f"{HOST}/b", condition="б/у")]
    assert len(assemble(rows).listings) == 2


def test_offers_of_one_page_with_their_own_skus_stay_apart() -> None:
    found = assemble([page(sku="7", price="1"), page(sku="8", price="2"), card(price="1", category="x")])
    assert [(row.sku, row.price) for row in found.listings] == [("7", "1"), ("8", "2")]


def test_a_card_whose_page_is_gone_or_failed_is_left_out() -> None:
    rows = [card(url=f"{HOST}/gone"), card(url=f"{HOST}/failed"), card(url=f"{HOST}/kept")]
    found = assemble(rows, gone={url_key(f"{HOST}/gone")}, failed={url_key(f"{HOST}/failed")})
    assert [row.url for row in found.listings] == [f"{HOST}/kept"]
    assert (found.gone, found.unseen) == (1, 1)
    assert len(found.notes) == 2


def test_a_card_that_links_to_an_address_which_led_elsewhere_is_no_second_listing() -> None:
    moved = replace(page(url=f"{HOST}/goods/a-100"), found_on=f"{HOST}/p/1")
    (row,) = assemble([card(price="100"), moved]).listings
    assert (row.url, row.price) == (f"{HOST}/goods/a-100", "100")
