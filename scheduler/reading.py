"""Raw listings of a run to listings: folded, then normalised by the rules of the day they were seen."""

from collections.abc import Container, Iterable
from dataclasses import replace

from pipelines.normalise import Normaliser
from restock.addresses import url_key
from restock.listing import Listing, RawListing
from restock.run import CrawlOutcome, Run
from restock.terms import PageRole
from spiders.assembly import assemble


def read_rows(
    normaliser: Normaliser, run: Run, rows: Iterable[RawListing], outcome: CrawlOutcome
) -> tuple[list[Listing], int]:
    """The normalised listings of a run's raw ones, and how many texts no rule understood."""
    goods = (raw for raw in rows if not _leads_to_list(raw, outcome.lists))
    assembly = assemble(goods, gone=set(outcome.gone_products), failed=set(outcome.failed_products))
    outcome.notes.extend(assembly.notes)
    listings, unread = [], 0
    for raw in assembly.listings:
        found = normaliser.normalise(replace(raw, site=run.site), on=run.observed_at.date())
        listings.append(found.listing)
        unread += len(found.unread)
    return listings, unread


def _leads_to_list(raw: RawListing, lists: Container[str]) -> bool:
    """Whether what looked like a card of goods is the tile of a section: its page was read as another list."""
    if raw.read_from is not PageRole.LIST or not raw.url:
        return False
    key = url_key(raw.url)
    return key in lists and (raw.found_on is None or key != url_key(raw.found_on))
