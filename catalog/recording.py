"""A run's end: spooled, matched, judged, merged and closed, in one transaction that happens wholly or not at all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, and_, delete, exists, insert, literal, select, update

from catalog import figures, quarantine, runs
from catalog import models as m
from catalog.corrections import runs_to_correct
from catalog.database import Database
from catalog.guard import Case, judge, lost_fields
from catalog.matching import match
from catalog.merge import COUNTS, merge
from catalog.presence import find_missed, mark_missed
from catalog.staging import Spool, measure_if_grown, note_forbidden, spool, staged
from catalog.traits import Counts, settled_counts
from catalog.vitals import vitals
from catalog.work import Merge
from restock.errors import UsageError
from restock.listing import Listing
from restock.run import CrawlOutcome, Run, Verdict
from restock.site import Guard
from restock.terms import RunKind, RunStatus

Known = TypeVar("Known", int, datetime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended. `unread` counts values whose text no rule understood; `whole_site` is False for a run over
    single pages, which can't say that anything else is gone."""

    outcome: CrawlOutcome
    guard: Guard
    finished_at: datetime | Callable[[], datetime]
    unread: int | Callable[[], int] = 0
    whole_site: bool = True
    warnings: Sequence[str] = ()


def known(value: Known | Callable[[], Known]) -> Known:
    """A value, or one that is known only now that the last listing was taken."""
    return value() if callable(value) else value


def finish_run(database: Database, run_id: str, listings: Iterable[Listing], ending: Ending) -> None:
    """Judges what a run saw and merges it. The spool is filled before the write transaction begins."""
    with database.errors(), database.engine.connect() as connection, staged(connection):
        with database.reading(connection):
            site_id = runs.site_id(connection, runs.running(connection, run_id).site)
            spooled = spool(connection, site_id, listings, ending.outcome.unseen_products)
            note_forbidden(connection, ending.outcome.forbidden_products)
        with database.writing(connection):
            run = runs.running(connection, run_id)
            folded = match(connection, site_id, spooled.as_of)
            if ending.whole_site:
                find_missed(connection, site_id)
            settled = settled_counts(connection)
            case = figures.gather(connection, run, ending.outcome, ending.guard, settled, whole=ending.whole_site)
            verdict = judge(case)
            signs = vitals(connection, ending.outcome, settled)
            counts = _merge_judged(connection, run, case, verdict, spooled, settled)
            counts["held"] = case.jumped.missing
            counts["unread"] = known(ending.unread) + spooled.unkept
            notes = [*ending.warnings, *verdict.warnings, *_notes(connection, run, spooled, folded, case)]
            values = {"counts": counts, "warnings": notes, "finished_at": known(ending.finished_at)}
            judgement = _judgement(connection, run, case, verdict)
            judgement["figures"]["vitals"] = signs
            runs.finish(connection, run, values | judgement)
            measure_if_grown(connection, counts["new"])


def _merge_judged(
    connection: Connection, run: Run, case: Case, verdict: Verdict, spooled: Spool, settled: Counts
) -> dict[str, int]:
    if verdict.status is RunStatus.FAILED:
        return dict.fromkeys(COUNTS, 0)
    complete = verdict.status is RunStatus.COMPLETE and case.whole
    return merge(
        Merge(
            connection=connection,
            run=run,
            site_id=runs.site_id(connection, run.site),
            complete=complete,
            whole=case.whole,
            misses=case.guard.misses_before_gone,
            gone=case.outcome.gone_products,
            failed=case.outcome.unseen_products,
            failed_skus=spooled.skus,
            facts=spooled.facts,
            settled=settled,
            lost_fields=lost_fields(case) if case.whole else (),
        )
    )


def _notes(connection: Connection, run: Run, spooled: Spool, folded: int, case: Case) -> list[str]:
    """What happened to listings on the way, so that nothing is dropped in silence."""
    found = []
    if spooled.failed:
        found.append(f"{spooled.failed} listing(s) were left as they were: their page failed or is forbidden")
    if folded:
        found.append(f"{folded} listing(s) were the same goods as another and were folded into it")
    if spooled.unkept:
        found.append(f"{spooled.unkept} number(s) were too large to be true and were not kept")
    if case.jumped.missing:
        told = f"{case.jumped.missing} price(s) jumped and are held back until a later run sees them again"
        found.append(f"{told}: {', '.join(case.jumps)}")
    if case.seen_again:
        found.append(f"{case.seen_again} price(s) that jumped were seen again and taken")
    stale = runs_to_correct(connection, run.site, run.rules, before=run.sequence)
    if stale and case.whole:
        names = ", ".join(earlier.id for earlier in stale)
        found.append(f"the rules changed and {names} was not read again: some changes may be the rules'")
    return found


