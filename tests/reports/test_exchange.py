"""Price movements net of the exchange rate: who followed the dollar, who didn't, and where nobody can say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reports.data import WeeklyData
from reports.exchange import across_currencies, net_of_rate, rates_asked
from restock.change import Change

Make = Callable[..., Any]
NOW = datetime(2026, 11, 18, 6, tzinfo=UTC)
THEN = NOW - timedelta(days=5)


@pytest.fixture
def moved(change: Make, listing: Make) -> Callable[..., Change]:
    """A price that moved from 1,000 within five days."""

    def make(price: str, currency: str = "RUB", before: str = "RUB") -> Change:
        amount = Decimal(price)
        percent = ((amount - 1000) / 10).quantize(Decimal("0.01")) if currency == before else None
        return change(
            before=listing(price=Decimal(1000), currency=before, observed_at=THEN),
            after=listing(price=amount, currency=currency, observed_at=NOW),
            change_pct=percent,
        )

    return make


def week(old: str | None = "80", new: str | None = "88") -> WeeklyData:
    given = {THEN.date(): old, NOW.date(): new}
    rates = {("USD", "RUB", day): Decimal(rate) for day, rate in given.items() if rate is not None}
    return WeeklyData(since=THEN, until=NOW, day_rates=rates)


@pytest.mark.parametrize(
    ("price", "net", "followed"),
    [
        ("1100", "0.00", True),
        ("1105", "0.45", True),
        ("1150", "4.55", False),
        ("1000", "-9.09", False),
        ("900", "-18.18", False),
    ],
)
def test_what_is_left_of_a_move_without_the_dollar(price: str, net: str, followed: bool, moved: Make) -> None:
    found = net_of_rate(moved(price), week())
    assert found is not None
    assert (found.rate_pct, found.net_pct, found.followed) == (Decimal("10.00"), Decimal(net), followed)


@pytest.mark.parametrize(
    ("currency", "old", "new"),
    [("RUB", None, "88"), ("RUB", "80", None), ("RUB", "80", "80.2"), ("USD", "80", "88"), ("EUR", "80", "88")],
)
def test_nothing_is_said_where_the_rate_stood_still_or_is_not_known(
    currency: str, old: str | None, new: str | None, moved: Make
) -> None:
    assert net_of_rate(moved("1100", currency, currency), week(old, new)) is None


def test_a_price_in_another_currency_moved_by_that_days_rate(moved: Make) -> None:
    found = moved("83600", "RUB", "USD")
    assert found.change_pct is None
    assert across_currencies(found, week()) == Decimal("-5.00")
    assert across_currencies(found, week(new=None)) is None
    assert across_currencies(moved("1100"), week()) is None


def test_the_rates_that_are_asked_for_are_those_that_are_needed(moved: Make) -> None:
    assert rates_asked(moved("1100"), {}) == {("USD", "RUB", THEN.date()), ("USD", "RUB", NOW.date())}
    assert rates_asked(moved("83600", "RUB", "USD"), {}) == {("USD", "RUB", NOW.date())}
    assert rates_asked(moved("1100", "USD", "USD"), {}) == set()
