"""The life of a run: begun, finished once, failed, accepted, and what it saw."""

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog import Catalogue
from restock.errors import CatalogueError, UsageError
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.site import Guard
from restock.terms import RunKind, RunStatus

Make = Callable[..., Listing]
Sql = Callable[..., None]
Events = Callable[[Any], list[tuple[str, str]]]
BROKEN = CrawlOutcome(finished=False, reason="broken", pages={"list": 3}, failed_lists={"shop.example/list": "500"})


def test_run_ids_are_short_and_safe(catalogue: Catalogue, shop: Any) -> None:
    assert shop.begin().id == "shop-0001"
    address = type(shop)(catalogue, name="http://127.0.0.1:8000")
    assert address.begin().id == "http-127-0-0-1-8000-0002"
    assert type(shop)(catalogue, name="магазин").begin().id == "site-0003"


def test_a_run_ends_once(shop: Any, listing: Make) -> None:
    run = shop.crawl(listing(1))
    with pytest.raises(CatalogueError, match="complete already"):
        shop.catalogue.fail_run(run.id, "late", run.observed_at)
    with pytest.raises(UsageError, match="no such run"):
        shop.catalogue.run("shop-9999")


def test_interrupted_runs_show_as_failed(shop: Any, listing: Make) -> None:
    left, own = shop.begin(), shop.begin()
    failed = shop.catalogue.fail_interrupted("shop", own.observed_at, but=own.id)
    assert [(run.id, run.status, run.warnings) for run in failed] == [(left.id, RunStatus.FAILED, ("interrupted",))]
    assert shop.catalogue.run(own.id).status is RunStatus.RUNNING


def test_nothing_usable_is_failed_and_changes_nothing(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1))
    run = shop.crawl(outcome=CrawlOutcome(finished=False, reason="shop.example: connection refused"))
    assert run.status is RunStatus.FAILED
    assert "connection refused" in run.trips[0].message
    assert set(run.counts.values()) == {0}
    assert len(shop.now()) == 1
    assert shop.crawl(listing(1)).status is RunStatus.COMPLETE


def test_a_run_remembers_what_the_crawl_said(shop: Any, listing: Make) -> None:
    run = shop.crawl(listing(1), outcome=BROKEN)
    kept = shop.catalogue.run(run.id)
    assert kept.outcome == BROKEN
    assert {trip.layer for trip in kept.trips} == {"finished", "lists_failed"}
    assert shop.catalogue.runs("shop", limit=1) == [replace(kept, outcome=None)]


