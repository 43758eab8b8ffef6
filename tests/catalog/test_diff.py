"""What a diff says, event by event, as the contract words it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from catalog import Catalogue, Wanted
from restock.change import Passing
from restock.errors import UsageError
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.site import Guard
from restock.terms import Availability, Condition, Event, PriceType, RunKind, RunStatus

Make = Callable[..., Listing]
Events = Callable[[Any], list[tuple[str, str]]]
BROKEN = CrawlOutcome(finished=False, reason="broken")


def test_the_first_complete_run_is_the_baseline(shop: Any, listing: Make, events: Events) -> None:
    shop.crawl(listing(1), outcome=BROKEN)
    first = shop.crawl(listing(1), listing(2))
    assert first.baseline
    found = shop.catalogue.diff()
    assert found.changes == []
    assert "baseline" in found.notes[0]
    assert shop.catalogue.diff(since=date(2026, 10, 1)).changes == []
    second = shop.crawl(listing(1), listing(2), listing(3))
    assert not second.baseline
    assert events(shop.catalogue.diff(since=date(2026, 10, 1))) == [("appeared", "3")]
    assert events(shop.catalogue.diff(since="shop-0001")) == [("appeared", "3")]


def test_coming_going_and_coming_back(shop: Any, listing: Make, events: Events) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(1), listing(3))
    assert events(shop.catalogue.diff()) == [("disappeared", "2"), ("appeared", "3")]
    shop.crawl(listing(1), listing(2, "80"), listing(3))
    found = shop.catalogue.diff()
    assert events(found) == [("reappeared", "2")]
    change = found.changes[0]
    assert change.before.price == 100
    assert change.after.price == 80
    assert change.change_pct == Decimal("-20.00")


def test_every_kind_of_change(shop: Any, listing: Make, events: Events) -> None:
    shop.crawl(listing(1, quantity=5), listing(2), listing(3), listing(4), listing(5), listing(6))
    shop.crawl(
        listing(1, "90", quantity=6),
        listing(2, availability=Availability.OUT_OF_STOCK),
        listing(3, title="Another title", condition=Condition.USED),
        listing(4, currency="USD"),
        listing(5, price_type=PriceType.FROM),
        listing(
            6, category="router", gtin="4006381333931", restricted=False, url="http://www.shop.example/p/6/?utm_x=1"
        ),
    )
    everything = shop.catalogue.diff(wanted=Wanted(events=tuple(Event)))
    assert events(everything) == [
        ("price_changed", "1"),
        ("quantity_changed", "1"),
        ("availability_changed", "2"),
        ("details_changed", "3"),
        ("price_changed", "4"),
        ("price_changed", "5"),
    ]
    assert [change.change_pct for change in everything.changes] == [Decimal(-10), None, None, None, None, 0]
    assert ("quantity_changed", "1") not in events(shop.catalogue.diff())


def test_from_on_request_to_a_price(shop: Any, listing: Make, events: Events) -> None:
    shop.crawl(listing(1, None))
    shop.crawl(listing(1, "50"))
    found = shop.catalogue.diff()
    assert events(found) == [("price_changed", "1")]
    assert found.changes[0].change_pct is None


def test_decimals_are_compared_by_value(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1, "100"), listing(2, "0.0042"))
    run = shop.crawl(listing(1, "100.00"), listing(2, "0.004200"))
    assert run.counts["changed"] == 0
    assert [str(item.price) for item in shop.now()] == ["100.00", "0.0042"]


def test_a_change_is_told_as_the_contract_says(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1))
    shop.crawl(listing(1, "90"))
    told = shop.catalogue.diff().changes[0].to_json()
    assert told["change_pct"] == "-10.00"
    assert (told["from_run"], told["to_run"]) == ("shop-0001", "shop-0002")
    assert told["at"] == "2026-11-02T08:00:00Z"
    assert told["before"]["run"] == "shop-0001"
    assert told["after"]["run"] == "shop-0002"
    assert told["after"]["evidence"]["record_id"] == "<urn:uuid:00000000-0000-4000-8000-000000000001>"


def test_a_window_with_many_runs_is_net(shop: Any, listing: Make, events: Events) -> None:
    shop.crawl(listing(1), listing(2), listing(3))
    shop.crawl(listing(1, "90"), listing(3, "50"), listing(4))
    shop.crawl(listing(1), listing(2), listing(3, "60"), listing(5))
    assert events(shop.catalogue.diff(since="shop-0001")) == [("price_changed", "3"), ("appeared", "5")]
    assert shop.catalogue.diff(since="shop-0001").changes[0].change_pct == Decimal(-40)


def test_a_price_that_creeps_shows_over_the_week(shop: Any, listing: Make) -> None:
    for day in range(7):
        shop.crawl(listing(1, str(100 - day)))
    assert shop.catalogue.diff(since="2026-11-01T08:00:00Z").changes[0].change_pct == Decimal("-6.00")


def test_partial_runs_update_and_take_nothing_away(shop: Any, listing: Make, events: Events) -> None:
    shop.crawl(listing(1), listing(2), listing(3))
    partial = shop.crawl(listing(1, "90"), listing(9), outcome=BROKEN)
    assert partial.status is RunStatus.PARTIAL
    assert partial.counts["unseen"] == 2
    assert len(shop.now()) == 4
    assert shop.catalogue.diff().changes == []
    assert events(shop.catalogue.diff(until=partial.id)) == [("price_changed", "1"), ("appeared", "9")]
    shop.crawl(listing(1, "90"), listing(2), listing(9))
    assert events(shop.catalogue.diff()) == [("price_changed", "1"), ("disappeared", "3"), ("appeared", "9")]


def test_order_and_tracking_and_session_ids_change_nothing(shop: Any, listing: Make) -> None:
    shop.crawl(*(listing(number) for number in range(6)))
    noisy = [
        listing(number, url=f"http://www.shop.example/p/{number}?PHPSESSID=ab{number}&utm_source=mail")
        for number in reversed(range(6))
    ]
    run = shop.crawl(*noisy)
    assert (run.counts["new"], run.counts["changed"], run.counts["gone"]) == (0, 0, 0)
    assert shop.catalogue.diff().changes == []


def test_a_failed_page_hides_its_listing_and_nothing_more(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2), listing(3))
    failed = CrawlOutcome(finished=True, failed_products={"shop.example/p/2": "500"})
    run = shop.crawl(listing(1), listing(2, None), outcome=failed)
    assert run.status is RunStatus.COMPLETE
    assert (run.counts["gone"], run.counts["unseen"]) == (1, 1)
    assert [item.price for item in shop.now()] == [100, 100]
    assert any("page failed" in warning for warning in run.warnings)


def test_a_field_that_every_listing_lost_is_not_a_change(shop: Any, listing: Make) -> None:
    shop.crawl(*(listing(number) for number in range(6)))
    run = shop.crawl(*(listing(number, None, availability=Availability.OUT_OF_STOCK) for number in range(6)))
    assert run.status is RunStatus.PARTIAL
    assert [trip.layer for trip in run.trips] == ["fields_lost"]
    assert {(item.price, item.availability) for item in shop.now()} == {(100, Availability.OUT_OF_STOCK)}


class TestNewlyAvailable:
    def flags(self, shop: Any, **window: Any) -> dict[tuple[str, str], bool]:
        return {
            (change.event.value, change.listing.key[-1]): change.newly_available
            for change in shop.catalogue.diff(**window).changes
        }

    def test_what_could_not_be_had_before(self, shop: Any, listing: Make) -> None:
        gone, ordered = Availability.OUT_OF_STOCK, Availability.BACK_ORDER
        shop.crawl(listing(1, availability=gone), listing(2, availability=gone), listing(3, availability=ordered))
        shop.crawl(
            listing(1), listing(2, "5", availability=ordered), listing(3), listing(4), listing(5, restricted=False)
        )
        assert self.flags(shop) == {
            ("availability_changed", "1"): True,
            ("price_changed", "2"): True,
            ("availability_changed", "2"): True,
            ("availability_changed", "3"): False,
            ("appeared", "4"): True,
            ("appeared", "5"): False,
        }

    def test_another_offer_of_the_same_product_is_not_news(self, shop: Any, listing: Make) -> None:
        shop.crawl(listing(1), listing(2))
        shop.crawl(listing(1), listing(3, mpn="WS-1"), listing(4, mpn="WS-2"))
        assert self.flags(shop) == {("disappeared", "2"): False, ("appeared", "3"): False, ("appeared", "4"): False}

    def test_without_a_part_number_a_listing_stands_for_itself(self, shop: Any, listing: Make) -> None:
        shop.crawl(listing(1, mpn=None))
        shop.crawl(listing(1, mpn=None), listing(2, mpn=None))
        assert self.flags(shop) == {("appeared", "2"): True}


class TestFilters:
    def test_by_site_brand_restriction_and_event(self, shop: Any, listing: Make, events: Events) -> None:
        shop.crawl(listing(1), listing(2, brand="Eltex", restricted=False))
        shop.crawl(listing(1, "90"), listing(2, "80", brand="Eltex", restricted=False), listing(3))
        diff = shop.catalogue.diff
        assert events(diff(wanted=Wanted(brand="eltex"))) == [("price_changed", "2")]
        assert events(diff(wanted=Wanted(restricted=True))) == [("price_changed", "1"), ("appeared", "3")]
        assert events(diff(wanted=Wanted(events=[Event.APPEARED]))) == [("appeared", "3")]
        assert len(diff(sites=["shop"]).changes) == 3
        with pytest.raises(UsageError, match="no such site"):
            diff(sites=["other"])


class TestWindows:
    def test_by_price_and_quantity_as_they_are_now_or_were_last(self, shop: Any, listing: Make, events: Events) -> None:
        shop.crawl(listing(1, "100", quantity=5), listing(2, "70", quantity=9), listing(3, None), listing(4, "40"))
        shop.crawl(listing(1, "120", quantity=5), listing(3, "80", quantity=1), listing(4, None))
        diff = shop.catalogue.diff
        assert events(diff(wanted=Wanted(min_price=Decimal(80)))) == [("price_changed", "1"), ("price_changed", "3")]
        assert events(diff(wanted=Wanted(max_price=Decimal(80)))) == [("disappeared", "2"), ("price_changed", "3")]
        assert events(diff(wanted=Wanted(min_quantity=5))) == [("price_changed", "1"), ("disappeared", "2")]

    def test_a_day_ends_at_its_end(self, shop: Any, listing: Make, events: Events) -> None:
        for price in ("100", "90", "80"):
            shop.crawl(listing(1, price))
        diff = shop.catalogue.diff
        assert diff(since="2026-11-01", until="2026-11-02").changes[0].after.price == 90
        assert diff(since=date(2026, 11, 2)).changes[0].before.price == 100
        assert diff(since=datetime(2026, 11, 2, 8, tzinfo=UTC)).changes[0].before.price == 90

    def test_what_no_window_can_be(self, catalogue: Catalogue, shop: Any, listing: Make) -> None:
        shop.crawl(listing(1))
        failed = shop.begin()
        catalogue.fail_run(failed.id, "killed", failed.observed_at)
        other = type(shop)(catalogue, name="other").crawl(listing(1))
        for since, until in [
            ("nonsense", None),
            (failed.id, None),
            ("shop-0001", other.id),
            (date(2026, 11, 3), date(2026, 11, 2)),
            (other.id, "shop-0001"),
        ]:
            with pytest.raises(UsageError):
                catalogue.diff(since=since, until=until)
        with pytest.raises(UsageError, match="not asked for"):
            catalogue.diff(since="shop-0001", sites=["other"])

    def test_a_site_added_within_the_window_starts_at_its_baseline(
        self, catalogue: Catalogue, shop: Any, listing: Make, events: Events
    ) -> None:
        shop.crawl(listing(1))
        shop.crawl(listing(1))
        other = type(shop)(catalogue, name="other", day=1)
        other.crawl(listing(1, site="other"))
        other.crawl(listing(1, site="other"), listing(2, site="other"))
        shop.crawl(listing(1), listing(3))
        assert events(catalogue.diff(since="2026-11-01")) == [("appeared", "2"), ("appeared", "3")]

    def test_runs_over_pages_are_no_ends(self, shop: Any, listing: Make, events: Events) -> None:
        shop.crawl(listing(1), listing(2))
        page = shop.crawl(listing(1, "90"), kind=RunKind.SNAPSHOT, whole_site=False)
        assert (page.status, page.counts["gone"], page.counts["unseen"]) == (RunStatus.COMPLETE, 0, 0)
        assert shop.catalogue.diff().changes == []
        shop.crawl(listing(1, "90"), listing(2))
        assert events(shop.catalogue.diff()) == [("price_changed", "1")]


def test_a_fragile_site_needs_more_misses(shop: Any, listing: Make, events: Events) -> None:
    fragile = Guard(misses_before_gone=2)
    shop.crawl(listing(1), listing(2), listing(3))
    gone = CrawlOutcome(finished=True, gone_products=["shop.example/p/3"])
    first = shop.crawl(listing(1), guard=fragile, outcome=gone)
    assert (first.counts["gone"], first.counts["unseen"]) == (1, 1)
    assert events(shop.catalogue.diff()) == [("disappeared", "3")]
    shop.crawl(listing(1), guard=fragile)
    assert events(shop.catalogue.diff()) == [("disappeared", "2")]


def test_a_site_that_joins_within_the_window_is_its_own_baseline(
    catalogue: Catalogue, shop: Any, listing: Make, events: Events
) -> None:
    shop.crawl(listing(1))
    shop.crawl(listing(1, "90"))
    joined = type(shop)(catalogue, name="joined", day=1)
    joined.crawl(listing(5, site="joined"))
    joined.crawl(listing(5, site="joined"), listing(6, site="joined"))
    found = catalogue.diff(since=date(2026, 11, 1), until=date(2026, 11, 9))
    assert events(found) == [("appeared", "6"), ("price_changed", "1")]
    assert [window.from_run.observed_at.day for window in found.windows] == [2, 1]


def test_partial_runs_within_the_window_tell_what_they_saw(shop: Any, listing: Make, events: Events) -> None:
    shop.crawl(listing(1), listing(2), listing(3))
    shop.crawl(listing(1, "90"), outcome=BROKEN)
    shop.crawl(listing(4), outcome=BROKEN)
    shop.crawl(listing(1, "80"), listing(2))
    found = shop.catalogue.diff(since=date(2026, 11, 1), until=date(2026, 11, 9))
    assert events(found) == [("price_changed", "1"), ("disappeared", "3")]
    assert found.changes[0].change_pct == Decimal(-20)


def test_what_came_and_went_within_the_window_is_listed_apart(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(1), listing(3), listing(4, brand="HPE", restricted=False))
    shop.crawl(listing(1), listing(2), listing(3, "90"), listing(5))
    shop.crawl(listing(1), listing(5))
    window = {"since": "shop-0001", "until": "shop-0004"}
    found = shop.catalogue.diff(**window)
    assert [(one.listing.url[-1], one.appeared_at.day, one.gone_at.day) for one in found.fleeting] == [
        ("3", 2, 4),
        ("4", 2, 3),
    ]
    assert found.fleeting[0].listing.price == 90
    assert len(shop.catalogue.diff(**window, wanted=Wanted(brand="hpe")).fleeting) == 1
    (back,) = shop.catalogue.diff(since="shop-0002").fleeting
    assert (back.listing.url[-1], back.appeared_at.day) == ("2", 3)


def test_what_restricted_goods_went_through_between_ends_that_look_alike(shop: Any, listing: Make) -> None:
    none: dict[str, Any] = {"availability": Availability.OUT_OF_STOCK, "quantity": 0}
    some: dict[str, Any] = {"availability": Availability.IN_STOCK}
    steady = [listing(number) for number in range(10, 16)]
    ends = [listing(1, **none), listing(2, **some, quantity=5), listing(3), listing(4, restricted=False), *steady]
    shop.crawl(*ends)
    shop.crawl(listing(1, **some, quantity=4), listing(2, **some, quantity=500), *steady)
    shop.crawl(listing(1, "90", **some, quantity=3), *ends[1:])
    shop.crawl(*ends)
    found = shop.catalogue.diff(since="shop-0001", until="shop-0004")
    assert found.changes == []
    assert [(one.listing.url[-1], one.what, one.appeared_at.day, one.gone_at.day) for one in found.fleeting] == [
        ("1", Passing.AVAILABLE, 2, 4),
        ("2", Passing.STOCKED, 2, 3),
        ("3", Passing.ABSENT, 2, 3),
    ]
    assert found.fleeting[1].listing.quantity == 500


def test_restricted_goods_that_could_be_had_only_within_a_window(shop: Any, listing: Make, events: Events) -> None:
    none: dict[str, Any] = {"availability": Availability.OUT_OF_STOCK, "quantity": 0}
    steady = [listing(number) for number in range(10, 16)]
    shop.crawl(listing(2, **none), *steady)
    shop.crawl(listing(1), listing(2), *steady)
    shop.crawl(listing(1, **none), *steady)
    found = shop.catalogue.diff(since="shop-0001", until="shop-0003")
    assert events(found) == [("appeared", "1"), ("disappeared", "2")]
    assert [(one.listing.url[-1], one.what) for one in found.fleeting] == [
        ("1", Passing.AVAILABLE),
        ("2", Passing.AVAILABLE),
    ]


def test_a_page_that_failed_is_no_miss(shop: Any, listing: Make) -> None:
    fragile = Guard(misses_before_gone=2)
    shop.crawl(listing(1), listing(2), guard=fragile)
    failed = CrawlOutcome(finished=True, failed_products={"shop.example/p/2": "500"})
    assert shop.crawl(listing(1), guard=fragile, outcome=failed).status is RunStatus.COMPLETE
    assert [shop.crawl(listing(1), guard=fragile).counts["gone"] for _ in range(2)] == [0, 1]


def test_a_listing_whose_page_moved_and_failed_is_there_where_a_list_shows_it(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2, sku="A-2"))
    moved = CrawlOutcome(finished=True, failed_products={"shop.example/new/2": "500"})
    run = shop.crawl(listing(1), listing(2, sku=" a-2", url="https://shop.example/new/2"), outcome=moved)
    assert (run.status, run.counts["gone"], run.counts["unseen"]) == (RunStatus.COMPLETE, 0, 1)


def test_other_goods_in_a_listings_place_are_newly_available(shop: Any, listing: Make) -> None:
    steady = [listing(number) for number in range(5, 9)]
    eltex = replace(listing(1, "500"), title="Eltex MES2324", brand="Eltex", mpn="MES2324", restricted=False)
    juniper = replace(eltex, title="Juniper EX2300-24T", brand="Juniper", mpn="EX2300-24T", restricted=True)
    shop.crawl(eltex, *steady)
    shop.crawl(replace(juniper, price=Decimal(7000)), *steady)
    found = shop.catalogue.diff(wanted=Wanted(events=tuple(Event)))
    assert {(change.event.value, change.newly_available) for change in found.changes} == {
        ("price_changed", True),
        ("details_changed", True),
    }
    assert all(change.replaced for change in found.changes)
    fresh = shop.catalogue.diff(wanted=Wanted(events=tuple(Event), newly_available=True))
    assert fresh.changes == found.changes


def test_goods_of_another_wording_or_number_unread_are_not_new(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2), replace(listing(3), mpn=None))
    worded = replace(listing(1), title="Switch number 1, new")
    shop.crawl(worded, replace(listing(2), mpn="WS-2A"), replace(listing(3), title="Switch number 3, new"))
    assert not any(change.newly_available for change in shop.catalogue.diff(wanted=Wanted(events=tuple(Event))).changes)
    assert shop.catalogue.diff(wanted=Wanted(events=tuple(Event), newly_available=True)).changes == []
