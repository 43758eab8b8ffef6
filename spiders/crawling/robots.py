"""robots.txt as RFC 9309 has it: obeyed; absent means allowed, out of order means forbidden."""

from asyncio import Future, ensure_future
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from spiders.crawling.handle import spider_of
from spiders.crawling.hostrules import Refused, Unreachable
from spiders.crawling.reasons import failure_reason
from spiders.crawling.settings import MAX_DELAY
from spiders.evidence import decode

AGENT = "restock"
# RFC 9309 asks for at least 500 KiB to be read.
_LIMIT = 512 * 1024
_FIRST = 1000
_BUSY = 429


class Robots:
    """Fetches the robots.txt of each host once, before its first page."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rules: dict[str, Future[Protego]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = ensure_future(self._fetch(origin))
        rules = await self._rules[origin]
        if not rules.can_fetch(request.url, AGENT):
            raise Refused("robots")

    async def _fetch(self, origin: str) -> Protego:
        request = Request(
            f"{origin}/robots.txt", priority=_FIRST, callback=NO_CALLBACK, dont_filter=True, meta={"robots": True}
        )
        response = await self._answer(request)
        # RFC 9309 lets 429 pass for absent, too; but who asks to be left alone for now is not asked for pages.
        if response is None or (300 <= response.status < 500 and response.status != _BUSY):
            return Protego.parse("")
        if response.status >= 400:
            host = urlsplit(origin).netloc
            raise Unreachable(f"{host}: robots.txt answered {response.status}, so nothing may be fetched")
        rules = Protego.parse(_text(response))
        spider_of(self._crawler).maps += rules.sitemaps
        self._slow_down(request, rules.crawl_delay(AGENT))
        return rules

    async def _answer(self, request: Request) -> Response | None:
        """The response; None where it led away or round in circles, which counts as absent."""
        try:
            return await self._crawler.engine.download_async(request)
        except IgnoreRequest:
            return None
        except Exception as error:
            raise Unreachable(failure_reason(error, request.url, spider_of(self._crawler).proxy)) from error

    def _slow_down(self, request: Request, delay: float | None) -> None:
        """A delay that robots.txt asks for is the least from now on, unless the pace was given by hand."""
        throttle = self._crawler.get_extension(AutoThrottle)
        if not delay or throttle is None:
            return
        throttle.mindelay = max(throttle.mindelay, min(float(delay), MAX_DELAY))
        downloader = self._crawler.engine.downloader
        slot = downloader.slots.get(downloader.get_slot_key(request))
        if slot is not None:
            slot.delay = max(slot.delay, throttle.mindelay)


def _text(response: Response) -> str:
    encoding = (response.headers.get("Content-Encoding") or b"").decode("latin-1")
    return decode(response.body, encoding, _LIMIT).body.decode("utf-8-sig", "ignore")
