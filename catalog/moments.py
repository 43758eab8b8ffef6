"""Moments: the run as of which each site stands at one of them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from catalog import models as m
from catalog import runs
from catalog.windows import Marker, moment_of
from restock.errors import UsageError
from restock.terms import RunKind


def ends_at(connection: Connection, at: Marker | None) -> dict[int, int] | None:
    """The run as of which each site stands at a moment, by the site's number; None for now."""
    if at is None:
        return None
    moment = moment_of(at, end=True)
    if moment is None:
        raise UsageError(f"{at}: not an ISO date")
    return ends_at_each(connection, [moment])[0]


def ends_at_each(connection: Connection, moments: Sequence[datetime]) -> list[dict[int, int]]:
    """The same at each of several moments: the last run by then, with the corrections of it that follow. A site that
    had no run by then has none."""
    columns = m.run.c
    query = select(columns.id, columns.site_id, columns.kind, columns.observed_at)
    market: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    merged: dict[int, list[int]] = defaultdict(list)
    for row in connection.execute(query.where(columns.status.in_(runs.MERGED)).order_by(columns.id)):
        merged[row.site_id].append(row.id)
        if row.kind != RunKind.CORRECTION.value:
            market[row.site_id].append((row.id, row.observed_at))
    found: list[dict[int, int]] = []
    for moment in moments:
        ends: dict[int, int] = {}
        for site, several in market.items():
            seen = [place for place, (_, observed_at) in enumerate(several) if observed_at <= moment]
            if seen:
                following = several[seen[-1] + 1][0] if seen[-1] + 1 < len(several) else None
                upto = len(merged[site]) if following is None else bisect_right(merged[site], following - 1)
                ends[site] = merged[site][upto - 1]
        found.append(ends)
    return found
