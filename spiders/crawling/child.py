"""The child process of a crawl: `python -m spiders.crawling.child JOBFILE PARENT`."""

import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic

import orjson
from scrapy.crawler import CrawlerProcess

from restock.keys import SiteKeys, site_keys
from restock.run import CrawlOutcome
from restock.settings import load_settings
from restock.vantage import proxy_of
from spiders import lifeline
from spiders.crawling.handle import CrawlSpider, spider_of
from spiders.crawling.job import NO_ROOM, OUTCOME_FILE, CrawlJob
from spiders.crawling.painter import IsPictured, Painter
from spiders.crawling.reader import Readers
from spiders.crawling.settings import scrapy_settings, user_agent
from spiders.crawling.spider import SiteSpider
from spiders.crawling.survey import Survey
from spiders.evidence import EvidenceWriter
from spiders.spool import SPOOL_FILE, Spool

Wanted = Callable[[CrawlJob], IsPictured]
"""Makes, for a job, what tells the goods of which a picture is to be kept."""


def main(job_file: Path, parent: int, wanted: Wanted | None = None) -> None:
    lifeline.hold(parent)
    job = CrawlJob.model_validate_json(job_file.read_bytes())
    began = monotonic()
    with (
        EvidenceWriter(
            job.evidence_dir, job.site.name, job.run_id, limit=job.max_bytes, earlier=job.earlier
        ) as evidence,
        Spool(job.folder / SPOOL_FILE) as spool,
        Readers(job.site) as readers,
    ):
        painter = Painter(job, evidence, readers.read, user_agent(job.contact), wanted(job) if wanted else None)
        outcome = _crawl(job, evidence, spool, readers, painter)
    outcome.seconds = round(monotonic() - began, 3)
    _write(job.folder / OUTCOME_FILE, outcome)


def _crawl(job: CrawlJob, evidence: EvidenceWriter, spool: Spool, readers: Readers, painter: Painter) -> CrawlOutcome:
    survey = Survey(job, spool)
    keyed = job.site.keys or job.site.key_parameters
    keys = site_keys(load_settings(job.home), job.site) if keyed else SiteKeys()
    proxy = proxy_of(load_settings(job.home), job.site) if job.proxy else None
    process = CrawlerProcess(scrapy_settings(job))
    crawler = process.create_crawler(SiteSpider)
    process.crawl(
        crawler, job=job, survey=survey, readers=readers, painter=painter, evidence=evidence, keys=keys, proxy=proxy
    )
    process.start()
    return _verdict(survey, spider_of(crawler) if crawler.spider else None)


def _verdict(survey: Survey, spider: CrawlSpider | None) -> CrawlOutcome:
    """What the crawl saw, finished only where Scrapy ended of itself: it ends quietly in many other ways."""
    if spider is None or spider.close_reason != "finished":
        ended = spider.close_reason if spider is not None else "it did not start"
        survey.stopped = survey.stopped or f"the crawl was stopped ({ended})"
    outcome = survey.outcome()
    outcome.sitemaps = list(dict.fromkeys(spider.maps)) if spider is not None else []
    return outcome


def _write(path: Path, outcome: CrawlOutcome) -> None:
    unfinished = path.with_suffix(".tmp")
    unfinished.write_bytes(orjson.dumps(outcome.to_json(), option=orjson.OPT_INDENT_2))
    unfinished.replace(path)


def run(wanted: Wanted | None = None) -> None:
    """The process: its arguments, and the exit code that says what files can't."""
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]), wanted)
    except OSError:
        # On a full disk neither the verdict nor the log can say why: the exit code does.
        with suppress(OSError):
            traceback.print_exc()
        sys.exit(NO_ROOM)


if __name__ == "__main__":
    run()
