"""`sites add` and `sites check`: a bounded sample of a site's pages, and what the readers make of them."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from restock.capture import PageCapture
from restock.errors import CrawlError
from restock.keys import key_headers
from restock.run import CrawlOutcome
from restock.site import Site, checked_market
from scheduler.crawl import Pace, crawl_job, refuse_without_start
from scheduler.evidence import listings_on
from scheduler.workspace import Workspace
from spiders.assembly import assemble
from spiders.crawling import run_crawl
from spiders.definitions import refuse_bad_name, undescribed_site
from spiders.detection import Detection, FieldFill, describe, fill_rates
from spiders.evidence import read_pages

SAMPLE = 12


@dataclass(frozen=True, slots=True)
class Sample:
    """A few captured pages of a site, and what the crawl said of itself."""

    captures: Sequence[PageCapture]
    outcome: CrawlOutcome


def sample_site(workspace: Workspace, site: Site, pace: Pace) -> Sample:
    """Captures a few lists and product pages into a temporary folder; the catalogue is not touched.

    Raises CrawlError where the site gives nothing."""
    refuse_without_start(site)
    with tempfile.TemporaryDirectory(prefix="restock-sample-") as folder:
        key_headers(workspace.settings, site)  # said before anything is asked for
        job = crawl_job(workspace.settings, site, "sample", pace=pace, sample=SAMPLE)
        job = job.model_copy(update={"folder": Path(folder), "evidence_dir": Path(folder) / "evidence"})
        result = run_crawl(job)
        warc = Path(folder) / "evidence" / result.warc
        captures = list(read_pages(warc)) if warc.exists() else []
    if not captures:
        raise CrawlError(result.outcome.reason or f"{site.start[0]}: nothing came back")
    return Sample(captures, result.outcome)


def add_site(workspace: Workspace, name: str, url: str, pace: Pace, market: str) -> Detection:
    """Looks at a site and works out how to read it. Raises UsageError for a name or a market that no definition can
    have."""
    refuse_bad_name(name)
    checked_market(market)
    start = workspace.site_for(url).model_copy(
        update={"name": name, "start": (url,), "market": market, "delay": pace.delay, "concurrency": pace.concurrency}
    )
    sample = sample_site(workspace, start, pace)
    return describe(start, sample.captures)


def adopt_snapshots(workspace: Workspace, name: str, url: str) -> bool:
    """Makes earlier captures of a shop that had no definition the described site's own, so that one shop doesn't
    stand in the catalogue as two; whether there were any."""
    nameless = undescribed_site(url).name
    with workspace.site_lock(nameless):
        return workspace.catalogue.rename_site(nameless, name)


def check_site(workspace: Workspace, site: Site, pace: Pace) -> tuple[list[FieldFill], CrawlOutcome]:
    """Fill rates of each raw field over a sample of a site's listings."""
    sample = sample_site(workspace, site, pace)
    rows = [raw for capture in sample.captures for raw in listings_on(capture, site)]
    return fill_rates(tuple(assemble(rows).listings)), sample.outcome
