"""`reparse`: a run extracted and normalised again from its stored evidence, without the network."""

from collections import Counter
from collections.abc import Iterable, Iterator

from restock.errors import UsageError
from restock.listing import LISTING_FIELDS, Listing
from restock.terms import RunKind
from scheduler.corrections import correct, reread
from scheduler.evidence import thinning_of
from scheduler.naming import named
from scheduler.workspace import Workspace

_STAMPS = frozenset({"site", "key", "observed_at", "run", "evidence"})


class Reparsed:
    """The listings of a run as today's readers and rules see them, to be taken once; then what differs from those that
    are stored: how many `listings` do, in which `fields`, which are `missing` now and which are `new`. `correction` is
    the run that took the new reading over, where that was due."""

    def __init__(self, workspace: Workspace, run_id: str) -> None:
        self.fields: Counter[str] = Counter()
        self.listings = self.new = self.missing = 0
        self.correction: str | None = None
        self._workspace = workspace
        self._run = workspace.catalogue.run(run_id)
        if self._run.kind is RunKind.CORRECTION:
            raise UsageError(f"{run_id}: a correction has no evidence of its own")
        self.thinning = thinning_of(workspace.settings, self._run)

    def __iter__(self) -> Iterator[Listing]:
        """Where the present state rests on the run and other rules read it, the catalogue is corrected; otherwise, and
        where its evidence was thinned, the run is only read."""
        workspace, run = self._workspace, self._run
        site = workspace.site_of(run)
        with workspace.site_lock(site.name):
            stored = {listing.key: listing for listing in workspace.catalogue.listings_of_run(run.id)}
            stale = workspace.catalogue.runs_to_correct(site.name, workspace.revision(site))
            if self.thinning is None and run.id in {one.id for one in stale}:
                self.correction = correct(workspace, site, run).id
                listings: Iterable[Listing] = workspace.catalogue.listings_of_run(self.correction)
            else:
                listings = named(run, reread(workspace, site, run), stored.values())
            for listing in listings:
                self._compare(stored.pop(listing.key, None), listing)
                yield listing
            self.missing = len(stored)

    def _compare(self, was: Listing | None, now: Listing) -> None:
        if was is None:
            self.new += 1
            return
        before, after = was.to_json(), now.to_json()
        differing = [name for name in LISTING_FIELDS if name not in _STAMPS and before[name] != after[name]]
        self.fields.update(differing)
        self.listings += bool(differing)

    def told(self) -> list[str]:
        """What differed, in words."""
        thinned = [] if self.thinning is None else [self.thinning.told(), "what stood on the dropped pages is not read"]
        if not (self.listings or self.new or self.missing):
            return [*thinned, "the second reading is what is stored"]
        counts = ", ".join(f"{name} of {count}" for name, count in self.fields.most_common())
        parts = [f"{self.listings} listings differ from what is stored ({counts})"] if self.listings else []
        parts += [f"{self.new} listings are read that are not stored"] if self.new else []
        parts += [f"{self.missing} stored listings are not read any more"] if self.missing else []
        end = (
            f"taken over as the correction {self.correction}" if self.correction else "the catalogue was left as it is"
        )
        return [*thinned, *parts, end]
