"""`runs list|show|accept`: crawl runs, their status, counts and warnings."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from cli.catching import RUN_COLUMNS, report_run
from cli.console import NO_RUN, Row, as_table, say, show
from cli.options import Home, OutFormat, Output, SiteOption
from cli.session import workspace_of
from reports.tables import cell_text
from restock.errors import EvidenceError
from restock.run import Run, Trip
from scheduler.evidence import thinning_of
from scheduler.workspace import Workspace
from spiders.evidence import Thinning

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Runs. Example: restock runs list --site nag")

PARTICULARS = ("what", "value")
RunArgument = Annotated[str, typer.Argument(help="A run's id.", metavar="RUN")]


@app.command("list")
def list_runs(
    site: SiteOption = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many, the latest first.")] = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Runs, the latest first.

    Example: restock runs list --site nag --limit 10
    """
    with workspace_of(home) as workspace:
        runs = workspace.catalogue.runs(*(site or ()), limit=limit)
        if not show((run.to_json() for run in runs), RUN_COLUMNS, format, output):
            say(f"no run of {', '.join(site)} yet" if site else NO_RUN)


@app.command("show")
def show_run(run: RunArgument, format: OutFormat = None, output: Output = None, home: Home = None) -> None:
    """One run: its status, its counts, what tripped the guard, and what the crawl saw.

    Example: restock runs show nag-000017
    """
    with workspace_of(home) as workspace:
        found = workspace.catalogue.run(run)
        thinning = _thinning(workspace, found)
        if as_table(format, output):
            thinned = [{"what": "evidence", "value": thinning.told()}] if thinning else []
            show([*particulars(found), *thinned], PARTICULARS, format)
            return
        row = found.to_json() | {"outcome": found.outcome.to_json() if found.outcome else None}
        show([row | {"thinned": asdict(thinning) if thinning else None}], RUN_COLUMNS, format, output)
        for line in explanation(found):
            say(line)
        if thinning:
            say(f"note: {thinning.told()}")


@app.command("accept")
def accept(run: RunArgument, format: OutFormat = None, output: Output = None, home: Home = None) -> None:
    """Overrule the guard: the run counts as complete, what it did not find is gone, and the prices that it held back
    are taken.

    Example: restock runs accept nag-000017
    """
    with workspace_of(home) as workspace:
        found = workspace.catalogue.run(run)
        with workspace.site_lock(found.site):
            accepted = workspace.catalogue.accept(run)
        show([accepted.to_json()], RUN_COLUMNS, format, output)
        report_run(accepted)


def _thinning(workspace: Workspace, run: Run) -> Thinning | None:
    try:
        return thinning_of(workspace.settings, run)
    except EvidenceError as error:
        say(f"{run.id}: {error}")
        return None


def particulars(run: Run) -> Iterator[Row]:
    """A run as a table for people: what it was, its counts, each layer that tripped with figures and samples, notes."""
    plain = run.to_json()
    for name in ("run", "site", "kind", "status", "observed_at", "started_at", "finished_at", "rules"):
        yield {"what": name, "value": plain[name]}
    for name in ("baseline", "accepted"):
        if plain[name]:
            yield {"what": name, "value": "yes"}
    for name, count in run.counts.items():
        yield {"what": name, "value": f"{count:,}"}
    for trip in run.trips:
        yield {"what": f"tripped: {trip.layer}", "value": trip.message}
        for name, figure in trip.figures.items():
            yield {"what": "", "value": f"{name.replace('_', ' ')}: {cell_text(figure)}"}
        for sample in trip.samples:
            yield {"what": "", "value": f"for example {sample}"}
    for note in (*run.warnings, *(run.outcome.notes if run.outcome else ())):
        yield {"what": "note", "value": note}


def explanation(run: Run) -> list[str]:
    """What the guard found, layer by layer, and what an operator should know besides."""
    lines = [f"{trip.layer}: {trip.message}{_aside(trip)}" for trip in run.trips]
    return lines + [f"note: {warning}" for warning in run.warnings]


def _aside(trip: Trip) -> str:
    """A trip's figures and samples in brackets."""
    figures = ", ".join(f"{name.replace('_', ' ')} {cell_text(value)}" for name, value in trip.figures.items())
    said = "; ".join(filter(None, (figures, ", ".join(trip.samples))))
    return f" ({said})" if said else ""
