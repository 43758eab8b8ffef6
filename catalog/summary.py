"""Figures over the whole catalogue: how much of each brand each site carries, and since when a listing is known."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from catalog import models as m
from catalog.questions import chunks, with_keys
from restock.terms import RunKind


@dataclass(frozen=True, slots=True)
class BrandCount:
    """The listings of one brand (None: no known brand) at one site at one time, and how many of them are restricted."""

    site: str
    brand: str | None
    listings: int
    restricted: int


def first_seen(connection: Connection, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
    """When each listing, by site and key, was first seen; what the catalogue doesn't know is left out."""
    return _moments(connection, keys, _of_each(func.min(m.version.c.from_run)))


def gone_since(
    connection: Connection, keys: Collection[tuple[str, str]], until: datetime
) -> dict[tuple[str, str], datetime]:
    """When each listing, by site and key, was last found gone, up to a moment; one that never was is left out."""
    spans, later, ending = m.version.c, m.version.alias("later").c, m.run.alias("ending")
    followed = exists().where(later.listing_id == spans.listing_id, later.from_run == spans.to_run)
    ended = (
        _of_each(func.max(spans.to_run))
        .join(ending, ending.c.id == spans.to_run)
        .where(~followed, ending.c.kind != RunKind.CORRECTION.value, ending.c.observed_at <= until)
    )
    return _moments(connection, keys, ended)


def _of_each(run: ColumnElement[int]) -> Select[Any]:
    """A run of each listing, reckoned from its versions."""
    return (
        select(m.site.c.name, m.listing.c.key, run.label("run_id"))
        .join(m.listing, m.listing.c.site_id == m.site.c.id)
        .join(m.version, m.version.c.listing_id == m.listing.c.id)
        .group_by(m.site.c.name, m.listing.c.key)
    )


def _moments(
    connection: Connection, keys: Collection[tuple[str, str]], of_each: Select[Any]
) -> dict[tuple[str, str], datetime]:
    found: dict[tuple[str, str], datetime] = {}
    for chunk in chunks(sorted(keys)):
        asked = of_each.where(m.listing.c.id.in_(with_keys(key for _, key in chunk))).subquery()
        query = select(asked.c.name, asked.c.key, m.run.c.observed_at).join(m.run, m.run.c.id == asked.c.run_id)
        rows = connection.execute(query)
        found.update({(row.name, row.key): row.observed_at for row in rows if (row.name, row.key) in keys})
    return found
