"""Exchange rates by date: kept as their source gives them, and looked up across a common currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, delete, insert, or_, select, tuple_

from catalog import models as m

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Rate:
    """One `currency` costs `value` of `base` on that day. A rate per 100 units is divided by whoever reads it."""

    day: date
    currency: str
    base: str
    value: Decimal
    source: str


def import_rates(connection: Connection, rows: Iterable[Rate]) -> int:
    """Keeps rates; one that a source gives again replaces the earlier one. Gives how many there were."""
    unique = {(row.currency, row.base, row.day, row.source): row for row in rows if row.value > 0}
    for key in unique:
        columns = m.rate.c
        same = tuple_(columns.currency, columns.base, columns.day, columns.source) == tuple_(*key)
        connection.execute(delete(m.rate).where(same))
    values = [
        {"day": row.day, "currency": row.currency, "base": row.base, "value": row.value, "source": row.source}
        for row in unique.values()
    ]
    if values:
        connection.execute(insert(m.rate), values)
    return len(values)


def find_rate(connection: Connection, currency: str, into: str, on: date) -> tuple[Decimal, date] | None:
    """What one `currency` cost in another on a day, and the day of the rate (the last one up to then); None where no
    rate is known."""
    if currency == into:
        return Decimal(1), on
    wanted = (currency, into)
    columns = m.rate.c
    days = (
        select(columns.day)
        .where(columns.day <= on, or_(columns.currency.in_(wanted), columns.base.in_(wanted)))
        .distinct()
        .order_by(columns.day.desc())
    )
    for day in connection.execute(days).scalars():
        found = _across(connection, currency, into, day)
        if found is not None:
            return found, day
    return None


def _across(connection: Connection, currency: str, into: str, day: date) -> Decimal | None:
    """The rate of one day, direct or by way of one other currency."""
    prices: dict[str, dict[str, Decimal]] = {}
    query = select(m.rate.c.currency, m.rate.c.base, m.rate.c.value).where(m.rate.c.day == day)
    for name, base, value in connection.execute(query.order_by(m.rate.c.source)):
        prices.setdefault(name, {})[base] = value
        prices.setdefault(base, {}).setdefault(name, 1 / value)
    start = prices.get(currency, {})
    if into in start:
        return start[into]
    for middle, value in sorted(start.items()):
        onward = prices.get(middle, {}).get(into)
        if onward is not None:
            return value * onward
    return None
