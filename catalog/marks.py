"""Marks: what analysts said of listings, the last word on each."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from catalog import desk_models as d
from catalog import models as m
from restock.errors import UsageError
from restock.review import Mark, Verdict

_mark = d.mark.c


def add(connection: Connection, mark: Mark) -> None:
    """Writes a mark beside the earlier ones of its listing."""
    query = select(m.listing.c.id).join(m.site, m.site.c.id == m.listing.c.site_id)
    number = connection.execute(query.where(m.site.c.name == mark.site, m.listing.c.key == mark.key)).scalar()
    if number is None:
        raise UsageError(f"{mark.site}:{mark.key}: no such listing")
    values = {
        "listing_id": number,
        "verdict": mark.verdict.value,
        "note": mark.note,
        "by": mark.by,
        "at": mark.at,
        "facts": json.dumps(mark.facts, ensure_ascii=False, sort_keys=True),
    }
    connection.execute(insert(d.mark).values(**values))


def standing(connection: Connection) -> list[Mark]:
    """The last mark of each listing that was not cleared, by site and key."""
    last = select(func.max(_mark.id)).group_by(_mark.listing_id)
    query = _marks().where(_mark.id.in_(last), _mark.verdict != Verdict.CLEARED.value)
    return list(_load(connection, query.order_by(m.site.c.name, m.listing.c.key)))


def of_listing(connection: Connection, site: str, key: str) -> list[Mark]:
    """Every mark of a listing, the latest first."""
    query = _marks().where(m.site.c.name == site, m.listing.c.key == key)
    return list(_load(connection, query.order_by(_mark.id.desc())))


def _marks() -> Select[Any]:
    return (
        select(m.site.c.name.label("site"), m.listing.c.key, *d.mark.c)
        .join(m.listing, m.listing.c.id == _mark.listing_id)
        .join(m.site, m.site.c.id == m.listing.c.site_id)
    )


def _load(connection: Connection, query: Select[Any]) -> Iterator[Mark]:
    return (_to_mark(row) for row in connection.execute(query))


def _to_mark(row: Row[Any]) -> Mark:
    return Mark(
        site=row.site,
        key=row.key,
        verdict=Verdict(row.verdict),
        note=row.note,
        by=row.by,
        at=row.at,
        facts=json.loads(row.facts),
    )
