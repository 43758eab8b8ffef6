"""What a page in the browser asks for, fetched like any page: politely, by robots.txt, on own hosts, stored."""

from collections.abc import Mapping
from urllib.parse import urljoin

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from spiders.crawling.handle import spider_of
from spiders.crawling.hostrules import Refused
from spiders.crawling.reasons import failure_reason
from spiders.rendering import Answer, Asked

MAX_HOPS = 5
_FIRST = 10  # before pages that wait: the page in the browser waits for it
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_STATIC = frozenset({"script", "stylesheet"})
_KEPT_BYTES = 64 * 1024 * 1024
_RETRY_LATER = frozenset({408, 429})


class Errands:
    """Runs errands for the browser. Scripts and styles are fetched once in a crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._static: dict[str, Answer] = {}
        self._kept = 0

    async def run(self, asked: Asked) -> Answer:
        known = self._static.get(asked.url) if asked.kind in _STATIC else None
        if known is not None:
            return known
        try:
            answer = await self._fetch(asked)
        except Refused as error:
            return Answer(refused=error.reason)
        except IgnoreRequest as error:
            return Answer(refused=str(error) or "refused", failed=True)
        except Exception as error:  # noqa: BLE001  whatever it is, it is this request's
            return Answer(refused=failure_reason(error, asked.url, spider_of(self._crawler).proxy), failed=True)
        if asked.kind in _STATIC and answer.status == 200 and self._kept + len(answer.body) < _KEPT_BYTES:
            self._static[asked.url] = answer
            self._kept += len(answer.body)
        return answer

    async def _fetch(self, asked: Asked) -> Answer:
        url, method, body = asked.url.partition("#")[0], asked.method, asked.body
        for _ in range(MAX_HOPS):
            response, answer = await self._hop(asked, url, method, body)
            location = answer.headers.get("location")
            if response.status not in _REDIRECTS or not location:
                return answer
            url = urljoin(url, location).partition("#")[0]
            if response.status in {301, 302, 303}:
                method, body = "GET", None
        return Answer(refused="too many redirects", failed=True)

    async def _hop(self, asked: Asked, url: str, method: str, body: bytes | None) -> tuple[Response, Answer]:
        request = Request(
            url,
            method=method,
            headers=dict(asked.headers),
            body=body or b"",
            callback=NO_CALLBACK,
            dont_filter=True,
            priority=_FIRST,
            meta={"part": asked.kind, "dont_redirect": True},
        )
        response = await self._crawler.engine.download_async(request)
        capture = response.meta["capture"]
        late = response.status >= 500 or response.status in _RETRY_LATER or capture.truncated
        headers: Mapping[str, str] = capture.headers
        return response, Answer(status=response.status, headers=headers, body=capture.body, failed=late)
