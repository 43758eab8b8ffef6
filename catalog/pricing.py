"""Since when a price stands: a state begins anew with every change of stock, its price often long before."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, select

from catalog import models as m
from catalog.questions import chunks, with_keys
from restock.listing import Listing

StateName = tuple[str, str, str]
"""A state's site, its listing's key, and the run that it began with."""

_spans = m.version.c


class _Version(NamedTuple):
    """A version, and the run in which its price began."""

    listing_id: int
    from_run: int
    to_run: int | None
    price: Decimal | None
    currency: str | None
    site: str
    key: str
    start: int


def priced_since(connection: Connection, states: Iterable[Listing]) -> dict[StateName, datetime]:
    """By state, when the price that it has was first seen, and stood since without a break."""
    wanted = {(state.site or "", state.key or "", state.run or "") for state in states}
    runs = {row.id: row for row in connection.execute(select(m.run.c.id, m.run.c.name, m.run.c.observed_at))}
    found: dict[StateName, datetime] = {}
    for chunk in chunks(sorted({key for _, key, _ in wanted})):
        for version in _joined(_versions(connection, chunk)):
            name = (version.site, version.key, runs[version.from_run].name)
            if name in wanted:
                found[name] = runs[version.start].observed_at
    return found


def _versions(connection: Connection, keys: Sequence[str]) -> Iterator[_Version]:
    """The versions of listings in order of time."""
    columns = (_spans.listing_id, _spans.from_run, _spans.to_run, _spans.price, _spans.currency)
    query = (
        select(*columns, m.site.c.name, m.listing.c.key, _spans.from_run.label("start"))
        .join(m.listing, m.listing.c.id == _spans.listing_id)
        .join(m.site, m.site.c.id == m.listing.c.site_id)
        .where(_spans.listing_id.in_(with_keys(keys)))
        .order_by(_spans.listing_id, _spans.from_run)
    )
    return (_Version(*row) for row in connection.execute(query))


def _joined(versions: Iterable[_Version]) -> Iterator[_Version]:
    """The versions, each with the run in which its price began."""
    before: _Version | None = None
    for row in versions:
        version = row._replace(start=before.start) if before is not None and _goes_on(before, row) else row
        before = version
        yield version


def _goes_on(before: _Version, row: _Version) -> bool:
    same = (before.listing_id, before.price, before.currency) == (row.listing_id, row.price, row.currency)
    return same and before.to_run == row.from_run
