"""Earlier runs read again: a changed reader, rule or data file corrects the catalogue and is never a market event."""

from collections.abc import Iterable

from restock import clock
from restock.listing import Listing
from restock.run import CrawlOutcome, Run
from restock.site import Site
from restock.terms import RunKind, RunStatus
from scheduler.evidence import raw_listings, warc_path
from scheduler.reading import read_rows
from scheduler.workspace import Workspace


def correct_if_rules_changed(workspace: Workspace, site: Site) -> Run | None:
    """Reads a site's last complete run again where the rules have changed since; None where they haven't.

    The caller holds the site's lock."""
    runs = workspace.catalogue.runs(site.name)
    last = next((run for run in runs if run.status is RunStatus.COMPLETE), None)
    if last is None or last.rules == workspace.revision(site):
        return None
    source = _last_market_run(runs)
    if source is None or not warc_path(workspace.settings, source).exists():
        return None
    return correct(workspace, site, source)


def _last_market_run(runs: Iterable[Run]) -> Run | None:
    return next((run for run in runs if run.status is RunStatus.COMPLETE and run.kind is not RunKind.CORRECTION), None)


def correct(workspace: Workspace, site: Site, run: Run) -> Run:
    """Merges what today's readers and rules find in a run's evidence, as a correction."""
    return workspace.catalogue.correct(
        run, reread(workspace, site, run), rules=workspace.revision(site), finished_at=clock.now()
    )


def reread(workspace: Workspace, site: Site, run: Run) -> list[Listing]:
    """What today's readers and rules find in a run's evidence. Raises EvidenceError where it is missing."""
    rows = raw_listings(workspace.settings, run, site)
    listings, _ = read_rows(workspace.normaliser(site), run, rows, run.outcome or CrawlOutcome())
    return listings
