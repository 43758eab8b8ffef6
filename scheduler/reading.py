"""Raw listings of a run to listings: folded, then normalised by the rules of the day they were seen."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipelines.normalise import Normaliser
from restock.listing import Listing, RawListing
from restock.run import CrawlOutcome, Run
from restock.terms import RunKind
from spiders.assembly import Assembly, assemble


class Reading:
    """The normalised listings of a run, to be taken once. `unread` counts texts that no rule understood: all of them
    when the last listing was taken."""

    def __init__(self, normaliser: Normaliser, run: Run, rows: Iterable[RawListing]) -> None:
        self.unread = 0
        self._normaliser = normaliser
        self._run = run
        self._rows = rows

    def __iter__(self) -> Iterator[Listing]:
        site, day = self._run.site, self._run.observed_at.date()
        for raw in self._rows:
            found = self._normaliser.normalise(raw if raw.site == site else replace(raw, site=site), on=day)
            self.unread += len(found.unread)
            yield found.listing

    def count_unread(self) -> int:
        return self.unread


def folded(rows: Iterable[RawListing], outcome: CrawlOutcome) -> Assembly:
    """The rows of pages as the listings of the crawl that had this outcome."""
    gone = set(outcome.gone_products)
    return assemble(rows, gone=gone, failed=outcome.unseen_products, lists=outcome.lists)


def read_rows(normaliser: Normaliser, run: Run, rows: Iterable[RawListing], outcome: CrawlOutcome) -> Reading:
    """The normalised listings of a run's raw ones. The rows of a price list are whole already, and may be too many to
    be held at once; those of pages are folded first."""
    if run.kind is not RunKind.IMPORT:
        assembly = folded(rows, outcome)
        outcome.notes.extend(assembly.notes)
        rows = assembly.listings
    return Reading(normaliser, run, rows)
