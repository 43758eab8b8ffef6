"""The weekly report of a past week: what was known at its end, and nothing of what came later."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from reports.comparison import converted_text
from reports.data import WeeklyData
from reports.exchange import net_of_rate
from reports.sections import first_news
from reports.weekly import weekly_report
from restock.listing import Listing
from restock.rate import Rate
from restock.review import Verdict
from restock.run import CrawlOutcome
from restock.settings import load_settings
from restock.site import Guard
from restock.terms import Availability, Event, PriceType, RunKind
from scheduler.compare import compare_offers
from scheduler.review import mark_listing
from scheduler.weekly import WEEK, changes_between, gather
from scheduler.workspace import Workspace

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)


def offer(number: int, price: str) -> Listing:
    return Listing(
        site="shop", key=None, url=f"https://shop.example/p/{number}", title=f"Switch {number}", brand="Cisco",
        mpn=f"WS-{number}", price=Decimal(price), currency="RUB", price_type=PriceType.EXACT,
        availability=Availability.IN_STOCK, restricted=True,
    )  # fmt: skip


def crawl(workspace: Workspace, site: str, day: int, *listings: Listing, finished: bool = True) -> None:
    at = MONDAY + timedelta(days=day)
    run = workspace.catalogue.begin_run(site, RunKind.CRAWL, rules="1", observed_at=at, started_at=at)
    outcome = CrawlOutcome(finished=finished)
    workspace.catalogue.finish_run(run.id, listings, outcome, guard=Guard(), finished_at=at)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A shop that had a second switch for a week from Tuesday on, and later a third one and a neighbour."""
    with Workspace(load_settings(tmp_path / "home")) as found:
        crawl(found, "shop", 0, offer(1, "100"))
        crawl(found, "shop", 1, offer(1, "100"), offer(2, "50"))
        crawl(found, "shop", 8, offer(1, "100"), offer(2, "40"), offer(3, "70"))
        crawl(found, "other", 9, offer(2, "45"))
        yield found


def of_week(workspace: Workspace, end: datetime) -> WeeklyData:
    found = changes_between(workspace, since=end - WEEK, until=end)
    return gather(workspace, found, since=end - WEEK, until=end)


def test_a_past_week_is_told_as_it_was(workspace: Workspace) -> None:
    found = of_week(workspace, MONDAY + timedelta(days=6))
    assert [(total.site, total.listings) for total in found.totals] == [("shop", 2)]
    assert {key: [item.price for item in several] for key, several in found.offers.items()} == {("Cisco", "WS-2"): [50]}
    (shop,) = (coverage for coverage in found.coverage if coverage.site in {"shop", "other"})
    assert [run.observed_at for run in shop.runs] == [MONDAY, MONDAY + timedelta(days=1)]
    assert shop.last_complete == MONDAY + timedelta(days=1)


def test_the_latest_week_is_told_as_it_is(workspace: Workspace) -> None:
    found = of_week(workspace, MONDAY + timedelta(days=10))
    assert [(total.site, total.listings) for total in found.totals] == [("other", 1), ("shop", 3)]
    coverage = {one.site: one for one in found.coverage}
    assert [len(coverage[name].runs) for name in ("shop", "other")] == [1, 1]
    assert coverage["shop"].last_complete == MONDAY + timedelta(days=8)