def test_runs_are_chosen_by_site_by_time_and_by_number(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    days = [shop.crawl(listing(1)), shop.crawl(listing(1))]
    other = type(shop)(catalogue, name="other", day=1).crawl(listing(1))

    def ids(*sites: str, **asked: Any) -> list[str]:
        return [run.id for run in catalogue.runs(*sites, **asked)]

    first, second = (run.id for run in days)
    assert ids() == ids("shop", "other") == [other.id, second, first]
    assert ids("shop", limit=1) == [second]
    assert ids(limit=2) == [other.id, second]
    assert ids(after=days[0].observed_at) == [other.id, second]
    assert ids(until=days[0].observed_at) == [first]
    assert ids("nowhere") == []


def test_the_last_complete_run_up_to_a_moment(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    broken, sound, again = shop.crawl(listing(1), outcome=BROKEN), shop.crawl(listing(1)), shop.crawl(listing(1))
    late = type(shop)(catalogue, name="other", day=9).crawl(listing(1))
    assert catalogue.last_complete(broken.observed_at) == {"shop": None}
    assert catalogue.last_complete(sound.observed_at) == {"shop": sound.observed_at}
    assert catalogue.last_complete(late.observed_at) == {"shop": again.observed_at, "other": late.observed_at}


def test_an_outcome_of_another_version_can_be_read(sql: Sql, shop: Any, listing: Make) -> None:
    run = shop.crawl(listing(1), outcome=BROKEN)
    written = zlib.compress(json.dumps(BROKEN.to_json() | {"weather": "fair"}).encode())
    sql("UPDATE run SET outcome = :outcome", outcome=written)
    assert shop.catalogue.run(run.id).outcome == BROKEN
    assert shop.crawl(listing(1)).status is RunStatus.COMPLETE


def test_lists_of_runs_leave_outcomes_alone(sql: Sql, shop: Any, listing: Make) -> None:
    run = shop.crawl(listing(1))
    sql("UPDATE run SET outcome = :outcome", outcome=b"no outcome")
    assert [found.id for found in shop.catalogue.runs()] == [run.id]
    with pytest.raises(zlib.error):
        shop.catalogue.run(run.id)


def test_an_accepted_run_takes_away_what_it_did_not_see(shop: Any, listing: Make, events: Events) -> None:
    many = [listing(number) for number in range(20)]
    shop.crawl(*many)
    shrunk = shop.crawl(*many[:10])
    assert shrunk.status is RunStatus.PARTIAL
    assert len(shop.now()) == 20
    accepted = shop.catalogue.accept(shrunk.id)
    assert (accepted.status, accepted.accepted, accepted.counts["gone"]) == (RunStatus.COMPLETE, True, 10)
    assert len(shop.now()) == 10
    assert [event for event, _ in events(shop.catalogue.diff())] == ["disappeared"] * 10
    assert shop.catalogue.accept(shrunk.id) == accepted
    assert shop.crawl(*many[:10]).status is RunStatus.COMPLETE
    assert shop.catalogue.diff().changes == []


def test_only_the_latest_run_can_be_accepted(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    early = shop.crawl(listing(1), outcome=BROKEN)
    shop.crawl(listing(1), outcome=BROKEN)
    with pytest.raises(UsageError, match="only the latest run"):
        shop.catalogue.accept(early.id)
    failed = shop.begin()
    shop.catalogue.fail_run(failed.id, "killed", failed.observed_at)
    with pytest.raises(UsageError, match="can't be accepted"):
        shop.catalogue.accept(failed.id)


def test_a_correction_is_not_accepted_nor_what_was_read_again_since(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    shop.correct(shop.crawl(listing(1), outcome=BROKEN), listing(1, "90"))
    corrected, partial = shop.catalogue.runs()[:2]
    assert (corrected.kind, partial.status) == (RunKind.CORRECTION, RunStatus.PARTIAL)
    with pytest.raises(UsageError, match="says nothing of the market"):
        shop.catalogue.accept(corrected.id)
    with pytest.raises(UsageError, match=f"read again under newer rules since .{corrected.id}"):
        shop.catalogue.accept(partial.id)
    again = shop.crawl(listing(1, "90"), outcome=BROKEN)
    assert shop.catalogue.accept(again.id).counts["gone"] == 1
    assert shop.catalogue.check() == []


def test_accepting_leaves_what_only_failed_to_load(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2), listing(3))
    failed = CrawlOutcome(finished=False, failed_products={"shop.example/p/2": "500"})
    shop.catalogue.accept(shop.crawl(listing(1), outcome=failed).id)
    assert [item.url for item in shop.now()] == ["https://shop.example/p/1", "https://shop.example/p/2"]


def test_accepting_bears_any_number_of_failed_pages(backend: str, shop: Any, listing: Make) -> None:
    """More than a statement may have parameters: 250,000 in SQLite, 65,535 in PostgreSQL."""
    shop.crawl(listing(1), listing(2), listing(3))
    many = 260_000 if backend == "sqlite" else 70_000
    failed = CrawlOutcome(
        finished=False, failed_products={f"shop.example/p/{number}": "500" for number in range(2, many)}
    )
    accepted = shop.catalogue.accept(shop.crawl(listing(1), outcome=failed).id)
    assert (accepted.status, accepted.counts["gone"]) == (RunStatus.COMPLETE, 0)
    assert len(shop.now()) == 3


def test_what_a_run_saw(shop: Any, listing: Make) -> None:
    def seen(run: Any) -> list[tuple[str, int]]:
        return [(item.url[-1], int(item.price)) for item in shop.catalogue.listings_of_run(run.id)]

    first = shop.crawl(listing(1), listing(2), listing(3))
    partial = shop.crawl(listing(1, "90"), outcome=BROKEN)
    page = shop.crawl(listing(2, "80"), kind=RunKind.SNAPSHOT, whole_site=False)
    again = shop.crawl(listing(3), outcome=BROKEN)
    last = shop.crawl(listing(1, "70"), listing(2, "80"))
    assert seen(first) == [("1", 100), ("2", 100), ("3", 100)]
    assert seen(partial) == [("1", 90)]
    assert seen(page) == [("2", 80)]
    assert seen(again) == [("3", 100)]
    assert seen(last) == [("1", 70), ("2", 80)]
    assert [run.whole_site for run in shop.catalogue.runs()] == [True, True, False, True, True]


def test_a_list_older_than_the_last_run_is_refused(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), kind=RunKind.IMPORT, at=datetime(2026, 11, 5, tzinfo=UTC))
    with pytest.raises(UsageError, match="older than"):
        shop.begin(RunKind.IMPORT, datetime(2026, 11, 4, tzinfo=UTC))
    assert shop.begin(RunKind.IMPORT, datetime(2026, 11, 5, tzinfo=UTC)).id == "shop-0002"
    assert len(shop.catalogue.runs()) == 2


def test_values_no_column_holds_are_unknown_and_counted(shop: Any, listing: Make) -> None:
    run = shop.crawl(listing(1, "1e40", quantity=10**30, title="half \ud800 and \x00"), listing(2))
    assert run.counts["unread"] == 2
    kept = shop.now()[0]
    assert (kept.price, kept.price_type, kept.quantity) == (None, None, None)
    assert kept.title == "half ? and \ufffd"


def test_each_site_has_its_own_listings(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    other = type(shop)(catalogue, name="other")
    shop.crawl(listing(1, sku="A-1"))
    other.crawl(listing(1, sku="A-1", site="other"))
    assert catalogue.sites_seen() == ["other", "shop"]
    assert [item.key for item in shop.now()] == [item.key for item in other.now()] == ["A-1"]


def test_thresholds_of_the_site_reach_the_guard(shop: Any, listing: Make) -> None:
    many = [listing(number) for number in range(20)]
    shop.crawl(*many)
    assert shop.crawl(*many[:19], guard=Guard(lost_share=0.05)).status is RunStatus.PARTIAL


def test_one_brand_that_went_missing_trips(shop: Any, listing: Make) -> None:
    many = [listing(number) for number in range(80)]
    rare = [listing(number, brand="HPE", category="server") for number in range(100, 120)]
    shop.crawl(*many, *rare)
    run = shop.crawl(*many, *rare[:12])
    assert [trip.layer for trip in run.trips] == ["group_missing"]
    assert "HPE" in run.trips[0].message
