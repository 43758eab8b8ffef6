"""Made-up listings and changes, as the catalogue would hand them over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reports.data import Coverage, PriceLine, PricePoint, Total, WeeklyData, WeekTotals
from restock.change import Change, Correction, Fleeting
from restock.listing import Evidence, Listing, Restriction
from restock.review import Mark, Verdict, marked_facts
from restock.run import Run, Trip
from restock.terms import (
    Availability,
    Event,
    PriceType,
    RestrictionRule,
    RunKind,
    RunStatus,
    Vat,
)

MOMENT = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
POLICY = Restriction(
    rule=RestrictionRule.BRAND_POLICY,
    id="cisco",
    reason="Cisco Systems: suspended operations in Russia, 2022-03-03.",
    source="The Register: https://www.theregister.com/2022/06/24/cisco_quits_russia_and_belarus/",
    since="2022-03-03",
)


@pytest.fixture
def listing() -> Callable[..., Listing]:
    """A restricted Cisco switch in stock for 100 roubles, but for what is given."""
    whole = Listing(
        site="meridian",
        key="10445",
        url="https://shop.example/product/10445",
        title="Коммутатор Cisco C9300L-48T-4G",
        brand="Cisco",
        mpn="C9300L-48T-4G",
        sku="A-17",
        price=Decimal("100.00"),
        currency="RUB",
        price_type=PriceType.EXACT,
        vat=Vat.INCLUDED,
        availability=Availability.IN_STOCK,
        quantity=3,
        restricted=True,
        restrictions=(POLICY,),
        observed_at=MOMENT,
        run="r2",
        evidence=Evidence("ab" * 32, "meridian/r2.warc.gz", "<urn:uuid:1b4e28ba-2fa1-11d2-883f-0016d3cca427>"),
    )

    def make(**values: Any) -> Listing:
        return replace(whole, **values)

    return make


@pytest.fixture
def change(listing: Callable[..., Listing]) -> Callable[..., Change]:
    """A change of a listing; `before` and `after` are given as listings or left to be the usual one."""

    def make(event: Event = Event.PRICE_CHANGED, **values: Any) -> Change:
        usual: dict[str, Any] = {
            "before": None if event is Event.APPEARED else listing(),
            "after": None if event is Event.DISAPPEARED else listing(),
            "newly_available": False,
            "change_pct": None,
            "from_run": "r1",
            "to_run": "r2",
            "at": MOMENT,
        }
        return Change(event=event, **{**usual, **values})

    return make


@pytest.fixture
def run() -> Callable[..., Run]:
    def make(status: RunStatus = RunStatus.COMPLETE, trips: tuple[Trip, ...] = (), **values: Any) -> Run:
        usual: dict[str, Any] = {
            "id": "r2",
            "sequence": 2,
            "site": "meridian",
            "kind": RunKind.CRAWL,
            "rules": "rev",
            "observed_at": MOMENT,
            "started_at": MOMENT,
            "counts": {"seen": 140, "unseen": 12},
        }
        return Run(status=status, trips=trips, **{**usual, **values})

    return make


@pytest.fixture
def full_week(listing: Callable[..., Listing], change: Callable[..., Change], run: Callable[..., Run]) -> WeeklyData:
    """A week in which everything that a report has a section for happened, at two sites, one of them behind a wall."""
    ago = {days: MOMENT - timedelta(days=days) for days in range(8)}
    dear = listing(site="vostok", key="v1", price=Decimal("110.00"), observed_at=ago[7])
    plain = {"restricted": False, "restrictions": ()}
    wall = run(RunStatus.PARTIAL, (Trip("walls", "12 page(s) were a wall"),), sequence=9, site="vostok")
    first = run(site="vostok", sequence=3, baseline=True, observed_at=ago[5])
    return WeeklyData(
        since=ago[7],
        until=MOMENT,
        changes=[
            change(Event.APPEARED, newly_available=True),
            change(
                before=listing(key="p", price=Decimal(200), observed_at=ago[6]),
                after=listing(key="p", title="Коммутатор упавший", price=Decimal(150)),
                change_pct=Decimal("-25.00"),
            ),
            change(
                before=listing(key="f", mpn="FOLLOW-1", observed_at=ago[6]),
                after=listing(key="f", mpn="FOLLOW-1", price=Decimal("110.00")),
                change_pct=Decimal("10.00"),
            ),
            change(Event.DISAPPEARED, before=listing(key="d", title="Коммутатор пропавший")),
            change(Event.REAPPEARED, after=listing(key="r", title="Коммутатор вернувшийся")),
            change(Event.QUANTITY_CHANGED, before=listing(key="s", quantity=2), after=listing(key="s", quantity=90)),
            change(Event.APPEARED, after=listing(key="n", title="Стойка", brand="Eltex", mpn=None, **plain)),
            change(Event.APPEARED, after=listing(key="u", title="Модуль", brand=None, undecided=True, **plain)),
            change(Event.AVAILABILITY_CHANGED, after=listing(key="a", availability=Availability.BACK_ORDER)),
            change(Event.DETAILS_CHANGED, before=listing(key="t", title="Старое"), after=listing(key="t")),
        ],
        unconfirmed=[
            change(
                Event.APPEARED,
                after=listing(site="vostok", key="v2", title="Коммутатор закрытый"),
                newly_available=True,
            ),
            change(Event.APPEARED, after=listing(site="vostok", key="v3", title="Стойка", **plain)),
        ],
        fleeting=[Fleeting(listing=listing(key="x", title="Гость"), appeared_at=ago[5], gone_at=ago[3])],
        corrections=[
            Correction(before=listing(restrictions=()), after=listing(), fields=("restrictions",), run="r2", at=MOMENT)
        ],
        coverage=[
            Coverage(site="meridian", title="Меридиан", seller="OOO Meridian", runs=[run()], last_complete=MOMENT),
            Coverage(site="vostok", runs=[first, wall], last_complete=ago[5]),
            Coverage(site="idle"),
        ],
        offers={("Cisco", "C9300L-48T-4G"): [listing(), dear]},
        lines={
            ("Cisco", "C9300L-48T-4G"): [
                PriceLine("meridian", "10445", [_point(ago[7], ago[2], "130"), _point(ago[2], None, "100")]),
                PriceLine("vostok", "v1", [_point(ago[7], None, "110")]),
            ]
        },
        totals=[Total(site="meridian", brand="Cisco", listings=60, restricted=58)],
        weeks=[
            WeekTotals(
                MOMENT - timedelta(weeks=back),
                [Total(site="meridian", brand=brand, listings=70, restricted=58 - back) for brand in ("Cisco", None)],
            )
            for back in reversed(range(12))
        ],
        first_seen={("meridian", "10445"): ago[4]},
        gone_since={("meridian", "r"): ago[6]},
        looks={"meridian": [ago[7], ago[1], MOMENT], "vostok": [ago[5]]},
        reporting_currency="RUB",
        day_rates={("USD", "RUB", ago[6].date()): Decimal(80), ("USD", "RUB", MOMENT.date()): Decimal(88)},
        marks={("meridian", "p"): _mark(listing(key="p", title="Коммутатор упавший"))},
        false_positives=2,
    )


def _point(since: datetime, until: datetime | None, price: str) -> PricePoint:
    return PricePoint(since=since, until=until, price=Decimal(price), currency="RUB")


def _mark(of: Listing) -> Mark:
    return Mark(
        site=of.site or "",
        key=of.key or "",
        verdict=Verdict.ESCALATED,
        note="смотрим",
        by="anna",
        at=MOMENT - timedelta(days=30),
        facts=marked_facts(of),
    )
