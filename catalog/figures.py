"""What the guard judges a run by, counted in the database: known listings, the missing ones, earlier runs."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, select

from catalog import models as m
from catalog import runs
from catalog.guard import Case, Lost
from catalog.lost import lost_values
from catalog.quarantine import find_jumps, samples
from restock.run import CrawlOutcome, Run
from restock.site import Guard
from restock.terms import RunKind, RunStatus

_SAMPLES = 5


def gather(connection: Connection, run: Run, outcome: CrawlOutcome, guard: Guard, *, whole: bool) -> Case:
    """The case of a run whose listings are staged and matched."""
    earlier = _earlier(connection, run, guard.recent_runs)
    values, jumped = lost_values(connection, guard.price_jump)
    held = find_jumps(connection, run, guard.price_jump) if jumped.missing else 0
    last = _last_complete(connection, run)
    return Case(
        outcome=outcome,
        listings=connection.execute(select(func.count()).select_from(m.stage)).scalar_one(),
        guard=guard,
        known=_known(connection, run.site),
        groups=_groups(connection, run.site),
        missing=_missing(connection, run.site),
        forbidden=_forbidden(connection, run.site),
        values=values,
        forgiven=_forgiven(last),
        jumped=Lost(jumped.known, held),
        seen_again=jumped.missing - held,
        jumps=samples(connection) if held else (),
        recent=tuple(runs.figures_of(row).get("listings", 0) for row in earlier),
        lists_before=_lists_of(last),
        whole=whole,
    )


def live() -> Select[Any]:
    """The listings of every site that are not gone, with their open version."""
    return (
        select(m.listing.c.id)
        .join(m.site, m.site.c.id == m.listing.c.site_id)
        .join(m.version, and_(m.version.c.listing_id == m.listing.c.id, m.version.c.to_run.is_(None)))
    )


def unseen() -> ColumnElement[bool]:
    """That a listing is not among those staged."""
    return ~select(m.stage.c.row).where(m.stage.c.listing_id == m.listing.c.id).exists()


def _is_forbidden() -> ColumnElement[bool]:
    """That robots.txt forbids a listing's page: where it was not seen, it is not missing."""
    return exists().where(m.forbidden.c.url_hash == m.listing.c.url_hash)


def _counted(columns: tuple[ColumnElement[Any], ...], site: str) -> Select[Any]:
    absent = m.stage.c.row.is_(None)
    missed = func.sum(case((absent, 1), else_=0))
    joined = live().outerjoin(m.stage, m.stage.c.listing_id == m.listing.c.id)
    return joined.with_only_columns(*columns, func.count(), missed).where(
        m.site.c.name == site, ~and_(absent, _is_forbidden())
    )


def _known(connection: Connection, site: str) -> Lost:
    known, missing = connection.execute(_counted((), site)).one()
    return Lost(known, missing or 0)


def _groups(connection: Connection, site: str) -> dict[tuple[str, str], Lost]:
    found: dict[tuple[str, str], Lost] = {}
    for kind in ("brand", "category"):
        column = m.details.c[kind]
        query = (
            _counted((column,), site)
            .join(
                m.details,
                and_(
                    m.details.c.listing_id == m.version.c.listing_id,
                    m.details.c.run_id == m.version.c.details_run,
                ),
            )
            .where(column.is_not(None))
            .group_by(column)
        )
        found |= {(kind, name): Lost(known, missing) for name, known, missing in connection.execute(query)}
    return found


def _missing(connection: Connection, site: str) -> tuple[str, ...]:
    query = live().with_only_columns(m.listing.c.key).where(m.site.c.name == site, unseen(), ~_is_forbidden())
    return tuple(connection.execute(query.order_by(m.listing.c.key).limit(_SAMPLES)).scalars())


def _forbidden(connection: Connection, site: str) -> int:
    query = live().with_only_columns(func.count()).where(m.site.c.name == site, unseen(), _is_forbidden())
    return connection.execute(query).scalar_one()


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
