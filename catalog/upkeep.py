"""Upkeep: what must always be true of a catalogue, each as a query that finds nothing in a healthy one."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, or_, select, text

from catalog import models as m

_SAMPLES = 3


def check(connection: Connection) -> list[str]:
    """What is wrong with a catalogue, one line each."""
    found = list(_damage(connection))
    for message, query in _invariants():
        rows = connection.execute(query.limit(_SAMPLES + 1)).all()
        if rows:
            samples = "; ".join(" ".join(map(str, row)) for row in rows[:_SAMPLES])
            more = ", and more" if len(rows) > _SAMPLES else ""
            found.append(f"{message}: {samples}{more}")
    return found


def _damage(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.execute(text("PRAGMA integrity_check(10)")):
        if said != "ok":
            yield f"the database file is damaged: {said}"
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"a row of {row[0]} points at a {row[2]} that is not there"


def _invariants() -> list[tuple[str, Select[Any]]]:
    return [
        ("versions that end before they begin", _backwards()),
        ("versions of one listing that overlap", _overlapping()),
        ("listings with more than one open version", _open_twice()),
        ("listings without any version", _without_version()),
        ("two listings with one key", _same_key()),
        ("versions whose details are missing", _without_details()),
        ("versions of a run that was never merged", _unmerged()),
        ("versions of another site's run", _other_site()),
        ("absences of listings that are gone", _absent_and_gone()),
        ("prices that are held back for listings that are gone", _held_and_gone()),
        ("sites with more than one baseline", _baselines()),
    ]


def _backwards() -> Select[Any]:
    spans = m.version.c
    return select(spans.listing_id, spans.from_run, spans.to_run).where(spans.to_run <= spans.from_run)


def _overlapping() -> Select[Any]:
    one, other = m.version.alias("one"), m.version.alias("other")
    return select(one.c.listing_id, one.c.from_run, other.c.from_run).where(
        one.c.listing_id == other.c.listing_id,
        one.c.from_run < other.c.from_run,
        or_(one.c.to_run.is_(None), one.c.to_run > other.c.from_run),
    )


def _open_twice() -> Select[Any]:
    spans = m.version.c
    return select(spans.listing_id).where(spans.to_run.is_(None)).group_by(spans.listing_id).having(func.count() > 1)


def _without_version() -> Select[Any]:
    return select(m.listing.c.id, m.listing.c.key).where(~exists().where(m.version.c.listing_id == m.listing.c.id))


def _same_key() -> Select[Any]:
    columns = (m.listing.c.site_id, m.listing.c.key)
    return select(*columns).group_by(*columns).having(func.count() > 1)


def _without_details() -> Select[Any]:
    spans = m.version.c
    there = and_(m.details.c.listing_id == spans.listing_id, m.details.c.run_id == spans.details_run)
    return select(spans.listing_id, spans.from_run).where(~exists().where(there))


def _unmerged() -> Select[Any]:
    query = select(m.run.c.name, m.version.c.listing_id).join(
        m.version, or_(m.version.c.from_run == m.run.c.id, m.version.c.to_run == m.run.c.id)
    )
    return query.where(m.run.c.status.not_in(("complete", "partial")))


def _other_site() -> Select[Any]:
    query = select(m.run.c.name, m.listing.c.key).join(m.version, m.version.c.from_run == m.run.c.id)
    return query.join(m.listing, m.listing.c.id == m.version.c.listing_id).where(m.listing.c.site_id != m.run.c.site_id)


def _absent_and_gone() -> Select[Any]:
    spans = m.absence.c
    there = exists().where(m.version.c.listing_id == spans.listing_id, m.version.c.to_run.is_(None))
    return select(spans.listing_id, spans.from_run).where(spans.to_run.is_(None), ~there)


def _held_and_gone() -> Select[Any]:
    held = m.quarantine.c
    there = exists().where(m.version.c.listing_id == held.listing_id, m.version.c.to_run.is_(None))
    return select(held.listing_id, held.run_id).where(~there)


def _baselines() -> Select[Any]:
    return select(m.run.c.site_id).where(m.run.c.baseline).group_by(m.run.c.site_id).having(func.count() > 1)