def _judgement(connection: Connection, run: Run, case: Case, verdict: Verdict) -> dict[str, Any]:
    complete = verdict.status is RunStatus.COMPLETE and case.whole
    return {
        "status": verdict.status.value,
        "whole": case.whole,
        "baseline": complete and connection.execute(runs.complete_runs(run.site).limit(1)).first() is None,
        "figures": {"listings": case.listings, "lost": lost_fields(case), "losses": _losses(case)},
        "trips": verdict.trips,
        "outcome": case.outcome,
    }


def _losses(case: Case) -> dict[str, float]:
    """The share of its values that each field lost: what later runs of the site are judged by."""
    return {
        name: round(lost.share, 4) for name, lost in case.values.items() if lost.missing and name not in case.forgiven
    }


def fail_run(database: Database, run_id: str, reason: str, finished_at: datetime) -> None:
    """Ends a run of which nothing is kept."""
    with database.write() as connection:
        run = runs.running(connection, run_id)
        runs.finish(
            connection,
            run,
            {"status": RunStatus.FAILED.value, "warnings": [*run.warnings, reason], "finished_at": finished_at},
        )


def accept(database: Database, run_id: str) -> None:
    """Overrules the guard: what the run did not see is gone as of that run, the prices that it held back are its own,
    and later runs are judged by it."""
    with (
        database.errors(),
        database.engine.connect() as connection,
        staged(connection),
        database.writing(connection),
    ):
        run = runs.find(connection, run_id)
        _refuse_unacceptable(connection, run)
        released, changed = quarantine.release(connection, run)
        values: dict[str, Any] = {"status": RunStatus.COMPLETE.value, "accepted": True}
        counts = run.counts | {"held": 0, "changed": run.counts["changed"] + changed}
        if run.status is not RunStatus.COMPLETE:
            values["baseline"] = connection.execute(runs.complete_runs(run.site).limit(1)).first() is None
            gone = _close_absent(connection, run)
            counts |= {"gone": run.counts["gone"] + gone, "unseen": run.counts["unseen"] - gone}
        elif not released:
            return
        runs.finish(connection, run, values | {"counts": counts})


def _refuse_unacceptable(connection: Connection, run: Run) -> None:
    if run.status not in (RunStatus.PARTIAL, RunStatus.COMPLETE):
        raise UsageError(f"{run.id}: a {run.status} run can't be accepted; it has nothing to accept")
    if run.kind is RunKind.CORRECTION:
        raise UsageError(f"{run.id}: a correction says nothing of the market; there is nothing to accept")
    if not run.whole_site:
        raise UsageError(f"{run.id}: a run over single pages can't say what is gone")
    later = runs.runs_of(run.site).where(m.run.c.whole, m.run.c.status.in_(runs.MERGED), m.run.c.id > run.sequence)
    newest = connection.execute(later.limit(1)).first()
    if newest is not None and newest.kind == RunKind.CORRECTION.value:
        told = f"read again under newer rules since ({newest.name}); a new run of {run.site} can be accepted"
        raise UsageError(f"{run.id}: it was {told}")
    if newest is not None:
        raise UsageError(f"{run.id}: only the latest run of {run.site} can be accepted; that is {newest.name}")


def _close_absent(connection: Connection, run: Run) -> int:
    """Ends what the run did not see. Where a page failed, its list still led there: that listing is not gone."""
    spans = m.absence.c
    absent = (
        select(spans.listing_id, m.listing.c.url_hash, literal(True))
        .join(m.listing, m.listing.c.id == spans.listing_id)
        .join(m.site, m.site.c.id == m.listing.c.site_id)
        .where(m.site.c.name == run.site, spans.to_run.is_(None), spans.from_run <= run.sequence)
    )
    connection.execute(insert(m.missed).from_select(["listing_id", "url_hash", "gone"], absent))
    mark_missed(connection, run.outcome.unseen_products if run.outcome else (), gone=False)
    gone = select(m.missed.c.listing_id).where(m.missed.c.gone)
    held = m.version.c.to_run.is_(None)
    closed = connection.execute(
        update(m.version).where(held, m.version.c.listing_id.in_(gone)).values(to_run=run.sequence)
    )
    connection.execute(update(m.listing).where(m.listing.c.id.in_(gone)).values(state=None))
    there = exists().where(m.version.c.listing_id == spans.listing_id, m.version.c.to_run.is_(None))
    ended = and_(spans.to_run.is_(None), ~there)
    connection.execute(delete(m.absence).where(ended, spans.from_run == run.sequence))
    connection.execute(update(m.absence).where(ended, spans.from_run < run.sequence).values(to_run=run.sequence))
    quarantine.forget_gone(connection)
    return closed.rowcount
