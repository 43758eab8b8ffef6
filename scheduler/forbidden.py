"""Goods whose pages robots.txt forbids: what an earlier run read there stays; it is neither gone nor changed.

A site that forbids its product pages from the beginning gives its cards, and they are its listings. Where a page was
read before, a card is the poorer witness: what it leaves out would pass for a change."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from catalog import Search
from restock.addresses import url_key
from restock.errors import EvidenceError
from restock.listing import Evidence, Listing, RawListing
from restock.run import CrawlOutcome
from restock.terms import PageRole
from scheduler.workspace import Workspace
from spiders.evidence import Witness, witnesses


def keep_forbidden(workspace: Workspace, site: str, rows: Iterable[RawListing], outcome: CrawlOutcome) -> None:
    """Leaves in `forbidden_products` the pages whose known listings stay as they are: those that were read from the
    page itself, and those that no card shows any more."""
    forbidden = set(outcome.forbidden_products)
    if not forbidden:
        return
    cards: set[str] = set()
    for row in rows:
        key = url_key(row.url) if row.url else None
        if key in forbidden and row.read_from is PageRole.LIST:
            cards.add(key)
        else:
            forbidden.discard(key or "")
    sources = _Sources(workspace.settings.evidence_dir)
    known = _known(workspace, site, forbidden)
    kept = {key for key, listing in known if key not in cards or sources.is_own_page(listing, key)}
    outcome.forbidden_products = sorted(kept)
    if kept:
        outcome.notes.append(f"{len(kept)} listings stay as they were: robots.txt forbids their pages")


def _known(workspace: Workspace, site: str, keys: set[str]) -> Iterator[tuple[str, Listing]]:
    for listing in workspace.catalogue.search(Search(site=site)):
        try:
            key = url_key(listing.url or "")
        except ValueError:
            continue  # no page that could be asked for
        if key in keys:
            yield key, listing


class _Sources:
    """Which page a state was read from, by the index of its evidence."""

    def __init__(self, evidence_dir: Path) -> None:
        self._folder = evidence_dir
        self._read: dict[str, dict[str, Witness]] = {}

    def is_own_page(self, listing: Listing, key: str) -> bool:
        """Whether a state came from the product's own page. Where nothing can tell, it is taken for that: a state
        that stays is no false news."""
        witness = self._witness(listing.evidence) if listing.evidence is not None else None
        return witness is None or witness.role == PageRole.PRODUCT or key in witness.keys

    def _witness(self, evidence: Evidence) -> Witness | None:
        if evidence.warc not in self._read:
            try:
                self._read[evidence.warc] = witnesses(self._folder / evidence.warc)
            except EvidenceError:
                self._read[evidence.warc] = {}
        return self._read[evidence.warc].get(evidence.record_id)
