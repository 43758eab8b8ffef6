"""Sellers: which sites carry a brand or a part number, since when, and how much of it now; the first of them first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, select

from catalog import models as m
from catalog.questions import chunks, part_number, spellings
from catalog.states import OBTAINABLE
from restock.listing import time_text

_spans, _details = m.version.c, m.details.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """A site that offers goods of a brand (and, where it was asked for, of a part number), or did: when it first did,
    and its listings now: all, those that can be had, and those that are restricted. `baseline` says that it was so
    when the site was first seen as a whole: since when it really is, nobody knows."""

    site: str
    brand: str | None
    mpn: str | None
    first_seen: datetime
    baseline: bool
    listings: int
    available: int
    restricted: int

    def to_json(self) -> dict[str, Any]:
        return {
            "site": self.site,
            "brand": self.brand,
            "mpn": self.mpn,
            "first_seen": time_text(self.first_seen),
            "baseline": self.baseline,
            "listings": self.listings,
            "available": self.available,
            "restricted": self.restricted,
        }


def sellers(
    connection: Connection, *, mpns: Iterable[str] = (), brand: str | None = None, since: datetime | None = None
) -> list[Seller]:
    """The sites that carry part numbers, or anything of a brand, the first of them first; with `since`, those that
    began later than that, and not with their baseline."""
    numbers = list(dict.fromkeys(map(part_number, mpns)))
    named = spellings(connection, _details.brand, brand) if brand is not None else None
    found = [
        seller
        for chunk in (chunks(numbers) if numbers else [()])
        for seller in _sellers(connection, _asked(chunk, named), by_number=bool(numbers))
        if since is None or (seller.first_seen > since and not seller.baseline)
    ]
    return sorted(found, key=lambda seller: (seller.first_seen, seller.site, seller.mpn or "", seller.brand or ""))


def _asked(numbers: Iterable[str], brands: list[str] | None) -> ColumnElement[bool]:
    conditions = [_details.mpn.in_(numbers)] if numbers else []
    if brands is not None:
        conditions.append(_details.brand.in_(brands))
    return and_(*conditions) if conditions else false()


def _sellers(connection: Connection, asked: ColumnElement[bool], *, by_number: bool) -> Iterable[Seller]:
    keys = [m.listing.c.site_id, _details.brand, *([_details.mpn] if by_number else [])]
    now = _spans.to_run.is_(None)
    first = (
        select(
            *keys,
            func.min(_spans.from_run).label("first"),
            _count(now),
            _count(and_(now, _spans.availability.in_(OBTAINABLE))),
            _count(and_(now, _details.restricted)),
        )
        .join(m.version, and_(_details.listing_id == _spans.listing_id, _details.run_id == _spans.details_run))
        .join(m.listing, m.listing.c.id == _details.listing_id)
        .where(asked)
        .group_by(*keys)
    )
    runs = _runs(connection)
    for row in connection.execute(first):
        run = runs[row.first]
        yield Seller(
            site=run.site,
            brand=row.brand,
            mpn=row.mpn if by_number else None,
            first_seen=run.observed_at,
            baseline=_in_baseline(run),
            listings=row[-3],
            available=row[-2],
            restricted=row[-1],
        )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _runs(connection: Connection) -> dict[int, Any]:
    """Every run with its site and that site's baseline."""
    start = m.run.alias("start")
    first = select(start.c.site_id, func.min(start.c.id).label("id")).where(start.c.baseline)
    begun = first.group_by(start.c.site_id).subquery()
    query = (
        select(m.run.c.id, m.run.c.base_id, m.run.c.observed_at, m.site.c.name.label("site"), begun.c.id.label("start"))
        .join(m.site, m.site.c.id == m.run.c.site_id)
        .outerjoin(begun, begun.c.site_id == m.run.c.site_id)
    )
    return {row.id: row for row in connection.execute(query)}


def _in_baseline(run: Any) -> bool:
    """A correction of the baseline counts as the baseline; before one, everything is."""
    return run.start is None or (run.base_id or run.id) <= run.start
