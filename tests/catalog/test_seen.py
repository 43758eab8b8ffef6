"""When a listing was last seen: whole runs, partial ones, failed pages, single pages, past days."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from catalog import Search
from restock.addresses import url_key
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.site import Guard

Make = Callable[..., Listing]
BROKEN = CrawlOutcome(finished=False, reason="deadline")


@pytest.fixture
def last(shop: Any) -> Callable[..., dict[str, tuple[datetime, bool]]]:
    """By number, when each listing was last seen, and whether by the last run."""
    return lambda at=None: {
        item.url[-1]: (item.last_seen.day, item.in_last_run) for item in shop.catalogue.search(Search(at=at))
    }


def test_a_run_sees_what_it_sees(shop: Any, listing: Make, last: Any) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(1, "90"), listing(2))
    assert last() == {"1": (2, True), "2": (2, True)}
    shop.crawl(listing(2), outcome=BROKEN)
    shop.crawl(listing(2), outcome=BROKEN)
    assert last() == {"1": (2, False), "2": (4, True)}
    assert last("2026-11-02") == {"1": (2, True), "2": (2, True)}
    assert last("2026-11-03") == {"1": (2, False), "2": (3, True)}
    shop.crawl(listing(1, "90"), listing(2))
    assert last() == {"1": (5, True), "2": (5, True)}
    assert last("2026-11-04") == {"1": (2, False), "2": (4, True)}


def test_a_page_that_failed_was_not_seen(shop: Any, listing: Make, last: Any) -> None:
    shop.crawl(listing(1), listing(2))
    failed = CrawlOutcome(finished=True, pages={"product": 2}, failed_products={"shop.example/p/1": "500"})
    assert shop.crawl(listing(2), outcome=failed).status.value == "complete"
    assert last() == {"1": (1, False), "2": (2, True)}


def test_a_failed_page_is_known_by_an_address_that_no_database_takes(shop: Any, listing: Make, last: Any) -> None:
    odd = ["https://shop.example/\x00/2", "https://shop.example/\udcff/3"]
    shop.crawl(listing(1), *(listing(number, url=url) for number, url in enumerate(odd, 2)))
    failed = {url_key(url): "500" for url in odd}
    outcome = CrawlOutcome(finished=True, pages={"product": 1_000}, failed_products=failed)
    run = shop.crawl(listing(1), outcome=outcome)
    assert (run.status.value, run.counts["gone"]) == ("complete", 0)
    assert last() == {"1": (2, True), "2": (1, False), "3": (1, False)}


def test_a_run_over_one_page_sees_that_page(shop: Any, listing: Make, last: Any) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(2), outcome=BROKEN)
    shop.crawl(listing(1), listing(3), whole_site=False)
    assert last() == {"1": (3, True), "2": (2, True), "3": (3, True)}
    assert last("2026-11-02") == {"1": (1, False), "2": (2, True)}


def test_a_listing_that_is_missed_but_not_yet_gone(shop: Any, listing: Make, last: Any) -> None:
    patient = Guard(misses_before_gone=3)
    shop.crawl(listing(1), listing(2), guard=patient)
    shop.crawl(listing(2), guard=patient)
    shop.crawl(listing(2), outcome=BROKEN, guard=patient)
    shop.crawl(listing(2), guard=patient)
    assert last() == {"1": (1, False), "2": (4, True)}
    shop.crawl(listing(2), guard=patient)
    assert last() == {"2": (5, True)}


def test_a_correction_is_no_look_at_the_site(shop: Any, listing: Make, last: Any) -> None:
    run = shop.crawl(listing(1), listing(2))
    shop.crawl(listing(2), outcome=BROKEN)
    shop.correct(run, listing(1, "80"), listing(2))
    assert last() == {"1": (1, False), "2": (2, True)}


def test_a_history_says_where_nobody_saw_the_offer(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(2), outcome=BROKEN)
    shop.crawl(listing(2), outcome=BROKEN)
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(1, "90"), listing(2))
    shop.crawl(listing(2), outcome=BROKEN)
    shop.crawl(listing(2))
    shop.crawl(listing(1, "90"), listing(2))
    shop.crawl(listing(2), outcome=BROKEN)
    told = [
        (entry.since.day, entry.until and entry.until.day, entry.present, entry.price, entry.last_seen)
        for entry in shop.catalogue.history("WS-1")
    ]
    assert [(*entry[:4], entry[4] and entry[4].day) for entry in told] == [
        (1, 2, True, 100, None),
        (2, 4, None, None, None),
        (4, 5, True, 100, None),
        (5, 6, True, 90, None),
        (6, 7, None, None, None),
        (7, 8, False, None, None),
        (8, 9, True, 90, None),
        (9, None, None, None, 8),
    ]
