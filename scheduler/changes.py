"""What changed: the catalogue's diff, with earlier states read again from their evidence where only that can tell."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

from catalog import Diff, Marker, Wanted
from restock.errors import EvidenceError, SettingsError, UsageError
from restock.listing import Listing
from restock.run import Run
from scheduler.corrections import reread
from scheduler.evidence import thinning_of
from scheduler.naming import named
from scheduler.workspace import Workspace
from spiders.evidence import run_of


def market_changes(
    workspace: Workspace,
    *,
    since: Marker | None = None,
    until: Marker | None = None,
    starts: Collection[int] | None = None,
    sites: Collection[str] | None = None,
    wanted: Wanted | None = None,
) -> Diff:
    """What changed between two runs of each site; see `Catalogue.diff`."""
    again = partial(read_states_again, workspace)
    return workspace.catalogue.diff(since=since, until=until, starts=starts, sites=sites, wanted=wanted, reread=again)


def read_states_again(workspace: Workspace, end: Run, states: Sequence[Listing]) -> Mapping[str, Listing]:
    """States of a site, by key, as today's rules read them from the evidence that they point at; only where today's
    rules are those of the run that they are compared with, and the evidence is there."""
    try:
        site = workspace.site_of(end)
        if workspace.revision(site) != end.rules:
            return {}
    except SettingsError:
        return {}
    by_run: dict[str, list[Listing]] = defaultdict(list)
    for state in states:
        if state.evidence is not None:
            by_run[run_of(state.evidence.warc)].append(state)
    found: dict[str, Listing] = {}
    for name, several in by_run.items():
        try:
            run = workspace.catalogue.run(name)
            again = _wanted(named(run, reread(workspace, site, run), several), several)
            found |= again if thinning_of(workspace.settings, run) is None else _undiminished(again, several)
        except (EvidenceError, UsageError):
            continue  # the price stays unknown, and the event says so
    return found


def _wanted(listings: Iterable[Listing], states: Sequence[Listing]) -> dict[str, Listing]:
    keys = {state.key for state in states}
    return {listing.key: listing for listing in listings if listing.key is not None and listing.key in keys}


def _undiminished(again: Mapping[str, Listing], states: Sequence[Listing]) -> Mapping[str, Listing]:
    """Of readings from thinned evidence, those that have a price where the state has one: a card that was dropped may
    have been all that showed it."""
    priced = {state.key for state in states if state.price is not None}
    return {key: listing for key, listing in again.items() if listing.price is not None or key not in priced}
