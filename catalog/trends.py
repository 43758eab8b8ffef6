"""Counts over time: the listings of each site and brand at several moments, from one count and what changed since."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal_column, or_, select

from catalog import models as m
from catalog.moments import ends_at_each
from catalog.questions import chunks, with_keys
from catalog.summary import BrandCount

_spans, _details = m.version.c, m.details.c
Group = tuple[int, str | None, bool]
"""Site, brand, and whether restricted."""


@dataclass(frozen=True, slots=True)
class _Ends:
    """The run as of which each site (by its number) stands at each of several moments, the oldest first; a site that
    had no run by then has none."""

    at: Sequence[Mapping[int, int]]

    @property
    def last(self) -> Mapping[int, int]:
        return self.at[-1]

    @property
    def first(self) -> int:
        """The earliest of these runs: what holds since before it, and still does, held at every moment."""
        return min((run for ends in self.at for run in ends.values()), default=0)


def counts_over_time(
    connection: Connection, moments: Sequence[datetime], unrestricted: Collection[tuple[str, str]] = ()
) -> list[list[BrandCount]]:
    """The counts at each of some moments, the oldest first. One that no site had a run by gives an empty list. Some
    listings, by site and key, count as not restricted, whatever the rules say.

    The last moment is counted; the earlier ones differ from it by the versions that began or ended since."""
    if not moments:
        return []
    ends = _Ends(ends_at_each(connection, moments))
    names = {row.id: row.name for row in connection.execute(select(m.site.c.id, m.site.c.name))}
    restricts = _restricts(connection, unrestricted)
    last = _counted(connection, ends.last, restricts)
    series = [{group: number for group, number in last.items() if group[0] in there} for there in ends.at[:-1]]
    for site, brand, restricted, begun, ended, number in _changed(connection, ends, restricts):
        now = _held(begun, ended, ends.last[site])
        for place, groups in enumerate(series):
            there = _held(begun, ended, ends.at[place].get(site))
            if there is not None and there != now:
                group = (site, brand, restricted)
                groups[group] = groups.get(group, 0) + (number if there else -number)
    return [_told(groups, names) for groups in (*series, last)]


def _restricts(connection: Connection, unrestricted: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    """Whether a version counts as restricted."""
    named = select(m.listing.c.id, m.site.c.name, m.listing.c.key).join(m.site, m.site.c.id == m.listing.c.site_id)
    numbers = [
        row.id
        for chunk in chunks(sorted(unrestricted))
        for row in connection.execute(named.where(m.listing.c.id.in_(with_keys(key for _, key in chunk))))
        if (row.name, row.key) in unrestricted
    ]
    return and_(_details.restricted, _spans.listing_id.not_in(numbers)) if numbers else _details.restricted


def _counted(connection: Connection, ends: Mapping[int, int], restricts: ColumnElement[bool]) -> dict[Group, int]:
    if not ends:
        return {}
    # All of a site's listings are wanted: `+ 0` keeps the database from looking them up one by one through an index.
    site_id, from_run = m.listing.c.site_id + 0, _spans.from_run + 0
    open_ = {run: or_(_spans.to_run.is_(None), _spans.to_run > run) for run in ends.values()}
    held = or_(*(and_(site_id == site, from_run <= run, open_[run]) for site, run in ends.items()))
    query = _by_group(restricts).where(held)
    return {(row[0], row[1], bool(row[2])): row[3] for row in connection.execute(query)}


def _by_group(restricts: ColumnElement[bool], *further: ColumnElement[Any]) -> Select[Any]:
    """Versions counted by site, brand and whether they count as restricted; grouped by the label, since an expression
    with parameters is another one wherever it stands."""
    counts_as = restricts.label("counts_as_restricted")
    columns = (m.listing.c.site_id, _details.brand, counts_as, *further)
    grouped = (m.listing.c.site_id, _details.brand, literal_column(counts_as.name), *further)
    return select(*columns, func.count()).select_from(_joined()).group_by(*grouped)


def _changed(
    connection: Connection, ends: _Ends, restricts: ColumnElement[bool]
) -> Iterator[tuple[int, str | None, bool, int, int | None, int]]:
    """The versions that don't hold at every moment, counted by what they are and the runs between which they held."""
    first, last = ends.first, max(ends.last.values(), default=0)
    begun = and_(_spans.from_run > first, _spans.from_run <= last)
    ended = and_(_spans.from_run <= first, _spans.to_run > first, _spans.to_run <= last)
    for condition in (begun, ended):
        query = _by_group(restricts, _spans.from_run, _spans.to_run).where(condition)
        for row in connection.execute(query):
            yield row[0], row[1], bool(row[2]), row[3], row[4], row[5]


def _joined() -> Any:
    listed = m.version.join(m.listing, m.listing.c.id == _spans.listing_id)
    same: ColumnElement[bool] = and_(_details.listing_id == _spans.listing_id, _details.run_id == _spans.details_run)
    return listed.join(m.details, same)


def _held(begun: int, ended: int | None, run: int | None) -> bool | None:
    """Whether a version held as of a run; None where the site had no run yet."""
    return None if run is None else begun <= run and (ended is None or ended > run)


def _told(groups: Mapping[Group, int], names: Mapping[int, str]) -> list[BrandCount]:
    """Restricted and other listings of one brand together, by site, then the most listings first."""
    both: dict[tuple[str, str | None], list[int]] = defaultdict(lambda: [0, 0])
    for (site, brand, restricted), number in groups.items():
        counts = both[names[site], brand]
        counts[0] += number
        counts[1] += number if restricted else 0
    found = [BrandCount(site, brand, all_, restricted) for (site, brand), (all_, restricted) in both.items() if all_]
    return sorted(found, key=lambda count: (count.site, -count.listings, count.brand or ""))
