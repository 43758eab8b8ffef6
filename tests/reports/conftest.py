"""Made-up listings and changes, as the catalogue would hand them over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from restock.change import Change
from restock.listing import Evidence, Listing, Restriction
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