def test_goods_that_only_a_partial_run_saw_are_not_called_no_change(tmp_path: Path) -> None:
    with Workspace(load_settings(tmp_path / "home")) as found:
        crawl(found, "shop", 0, offer(1, "100"))
        crawl(found, "shop", 8, offer(1, "100"), offer(2, "50"), finished=False)
        report = weekly_report(of_week(found, MONDAY + timedelta(days=9)))
        assert not report.data.changes
        (named,) = report.data.unconfirmed
        assert (named.event, named.listing.mpn, named.newly_available) == (Event.APPEARED, "WS-2", True)
        assert "Switch 2" in report.text
        assert "o changes" not in report.subject + report.summary
        assert "Incomplete crawls saw 1 new or changed listing" in report.summary
        later = of_week(found, MONDAY + timedelta(days=8, hours=WEEK.total_seconds() // 3600))
        assert [one.listing.mpn for one in later.unconfirmed] == ["WS-2"], "it stays until a crawl is complete"
        crawl(found, "shop", 9, offer(1, "100"), offer(2, "50"))
        told = weekly_report(of_week(found, MONDAY + timedelta(days=10)))
        assert not told.data.unconfirmed
    assert "1 newly available restricted" in told.subject
    assert "compared" not in told.summary


def test_a_window_that_begins_with_the_very_first_run_tells_it(tmp_path: Path) -> None:
    """The first window of a subscription begins at the moment of the catalogue's first run; a later one leaves out
    what was observed at its beginning."""
    with Workspace(load_settings(tmp_path / "home")) as found:
        crawl(found, "shop", 0, offer(1, "100"))
        crawl(found, "shop", 1, offer(1, "100"))
        first, later = (MONDAY + timedelta(days=days) for days in (0, 1))
        data = changes_between(found, since=first, until=later, starts=())
        begun = weekly_report(gather(found, data, since=first, until=later))
        assert "First look at 1 site: listings 1, of them restricted 1; changes are told from" in begun.summary
        data = changes_between(found, since=later, until=MONDAY + timedelta(days=2))
        (shop,) = gather(found, data, since=later, until=MONDAY + timedelta(days=2)).coverage
        assert not shop.runs


def test_goods_that_came_back_say_since_when_they_were_gone(tmp_path: Path) -> None:
    with Workspace(load_settings(tmp_path / "home")) as found:
        for day, there in enumerate([(1, 2), (1,), (1, 2), (1,), (1,), (1, 2), (1, 2), (1,)]):
            crawl(found, "shop", day, *(offer(number, f"{100 + day}") for number in there))
        data = changes_between(found, since=MONDAY + timedelta(days=4), until=MONDAY + timedelta(days=6))
        until = MONDAY + timedelta(days=6)
        week = gather(found, data, since=MONDAY + timedelta(days=4), until=until)
    assert week.gone_since == {("shop", "https://shop.example/p/2"): MONDAY + timedelta(days=3)}
    text = " ".join(weekly_report(week).text.split())
    assert "it had been gone from this site since 2026-11-05, last at 102 RUB" in text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "first seen so 2026-11-07; not yet so 2026-11-06 (complete crawl before)" in text
    assert "listed here at our first look at this site, 2026-11-02: may be older" in text


def test_letter_and_compare_convert_by_the_same_rate_and_say_its_day(tmp_path: Path) -> None:
    with Workspace(load_settings(tmp_path / "home")) as found:
        days = [(MONDAY + timedelta(days=day)).date() for day in (0, 5, 7)]
        rates = [Rate(day, "USD", "RUB", Decimal(80 + place), "x") for place, day in enumerate(days)]
        found.catalogue.import_rates(rates)
        dollars = replace(offer(2, "50"), currency="USD")
        crawl(found, "shop", 0, offer(1, "100"))
        crawl(found, "shop", 6, offer(1, "100"), dollars)
        week = of_week(found, MONDAY + timedelta(days=8))
        (row,) = compare_offers(found, ["WS-2"])
        (newly,) = first_news(week.changes)
        text = converted_text(newly.listing, week)
    assert (row["rate"], row["rate_day"], row["reporting_price"]) == ("81", "2026-11-07", "4050.00")
    assert text is not None
    assert text.replace("\N{NO-BREAK SPACE}", " ") == "≈ 4,050 RUB by the rate 81 RUB of 2026-11-07"


def test_false_positives_stay_out_of_the_weeks_and_are_counted(workspace: Workspace) -> None:
    until = MONDAY + timedelta(days=10)
    mark_listing(workspace, "shop:https://shop.example/p/2", Verdict.FALSE_POSITIVE, note="", by="anna")
    found = of_week(workspace, until)
    assert found.uncounted == 1
    assert {total.site: (total.listings, total.restricted) for total in found.weeks[-1].totals} == {
        "shop": (3, 2),
        "other": (1, 1),
    }
    assert "1 listing that an analyst called a false positive is not counted" in " ".join(
        weekly_report(found).text.split()
    )


def test_a_mark_counts_in_a_past_week_although_the_listing_is_another_by_now(workspace: Workspace) -> None:
    """A mark lapses with what it was said of, and from then on."""
    week = MONDAY + timedelta(days=10)
    mark_listing(workspace, "shop:https://shop.example/p/2", Verdict.FALSE_POSITIVE, note="", by="anna")
    other = replace(offer(2, "40"), title="Router 2")
    crawl(workspace, "shop", 11, offer(1, "100"), other, offer(3, "70"))
    crawl(workspace, "shop", 12, offer(1, "100"), offer(3, "70"))
    assert [of_week(workspace, end).uncounted for end in (week, MONDAY + timedelta(days=13))] == [1, 0]
    assert of_week(workspace, MONDAY).uncounted == 0, "it was not known by then"


def test_a_price_that_follows_the_dollar_is_judged_from_the_days_on_which_it_was_set(tmp_path: Path) -> None:
    """The stock changes every day, the price when the dollar has moved far enough."""
    dollar = {0: "80", 8: "84", 12: "88"}
    with Workspace(load_settings(tmp_path / "home")) as found:
        days = {(MONDAY + timedelta(days=day)).date(): Decimal(value) for day, value in dollar.items()}
        rates = [Rate(day, "USD", "RUB", value, "x") for day, value in days.items()]
        found.catalogue.import_rates(rates)
        for day in range(14):
            follows, own = ("8000", "5000") if day < 12 else ("8800", "6000")
            several = (offer(1, follows), offer(2, own))
            crawl(found, "shop", day, *(replace(one, quantity=20 - day) for one in several))
        report = of_week(found, MONDAY + timedelta(days=13, hours=1))
        moves = {change.listing.mpn: net_of_rate(change, report) for change in report.changes if change.change_pct}
    told = {mpn: net and (str(net.rate_pct), str(net.net_pct), net.followed) for mpn, net in moves.items()}
    assert told == {"WS-1": ("10.00", "0.00", True), "WS-2": ("10.00", "9.09", False)}
