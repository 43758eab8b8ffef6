"""Evidence before opinion: every response is stored as it came, before anything else sees it; endless ones are cut."""

from collections.abc import Container
from time import monotonic
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Headers, Response

from spiders.crawling.handle import spider_of
from spiders.crawling.keeping import KEPT
from spiders.evidence import Exchange
from spiders.evidence.encoding import ACCEPTED
from spiders.evidence.exchange import PART, ROBOTS

_HIDDEN = b"(a key, not stored)"
_SECRETS = frozenset({b"proxy-authorization"})


class Recorder:
    """Stands next to the downloader. The capture to read goes along in the request's meta as "capture"; of a price
    list, where it is stored, as "evidence"."""

    def __init__(self, crawler: Crawler) -> None:
        self._evidence = spider_of(crawler).evidence
        self._keys = _SECRETS | {name.lower().encode() for name in spider_of(crawler).keys.headers}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response:
        exchange = _exchange(request, response, self._keys)
        if (kept := request.meta.get(KEPT)) is not None:
            request.meta["evidence"] = self._evidence.write_list(exchange, kept)
        else:
            request.meta["capture"] = self._evidence.write(exchange)
        return response


def _exchange(request: Request, response: Response, keys: Container[bytes]) -> Exchange:
    visit = request.meta.get("visit")
    return Exchange(
        url=visit.url if visit else response.url,
        requested_url=visit.requested_url if visit else response.url,
        wire_url=response.url,
        status=response.status,
        body=response.body,
        headers=_pairs(response.headers),
        protocol=response.protocol or "HTTP/1.1",
        role=visit.role.value if visit else PART if "part" in request.meta else ROBOTS,
        truncated=_truncated(request, response),
        ip=str(response.ip_address) if response.ip_address else None,
        request_headers=[(name, _HIDDEN if name.lower() in keys else value) for name, value in _pairs(request.headers)],
        method=request.method,
        sent=request.body,
    )


def _truncated(request: Request, response: Response) -> str | None:
    if "dataloss" in response.flags:
        return "disconnect"
    cut: str | None = request.meta.get("cut")
    return cut


def _pairs(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in headers.items() for value in values]


class Cutoff:
    """Stops a download that has become too big or too slow, and keeps what came until then."""

    def __init__(self, crawler: Crawler) -> None:
        job = spider_of(crawler).job
        self._max_bytes, self._max_list_bytes = job.max_bytes, job.max_list_bytes
        self._timeout = job.timeout

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.begin, signal=signals.headers_received)
        crawler.signals.connect(extension.count, signal=signals.bytes_received)
        return extension

    def begin(self, headers: Headers, body_length: Any, request: Request, spider: Spider) -> None:  # noqa: ARG002
        # The clock of a list begins again with each piece: it may take as long as it keeps coming.
        request.meta["received"] = 0
        request.meta["cut"] = None
        request.meta["ends"] = monotonic() - request.meta.get("download_latency", 0.0) + self._timeout

    def count(self, data: bytes, request: Request, spider: Spider) -> None:  # noqa: ARG002
        request.meta["received"] += len(data)
        most = self._max_bytes
        if KEPT in request.meta:
            most = self._max_list_bytes
            request.meta["ends"] = monotonic() + self._timeout
            request.meta["wait_longer"](self._timeout + 1)
        if request.meta["received"] > most:
            request.meta["cut"] = "length"
        elif monotonic() > request.meta["ends"]:
            request.meta["cut"] = "time"
        if request.meta["cut"]:
            raise StopDownload(fail=False)
