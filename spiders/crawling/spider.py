"""The one spider: fetches the visits that the survey asks for and hands it what came."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import asdict
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response

from restock.terms import PageRole
from spiders.crawling.errands import Errands
from spiders.crawling.frontier import Visit
from spiders.crawling.handle import CrawlSpider
from spiders.crawling.hostrules import Refused, Unreachable
from spiders.crawling.job import CrawlJob
from spiders.crawling.keeping import KEPT
from spiders.crawling.listing import ListRows
from spiders.crawling.painter import Painter
from spiders.crawling.reader import Readers
from spiders.crawling.reasons import failure_reason
from spiders.crawling.survey import Survey
from spiders.evidence import EvidenceWriter

# Lists before products before the rest: where a bound cuts a crawl short, it has seen the shop's breadth.
_PRIORITY = {PageRole.START: 3, PageRole.LIST: 2, PageRole.SITEMAP: 1, PageRole.PRODUCT: 1, PageRole.OTHER: 0}
_PROGRESS_EVERY = 0.3


def _server(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


class SiteSpider(CrawlSpider):
    name = "site"

    def __init__(
        self,
        job: CrawlJob,
        survey: Survey,
        readers: Readers,
        painter: Painter,
        evidence: EvidenceWriter,
        keys: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(job, evidence, keys, **kwargs)
        self._key_takers = {_server(url) for url in job.starts}
        self.survey = survey
        self._readers = readers
        self._painter = painter
        self._errands: Errands | None = None
        self._reported = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    def idle(self) -> None:
        """Links lead no further: what only sitemaps name is asked for."""
        further = list(self._requests(self.survey.further(self.maps)))
        for request in further:
            self.crawler.engine.crawl(request)
        if further:
            raise DontCloseSpider

    async def start(self) -> AsyncIterator[Request]:
        for visit in self.survey.begin():
            yield self._request(visit)

    def _request(self, visit: Visit) -> Request:
        return Request(
            visit.url,
            headers=self.keys if _server(visit.url) in self._key_takers else None,
            callback=self.answered,
            errback=self.unanswered,
            dont_filter=True,
            priority=_PRIORITY[visit.role],
            meta={"visit": visit, "dont_redirect": True},
        )

    async def answered(self, response: Response) -> AsyncIterator[Request]:
        visit: Visit = response.meta["visit"]
        if KEPT in response.meta:
            await self._read_list(visit, response)
            self._after()
            return
        capture = response.meta["capture"]
        reading = await self._readers.read(capture) if self.survey.must_read(capture) else None
        self._errands = self._errands or Errands(self.crawler)
        capture, reading = await self._painter.better(visit, capture, reading, self._errands.run)
        for request in self._requests(self.survey.arrived(visit, capture, reading)):
            yield request
        self._after()

    async def _read_list(self, visit: Visit, response: Response) -> None:
        """Others are answered meanwhile: a long list has its turns between them."""
        with response.meta[KEPT] as file:
            listed = ListRows(file, response, self.job.site)
            for rows in listed.pieces(response.meta["evidence"]):
                self.survey.listed(rows)
                self.report()
                await asyncio.sleep(0)
        self.survey.list_ended(visit, listed.count, listed.notes, listed.fault)

    def unanswered(self, failure: Any) -> None:
        visit: Visit = failure.request.meta["visit"]
        error: BaseException = failure.value
        if isinstance(error, Refused):
            self.survey.refused(visit, error.reason)
        elif isinstance(error, Unreachable):
            self.survey.failed(visit, error.reason)
        else:
            self.survey.failed(visit, failure_reason(error, visit.url))
        self._after()

    def _requests(self, visits: Iterable[Visit]) -> Iterator[Request]:
        """An address that Scrapy can't make a request of is a page that failed, not an end of the page's links."""
        for visit in visits:
            try:
                request = self._request(visit)
            except ValueError as error:
                self.survey.failed(visit, f"bad address: {error}")
                continue
            yield request

    def _after(self) -> None:
        self.report()
        self.survey.stopped = self.survey.stopped or self.given_up
        if self.survey.stopped:
            raise CloseSpider(self.survey.stopped)

    def report(self, *, last: bool = False) -> None:
        """The counters as a line for the parent process, not more often than it can be looked at."""
        if last or monotonic() - self._reported > _PROGRESS_EVERY:
            self._reported = monotonic()
            sys.stdout.write(json.dumps(asdict(self.survey.progress)) + "\n")
            sys.stdout.flush()

    async def closed(self, reason: str) -> None:
        self.close_reason = reason
        await self._painter.close()
        self._readers.hang_up()
        self.report(last=True)
