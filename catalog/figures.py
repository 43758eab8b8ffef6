"""What the guard judges a run by, counted in the database: known listings, the missing ones, earlier runs."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, select, true

from catalog import models as m
from catalog import runs
from catalog.guard import Case, Lost, lost_fields
from catalog.lost import lost_samples, lost_values
from catalog.quarantine import find_jumps, find_returned_jumps, samples
from catalog.traits import Counts
from restock.run import CrawlOutcome, Run
from restock.site import Guard
from restock.terms import RunKind, RunStatus

_SAMPLES = 5
_PART = 50  # one listing in so many shows of nearly every group that it is there


def gather(
    connection: Connection, run: Run, outcome: CrawlOutcome, guard: Guard, settled: Counts, *, whole: bool
) -> Case:
    """The case of a run whose listings are staged and matched, and whose missing ones are noted."""
    earlier = _earlier(connection, run, guard.recent_runs)
    values, jumped = lost_values(connection, guard.price_jump, settled)
    held = find_jumps(connection, run, guard.price_jump) if jumped.missing else 0
    back = find_returned_jumps(connection, guard.price_jump)
    last = _last_complete(connection, run)
    listings, seen = _seen(connection, settled["listings"])
    missed, forbidden = _missed(connection)
    found = Case(
        outcome=outcome,
        listings=listings,
        guard=guard,
        known=Lost(seen + missed - forbidden, missed - forbidden),
        groups=_groups(connection, run.site, guard) if missed else {},
        missing=_samples(connection),
        forbidden=forbidden,
        values=values,
        usual=_usual_losses(earlier),
        forgiven=_forgiven(last),
        jumped=Lost(jumped.known + back, held + back),
        seen_again=jumped.missing - held,
        jumps=samples(connection) if held + back else (),
        recent=tuple(runs.figures_of(row).get("listings", 0) for row in earlier),
        lists_before=_lists_of(last),
        whole=whole,
    )
    return replace(found, lost=lost_samples(connection, lost_fields(found)))


def live() -> Select[Any]:
    """The listings of every site that are not gone, with their open version."""
    return (
        select(m.listing.c.id)
        .join(m.site, m.site.c.id == m.listing.c.site_id)
        .join(m.version, and_(m.version.c.listing_id == m.listing.c.id, m.version.c.to_run.is_(None)))
    )


def _seen(connection: Connection, settled: int) -> tuple[int, int]:
    """How many listings the run saw, and how many of them were there before it."""
    there = case((m.listing.c.state.is_not(None), 1), else_=0)
    query = select(func.count(), func.coalesce(func.sum(there), 0)).select_from(
        m.stage.outerjoin(m.listing, m.listing.c.id == m.stage.c.listing_id)
    )
    staged, known = connection.execute(query).one()
    return settled + staged, settled + known


def _is_forbidden() -> ColumnElement[bool]:
    """That robots.txt forbids a missed listing's page: it is not missing."""
    return exists().where(m.forbidden.c.url_hash == m.missed.c.url_hash)


def _missed(connection: Connection) -> tuple[int, int]:
    """How many known listings the run did not see, and how many of them it may not see."""
    count = select(func.count()).select_from(m.missed)
    return connection.execute(count).scalar_one(), connection.execute(count.where(_is_forbidden())).scalar_one()


def _groups(connection: Connection, site: str, guard: Guard) -> dict[tuple[str, str], Lost]:
    """The brands and categories that miss so many listings that they may trip the guard."""
    few = guard.group_lost_share * guard.group_from
    found: dict[tuple[str, str], Lost] = {}
    for kind in ("brand", "category"):
        column = m.details.c[kind]
        lost = (
            _detailed(column, func.count())
            .join(m.missed, m.missed.c.listing_id == m.listing.c.id)
            .where(~_is_forbidden(), column.is_not(None))
            .group_by(column)
        )
        missing = {name: count for name, count in connection.execute(lost) if count >= few}
        known = _known(connection, site, kind, missing, guard.group_lost_share)
        found |= {(kind, name): Lost(known[name], count) for name, count in missing.items()}
    return found


def _known(connection: Connection, site: str, kind: str, missing: dict[str, int], share: float) -> dict[str, int]:
    """How many listings of each group were known, or as many as show that the missing are a smaller share of them: a
    tenth of the site shows it of nearly every group."""
    column = m.details.c[kind]
    kept_out = exists().where(m.missed.c.listing_id == m.listing.c.id, _is_forbidden())
    query = _detailed(column, func.count()).where(m.site.c.name == site, ~kept_out).group_by(column)
    found: dict[str, int] = {}
    for part in (m.listing.c.id % _PART == 0, true()):
        left = [name for name, count in missing.items() if count >= share * found.get(name, 0)]
        if left:
            found |= dict(connection.execute(query.where(part, column.in_(left))).all())
    return found


def _detailed(*columns: ColumnElement[Any]) -> Select[Any]:
    """What the open versions of listings rest on."""
    return (
        live()
        .with_only_columns(*columns)
        .join(
            m.details,
            and_(m.details.c.listing_id == m.version.c.listing_id, m.details.c.run_id == m.version.c.details_run),
        )
    )


def _samples(connection: Connection) -> tuple[str, ...]:
    query = select(m.listing.c.key).join(m.missed, m.missed.c.listing_id == m.listing.c.id).where(~_is_forbidden())
    return tuple(connection.execute(query.order_by(m.listing.c.key).limit(_SAMPLES)).scalars())


def _earlier(connection: Connection, run: Run, at_most: int) -> list[Row[Any]]:
    """The last complete runs of the site, the latest first, as far back as they say how many listings to expect: an
    accepted shrink and a new reading begin anew."""
    query = runs.runs_of(run.site).where(
        m.run.c.id < run.sequence, m.run.c.status == RunStatus.COMPLETE.value, m.run.c.whole
    )
    found: list[Row[Any]] = []
    for row in connection.execute(query.limit(at_most)):
        found.append(row)
        if row.accepted or row.kind == RunKind.CORRECTION.value:
            break
    return found


def _usual_losses(earlier: list[Row[Any]]) -> dict[str, float]:
    """By field, the largest share of its values that one of the earlier runs lost; an accepted loss is no usual one."""
    found: dict[str, float] = {}
    for row in earlier:
        for name, share in () if row.accepted else runs.figures_of(row).get("losses", {}).items():
            found[name] = max(share, found.get(name, 0.0))
    return found


def _last_complete(connection: Connection, run: Run) -> Row[Any] | None:
    """The last run before this one that saw the whole site."""
    query = runs.runs_of(run.site, outcome=True).where(
        m.run.c.id < run.sequence,
        m.run.c.status == RunStatus.COMPLETE.value,
        m.run.c.whole,
        m.run.c.kind != RunKind.CORRECTION.value,
    )
    return connection.execute(query.limit(1)).first()


def _lists_of(last: Row[Any] | None) -> dict[str, int]:
    outcome = runs.outcome_of(last) if last else None
    return outcome.lists if outcome else {}


def _forgiven(last: Row[Any] | None) -> frozenset[str]:
    """The fields whose loss an operator accepted: the states still have the old values, and may lose them now."""
    return frozenset(runs.figures_of(last).get("lost", ())) if last and last.accepted else frozenset()
