"""Presence: what a run should have seen and did not, what of it is gone, and the spans in which the rest was absent."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, insert, literal, or_, select, update

from catalog import models as m
from catalog import runs
from catalog.rows import hashed_address
from catalog.staging import analyse
from catalog.work import Merge, close, is_seen

_stage, _version, _listing = m.stage.c, m.version.c, m.listing.c


def find_missed(connection: Connection, site_id: int, *conditions: ColumnElement[bool]) -> None:
    """Notes the known listings that a run should have seen, had they been there, and did not."""
    missed = select(_listing.id, _listing.url_hash, literal(False)).where(
        _listing.site_id == site_id, _listing.state.is_not(None), ~is_seen(_listing.id), *conditions
    )
    connection.execute(insert(m.missed).from_select(["listing_id", "url_hash", "gone"], missed))
    analyse(connection, m.missed)


def read_by(sequence: int) -> tuple[ColumnElement[bool], ...]:
    """That a listing's state is what a run read, or an earlier run and this one found unchanged: there and not absent
    as of it, or found by an earlier reading of it; and not from a later run (a correction counts as the run that it
    corrects)."""
    spans, origin, held = m.absence.c, m.run.alias("origin"), m.version.alias("held").c
    read = func.coalesce(origin.c.base_id, origin.c.id)
    absent = exists().where(spans.listing_id == _listing.id, *_covers(spans, sequence))
    known = exists().where(
        held.listing_id == _listing.id,
        origin.c.id == held.from_run,
        or_(and_(*_covers(held, sequence)), read == sequence),
    )
    since = select(origin.c.id).where(
        _version.listing_id == _listing.id,
        _version.to_run.is_(None),
        origin.c.id == _version.from_run,
        read > sequence,
    )
    return known, ~absent, ~since.exists()


def _covers(spans: Any, sequence: int) -> tuple[ColumnElement[bool], ...]:
    return spans.from_run <= sequence, or_(spans.to_run.is_(None), spans.to_run > sequence)


def decide_gone(work: Merge) -> None:
    if not work.complete:
        return
    query, unsure = update(m.missed).values(gone=True), set[str]()
    if work.misses > 1 and work.base is None:
        missed_long_enough, unsure = _earlier_misses(work)
        query = query.where(missed_long_enough)
    work.connection.execute(query)
    mark_missed(work.connection, unsure, gone=False)
    mark_missed(work.connection, work.gone, gone=True)
    mark_missed(work.connection, work.failed, gone=False)
    _keep_shown(work)


def _earlier_misses(work: Merge) -> tuple[ColumnElement[bool], set[str]]:
    """That the complete runs before this one, as many as the site's definition asks for, missed it too; and the pages
    (by URL key) that failed in one of them, which is no miss."""
    complete = runs.runs_of(work.run.site, outcome=True).where(
        m.run.c.id < work.run.sequence, m.run.c.id.in_(runs.complete_runs(work.run.site).order_by(None))
    )
    earlier = work.connection.execute(complete.limit(work.misses - 1)).all()
    first = earlier[-1].id if len(earlier) == work.misses - 1 else 0
    failed = {page for row in earlier if (told := runs.outcome_of(row)) for page in told.unseen_products}
    spans = m.absence.c
    since = exists().where(spans.listing_id == m.missed.c.listing_id, spans.to_run.is_(None), spans.from_run <= first)
    return since, failed


def _keep_shown(work: Merge) -> None:
    """A listing whose page moved and failed is there still: a list showed it under its SKU."""
    rows = [{"hashed": hashed} for hashed in sorted(work.failed_skus)]
    if rows:
        shown = select(_listing.id).where(_listing.site_id == work.site_id, _listing.sku_hash == bindparam("hashed"))
        work.connection.execute(update(m.missed).where(m.missed.c.listing_id.in_(shown)).values(gone=False), rows)


def mark_missed(connection: Connection, addresses: Collection[str], *, gone: bool) -> None:
    """Settles the missed listings at some addresses (URL keys), however many these are."""
    rows = [{"hashed": hashed_address(address)} for address in sorted(addresses)]
    if rows:
        query = update(m.missed).where(m.missed.c.url_hash == bindparam("hashed")).values(gone=gone)
        connection.execute(query, rows)


def close_gone(work: Merge) -> None:
    gone = select(m.missed.c.listing_id).where(m.missed.c.gone)
    close(work, gone)
    work.connection.execute(update(m.listing).where(_listing.id.in_(gone)).values(state=None))


def note_presence(work: Merge) -> None:
    """Absences begin where a listing was not seen and yet isn't gone, and end where it was seen or is gone."""
    if work.base is not None:
        return
    spans = m.absence.c
    gone = select(m.missed.c.listing_id).where(m.missed.c.gone)
    ended = or_(is_seen(spans.listing_id), spans.listing_id.in_(gone))
    work.connection.execute(update(m.absence).where(spans.to_run.is_(None), ended).values(to_run=work.run.sequence))
    already = exists().where(spans.listing_id == m.missed.c.listing_id, spans.to_run.is_(None))
    begun = select(m.missed.c.listing_id, literal(work.run.sequence)).where(~m.missed.c.gone, ~already)
    work.connection.execute(insert(m.absence).from_select(["listing_id", "from_run"], begun))
    if not work.whole:
        for seen in (m.stage.c.listing_id, m.settled.c.listing_id):
            sightings = select(literal(work.run.sequence), seen).where(seen.is_not(None))
            work.connection.execute(insert(m.sighting).from_select(["run_id", "listing_id"], sightings))
