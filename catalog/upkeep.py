"""Upkeep: what must always be true of a catalogue, each as a query that finds nothing in a healthy one."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    SmallInteger,
    Table,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)

from catalog import desk_models as d
from catalog import models as m
from catalog.columns import Coded
from catalog.fingerprints import misstated
from catalog.hashing import text_hash
from catalog.runs import MERGED
from catalog.tallies import wrong_counts
from restock.terms import RunKind, RunStatus

_SAMPLES = 3
_NEVER = 2**31 - 1  # no run has this number
_SPANS = (m.version, m.absence)
_FOUND_BY = ((m.listing, "key_hash", "key"), (m.fact, "hash", "body"))


def check(connection: Connection) -> list[str]:
    """What is wrong with a catalogue, one line each."""
    found = list(_damage(connection))
    for message, query in _invariants():
        found += _told(message, connection.execute(query.limit(_SAMPLES + 1)).all())
    for table, number, words in _FOUND_BY:
        found += _told(f"a {table.name} that its {number} doesn't find", _misplaced(connection, table, number, words))
    found += _told("counts of a run that its rows don't bear out", wrong_counts(connection))
    wrong = [(number,) for number in islice(misstated(connection), _SAMPLES + 1)]
    found += _told("listings whose state is not what its hash says", wrong)
    return found


def _told(message: str, rows: Sequence[Any]) -> list[str]:
    if not rows:
        return []
    samples = "; ".join(" ".join(map(str, row)) for row in rows[:_SAMPLES])
    return [f"{message}: {samples}{', and more' if len(rows) > _SAMPLES else ''}"]


def _damage(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.execute(text("PRAGMA integrity_check(10)")):
        if said != "ok":
            yield f"the database file is damaged: {said}"


@cache
def _invariants() -> tuple[tuple[str, Select[Any]], ...]:
    return tuple(_every_invariant())


def _every_invariant() -> Iterator[tuple[str, Select[Any]]]:
    yield from _references()
    yield from _unknown_terms()
    for table in _SPANS:
        yield f"{table.name}s that end before they begin", _backwards(table)
        yield f"{table.name}s of one listing that overlap", _overlapping(table)
    for name, column in _run_columns():
        yield f"{name}s of a run that was never merged", _of_run(column, m.run.c.status.not_in(MERGED))
        yield f"{name}s of another site's run", _of_run(column, m.listing.c.site_id != m.run.c.site_id)
    yield "listings with more than one open version", _open_twice()
    yield "listings that are gone and have the hash of a state", _gone_with_state()
    yield "listings without any version", _unused(m.listing, m.version.c.listing_id == m.listing.c.id)
    yield "two listings with one key", _same_key()
    yield "versions whose details are missing", _without_details()
    yield "details that no version rests on", _unused(m.details, _rests_on())
    yield "listings taken away by a run that can't say so", _gone_without_leave()
    yield "absences of listings that are gone", _absent_and_gone()
    yield "prices that are held back for listings that are gone", _held_and_gone()
    yield "listings both seen and absent", _absent_and_seen()
    yield "sightings of a run over a whole site", _of_run(m.sighting.c.run_id, m.run.c.whole)
    yield "sites whose baseline is not their first complete run", _wrong_baseline()
    yield "runs that ended at no time", select(m.run.c.name).where(_ended(), m.run.c.finished_at.is_(None))
    yield "corrections of no run of theirs", _wrong_base()
    yield "letters whose state is not that of their deliveries", _misstated_letters()
    yield "letters that wait and have no body", _empty_letters()


def _references() -> Iterator[tuple[str, Select[Any]]]:
    """Rows that point at what is not there; PostgreSQL refuses them, SQLite where it is told to."""
    for table in m.metadata.sorted_tables:
        for key in table.foreign_keys:
            target = key.column.table.alias("target")
            there = exists().where(target.c[key.column.name] == key.parent)
            message = f"a row of {table.name} points at a {key.column.table.name} that is not there"
            yield message, select(key.parent).where(key.parent.is_not(None), ~there)


def _unknown_terms() -> Iterator[tuple[str, Select[Any]]]:
    for table in (m.version, m.details, m.quarantine):
        for column in table.c:
            if isinstance(column.type, Coded):
                number = func.coalesce(column, 0, type_=SmallInteger())
                beyond = or_(number < 0, number >= len(column.type.terms))
                yield f"a {table.name} with an unknown {column.name}", select(table.c.listing_id).where(beyond)


def _backwards(table: Table) -> Select[Any]:
    return select(table.c.listing_id, table.c.from_run, table.c.to_run).where(table.c.to_run <= table.c.from_run)


def _overlapping(table: Table) -> Select[Any]:
    one, other = table.alias("one"), table.alias("other")
    return select(one.c.listing_id, one.c.from_run, other.c.from_run).where(
        one.c.listing_id == other.c.listing_id,
        one.c.from_run < other.c.from_run,
        or_(one.c.to_run.is_(None), one.c.to_run > other.c.from_run),
    )


def _run_columns() -> Iterator[tuple[str, ColumnElement[int]]]:
    for table in _SPANS:
        yield table.name, table.c.from_run
        yield table.name, table.c.to_run
    yield "details of version", m.details.c.run_id
    yield "sighting", m.sighting.c.run_id
    yield "quarantine", m.quarantine.c.run_id


def _of_run(column: Any, condition: ColumnElement[bool]) -> Select[Any]:
    """The rows whose run (by number, in a column) is of a certain kind."""
    table = column.table
    joined = table.join(m.run, m.run.c.id == column).join(m.listing, m.listing.c.id == table.c.listing_id)
    return select(m.run.c.name, m.listing.c.key).select_from(joined).where(condition)


def _open_twice() -> Select[Any]:
    spans = m.version.c
    return select(spans.listing_id).where(spans.to_run.is_(None)).group_by(spans.listing_id).having(func.count() > 1)


def _unused(table: Table, rests_on_it: ColumnElement[bool]) -> Select[Any]:
    return select(*table.primary_key).where(~exists().where(rests_on_it))


def _rests_on() -> ColumnElement[bool]:
    return and_(m.details.c.listing_id == m.version.c.listing_id, m.details.c.run_id == m.version.c.details_run)


def _gone_with_state() -> Select[Any]:
    there = exists().where(m.version.c.listing_id == m.listing.c.id, m.version.c.to_run.is_(None))
    return select(m.listing.c.id, m.listing.c.key).where(m.listing.c.state.is_not(None), ~there)


def _same_key() -> Select[Any]:
    columns = (m.listing.c.site_id, m.listing.c.key)
    return select(*columns).group_by(*columns).having(func.count() > 1)


def _without_details() -> Select[Any]:
    spans = m.version.c
    before = m.details.c.run_id <= spans.from_run
    return select(spans.listing_id, spans.from_run).where(~exists().where(_rests_on(), before))


def _gone_without_leave() -> Select[Any]:
    """Only a run that saw the whole site, or a second reading of what a run saw, can say that something is gone."""
    spans, following = m.version.c, m.version.alias("following").c
    went_on = exists().where(following.listing_id == spans.listing_id, following.from_run == spans.to_run)
    may = or_(m.run.c.kind == RunKind.CORRECTION.value, and_(m.run.c.status == RunStatus.COMPLETE.value, m.run.c.whole))
    return (
        select(m.run.c.name, spans.listing_id)
        .join(m.run, m.run.c.id == spans.to_run)
        .where(spans.to_run.is_not(None), ~may, ~went_on)
    )


def _absent_and_gone() -> Select[Any]:
    """An absence lies within one stay of its listing."""
    away, spans = m.absence.c, m.version.c
    end = func.coalesce(away.to_run, _NEVER)
    there = exists().where(
        spans.listing_id == away.listing_id,
        spans.from_run <= away.from_run,
        func.coalesce(spans.to_run, _NEVER) > away.from_run,
    )
    left = exists().where(
        spans.listing_id == away.listing_id, spans.to_run > away.from_run, spans.to_run < end, ~_went_on(spans)
    )
    return select(away.listing_id, away.from_run).where(or_(~there, left))


def _held_and_gone() -> Select[Any]:
    held = m.quarantine.c
    there = exists().where(m.version.c.listing_id == held.listing_id, m.version.c.to_run.is_(None))
    return select(held.listing_id, held.run_id).where(~there)


def _went_on(spans: Any) -> ColumnElement[bool]:
    following = m.version.alias("next_state").c
    return exists().where(following.listing_id == spans.listing_id, following.from_run == spans.to_run)


def _absent_and_seen() -> Select[Any]:
    away, spans = m.absence.c, m.version.c
    return (
        select(m.run.c.name, spans.listing_id)
        .join(m.version, m.version.c.from_run == m.run.c.id)
        .join(
            m.absence,
            and_(
                away.listing_id == spans.listing_id,
                away.from_run <= spans.from_run,
                func.coalesce(away.to_run, _NEVER) > spans.from_run,
            ),
        )
        .where(m.run.c.kind != RunKind.CORRECTION.value)
    )


def _wrong_baseline() -> Select[Any]:
    complete = and_(m.run.c.status == RunStatus.COMPLETE.value, m.run.c.whole, m.run.c.kind != RunKind.CORRECTION.value)
    first = select(m.run.c.site_id, func.min(m.run.c.id).label("id")).where(complete).group_by(m.run.c.site_id)
    firsts = first.subquery("firsts")
    return (
        select(m.run.c.name)
        .outerjoin(firsts, firsts.c.id == m.run.c.id)
        .where(m.run.c.baseline.is_distinct_from(firsts.c.id.is_not(None)))
    )


def _ended() -> ColumnElement[bool]:
    return m.run.c.status != RunStatus.RUNNING.value


def _wrong_base() -> Select[Any]:
    base = m.run.alias("base")
    is_correction = m.run.c.kind == RunKind.CORRECTION.value
    right = and_(base.c.site_id == m.run.c.site_id, base.c.id < m.run.c.id, base.c.status.in_(MERGED))
    return (
        select(m.run.c.name)
        .outerjoin(base, base.c.id == m.run.c.base_id)
        .where(
            or_(and_(is_correction, func.coalesce(~right, True)), and_(~is_correction, m.run.c.base_id.is_not(None)))
        )
    )


def _misplaced(connection: Connection, table: Table, number: str, words: str) -> list[tuple[Any, ...]]:
    """Rows that stand under another hash than that of their text."""
    query: Select[Any] = select(table.c[number], table.c[words])
    return [(found,) for found, said in connection.execute(query) if text_hash(said) != found]


def _misstated_letters() -> Select[Any]:
    """Sent where any delivery is, else waiting where any is, else refused."""
    states = select(d.delivery.c.state).where(d.delivery.c.letter_id == d.letter.c.id)
    found = case((literal("sent").in_(states), "sent"), (literal("waiting").in_(states), "waiting"), else_="refused")
    return select(d.letter.c.message_id, d.letter.c.state).where(d.letter.c.state != found)


def _empty_letters() -> Select[Any]:
    waits = exists().where(d.delivery.c.letter_id == d.letter.c.id, d.delivery.c.state == "waiting")
    return select(d.letter.c.message_id).where(d.letter.c.body.is_(None), waits)
