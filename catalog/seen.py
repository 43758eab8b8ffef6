"""Last seen: when a listing that stands in the catalogue was last found on its site, and whether by its last run."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, Select, and_, case, func, literal, or_, select

from catalog import models as m
from catalog import runs
from catalog.columns import stored
from catalog.states import Facts, State, load, moment_at, to_listing
from restock.listing import Listing
from restock.terms import RunKind

_spans, _sightings = m.absence.c, m.sighting.c


@dataclass(frozen=True, slots=True)
class Seen:
    """What says when listings were last seen, as of one run of each site (`ends`; None for now): the runs over whole
    sites. Which listings later runs over single pages saw is asked with the states."""

    ends: Mapping[int, int] | None
    moments: Mapping[int, int]
    wholes: Mapping[str, list[int]]

    @classmethod
    def as_of(cls, connection: Connection, ends: Mapping[int, int] | None) -> Self:
        """As of the runs given by site, or as of now."""
        whole = and_(m.run.c.whole, m.run.c.kind != RunKind.CORRECTION.value)
        columns = (m.run.c.id, m.run.c.site_id, stored(m.run.c.observed_at), whole, m.site.c.name)
        query = select(*columns).join(m.site, m.site.c.id == m.run.c.site_id)
        merged = query.where(m.run.c.status.in_(runs.MERGED)).order_by(m.run.c.id)
        moments: dict[int, int] = {}
        wholes: dict[str, list[int]] = defaultdict(list)
        for sequence, site_id, seconds, is_whole, name in connection.execute(merged):
            moments[sequence] = seconds
            if is_whole and (ends is None or sequence <= ends.get(site_id, 0)):
                wholes[name].append(sequence)
        return cls(ends, moments, wholes)

    def states(self, connection: Connection, query: Select[Any]) -> Generator[State]:
        """The states of a narrowed `states()` query, each listing with when it was last seen."""
        besides: list[ColumnElement[Any]] = [_spans.from_run.label("absent_from"), self._sighted().label("sighted")]
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
        end = self._end(self.ends)
        return and_(mine, _spans.from_run <= end, or_(_spans.to_run.is_(None), _spans.to_run > end))

    def _sighted(self) -> ScalarSelect[Any]:
        """The last run over single pages that saw a listing."""
        mine = select(func.max(_sightings.run_id)).where(_sightings.listing_id == m.version.c.listing_id)
        if self.ends is None:
            return mine.scalar_subquery()
        return mine.where(_sightings.run_id <= self._end(self.ends)).scalar_subquery()

    @staticmethod
    def _end(ends: Mapping[int, int]) -> ColumnElement[int]:
        """The run as of which a listing's site is looked at."""
        return case(ends, value=m.listing.c.site_id, else_=0) if ends else literal(0)

    def _listing(self, row: Row[Any], facts: Facts) -> Listing:
        return to_listing(row, facts, self._told(row))

    def _told(self, row: Row[Any]) -> dict[str, Any]:
        absent = row.absent_from
        wholes = self.wholes.get(row.site, [])
        earlier = bisect_left(wholes, absent) if absent is not None else len(wholes)
        last = max(row.from_run, row.sighted or 0, wholes[earlier - 1] if earlier else 0)
        return {
            "last_seen": moment_at(self.moments[last]),
            "in_last_run": absent is None,
            "held_price": row.held_price if self.ends is None else None,
        }
