"""Price lists are kept on disk while they come: an answer that begins like one never stands in memory as a whole."""

from collections.abc import Callable
from email.message import Message
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _ScrapyAgent
from scrapy.http import Headers, Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future

from restock.terms import PageRole
from spiders.crawling.handle import spider_of
from spiders.evidence import decode
from spiders.pricelists import looks_like_list

KEPT = "kept"  # in a request's meta: the file of an answer that is a price list
_ENOUGH = 4096  # bytes that say what an answer is

# Scrapy offers no door to the place that a body is written to; what is used of its inside stands in this module alone.
# ruff: noqa: SLF001


class Body:
    """Where a start address's answer is written while it comes: to memory, and to a file once it begins like a list."""

    def __init__(self, request: Request, headers: Headers, *, any_kind: bool) -> None:
        self._request = request
        self._headers = headers
        self._any_kind = any_kind
        self._memory = BytesIO()
        self._file: BinaryIO | None = None
        self._judged = False
        request.meta.pop(KEPT, None)

    def write(self, data: bytes) -> None:
        (self._file or self._memory).write(data)
        if not self._judged and self._memory.tell() >= _ENOUGH:
            self._judge()

    def getvalue(self) -> bytes:
        """The whole answer; nothing where it is kept in a file."""
        if not self._judged:
            self._judge()
        return self._memory.getvalue()

    def _judge(self) -> None:
        self._judged = True
        coding = (self._headers.get("Content-Encoding") or b"").decode("latin-1")
        start = decode(self._memory.getvalue(), coding, 1 << 20).body
        media_type = (self._headers.get("Content-Type") or b"").decode("latin-1")
        if looks_like_list(start, media_type, self._name()) or (self._any_kind and start and not _is_page(start)):
            self._file = TemporaryFile(prefix="restock-")  # noqa: SIM115  whoever reads it lets it go
            self._file.write(self._memory.getvalue())
            self._memory = BytesIO()
            self._request.meta[KEPT] = self._file

    def _name(self) -> str:
        """What the answer's file is called."""
        said = Message()
        said["Content-Disposition"] = (self._headers.get("Content-Disposition") or b"").decode("latin-1")
        return said.get_filename() or unquote(urlsplit(self._request.url).path)


def _is_page(start: bytes) -> bool:
    """Whether an answer is a page for people, whatever was asked for."""
    head = start[:1024].lower()
    return any(mark in head for mark in (b"<!doctype html", b"<html", b"<head", b"<body"))


class ListHandler(HTTP11DownloadHandler):
    """Scrapy's own handler; of start addresses, it keeps answers that are lists on disk."""

    async def download_request(self, request: Request) -> Response:
        visit = request.meta.get("visit")
        if visit is None or visit.role is not PageRole.START:
            return await super().download_request(request)
        agent = _Agent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        with wrap_twisted_exceptions():
            return await maybe_deferred_to_future(agent.download_request(request))


class _Agent(_ScrapyAgent):
    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        deliver: Callable[[Any], None] = txresponse.deliverBody
        any_kind = 200 <= int(txresponse.code) < 300 and spider_of(self._crawler).job.site.source == "price_list"
        body = Body(request, self._headers_from_twisted_response(txresponse), any_kind=any_kind)

        def deliver_to_body(reader: Any) -> None:
            reader._bodybuf = body
            deliver(reader)

        txresponse.deliverBody = deliver_to_body
        request.meta["wait_longer"] = self._wait_longer
        return super()._cb_bodyready(txresponse, request)

    def _wait_longer(self, seconds: float) -> None:
        """A list may take as long as it keeps coming."""
        waiting: Any = self._timeout_cl
        if waiting.active():
            waiting.reset(seconds)
