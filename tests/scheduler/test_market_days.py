"""The whole way: three shops crawled over four days, and the diff of each day against what really changed."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import yaml

from catalog import Wanted
from restock.change import Change
from restock.listing import Listing, money_text
from restock.terms import Event, RunStatus
from scheduler.demo import Demo
from scheduler.shop_goods import demo_folder

TRUTH = yaml.safe_load((demo_folder() / "truth.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The market at the end of its third day, with every day's changes beside it."""
    with Demo(tmp_path_factory.mktemp("market")) as demo:
        demo.describe_sites()
        yield demo


@pytest.fixture(scope="module")
def days(market: Demo) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = {}
    for day in (1, 2, 3):
        for run in market.crawl(day):
            assert run.status is RunStatus.COMPLETE, (run.trips, run.warnings)
            assert run.counts["listings"] == TRUTH["listings"][run.site][day - 1]
        found[day] = market.workspace.catalogue.diff(wanted=Wanted(events=frozenset(Event))).changes
    return found


def test_the_first_day_is_the_baseline(days: dict[int, list[Change]]) -> None:
    assert days[1] == []


@pytest.mark.parametrize("day", [2, 3])
def test_a_day_shows_what_changed_and_nothing_else(days: dict[int, list[Change]], day: int) -> None:
    wanted = Counter(_fingerprint_of_truth(row) for row in TRUTH["events"] if row["day"] == day)
    assert Counter(map(_fingerprint, days[day])) == wanted


def test_a_broken_day_reports_nothing_as_gone(market: Demo, days: dict[int, list[Change]]) -> None:
    shop = next(iter(market.shops.urls))
    for fault in ("captcha", "empty", "error", "front_page", "half"):
        run = market.crawl_broken(shop, fault)
        assert run.status is not RunStatus.COMPLETE, fault
    last_good = next(change.to_run for change in days[3] if change.listing.site == shop)
    assert market.workspace.catalogue.diff(since=last_good, until=run.id).changes == []


def _fingerprint_of_truth(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["site"], row["mpn"], row["event"], row["restricted"], row["newly_available"],
        row.get("before"), row.get("after"), row.get("change_pct"),
    )  # fmt: skip


def _fingerprint(change: Change) -> tuple[Any, ...]:
    listing = change.listing
    return (
        listing.site, listing.mpn, change.event.value, listing.restricted, change.newly_available,
        _shown(change.event, change.before), _shown(change.event, change.after), _percent(change.change_pct),
    )  # fmt: skip


def _shown(event: Event, listing: Listing | None) -> object:
    """What the truth writes down of a state: the value that the event is about."""
    if listing is None or event in {Event.APPEARED, Event.DISAPPEARED, Event.DETAILS_CHANGED}:
        return None
    if event is Event.AVAILABILITY_CHANGED:
        return listing.availability.value
    return listing.quantity if event is Event.QUANTITY_CHANGED else money_text(listing.price)


def _percent(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
