"""What a crawl is asked to do and what comes back, as data that crosses the process boundary."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from restock.run import CrawlOutcome
from restock.site import Site

JOB_FILE = "job.json"
NO_ROOM = 74  # the exit code of a child that could not write: what systems call an input/output error
OUTCOME_FILE = "outcome.json"
KNOWN_FILE = "known.txt"
LOG_FILE = "crawl.log"
NOT_FETCHED = "not fetched for the page:"  # in a note of what a drawn page asked for in vain


class CrawlJob(BaseModel):
    """One crawl. Times in seconds, sizes in bytes.

    `given` says that delay and concurrency were asked for: they stand, and only errors and Retry-After slow the
    crawl down; otherwise the site's own pace is found within them. `page_only` takes the start page alone; None
    takes it alone where it turns out to be a product page. `sample` bounds a look at a site to about so many
    product pages and a few lists. `browser` names the program that draws pages, which may take `page_seconds` each.
    `earlier` is the WARC file of an earlier run, whose unchanged pages are not stored again. `known` is a file with the
    addresses of the goods that the site is known to have, one a line. `child` is the module that is run as the crawl's
    process, and `home` the folder that it may read its rules from. `proxy` is the host and port of the proxy that the
    site is asked through; its login is read from the settings alone. `asked` is the file in which all crawls of a site
    with an hourly limit count their requests.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    run_id: str = Field(min_length=1)
    site: Site
    start: tuple[str, ...] = ()
    delay: float = Field(default=1.0, ge=0)
    concurrency: int = Field(default=2, ge=1, le=64)
    given: bool = False
    folder: Path
    evidence_dir: Path
    contact: str | None = None
    timeout: float = Field(default=30.0, gt=0)
    retries: int = Field(default=2, ge=0)
    deadline: float = Field(default=6 * 3600.0, gt=0)
    max_bytes: int = Field(default=32 * 1024 * 1024, gt=0)
    max_list_bytes: int = Field(default=1 << 30, gt=0)
    page_only: bool | None = False
    sample: int | None = Field(default=None, ge=1)
    browser: str | None = None
    page_seconds: float = Field(default=120.0, gt=0)
    child: str = "spiders.crawling.child"
    home: Path | None = None
    earlier: Path | None = None
    known: Path | None = None
    proxy: str | None = None
    asked: Path | None = None

    @property
    def starts(self) -> tuple[str, ...]:
        return self.start or self.site.start


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a crawl has come: pages answered, raw listings read, pages that failed."""

    pages: int
    listings: int
    errors: int


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """A crawl's own verdict, its spool of raw listings, and its WARC file relative to the evidence folder."""

    outcome: CrawlOutcome
    spool: Path
    warc: str
