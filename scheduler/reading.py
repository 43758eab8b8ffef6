"""Raw listings of a run to listings: folded, then normalised by the rules of the day they were seen."""

from collections.abc import Iterable
from dataclasses import replace

from pipelines.normalise import Normaliser
from restock.listing import Listing, RawListing
from restock.run import CrawlOutcome, Run
from spiders.assembly import assemble


def read_rows(
    normaliser: Normaliser, run: Run, rows: Iterable[RawListing], outcome: CrawlOutcome
) -> tuple[list[Listing], int]:
    """The normalised listings of a run's raw ones, and how many texts no rule understood."""
    assembly = assemble(rows, gone=set(outcome.gone_products), failed=set(outcome.failed_products))
    outcome.notes.extend(assembly.notes)
    listings, unread = [], 0
    for raw in assembly.listings:
        found = normaliser.normalise(replace(raw, site=run.site), on=run.observed_at.date())
        listings.append(found.listing)
        unread += len(found.unread)
    return listings, unread
