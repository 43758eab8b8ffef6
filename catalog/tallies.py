"""Tallies: the counts that a run was given at its end, told again from the rows that it left."""

import json
from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from catalog import models as m
from catalog.runs import MERGED
from restock.terms import RunKind

_TOLD = ("listings", "new", "changed", "returned", "gone", "unseen")
Tally = dict[str, int]


def wrong_counts(connection: Connection) -> list[tuple[str, str]]:
    """The runs whose counts their rows don't bear out, with the first count that is wrong."""
    told = _recounted(connection)
    found = []
    columns = (m.run.c.name, m.run.c.id, m.run.c.kind, m.run.c.accepted, m.run.c.counts)
    for name, sequence, kind, accepted, counts in connection.execute(
        select(*columns).where(m.run.c.status.in_(MERGED))
    ):
        # A correction counts what it read; which of it was there already, and what it left alone, leaves no rows. The
        # first version told nothing of what an accepted run left unseen.
        names = _TOLD[1:5] if kind == RunKind.CORRECTION.value else _TOLD[:5] if accepted else _TOLD
        given = json.loads(counts)
        wrong = [name for name in names if given.get(name, 0) != told[sequence].get(name, 0)]
        found += [(name, f"{wrong[0]} {given.get(wrong[0], 0)} not {told[sequence].get(wrong[0], 0)}")] if wrong else []
    return found


def _recounted(connection: Connection) -> dict[int, Tally]:
    found: dict[int, Tally] = defaultdict(dict)
    for name, query in _queries():
        for sequence, number in connection.execute(query):
            found[sequence][name] = number
    _sum_up(connection, found)
    return found


def _queries() -> list[tuple[str, Select[Any]]]:
    """By run: what began and ended with it."""
    spans, other = m.version.c, m.version.alias("other").c
    earlier = exists().where(other.listing_id == spans.listing_id, other.from_run < spans.from_run)
    until = exists().where(other.listing_id == spans.listing_id, other.to_run == spans.from_run)
    went_on = exists().where(other.listing_id == spans.listing_id, other.from_run == spans.to_run)
    begun = select(spans.from_run, func.count()).group_by(spans.from_run)
    ended = select(spans.to_run, func.count()).where(spans.to_run.is_not(None)).group_by(spans.to_run)
    return [
        ("new", begun.where(~earlier)),
        ("changed", begun.where(until)),
        ("returned", begun.where(earlier, ~until)),
        ("gone", ended.where(~went_on)),
        ("away", select(m.absence.c.from_run, func.count()).group_by(m.absence.c.from_run)),
        ("back", select(m.absence.c.to_run, func.count()).where(_closed()).group_by(m.absence.c.to_run)),
        ("pages", select(m.sighting.c.run_id, func.count()).group_by(m.sighting.c.run_id)),
    ]


def _closed() -> Any:
    return m.absence.c.to_run.is_not(None)


def _sum_up(connection: Connection, found: dict[int, Tally]) -> None:
    """What each run saw is what was there as of it, less what was absent; a run over pages wrote down what it saw."""
    there: dict[int, int] = defaultdict(int)
    absent: dict[int, int] = defaultdict(int)
    query = select(m.run.c.id, m.run.c.site_id, m.run.c.whole).order_by(m.run.c.id)
    for sequence, site, whole in connection.execute(query):
        tally = found[sequence]
        there[site] += tally.get("new", 0) + tally.get("returned", 0) - tally.get("gone", 0)
        absent[site] += tally.get("away", 0) - tally.get("back", 0)
        tally["listings"] = there[site] - absent[site] if whole else tally.get("pages", 0)
        tally["unseen"] = absent[site] if whole else 0
