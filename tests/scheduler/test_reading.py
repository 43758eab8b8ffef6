"""What is prepared while a crawl goes on is what normalisation says at its end."""

from datetime import UTC, datetime

import pytest

from pipelines.normalise import Normaliser
from pipelines.rules import load_rules
from restock.listing import RawListing
from restock.run import Run
from restock.terms import RunKind, RunStatus
from scheduler.reading import Clerk, Reading

ROWS = [
    RawListing(title=f"Коммутатор Cisco WS-C29{number}-S", price=price, site="shop")
    for number, price in enumerate(("100 ₽", "по запросу", "сколько-то", "100 ₽"), 60)
]


@pytest.fixture
def clerk() -> Clerk:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    run = Run(
        id="run-1",
        site="shop",
        kind=RunKind.CRAWL,
        sequence=1,
        status=RunStatus.RUNNING,
        rules="",
        observed_at=moment,
        started_at=moment,
    )
    return Clerk(Normaliser(load_rules()), run)


def test_prepared_rows_give_the_same_listings(clerk: Clerk) -> None:
    plain = Reading(clerk, ROWS)
    expected = list(plain)
    clerk.prepare(ROWS[1:])
    prepared = Reading(clerk, [ROWS[3], *ROWS])
    assert list(prepared) == [expected[3], *expected]
    assert plain.unread == 1 == prepared.unread


def test_only_so_many_are_kept_at_hand(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clerk, "MOST", 2)
    clerk.prepare(ROWS)
    assert len(list(Reading(clerk, ROWS))) == len(ROWS)
