"""When a change happened, and what a diff says of attempts that came after it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.terms import Event

Make = Callable[..., Listing]


def test_a_net_change_is_dated_by_the_run_that_saw_it(shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1), listing(2), listing(3))
    second = shop.crawl(listing(1, "90"), listing(2), listing(3))
    third = shop.crawl(listing(1, "90"), listing(2))
    last = shop.crawl(listing(1, "90"), listing(2))
    found = shop.catalogue.diff(since=first.id, until=last.id).changes
    assert {change.event: change.at for change in found} == {
        Event.PRICE_CHANGED: second.observed_at,
        Event.DISAPPEARED: third.observed_at,
    }


def test_each_event_of_a_listing_has_its_own_date(shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1, quantity=5), listing(2))
    priced = shop.crawl(listing(1, "90", quantity=5), listing(2), listing(3))
    renamed = shop.crawl(listing(1, "90", title="New title", quantity=5), listing(2), listing(3, "70"))
    shop.crawl(listing(1, "90", title="New title", quantity=4, sku="A-1"), listing(2), listing(3, "60"))
    found = shop.catalogue.diff(since=first.id).changes
    assert {change.event: change.at for change in found} == {
        Event.PRICE_CHANGED: priced.observed_at,
        Event.DETAILS_CHANGED: renamed.observed_at,
        Event.APPEARED: priced.observed_at,
    }


def test_a_window_that_begins_after_the_last_run_is_empty(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1))
    last = shop.crawl(listing(1, "90"))
    found = shop.catalogue.diff(since=last.observed_at + timedelta(days=30))
    assert found.changes == []
    assert found.notes


def test_a_later_attempt_that_was_not_complete_is_said(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1))
    shop.crawl(listing(1, "90"))
    assert shop.catalogue.diff().notes == []
    blocked = shop.crawl(listing(1, "80"), outcome=CrawlOutcome(finished=False, reason="blocked"))
    assert any(blocked.id in note and "partial" in note for note in shop.catalogue.diff().notes)
