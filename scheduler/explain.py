"""`explain`: a listing's values with the rules that gave them, read again from the evidence that proves them."""

from dataclasses import dataclass, replace
from pathlib import Path

from restock.addresses import url_key
from restock.errors import EvidenceError
from restock.listing import Finding, Listing, RawListing
from restock.run import CrawlOutcome, Run
from restock.site import Site
from restock.terms import PageRole
from scheduler.evidence import listed, listings_on, reads_lists, thinning_of
from scheduler.reading import folded
from scheduler.workspace import Workspace
from spiders.evidence import read_pages, run_of


@dataclass(frozen=True, slots=True)
class Explanation:
    """A stored listing, the raw one it came from, and the findings. `differs` names the fields that today's rules
    read otherwise than the catalogue has them; `thinned` says what was dropped from the evidence of its run."""

    listing: Listing
    raw: RawListing
    findings: tuple[Finding, ...]
    differs: tuple[str, ...]
    thinned: str | None = None


def explain(workspace: Workspace, ref: str) -> Explanation:
    """Why a listing is what it is. Raises EvidenceError where its evidence is missing or no longer gives it."""
    listing = workspace.catalogue.listing(ref)
    if listing.evidence is None:
        raise EvidenceError(f"{ref}: no evidence is known for it")
    # Not listing.run: the run that wrote the state may be a correction, which read the evidence of another run again.
    run = workspace.catalogue.run(run_of(listing.evidence.warc))
    site = workspace.site_of(run)
    raw = _raw_of(workspace, site, run, listing, workspace.settings.evidence_dir / listing.evidence.warc)
    thinning = thinning_of(workspace.settings, run)
    thinned = f"run {run.id}: {thinning.told()}" if thinning is not None else None
    if raw is None:
        aside = f" ({thinned})" if thinned else ""
        raise EvidenceError(f"{ref}: today's readers don't find it in the evidence of run {run.id}{aside}")
    found = workspace.normaliser(site).normalise(replace(raw, site=site.name), on=run.observed_at.date())
    return Explanation(listing, raw, found.findings, _differing(listing, found.listing), thinned)


def _raw_of(workspace: Workspace, site: Site, run: Run, listing: Listing, warc: Path) -> RawListing | None:
    """The raw listing as the run saw it: its own page, filled from the cards that name it."""
    if reads_lists(run):
        return next((raw for raw in listed(workspace, run, site) if _same(raw, listing)), None)
    rows: list[RawListing] = []
    for capture in read_pages(warc):
        if capture.role is not PageRole.PRODUCT or _is_of(capture.url, listing):
            rows.extend(raw for raw in listings_on(capture, site) if _same(raw, listing))
    return next(iter(folded(rows, run.outcome or CrawlOutcome()).listings), None)


def _is_of(url: str, listing: Listing) -> bool:
    return listing.url is None or url_key(url) == url_key(listing.url)


def _same(raw: RawListing, listing: Listing) -> bool:
    if raw.url and listing.url and url_key(raw.url) == url_key(listing.url):
        return raw.sku == listing.sku or listing.sku is None or raw.sku is None
    return raw.url is None and listing.url is None and raw.sku == listing.sku and raw.title == listing.title


_STAMPS = frozenset({"site", "key", "observed_at", "run", "evidence"})


def _differing(stored: Listing, read: Listing) -> tuple[str, ...]:
    was, now = stored.to_json(), read.to_json()
    return tuple(name for name in was if name not in _STAMPS and was[name] != now[name])
