"""Values that many listings lose at once: the run is partial, and exactly what was lost is kept."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from catalog import Wanted
from restock.listing import Listing, Restriction
from restock.run import Run
from restock.site import Guard
from restock.terms import Availability, Event, PriceType, RestrictionRule, RunStatus

Make = Callable[..., Listing]


def lost_layers(run: Run) -> list[str]:
    return [trip.layer for trip in run.trips]


@pytest.fixture
def reasons() -> tuple[Restriction, ...]:
    return (
        Restriction(rule=next(iter(RestrictionRule)), id="1", reason="the maker left", source="https://example.org"),
    )


@pytest.mark.parametrize(
    ("field", "lost"),
    [
        ("price", {"price": None, "price_type": PriceType.ON_REQUEST}),
        ("price", {"price": None, "price_type": None, "currency": None}),
        ("availability", {"availability": Availability.UNKNOWN}),
        ("brand", {"brand": None, "restricted": False, "undecided": True}),
        ("mpn", {"mpn": None}),
    ],
)
@pytest.mark.parametrize(("share", "status"), [(5, RunStatus.PARTIAL), (4, RunStatus.COMPLETE)])
def test_a_reader_that_breaks_for_some_trips_from_a_share_on(
    shop: Any, listing: Make, field: str, lost: dict[str, Any], share: int, status: RunStatus
) -> None:
    shop.crawl(*(listing(number) for number in range(20)))
    run = shop.crawl(*(listing(number, **(lost if number < share else {})) for number in range(20)))
    assert run.status is status
    if status is RunStatus.PARTIAL:
        assert [trip.figures for trip in run.trips] == [{field: {"known": 20, "lost": share}}]
        assert run.counts["changed"] == 0
        assert shop.catalogue.diff(since="2026-11-01", until=run.id).changes == []
    else:
        assert run.counts["changed"] == share


def test_a_site_is_judged_by_what_it_usually_loses(shop: Any, listing: Make) -> None:
    """A shop that asks for a call more often every day is believed where another one's reader must have broken."""

    def priced_from(first: int) -> Run:
        run: Run = shop.crawl(*(listing(number, None if number < first else "100") for number in range(60)))
        return run

    assert [priced_from(first).status for first in (0, 4, 13)] == [RunStatus.COMPLETE] * 3
    assert shop.catalogue.diff(wanted=Wanted(events=[Event.PRICE_CHANGED])).changes != []
    broken = priced_from(40)
    assert broken.trips[0].samples[0] == "https://shop.example/p/13: no price any more"
    assert (lost_layers(broken), broken.counts["changed"]) == (["fields_lost"], 0)
    steadier = Guard(unusual_value_times=1)
    shop.crawl(*(listing(number, None if number < 13 else "100") for number in range(60)))
    run = shop.crawl(*(listing(number, None if number < 24 else "100") for number in range(60)), guard=steadier)
    assert (lost_layers(run), run.counts["changed"]) == (["fields_lost"], 0)


def test_an_accepted_loss_is_no_usual_one(shop: Any, listing: Make) -> None:
    shop.crawl(*(listing(number) for number in range(60)))
    some = [listing(number, None if number < 15 else "100") for number in range(60)]
    shop.catalogue.accept(shop.crawl(*some).id)
    assert shop.crawl(*some).status is RunStatus.COMPLETE
    assert lost_layers(shop.crawl(*(listing(number, None if number < 21 else "100") for number in range(60)))) == [
        "fields_lost"
    ]


def test_only_what_was_lost_is_kept(shop: Any, listing: Make, reasons: tuple[Restriction, ...]) -> None:
    shop.crawl(*(listing(number, restrictions=reasons) for number in range(20)))
    broken = {"brand": None, "mpn": None, "restricted": False, "restrictions": ()}
    seen = [listing(number, "90", **broken, title=f"Renamed {number}") for number in range(10)]
    rest = [listing(number, restrictions=reasons) for number in range(10, 19)]
    unpriced = listing(19, None, restrictions=reasons)
    run = shop.crawl(*seen, *rest, unpriced)
    assert lost_layers(run) == ["fields_lost"]
    now = {int(item.url.rsplit("/", 1)[-1]): item for item in shop.now()}
    for number in range(10):
        item = now[number]
        assert (item.title, item.price) == (f"Renamed {number}", Decimal(90))
        assert (item.brand, item.mpn, item.restricted, item.restrictions) == ("Cisco", f"WS-{number}", True, reasons)
    assert now[19].price is None
    assert run.counts["changed"] == 11


def test_a_reader_that_is_mended_leaves_no_trace(shop: Any, listing: Make) -> None:
    many = [listing(number) for number in range(20)]
    shop.crawl(*many)
    shop.crawl(*(listing(number, brand=None, mpn=None, restricted=False) for number in range(20)))
    mended = shop.crawl(*many)
    assert (mended.status, mended.counts["changed"]) == (RunStatus.COMPLETE, 0)
    assert shop.catalogue.diff().changes == []


def test_listings_that_never_had_a_value_lose_none(shop: Any, listing: Make) -> None:
    many = [listing(number, None) for number in range(20)]
    shop.crawl(*many)
    fresh = [listing(number, None, brand=None, mpn=None) for number in range(100, 120)]
    assert shop.crawl(*many, *fresh).status is RunStatus.COMPLETE


def test_an_accepted_loss_is_a_change_of_the_next_run(shop: Any, listing: Make) -> None:
    shop.crawl(*(listing(number) for number in range(20)))
    unpriced = [listing(number, None) for number in range(20)]
    assert lost_layers(shop.crawl(*unpriced)) == ["fields_lost"]
    again = shop.crawl(*unpriced)
    assert lost_layers(again) == ["fields_lost"]
    shop.catalogue.accept(again.id)
    taken = shop.crawl(*unpriced)
    assert (taken.status, taken.counts["changed"]) == (RunStatus.COMPLETE, 20)
    assert {item.price for item in shop.now()} == {None}
    assert shop.crawl(*unpriced).status is RunStatus.COMPLETE
