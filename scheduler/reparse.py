"""`reparse`: a run extracted and normalised again from its stored evidence, without the network."""

from collections.abc import Iterator

from restock.listing import Listing
from restock.terms import RunKind, RunStatus
from scheduler.corrections import correct, reread
from scheduler.workspace import Workspace


def reparse(workspace: Workspace, run_id: str) -> Iterator[Listing]:
    """The listings of a run as today's readers and rules see them.

    Where the run is its site's last complete one, the catalogue is corrected by what differs; an earlier run is
    only read."""
    catalogue = workspace.catalogue
    run = catalogue.run(run_id)
    site = workspace.site_of(run)
    with workspace.site_lock(site.name):
        market = (found for found in catalogue.runs(site.name) if found.kind is not RunKind.CORRECTION)
        last = next((found for found in market if found.status is RunStatus.COMPLETE), None)
        if last is not None and last.id == run.id:
            correct(workspace, site, run)
            yield from catalogue.listings_of_run(run.id, corrected=True)
        else:
            yield from catalogue.with_keys(run, reread(workspace, site, run))
