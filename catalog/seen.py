"""Last seen: when a listing that stands in the catalogue was last found on its site, and whether by its last run."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, func, or_, select

from catalog import models as m
from catalog import runs
from catalog.states import Facts, State, load, to_listing
from restock.listing import Listing
from restock.terms import RunKind

_spans = m.absence.c


@dataclass(frozen=True, slots=True)
class Seen:
    """What says when listings were last seen, as of one run of each site (`ends`; None for now): the runs over whole
    sites, and the listings that later runs over single pages saw."""

    ends: Mapping[int, int] | None
    moments: Mapping[int, datetime]
    wholes: Mapping[str, list[int]]
    sighted: Mapping[int, int]

    @classmethod
    def as_of(cls, connection: Connection, ends: Mapping[int, int] | None) -> Self:
        """As of the runs given by site, or as of now."""
        columns = (m.run.c.id, m.run.c.site_id, m.run.c.observed_at, m.run.c.kind, m.run.c.whole)
        query = select(*columns, m.site.c.name).join(m.site, m.site.c.id == m.run.c.site_id)
        merged = query.where(m.run.c.status.in_(runs.MERGED)).order_by(m.run.c.id)
        moments: dict[int, datetime] = {}
        wholes: dict[str, list[int]] = defaultdict(list)
        for row in connection.execute(merged):
            moments[row.id] = row.observed_at
            if ends is not None and row.id > ends.get(row.site_id, 0):
                continue
            if row.whole and row.kind != RunKind.CORRECTION.value:
                wholes[row.name].append(row.id)
        return cls(ends, moments, wholes, _sighted(connection, ends))

    def states(self, connection: Connection, query: Select[Any]) -> Generator[State]:
        """The states of a narrowed `states()` query, each listing with when it was last seen."""
        besides = [_spans.from_run.label("absent_from")]
        query = query.outerjoin(m.absence, self._covers())
        if self.ends is None:  # of the past, nobody asks what was held back
            query = query.outerjoin(m.quarantine, m.quarantine.c.listing_id == m.version.c.listing_id)
            besides.append(m.quarantine.c.price.label("held_price"))
        return load(connection, query.add_columns(*besides), self._listing)

    def _covers(self) -> ColumnElement[bool]:
        """That an absence lasts as of the runs that are looked at."""
        mine = _spans.listing_id == m.version.c.listing_id
        if self.ends is None:
            return and_(mine, _spans.to_run.is_(None))
        lasting = (
            and_(
                m.listing.c.site_id == site_id,
                _spans.from_run <= end,
                or_(_spans.to_run.is_(None), _spans.to_run > end),
            )
            for site_id, end in self.ends.items()
        )
        return and_(mine, or_(false(), *lasting))

    def _listing(self, row: Row[Any], facts: Facts) -> Listing:
        return to_listing(row, facts, self._told(row))

    def _told(self, row: Row[Any]) -> dict[str, Any]:
        absent = row.absent_from
        wholes = self.wholes.get(row.site, [])
        earlier = bisect_left(wholes, absent) if absent is not None else len(wholes)
        last = max(row.from_run, self.sighted.get(row.listing_id, 0), wholes[earlier - 1] if earlier else 0)
        return {
            "last_seen": self.moments.get(last),
            "in_last_run": absent is None,
            "held_price": row.held_price if self.ends is None else None,
        }


def _sighted(connection: Connection, ends: Mapping[int, int] | None) -> dict[int, int]:
    """The last run over single pages that saw a listing, by listing."""
    sightings = m.sighting.c
    query = select(sightings.listing_id, func.max(sightings.run_id)).group_by(sightings.listing_id)
    if ends is not None:
        by_then = (and_(m.run.c.site_id == site_id, sightings.run_id <= end) for site_id, end in ends.items())
        query = query.join(m.run, m.run.c.id == sightings.run_id).where(or_(false(), *by_then))
    return {row[0]: row[1] for row in connection.execute(query)}
