"""`snapshot` and `crawl`: the commands that ask a site."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import LISTING_COLUMNS, say, show
from cli.options import Concurrency, Delay, Home, OutFormat, Output
from cli.progress import CrawlMeter
from cli.session import workspace_of
from restock.errors import CrawlError, UsageError, told
from restock.listing import LISTING_FIELDS
from restock.run import Run
from restock.site import Site
from restock.terms import RunKind, RunStatus
from scheduler.bundle import write_bundle
from scheduler.crawl import Pace, crawl_site
from scheduler.workspace import Workspace

RUN_COLUMNS = ("run", "site", "kind", "status", "observed_at", "counts")


def snapshot(
    target: Annotated[str, typer.Argument(help="A site's name, or any URL: a shop, a list, a feed or one product.")],
    bundle: Annotated[
        Path | None, typer.Option("--bundle", help="Also write a self-contained evidence bundle.", metavar="DIR")
    ] = None,
    delay: Delay = None,
    concurrency: Concurrency = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Capture a site or a page once and print its listings.

    Example: restock snapshot https://shop.example/catalog --delay 0.5 --output shop.xlsx
    """
    with workspace_of(home) as workspace:
        site, start = _target(workspace, target)
        with CrawlMeter() as meter:
            run = crawl_site(
                workspace,
                site,
                kind=RunKind.SNAPSHOT,
                pace=Pace(delay, concurrency),
                start=start,
                on_progress=meter,
            )
        if run.status is RunStatus.FAILED:
            raise CrawlError(failure(run))
        listings = list(workspace.catalogue.listings_of_run(run.id))
        if bundle is not None:
            write_bundle(workspace, run, listings, bundle)
            say(f"evidence bundle written to {bundle}")
        show((listing.to_json() for listing in listings), LISTING_COLUMNS, format, output, whole=LISTING_FIELDS)
        report_run(run)
    raise typer.Exit(exit_code([run]))


def _target(workspace: Workspace, target: str) -> tuple[Site, str | None]:
    """The site that a target names, and where to start if that is not where its definition says."""
    if target in workspace.sites:
        return workspace.sites[target], None
    if "://" not in target:
        raise UsageError(f"{target}: neither a known site nor an http(s) URL")
    return workspace.site_for(target), target


def crawl(
    sites: Annotated[list[str] | None, typer.Argument(help="Names of sites; all enabled ones by default.")] = None,
    delay: Delay = None,
    concurrency: Concurrency = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Crawl all enabled sites, or those named: the scheduled job by hand.

    Example: restock crawl nag ocs
    """
    with workspace_of(home) as workspace, CrawlMeter() as meter:
        chosen = [workspace.site(name) for name in sites] if sites else enabled(workspace)
        runs: list[Run] = []
        errors: list[Exception] = []
        for site in chosen:
            try:
                runs.append(crawl_site(workspace, site, pace=Pace(delay, concurrency), on_progress=meter))
                report_run(runs[-1])
            except Exception as error:  # noqa: BLE001  what one site runs into must not keep the others from their turn
                errors.append(error)
                say(f"{site.name}: {told(error)}")
        show((run.to_json() for run in runs), RUN_COLUMNS, format, output)
    if errors and not runs:
        raise typer.Exit(getattr(errors[0], "exit_code", 1))
    raise typer.Exit(exit_code(runs, missing=bool(errors)))


def enabled(workspace: Workspace) -> list[Site]:
    chosen = [site for site in workspace.sites.values() if site.enabled]
    if not chosen:
        raise UsageError("no site is enabled (`restock sites add NAME URL` adds one)")
    return chosen


def report_run(run: Run) -> None:
    """Says on stderr how a run ended, and everything that was missing."""
    if run.status is RunStatus.FAILED:
        say(failure(run))
        return
    counts = ", ".join(f"{value} {name}" for name, value in run.counts.items() if value)
    say(f"{run.site}: run {run.id} is {run.status.value}: {counts or 'nothing found'}")
    for trip in run.trips:
        say(f"{run.site}: {trip.layer}: {trip.message}")
    for warning in run.warnings:
        say(f"{run.site}: note: {warning}")


def failure(run: Run) -> str:
    reasons = [trip.message for trip in run.trips] or list(run.warnings)
    return f"{run.site}: run {run.id} failed: {'; '.join(reasons) or 'nothing usable came of it'}"


def exit_code(runs: list[Run], *, missing: bool = False) -> int:
    """0 all complete, 1 nothing usable, 3 anything between."""
    statuses = {run.status for run in runs}
    if statuses <= {RunStatus.COMPLETE} and not missing:
        return 0
    return 1 if statuses <= {RunStatus.FAILED} else 3
