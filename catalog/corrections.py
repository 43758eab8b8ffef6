"""Corrections: an earlier run read again under other rules. What differs is never a market event."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select

from catalog import models as m
from catalog import runs
from catalog.database import Database
from catalog.figures import live
from catalog.guard import Lost
from catalog.matching import match
from catalog.merge import merge
from catalog.presence import find_missed, read_by
from catalog.quarantine import find_jumps
from catalog.staging import Spool, spool, staged
from catalog.traits import settled_counts
from catalog.work import Merge
from restock.errors import UsageError
from restock.listing import Listing
from restock.run import Run
from restock.site import Guard
from restock.terms import RunKind, RunStatus


def runs_to_correct(connection: Connection, site: str, rules: str, *, before: int | None = None) -> list[Run]:
    """The runs whose states stand as other rules than these read them: the last complete run and the later ones, in
    the order in which they must be corrected."""
    found: list[Run] = []
    read_again: dict[int, str] = {}
    query = runs.runs_of(site, outcome=True).where(m.run.c.status.in_(runs.MERGED))
    if before is not None:
        query = query.where(m.run.c.id < before)
    for row in connection.execute(query):
        if row.kind == RunKind.CORRECTION.value:
            read_again.setdefault(row.base_id, row.rules)
            continue
        if read_again.get(row.id, row.rules) != rules:
            found.append(runs.to_run(row))
        if row.status == RunStatus.COMPLETE.value and row.whole:
            break
    return found[::-1]


def correct(
    database: Database,
    run: Run,
    listings: Iterable[Listing],
    *,
    rules: str,
    guard: Guard,
    unread: int | Callable[[], int],
    finished_at: datetime,
) -> str:
    """Writes a correction run; gives its id."""
    failed = run.outcome.unseen_products if run.outcome else set()
    with database.errors(), database.engine.connect() as connection, staged(connection):
        with database.reading(connection):
            site_id = runs.site_id(connection, run.site)
            spooled = spool(connection, site_id, listings, failed)
        with database.writing(connection):
            correction = _begin(connection, run, rules, finished_at)
            match(connection, site_id, spooled.as_of)
            if run.whole_site:
                find_missed(connection, site_id, *read_by(run.sequence))
            _merge(connection, run, correction, spooled, guard, unread() if callable(unread) else unread)
            return correction.id


def _begin(connection: Connection, run: Run, rules: str, at: datetime) -> Run:
    row = connection.execute(runs.every_run().where(m.run.c.id == run.sequence)).one()
    if row.status not in runs.MERGED or row.kind == RunKind.CORRECTION.value:
        raise UsageError(f"{run.id}: only a run that was merged can be corrected")
    sequence = runs.begin(
        connection,
        run.site,
        {
            "kind": RunKind.CORRECTION.value,
            "rules": rules,
            "base_id": run.sequence,
            "whole": run.whole_site,
            "definition": row.definition,
            "observed_at": run.observed_at,
            "started_at": at,
            "finished_at": at,
        },
    )
    return runs.find(connection, runs.run_name(run.site, sequence))


def _merge(connection: Connection, run: Run, correction: Run, spooled: Spool, guard: Guard, unread: int) -> None:
    lost = _lost(connection, run)
    trusted = lost.known < guard.lost_from or lost.share < guard.lost_share
    warnings = [f"a correction of {run.id}"]
    if not trusted:
        warnings.append(f"{lost.missing} of {lost.known} listings were not found again; they stay as they were")
    find_jumps(connection, correction, guard.price_jump, base=run.sequence)
    counts = merge(
        Merge(
            connection=connection,
            run=correction,
            site_id=runs.site_id(connection, run.site),
            complete=trusted,
            whole=run.whole_site,
            failed=run.outcome.unseen_products if run.outcome else (),
            facts=spooled.facts,
            settled=settled_counts(connection),
            base=run.sequence,
        )
    )
    values = {
        # A correction of a partial run says as little about what to expect as that run did.
        "status": run.status.value,
        "counts": counts | {"unread": unread + spooled.unkept},
        "figures": {"listings": counts["listings"]},
        "warnings": warnings,
    }
    runs.finish(connection, correction, values)


def _lost(connection: Connection, run: Run) -> Lost:
    """How many of the listings that a run saw its second reading doesn't find."""
    missing = connection.execute(select(func.count()).select_from(m.missed)).scalar_one()
    if not missing:
        return Lost(0, 0)
    seen = live().with_only_columns(func.count()).where(m.site.c.name == run.site, *read_by(run.sequence))
    return Lost(connection.execute(seen).scalar_one(), missing)
