"""Diffs that follow each other: each begins exactly where the one before it ended, whatever came late."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog import Diff
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.site import Guard
from restock.terms import RunKind

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
Make = Callable[..., Listing]
Told = Callable[[Diff], list[tuple[str, str]]]


def test_what_a_late_crawl_found_is_told_by_the_next_diff(shop: Any, listing: Make, events: Told) -> None:
    shop.crawl(listing(1))
    late = shop.begin(RunKind.CRAWL, START + timedelta(days=1))
    first = shop.catalogue.diff(since=START, until=START + timedelta(days=2))
    assert events(first) == []
    shop.catalogue.finish_run(
        late.id, [listing(1, "90")], CrawlOutcome(finished=True), guard=Guard(), finished_at=START + timedelta(days=3)
    )
    shop.crawl(listing(1, "90"), listing(2), at=START + timedelta(days=4))
    by_date = shop.catalogue.diff(since=START + timedelta(days=2), until=START + timedelta(days=5))
    assert events(by_date) == [("appeared", "2")], "dates alone lose it"
    followed = shop.catalogue.diff(starts=first.ends, until=START + timedelta(days=5))
    assert events(followed) == [("price_changed", "1"), ("appeared", "2")]
    again = shop.catalogue.diff(starts=followed.ends, until=START + timedelta(days=6))
    assert (events(again), again.ends) == ([], followed.ends)


def test_a_site_that_came_after_the_last_diff_begins_at_its_first_complete_run(
    shop: Any, listing: Make, events: Told
) -> None:
    shop.crawl(listing(1))
    first = shop.catalogue.diff(since=START, until=START + timedelta(days=1))
    other = type(shop)(shop.catalogue, name="other", day=2)
    other.crawl(listing(8, site="other"))
    other.crawl(listing(8, site="other"), listing(9, site="other"))
    found = shop.catalogue.diff(starts=first.ends, until=START + timedelta(days=9))
    assert events(found) == [("appeared", "9")]
    assert len(found.ends) == 2


def test_a_site_keeps_its_place_while_its_crawls_fail(shop: Any, listing: Make, events: Told) -> None:
    shop.crawl(listing(1))
    ends = shop.catalogue.diff(since=START, until=START + timedelta(days=1)).ends
    shop.crawl(listing(1, "90"), outcome=CrawlOutcome(finished=False))
    partial = shop.catalogue.diff(starts=ends, until=START + timedelta(days=2))
    assert (events(partial), partial.ends) == ([], ends)
    shop.crawl(listing(1, "90"))
    assert events(shop.catalogue.diff(starts=partial.ends, until=START + timedelta(days=9))) == [("price_changed", "1")]
