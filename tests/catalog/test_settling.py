"""Rows that are settled as they come: what is the same costs nothing, and nobody can tell that it was settled."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import Catalogue
from catalog.staging import _Batches
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.site import Guard

Make = Callable[..., Listing]
small = st.integers(0, 2)
row = st.tuples(st.none() | small, st.none() | small, small, st.sampled_from(("100", "90")))
days = st.lists(st.lists(row, min_size=1, max_size=5), min_size=2, max_size=4)


def crawled(url: str, raw: list[list[tuple[int | None, int | None, int, str]]], make: Make, shop_type: Any) -> Any:
    """What stands after each day, and what the run counted."""
    found = []
    with Catalogue.open(url) as opened:
        shop = shop_type(opened, name=f"shop-{len(opened.sites_seen())}")
        for day in raw:
            run = shop.crawl(
                *(
                    make(
                        0,
                        price,
                        site=shop.name,
                        sku=None if sku is None else f"S{sku}",
                        url=None if address is None else f"https://shop.example/{address}",
                        title=f"T{title}",
                        mpn=None,
                    )
                    for sku, address, title, price in day
                )
            )
            states = [(item.key, item.title, item.sku, item.url, item.price) for item in shop.now()]
            found.append((run.status, run.counts, states))
        assert opened.check() == []
    return found


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days)
def test_a_settled_row_is_matched_as_if_it_had_not_been(
    url: str,
    catalogue: Catalogue,
    shop: Any,
    listing: Make,
    raw: list[list[tuple[int | None, int | None, int, str]]],
) -> None:
    settled = crawled(url, raw, listing, type(shop))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Batches, "_unsettled", lambda self, rows: rows)
        assert crawled(url, raw, listing, type(shop)) == settled


def test_a_known_listing_that_is_listed_twice_is_one_and_said(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    run = shop.crawl(listing(1), listing(2), listing(1), listing(1))
    assert (run.counts["listings"], run.counts["changed"]) == (2, 0)
    assert any(warning.startswith("2 listing(s) were the same goods") for warning in run.warnings)


def test_what_changed_while_the_rows_came_is_compared_anew(
    url: str, catalogue: Catalogue, shop: Any, listing: Make
) -> None:
    shop.crawl(listing(1), listing(2))
    first, second = shop.begin(), shop.begin()

    def rows() -> Iterator[Listing]:
        yield from (listing(1), listing(2))
        with Catalogue.open(url) as other:  # a home of its own, that shares the catalogue
            changed = [listing(1, "90"), listing(2), listing(3)]
            done = CrawlOutcome(finished=True)
            other.finish_run(first.id, changed, done, guard=Guard(), finished_at=first.observed_at)

    ended = catalogue.finish_run(
        second.id, rows(), CrawlOutcome(finished=True), guard=Guard(), finished_at=second.observed_at
    )
    assert {key: ended.counts[key] for key in ("listings", "changed", "gone")} == {
        "listings": 2, "changed": 1, "gone": 1,
    }  # fmt: skip
    assert [str(item.price) for item in shop.now()] == ["100.00", "100.00"]
    assert shop.now()[0].evidence == listing(1).evidence


def test_the_settled_ones_count_as_restricted_and_undecided(shop: Any, listing: Make) -> None:
    rows = [listing(1), listing(2, restricted=False, undecided=True), listing(3, restricted=False)]
    shop.crawl(*rows)
    run = shop.crawl(*rows[:2], listing(3, "90", restricted=False))
    assert (run.counts["restricted"], run.counts["undecided"], run.counts["changed"]) == (1, 1, 1)
