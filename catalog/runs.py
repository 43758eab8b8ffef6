"""The record of runs: begun, finished, failed, and found again."""

import json
import re
import zlib
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, insert, select, update

from catalog import models as m
from restock.errors import CatalogueError, UsageError
from restock.run import CrawlOutcome, Run, Trip
from restock.terms import RunKind, RunStatus


class Stamp(NamedTuple):
    """What tells one state of a site's runs from the next: how many were merged and accepted, and the last of them."""

    merged: int
    accepted: int
    last: int


MERGED = (RunStatus.COMPLETE.value, RunStatus.PARTIAL.value)
_UNSAFE = re.compile(r"[^a-z0-9]+")


def site_id(connection: Connection, name: str) -> int:
    """The number of a site, given to it when its first run begins."""
    found: int | None = connection.execute(select(m.site.c.id).where(m.site.c.name == name)).scalar()
    if found is None:
        found = connection.execute(insert(m.site).values(name=name).returning(m.site.c.id)).scalar_one()
    return found


def rename_site(connection: Connection, name: str, new_name: str) -> bool:
    """Gives a site another name; False where there is no such site, or one of the new name already."""
    names = set(connection.execute(select(m.site.c.name).where(m.site.c.name.in_([name, new_name]))).scalars())
    if names != {name}:
        return False
    connection.execute(update(m.site).where(m.site.c.name == name).values(name=new_name))
    return True


def begin(connection: Connection, site: str, values: dict[str, Any]) -> int:
    """Writes a run that is running, and gives its sequence."""
    row = {
        "name": "",
        "status": RunStatus.RUNNING.value,
        "whole": True,
        "baseline": False,
        "accepted": False,
        "counts": "{}",
        "figures": "{}",
        "trips": "[]",
        "warnings": "[]",
    } | values
    _refuse_older_list(connection, site, row)
    # The name needs the sequence, which only the database can give: until then it is one that no run has.
    row["name"] = f"-{site}-{connection.execute(select(func.max(m.run.c.id))).scalar() or 0}"
    sequence: int = connection.execute(
        insert(m.run).values(site_id=site_id(connection, site), **row).returning(m.run.c.id)
    ).scalar_one()
    connection.execute(update(m.run).where(m.run.c.id == sequence).values(name=run_name(site, sequence)))
    return sequence


def run_name(site: str, sequence: int) -> str:
    """A run's id: short, safe in a shell and in a path, and never to be taken for a date."""
    slug = _UNSAFE.sub("-", site.lower()).strip("-")[:40].strip("-")
    return f"{slug or 'site'}-{sequence:04d}"


def _refuse_older_list(connection: Connection, site: str, row: dict[str, Any]) -> None:
    if row["kind"] != RunKind.IMPORT.value:
        return
    last = connection.execute(
        runs_of(site).where(m.run.c.status.in_(MERGED), m.run.c.kind != RunKind.CORRECTION.value).limit(1)
    ).first()
    if last is not None and last.observed_at > row["observed_at"]:
        raise UsageError(f"{site}: the list is older than the site's last run ({last.name}, {last.observed_at:%F %T})")


def finish(connection: Connection, run: Run, values: dict[str, Any]) -> None:
    """Writes how a run ended. `counts`, `figures`, `trips`, `warnings` and `outcome` are packed here."""
    packed = dict(values)
    for name in ("counts", "figures", "warnings"):
        if name in packed:
            packed[name] = _json(packed[name])
    if "trips" in packed:
        packed["trips"] = _json([asdict(trip) for trip in packed["trips"]])
    if packed.get("outcome") is not None:
        packed["outcome"] = zlib.compress(_json(packed["outcome"].to_json()).encode())
    connection.execute(update(m.run).where(m.run.c.id == run.sequence).values(**packed))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, default=str)


def every_run(*, outcome: bool = False) -> Select[Any]:
    """Every run; its outcome, which may name every page of a site, only where it is asked for."""
    columns = [column for column in m.run.c if outcome or column is not m.run.c.outcome]
    return select(*columns, m.site.c.name.label("site")).join(m.site, m.site.c.id == m.run.c.site_id)


def runs_of(site: str, *, outcome: bool = False) -> Select[Any]:
    """The runs of a site, the latest first."""
    return every_run(outcome=outcome).where(m.site.c.name == site).order_by(m.run.c.id.desc())


