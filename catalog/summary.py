"""Figures over the whole catalogue: how much of each brand each site carries, and since when a listing is known."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from catalog import models as m
from catalog.questions import chunks, with_keys


@dataclass(frozen=True, slots=True)
class BrandCount:
    """The listings of one brand (None: no known brand) at one site at one time, and how many of them are restricted."""

    site: str
    brand: str | None
    listings: int
    restricted: int


def first_seen(connection: Connection, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
    """When each listing, by site and key, was first seen; what the catalogue doesn't know is left out."""
    first = (
        select(m.site.c.name, m.listing.c.key, func.min(m.version.c.from_run).label("run_id"))
        .join(m.listing, m.listing.c.site_id == m.site.c.id)
        .join(m.version, m.version.c.listing_id == m.listing.c.id)
        .group_by(m.site.c.name, m.listing.c.key)
    )
    found: dict[tuple[str, str], datetime] = {}
    for chunk in chunks(sorted(keys)):
        asked = first.where(m.listing.c.id.in_(with_keys(key for _, key in chunk))).subquery()
        query = select(asked.c.name, asked.c.key, m.run.c.observed_at).join(m.run, m.run.c.id == asked.c.run_id)
        rows = connection.execute(query)
        found.update({(row.name, row.key): row.observed_at for row in rows if (row.name, row.key) in keys})
    return found
