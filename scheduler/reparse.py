"""`reparse`: a run extracted and normalised again from its stored evidence, without the network."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from restock.addresses import clean_url, url_key
from restock.errors import UsageError
from restock.listing import Listing
from restock.run import Run
from restock.terms import RunKind
from scheduler.corrections import correct, reread
from scheduler.workspace import Workspace


def reparse(workspace: Workspace, run_id: str) -> Iterator[Listing]:
    """The listings of a run as today's readers and rules see them.

    Where the present state rests on the run and other rules read it, the catalogue is corrected; otherwise the run is
    only read."""
    catalogue = workspace.catalogue
    run = catalogue.run(run_id)
    if run.kind is RunKind.CORRECTION:
        raise UsageError(f"{run_id}: a correction has no evidence of its own")
    site = workspace.site_of(run)
    with workspace.site_lock(site.name):
        if run.id in {stale.id for stale in catalogue.runs_to_correct(site.name, workspace.revision(site))}:
            yield from catalogue.listings_of_run(correct(workspace, site, run).id)
        else:
            yield from _named(run, reread(workspace, site, run), catalogue.listings_of_run(run.id))


def _named(run: Run, listings: Iterable[Listing], stored: Iterable[Listing]) -> Iterator[Listing]:
    """The listings under the keys that the catalogue knows them by."""
    keys: dict[str, str] = {}
    for known in stored:
        keys |= dict.fromkeys(_names(known), known.key or "")
    for listing in listings:
        known_as = next((keys[name] for name in _names(listing) if name in keys), None)
        fresh = listing.sku or (listing.url and clean_url(listing.url)) or listing.title
        yield replace(listing, key=known_as or fresh, observed_at=run.observed_at, run=run.id)


def _names(listing: Listing) -> list[str]:
    """What a listing may be known by, the surest first."""
    address = url_key(listing.url) if listing.url else ""
    return [f"{address} {listing.sku} {listing.title}", f"{address} {listing.sku}", address or f"{listing.sku}"]
