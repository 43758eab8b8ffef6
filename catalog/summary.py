"""Figures over the whole catalogue: how much of each brand each site carries, and since when a listing is known."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, cast, func, select

from catalog import models as m
from catalog.hashing import text_hash
from catalog.questions import chunks, ends_at, held
from catalog.windows import Marker


@dataclass(frozen=True, slots=True)
class BrandCount:
    """The listings of one brand (None: no known brand) at one site at one time, and how many of them are restricted."""

    site: str
    brand: str | None
    listings: int
    restricted: int


def brand_counts(connection: Connection, at: Marker | None = None) -> list[BrandCount]:
    """Now or at a moment, by site, then the most listings first."""
    details, spans = m.details.c, m.version.c
    joined = (
        m.version.join(m.listing, m.listing.c.id == spans.listing_id)
        .join(m.site, m.site.c.id == m.listing.c.site_id)
        .join(m.details, (details.listing_id == spans.listing_id) & (details.run_id == spans.details_run))
    )
    restricted = func.sum(cast(details.restricted, Integer))
    query = (
        select(m.site.c.name, details.brand, func.count(), restricted)
        .select_from(joined)
        .where(held(ends_at(connection, at)))
        .group_by(m.site.c.name, details.brand)
        .order_by(m.site.c.name, func.count().desc(), details.brand)
    )
    return [BrandCount(*row) for row in connection.execute(query)]


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
        asked = first.where(m.listing.c.key_hash.in_([text_hash(key) for _, key in chunk])).subquery()
        query = select(asked.c.name, asked.c.key, m.run.c.observed_at).join(m.run, m.run.c.id == asked.c.run_id)
        rows = connection.execute(query)
        found.update({(row.name, row.key): row.observed_at for row in rows if (row.name, row.key) in keys})
    return found