def stamp(connection: Connection, site_id: int) -> Stamp:
    """The state of a site's runs now: as long as it is the same, so are the site's listings."""
    accepted = func.sum(case((m.run.c.accepted, 1), else_=0))
    query = select(func.count(), func.coalesce(accepted, 0), func.coalesce(func.max(m.run.c.id), 0))
    merged = query.where(m.run.c.site_id == site_id, m.run.c.status.in_(MERGED))
    return Stamp(*connection.execute(merged).one())


def last_complete(connection: Connection, until: datetime) -> dict[str, datetime | None]:
    """Each site that had a run up to a moment, with the time of its last complete one (None where it had none)."""
    complete = and_(m.run.c.status == RunStatus.COMPLETE.value, m.run.c.whole)
    query = (
        select(m.site.c.name, func.max(case((complete, m.run.c.observed_at))))
        .join(m.run, m.run.c.site_id == m.site.c.id)
        .where(m.run.c.kind != RunKind.CORRECTION.value, m.run.c.observed_at <= until)
        .group_by(m.site.c.name)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def complete_looks(connection: Connection, until: datetime) -> dict[str, list[datetime]]:
    """When each site was crawled completely, up to a moment, the oldest first."""
    query = (
        select(m.site.c.name, m.run.c.observed_at)
        .join(m.run, m.run.c.site_id == m.site.c.id)
        .where(m.run.c.status == RunStatus.COMPLETE.value, m.run.c.whole, m.run.c.kind != RunKind.CORRECTION.value)
        .where(m.run.c.observed_at <= until)
        .order_by(m.run.c.id)
    )
    found: dict[str, list[datetime]] = {}
    for name, moment in connection.execute(query):
        found.setdefault(name, []).append(moment)
    return found


def complete_runs(site: str) -> Select[Any]:
    """The sequences of the runs that may say that something is gone, the latest first."""
    query = runs_of(site).with_only_columns(m.run.c.id)
    return query.where(
        m.run.c.status == RunStatus.COMPLETE.value, m.run.c.whole, m.run.c.kind != RunKind.CORRECTION.value
    )


def find(connection: Connection, name: str) -> Run:
    """A run with its outcome. Raises UsageError where there is none of that id."""
    row = connection.execute(every_run(outcome=True).where(m.run.c.name == name)).first()
    if row is None:
        raise UsageError(f"{name}: no such run")
    return to_run(row)


def running(connection: Connection, name: str) -> Run:
    """A run that may still be finished."""
    found = find(connection, name)
    if found.status is not RunStatus.RUNNING:
        raise CatalogueError(f"{name}: the run is {found.status} already")
    return found


def _running(owner: str | None) -> ColumnElement[bool]:
    return and_(m.run.c.status == RunStatus.RUNNING.value, m.run.c.owner.is_not_distinct_from(owner))


def under_way(connection: Connection, owner: str | None) -> dict[str, datetime]:
    columns = (m.site.c.name, func.max(m.run.c.started_at))
    query = select(*columns).join(m.run, m.run.c.site_id == m.site.c.id).where(_running(owner))
    rows = connection.execute(query.group_by(m.site.c.name).order_by(m.site.c.name))
    return {row[0]: row[1] for row in rows}


def left_running(connection: Connection, owner: str | None, site: str) -> list[str]:
    """The ids of the running runs of a site that belong to an owner, the latest first."""
    return list(connection.execute(runs_of(site).where(_running(owner)).with_only_columns(m.run.c.name)).scalars())


def figures_of(row: Row[Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row.figures)
    return found


def outcome_of(row: Row[Any]) -> CrawlOutcome | None:
    """What a run's crawl said of itself; None where it said nothing, or where the row was read without it."""
    packed: bytes | None = row._mapping.get("outcome")  # noqa: SLF001  the public name of a row's columns in SQLAlchemy
    return None if packed is None else CrawlOutcome.from_json(json.loads(zlib.decompress(packed)))


def to_run(row: Row[Any]) -> Run:
    return Run(
        id=row.name,
        sequence=row.id,
        site=row.site,
        kind=RunKind(row.kind),
        status=RunStatus(row.status),
        rules=row.rules,
        observed_at=row.observed_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        baseline=row.baseline,
        accepted=row.accepted,
        whole_site=row.whole,
        counts=json.loads(row.counts),
        trips=tuple(_trip(trip) for trip in json.loads(row.trips)),
        warnings=tuple(json.loads(row.warnings)),
        outcome=outcome_of(row),
    )


def _trip(row: dict[str, Any]) -> Trip:
    return Trip(row["layer"], row["message"], row["figures"], tuple(row["samples"]))
