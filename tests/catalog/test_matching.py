"""Identity in the database: plain rows matched by SQL and the rest by the resolver give what the resolver gives."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import false

import catalog.matching
from catalog import Catalogue
from restock.listing import Listing

Make = Callable[..., Listing]


def keys(shop: Any) -> list[str]:
    return sorted(item.key for item in shop.now())


def test_keys_are_sku_else_clean_address_else_title(shop: Any, listing: Make) -> None:
    shop.crawl(
        listing(1, sku=" A-1 "),
        listing(2, url="https://shop.example/p?product_id=42&utm_source=x#top"),
        listing(3, url=None, title="Bare  Title"),
    )
    assert keys(shop) == ["A-1", "bare title|WS-3", "https://shop.example/p?product_id=42"]


def test_a_listing_keeps_its_key_through_moves(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1, sku="A-1"), listing(2))
    shop.crawl(listing(1, sku="A-1", url="https://shop.example/new/1"), listing(2, sku="A-2"))
    shop.crawl(listing(7, url="https://shop.example/new/1"), listing(2, sku="A-2", url="https://shop.example/new/2"))
    assert keys(shop) == ["A-1", "https://shop.example/p/2"]
    assert [run.counts["new"] for run in shop.catalogue.runs()] == [0, 0, 2]


def test_rows_that_would_share_a_key_are_told_apart(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1, sku="A-1"), listing(2))
    shop.crawl(listing(1, sku="B-9"), listing(2))
    rows = [listing(1, sku="B-9"), listing(2), listing(3, sku="A-1", title="Other goods")]
    run = shop.crawl(*rows)
    assert keys(shop) == ["A-1", "A-1#other goods|WS-3", "https://shop.example/p/2"]
    assert run.counts["new"] == 1
    assert shop.crawl(*rows[::-1]).counts["new"] == 0


def test_the_same_goods_twice_are_one_listing_and_said(shop: Any, listing: Make) -> None:
    run = shop.crawl(listing(1, sku="A"), listing(2, sku="A", title="Switch number 1", mpn="WS-1"))
    assert run.counts["listings"] == 1
    assert any("folded" in warning for warning in run.warnings)


def test_goods_at_one_address_stay_apart(shop: Any, listing: Make) -> None:
    page = "https://shop.example/list"
    rows = [listing(number, url=page) for number in range(3)]
    shop.crawl(*rows)
    run = shop.crawl(*rows[::-1])
    assert (run.counts["listings"], run.counts["new"], run.counts["changed"]) == (3, 0, 0)
    assert keys(shop)[0] == f"{page}#switch number 0|WS-0"


def test_a_list_with_one_title_on_several_rows_stays_the_same_list(shop: Any, listing: Make) -> None:
    rows = [listing(1, url=None, title="Switch", mpn=None, price=price) for price in ("85000", "79000", "79000")]
    others = [listing(number, url=None) for number in range(2, 9)]
    assert shop.crawl(*rows, *others).counts["listings"] == 9
    again = shop.crawl(*others, *rows[::-1])
    assert [again.counts[name] for name in ("new", "changed", "gone")] == [0, 0, 0]
    single = shop.crawl(*others, rows[0])
    assert [single.counts[name] for name in ("new", "changed", "gone")] == [0, 0, 1]
    twice = shop.crawl(*others, rows[0], rows[1])
    assert [twice.counts[name] for name in ("new", "returned", "gone")] == [0, 1, 0]


def test_a_list_that_loses_its_numbers_and_addresses_is_the_same_list(shop: Any, listing: Make) -> None:
    rows = [listing(number, sku=f"S-{number}") for number in range(6)]
    shop.crawl(*rows)
    bare = shop.crawl(*(replace(item, sku=None, url=None) for item in rows))
    assert [bare.counts[name] for name in ("new", "gone")] == [0, 0]
    again = shop.crawl(*rows)
    assert [again.counts[name] for name in ("new", "gone")] == [0, 0]


def test_rows_that_a_shop_numbers_anew_are_no_news(shop: Any, listing: Make) -> None:
    rows = [listing(number, str(100 + number), sku=str(number)) for number in range(1, 9)]
    shop.crawl(*rows)
    shifted = [replace(item, sku=str(number + 2)) for number, item in enumerate(rows)]
    run = shop.crawl(listing(99, "500", sku="1"), *shifted)
    assert [run.counts[name] for name in ("new", "gone")] == [1, 0]
    assert {change.event.value for change in shop.catalogue.diff().changes} == {"appeared"}


def test_a_dash_is_no_sku(shop: Any, listing: Make) -> None:
    rows = [listing(number, sku="—", url=None) for number in range(4)]
    shop.crawl(*rows)
    run = shop.crawl(*(replace(item, sku=None) for item in rows))
    assert [run.counts[name] for name in ("new", "gone")] == [0, 0]


small = st.integers(0, 3)
row = st.tuples(st.none() | small, st.none() | small, small)
days = st.lists(st.lists(row, min_size=1, max_size=6), min_size=1, max_size=4)


def crawled(url: str, raw: list[list[tuple[int | None, int | None, int]]], make: Make, shop_type: Any) -> list[Any]:
    """The keys and titles that are there after each day."""
    found = []
    with Catalogue.open(url) as opened:
        shop = shop_type(opened, name=f"shop-{len(opened.sites_seen())}")
        for day in raw:
            shop.crawl(
                *(
                    make(
                        place,
                        site=shop.name,
                        sku=None if sku is None else f"S{sku}",
                        url=None if address is None else f"https://shop.example/{address}",
                        title=f"T{title}",
                        mpn=None,
                        price=None,
                    )
                    for place, (sku, address, title) in enumerate(day)
                )
            )
            found.append([(item.key, item.title, item.sku, item.url) for item in shop.now()])
        assert opened.check() == []
    return found


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days, st.randoms(use_true_random=False))
def test_plain_rows_and_order_leave_no_trace(
    url: str,
    catalogue: Catalogue,
    shop: Any,
    listing: Make,
    raw: list[list[tuple[int | None, int | None, int]]],
    chance: random.Random,
) -> None:
    plainly = crawled(url, raw, listing, type(shop))
    shuffled = [chance.sample(day, len(day)) for day in raw]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog.matching, "_match_plainly", lambda connection, site_id: false())
        assert crawled(url, shuffled, listing, type(shop)) == plainly


def test_listings_are_not_altered_by_being_stored(shop: Any, listing: Make) -> None:
    given_listing = listing(1, sku="A")
    shop.crawl(given_listing)
    kept = shop.now()[0]
    assert replace(kept, key=None, run=None, observed_at=None) == given_listing
