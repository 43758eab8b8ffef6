"""Exchange rates by date: kept as their source gives them, and looked up across a common currency."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from catalog import models as m
from restock.rate import OFFICIAL, Rate

MAX_AGE = timedelta(days=31)  # an older rate is not known to be right; the longest holidays last a third of that


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of rates did: rates that are new, that the source gives otherwise now, and that were known."""

    new: int = 0
    changed: int = 0
    known: int = 0


def import_rates(connection: Connection, rows: Iterable[Rate]) -> Imported:
    """Keeps rates; one that a source gives again replaces the earlier one."""
    unique = {(row.currency, row.base, row.day, row.source): row.value for row in rows if row.value > 0}
    known = _known(connection, unique)
    columns = ("currency", "base", "day", "source")
    new = [dict(zip(columns, key, strict=True)) | {"value": value} for key, value in unique.items() if key not in known]
    changed = [
        {"at": known[key][0], "now": value} for key, value in unique.items() if key in known and known[key][1] != value
    ]
    if new:
        connection.execute(insert(m.rate), new)
    if changed:
        query = update(m.rate).where(m.rate.c.id == bindparam("at")).values(value=bindparam("now"))
        connection.execute(query, changed)
    return Imported(len(new), len(changed), len(unique) - len(new) - len(changed))


def _known(
    connection: Connection, wanted: Iterable[tuple[str, str, date, str]]
) -> dict[tuple[str, str, date, str], tuple[int, Decimal]]:
    """The rates of the same days and sources, with their row and value."""
    days = defaultdict(set)
    for _, _, day, source in wanted:
        days[source].add(day)
    columns = m.rate.c
    found = {}
    for source, several in days.items():
        query = select(m.rate).where(columns.source == source, columns.day.between(min(several), max(several)))
        for row in connection.execute(query):
            found[row.currency, row.base, row.day, row.source] = row.id, row.value
    return found


def find_rate(connection: Connection, currency: str, into: str, on: date) -> tuple[Decimal, date] | None:
    """What one `currency` cost in another on a day, and the day of the rate: the last one up to then, unless that is
    older than MAX_AGE. None where no rate is known."""
    if currency == into:
        return Decimal(1), on
    wanted = (currency, into)
    columns = m.rate.c
    query = select(columns.day, columns.currency, columns.base, columns.value).where(
        columns.day.between(on - MAX_AGE, on), or_(columns.currency.in_(wanted), columns.base.in_(wanted))
    )
    by_day: dict[date, list[Any]] = defaultdict(list)
    # What comes last stands: a user's own rate before a bank's, the Bank of Russia's rouble before another's.
    ordered = query.order_by(columns.day.desc(), columns.source.in_(OFFICIAL).desc(), columns.source.desc())
    for row in connection.execute(ordered):
        by_day[row.day].append(row)
    for day, rows in by_day.items():
        found = _across([(row.currency, row.base, row.value) for row in rows], currency, into)
        if found is not None:
            return found, day
    return None


def _across(rows: Iterable[tuple[str, str, Decimal]], currency: str, into: str) -> Decimal | None:
    """The rate among those of one day, direct or by way of one other currency."""
    given = {(name, base): value for name, base, value in rows}
    prices = {(base, name): 1 / value for (name, base), value in given.items()} | given
    if (currency, into) in prices:
        return prices[currency, into]
    ways = sorted(middle for name, middle in prices if name == currency and (middle, into) in prices)
    return prices[currency, ways[0]] * prices[ways[0], into] if ways else None


@dataclass(frozen=True, slots=True)
class RateSpan:
    """The rates of one currency in another by one source: how many, the first and the last day."""

    currency: str
    base: str
    source: str
    rates: int
    first: date
    last: date


def rate_spans(connection: Connection) -> list[RateSpan]:
    columns = m.rate.c
    pair = (columns.currency, columns.base, columns.source)
    query = select(*pair, func.count(), func.min(columns.day), func.max(columns.day)).group_by(*pair).order_by(*pair)
    return [RateSpan(*row) for row in connection.execute(query)]
