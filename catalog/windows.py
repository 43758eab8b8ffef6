"""Windows: between which two runs of each site a diff looks, from run ids or from dates."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from catalog import models as m
from catalog import runs
from restock.clock import parse_moment
from restock.errors import UsageError
from restock.run import Run
from restock.terms import RunKind, RunStatus

Marker = str | date | datetime  # a run id or an ISO text, a day, a moment


@dataclass(frozen=True, slots=True)
class Window:
    """Two runs of one site; what changed is what differs between the states as of each."""

    site: str
    from_run: Run
    to_run: Run


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between what a diff looks. `starts` are the runs (by sequence) that an earlier diff ended with: a site that has
    one begins there, another one at its first complete run."""

    since: Marker | None = None
    until: Marker | None = None
    starts: Collection[int] | None = None


def moment_of(marker: Marker, *, end: bool) -> datetime | None:
    """The moment that a marker stands for, None for a run id. A day begins at midnight UTC."""
    if isinstance(marker, datetime):
        return marker if marker.tzinfo else marker.replace(tzinfo=UTC)
    if isinstance(marker, date):
        start = datetime.combine(marker, time(), UTC)
        return start + timedelta(days=1, seconds=-1) if end else start
    try:
        return moment_of(date.fromisoformat(marker), end=end)
    except ValueError:
        pass
    try:
        return parse_moment(marker)
    except ValueError:
        return None


def find_windows(
    connection: Connection, bounds: Bounds, sites: list[str] | None
) -> tuple[list[Window], list[int], list[str]]:
    """The window of each site, the run that each site stands at where they end, and a note for each site that has no
    window. Raises UsageError for markers that no window can have."""
    since, until = bounds.since, bounds.until
    start, end = _end(connection, since, end=False), _end(connection, until, end=True)
    named = {found.site for found in (start, end) if isinstance(found, Run)}
    if len(named) > 1:
        raise UsageError(f"{since} and {until} are runs of different sites")
    _refuse_backwards(start, end)
    wanted = sorted(named) or sorted(sites if sites is not None else _sites(connection))
    if sites is not None and not set(wanted) <= set(sites):
        raise UsageError(f"{since or until} is a run of {wanted[0]}, which was not asked for")
    windows: list[Window] = []
    ends: list[int] = []
    notes: list[str] = []
    for site in wanted:
        begins = start if bounds.starts is None else _standing(connection, site, bounds.starts)
        found, stands = _site_window(connection, site, begins, end)
        ends += [] if stands is None else [stands]
        if isinstance(found, Window):
            windows.append(found)
        else:
            notes.append(found)
    return windows, ends, notes


def _standing(connection: Connection, site: str, starts: Collection[int]) -> Run | datetime:
    """The run of a site that is among the starts; where there is none, a moment before every run."""
    own = runs.runs_of(site).where(m.run.c.id.in_(starts)).limit(1)
    row = connection.execute(own).first()
    return runs.to_run(row) if row is not None else datetime.min.replace(tzinfo=UTC)


def _sites(connection: Connection) -> list[str]:
    return list(connection.execute(select(m.site.c.name).order_by(m.site.c.name)).scalars())


def _end(connection: Connection, marker: Marker | None, *, end: bool) -> Run | datetime | None:
    if marker is None:
        return None
    moment = moment_of(marker, end=end)
    if moment is not None:
        return moment
    try:
        run = runs.find(connection, str(marker))
    except UsageError:
        raise UsageError(f"{marker}: neither a run nor an ISO date") from None
    if run.status not in (RunStatus.COMPLETE, RunStatus.PARTIAL) or run.kind is RunKind.CORRECTION:
        what = "correction" if run.kind is RunKind.CORRECTION else run.status.value
        raise UsageError(f"{marker}: a {what} run is no end of a window; it took nothing from the market")
    return run


def _refuse_backwards(start: Run | datetime | None, end: Run | datetime | None) -> None:
    if isinstance(start, Run) and isinstance(end, Run):
        backwards = start.sequence > end.sequence
    elif isinstance(start, datetime) and isinstance(end, datetime):
        backwards = start > end
    else:
        return
    if backwards:
        raise UsageError("the window ends before it begins")


def _site_window(
    connection: Connection, site: str, start: Run | datetime | None, end: Run | datetime | None
) -> tuple[Window | str, int | None]:
    """A site's window, or why it has none; and the run that the site stands at where it ends."""
    complete = connection.execute(runs.complete_runs(site).with_only_columns(m.run.c.id, m.run.c.observed_at)).all()
    if not complete:
        return f"{site}: no complete run yet", None
    first = complete[-1].id
    last = _last(complete, end)
    if last is None:
        return f"{site}: no complete run up to the end of the window", None
    before = _first(complete, start, last)
    if before is None and start is None:
        return f"{site}: only one complete run so far; it is the baseline", last
    # What came before the first complete run was never the whole site: nothing is new against it.
    earliest = max(before if before is not None else first, first)
    if earliest >= last:
        return f"{site}: nothing to compare: no later run in the window", max(earliest, last)
    return Window(site, _run(connection, earliest), _run(connection, last)), last


def _last(complete: list[Row[Any]] | Any, end: Run | datetime | None) -> int | None:
    if isinstance(end, Run):
        return end.sequence
    return next((row.id for row in complete if end is None or row.observed_at <= end), None)


def _first(complete: list[Row[Any]] | Any, start: Run | datetime | None, last: int) -> int | None:
    """The run whose state a window begins with: the named one, the one before the last, or the site's last complete
    run at that moment, which may be the window's end itself."""
    if isinstance(start, Run):
        return start.sequence
    if start is None:
        return next((row.id for row in complete if row.id < last), None)
    return next((row.id for row in complete if row.id <= last and row.observed_at <= start), None)


def _run(connection: Connection, sequence: int) -> Run:
    return runs.to_run(connection.execute(runs.every_run().where(m.run.c.id == sequence)).one())
