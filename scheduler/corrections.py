"""Earlier runs read again: a changed reader, rule or data file corrects the catalogue and is never a market event."""

from restock import clock
from restock.errors import EvidenceError
from restock.run import CrawlOutcome, Run
from restock.site import Site
from scheduler.evidence import raw_listings, thinning_of, warc_path
from scheduler.reading import Clerk, Reading, read_rows
from scheduler.workspace import Workspace


def correct_if_rules_changed(workspace: Workspace, site: Site) -> list[str]:
    """Reads again the runs of a site whose states other rules read, the last complete one first; notes on those that
    could not be read.

    A run whose evidence is gone or damaged stays as it is: the next run and the diff then say so. The caller holds
    the site's lock."""
    notes = []
    for run in workspace.catalogue.runs_to_correct(site.name, workspace.revision(site)):
        if not warc_path(workspace.settings, run).exists():
            continue
        try:
            correct(workspace, site, run)
        except EvidenceError as error:
            notes.append(f"{run.id} can't be read again: {error}")
    return notes


def correct(workspace: Workspace, site: Site, run: Run) -> Run:
    """Merges what today's readers and rules find in a run's evidence, as a correction.

    Raises EvidenceError for evidence that was thinned: what is not in it any more must not pass for misread goods."""
    thinning = thinning_of(workspace.settings, run)
    if thinning is not None:
        raise EvidenceError(thinning.told())
    listings = reread(workspace, site, run)
    return workspace.catalogue.correct(
        run,
        listings,
        rules=workspace.revision(site),
        guard=site.guard,
        unread=listings.count_unread,
        finished_at=clock.now(),
    )


def reread(workspace: Workspace, site: Site, run: Run) -> Reading:
    """What today's readers and rules find in a run's evidence.

    Raises EvidenceError where the evidence is missing."""
    rows = raw_listings(workspace, run, site)
    return read_rows(Clerk(workspace.normaliser(site), run), run, rows, run.outcome or CrawlOutcome())
