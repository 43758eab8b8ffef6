"""Looking at a site: a few of its pages captured into a temporary folder. The catalogue is not touched."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from restock.addresses import url_key
from restock.capture import PageCapture
from restock.errors import RestockError
from restock.keys import site_keys
from restock.listing import RawListing
from restock.run import CrawlOutcome
from restock.site import Site
from scheduler.crawl import Pace, crawl_job, refuse_without_start
from scheduler.workspace import Workspace
from spiders.crawling import run_crawl
from spiders.evidence import open_file, read_captures, stored_lists
from spiders.pricelists import Origin, open_list

SAMPLE = 12  # product pages
_ROWS = 2_000  # of a price list: enough to say how its fields are filled
_LIST_BYTES = 32 << 20
_GUESSES = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class FoundList:
    """A price list that was met: its first rows, how many it has, and why it could not be read to its end."""

    url: str
    rows: tuple[RawListing, ...]
    count: int
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A few captures of a site (refusals included), the price lists among them, and what the crawl said of itself."""

    captures: Sequence[PageCapture]
    lists: Sequence[FoundList]
    outcome: CrawlOutcome


def look_at(workspace: Workspace, site: Site, pace: Pace, starts: Sequence[str] = (), *, alone: bool = False) -> Sample:
    """Captures a few lists and product pages from the start addresses on; `alone` takes those and follows no link.

    The pace, robots.txt and hosts are those of any crawl."""
    refuse_without_start(site)
    with tempfile.TemporaryDirectory(prefix="restock-sample-") as folder:
        site_keys(workspace.settings, site)  # said before anything is asked for
        job = crawl_job(workspace.settings, site, "sample", pace=pace, sample=SAMPLE)
        job = job.model_copy(
            update={
                "folder": Path(folder),
                "evidence_dir": Path(folder) / "evidence",
                "start": tuple(starts),
                "page_only": alone,
                "max_list_bytes": min(job.max_list_bytes, _LIST_BYTES),
            }
        )
        if alone:  # addresses that may not exist are no reason to wait or to ask twice
            seconds = _GUESSES + 3 * job.delay * len(starts)
            job = job.model_copy(update={"retries": 0, "deadline": min(job.deadline, seconds)})
        result = run_crawl(job)
        warc = Path(folder) / "evidence" / result.warc
        if not warc.exists():
            return Sample([], [], result.outcome)
        return Sample(_last_answers(warc), list(_lists(warc, site, result.outcome)), result.outcome)


def _last_answers(warc: Path) -> list[PageCapture]:
    """Of several answers for one address the last: a page as it was drawn, an answer after a retry."""
    return list({capture.url: capture for capture in read_captures(warc)}.values())


def _lists(warc: Path, site: Site, outcome: CrawlOutcome) -> Iterator[FoundList]:
    for entry in stored_lists(warc):
        key = url_key(entry.requested_url)
        fault = outcome.failed_lists.get(key)
        rows: list[RawListing] = []
        try:
            with open_file(warc, entry) as file, open_list(file.stream, site.columns) as reader:
                for row in islice(reader.rows(Origin(site.name, file.evidence)), _ROWS):
                    rows.append(row)  # noqa: PERF402  a list that breaks off leaves the rows before
        except RestockError as error:
            fault = fault or str(error)
        if rows:
            yield FoundList(entry.requested_url, tuple(rows), max(outcome.lists.get(key, 0), len(rows)), fault)
