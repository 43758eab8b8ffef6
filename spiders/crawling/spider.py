"""The one spider: fetches the visits that the survey asks for and hands it what came."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import asdict
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response

from restock.keys import SiteKeys
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
from spiders.crawling.underway import UnderWay
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
        keys: SiteKeys,
        **kwargs: Any,
    ) -> None:
        super().__init__(job, evidence, keys, **kwargs)
        self._key_takers = {_server(url) for url in job.starts}
        self.survey = survey
        self._readers = readers
        self._painter = painter
        self._errands: Errands | None = None
        self._under_way = UnderWay()
        self._reported = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    def idle(self) -> None:
        """Nothing is left to fetch. What was lost on its way is asked for once more; where nothing is under way, links
        lead no further, and the rest of the plan has its turn."""
        further = self._lost() if self._under_way else list(self._requests(self.survey.further(self.maps)))
        for request in further:
            self.crawler.engine.crawl(request)
        if further or self._under_way:
            raise DontCloseSpider

    def _lost(self) -> list[Request]:
        again = []
        for visit in self._under_way.lost():
            if self._under_way.may_ask_again(visit):
                again.append(self._request(visit))
            else:
                self.survey.failed(visit, "it was asked for twice, and no answer was handed over")
        return again

    async def start(self) -> AsyncIterator[Request]:
        for visit in self.survey.begin():
            yield self._request(visit)

    def _request(self, visit: Visit) -> Request:
        request = Request(
            visit.url,
            headers=self.keys.headers if _server(visit.url) in self._key_takers else None,
            callback=self.answered,
            errback=self.unanswered,
            dont_filter=True,
            priority=_PRIORITY[visit.role],
            meta={"visit": visit, "dont_redirect": True},
        )
        request.meta["number"] = self._under_way.begun(visit)
        return request

    async def answered(self, response: Response) -> AsyncIterator[Request]:
        visit: Visit = response.meta["visit"]
        self._under_way.ended(response.meta["number"])
        try:
            if KEPT in response.meta:
                await self._read_list(visit, response)
            else:
                for request in self._requests(await self._read_page(visit, response)):
                    yield request
        except Exception as error:
            # Whatever it is, it is this page's, and said with it.
            self.logger.exception("what %s answered was not taken in", visit.url)
            self.survey.failed(visit, f"internal error: {type(error).__name__}: {error}")
        self._after()

    async def _read_page(self, visit: Visit, response: Response) -> Iterator[Visit]:
        """Has a page read, drawn where it must be, and gives the visits that follow from it."""
        capture = response.meta["capture"]
        reading = await self._readers.read(capture) if self.survey.must_read(capture) else None
        self._errands = self._errands or Errands(self.crawler)
        capture, reading = await self._painter.better(visit, capture, reading, self._errands.run)
        return self.survey.arrived(visit, capture, reading)

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
        self._under_way.ended(failure.request.meta["number"])
        error: BaseException = failure.value
        if isinstance(error, Refused):
            self.survey.refused(visit, error.reason)
        elif isinstance(error, Unreachable):
            self.survey.failed(visit, error.reason)
        else:
            self.survey.failed(visit, failure_reason(error, visit.url, self.proxy))
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
