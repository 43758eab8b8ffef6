"""Raw listings of a run to listings: folded, then normalised by the rules of the day they were seen."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b

from pipelines.normalise import Normaliser
from restock.listing import Listing, RawListing
from restock.run import CrawlOutcome, Run
from restock.terms import RunKind
from spiders.assembly import Assembly, assemble
from spiders.spool import spool_line


class Clerk:
    """Normalises the rows of a run by the rules of its day. What is `prepared` is at hand when it is asked for."""

    MOST = 10_000  # rows that are kept at hand; what is beyond them is normalised when it is asked for

    def __init__(self, normaliser: Normaliser, run: Run) -> None:
        self._normaliser = normaliser
        self._run = run
        self._prepared: dict[bytes, tuple[Listing, int]] = {}

    def prepare(self, rows: Iterable[RawListing]) -> None:
        for raw in rows:
            if len(self._prepared) < self.MOST:
                self._prepared[_digest(raw)] = self._normalised(raw)

    def listing(self, raw: RawListing) -> tuple[Listing, int]:
        """The listing of a row, and how many of its texts no rule understood."""
        prepared = self._prepared.pop(_digest(raw), None) if self._prepared else None
        return prepared or self._normalised(raw)

    def _normalised(self, raw: RawListing) -> tuple[Listing, int]:
        site, day = self._run.site, self._run.observed_at.date()
        found = self._normaliser.normalise(raw if raw.site == site else replace(raw, site=site), on=day)
        return found.listing, len(found.unread)


def _digest(raw: RawListing) -> bytes:
    """What stands for a row: its texts would take more room than its listing."""
    return blake2b(spool_line(raw), digest_size=16).digest()


class Reading:
    """The normalised listings of a run, to be taken once. `unread` counts texts that no rule understood: all of them
    when the last listing was taken."""

    def __init__(self, clerk: Clerk, rows: Iterable[RawListing]) -> None:
        self.unread = 0
        self._clerk = clerk
        self._rows = rows

    def __iter__(self) -> Iterator[Listing]:
        for raw in self._rows:
            listing, unread = self._clerk.listing(raw)
            self.unread += unread
            yield listing

    def count_unread(self) -> int:
        return self.unread


def folded(rows: Iterable[RawListing], outcome: CrawlOutcome) -> Assembly:
    """The rows of pages as the listings of the crawl that had this outcome."""
    gone = set(outcome.gone_products)
    return assemble(rows, gone=gone, failed=outcome.unseen_products, lists=outcome.lists)


def read_rows(clerk: Clerk, run: Run, rows: Iterable[RawListing], outcome: CrawlOutcome) -> Reading:
    """The normalised listings of a run's raw ones. The rows of a price list are whole already, and may be too many to
    be held at once; those of pages are folded first."""
    if run.kind is not RunKind.IMPORT and not outcome.whole_rows:
        assembly = folded(rows, outcome)
        outcome.notes.extend(assembly.notes)
        rows = assembly.listings
    return Reading(clerk, rows)
