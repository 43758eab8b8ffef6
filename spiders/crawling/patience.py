"""Retries with back-off: errors slow a host down, Retry-After pauses it, success lets it recover."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, Self

from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.asyncio import call_later

from spiders.crawling.handle import spider_of
from spiders.crawling.settings import MAX_DELAY

RETRIED = frozenset({408, 429, 500, 502, 503, 504, 522, 524})
# A host that asks for a longer pause is left alone instead.
MAX_PAUSE = 120.0
_FIRST_DELAY = 0.1
_MAX_GIVEN_DELAY = 0.5
# A host that only asks for patience gets more of it than one that is broken.
_EXTRA_PATIENCE = 3
# Where much of a site is broken, asking again for each page would only load it more.
_FREE_RETRIES = 20
_RETRY_SHARE = 0.1
# The slot wakes a little later than its delay goes back to normal, so that it doesn't fall asleep again.
_MARGIN = 0.05


class Patience:
    """Sees every answer, those that are tried again included, and sets the pace of the host's slot."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._spider = spider_of(crawler)
        job = self._spider.job
        self._base = job.delay
        self._given = job.given
        self._retries = job.retries
        self._max_delay = max(_MAX_GIVEN_DELAY, 4 * job.delay) if job.given else MAX_DELAY
        self._answers = 0
        self._retried = 0
        self._paused: list[Slot] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        self._answers += 1
        broken = "dataloss" in response.flags
        if response.status not in RETRIED and not broken:
            self._recover(request)
            return response
        pause = retry_after(response) if response.status in {429, 503} else None
        if pause is not None and pause > MAX_PAUSE:
            self._spider.give_up(f"the site asks to come back in {pause:.0f} s ({response.status})")
            return response
        self._slow_down(request, pause)
        reason = "the connection broke off" if broken else f"answered {response.status}"
        return self._again(request, reason, _EXTRA_PATIENCE if pause is not None else 0) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if isinstance(exception, IgnoreRequest):
            return None
        self._slow_down(request, None)
        return self._again(request, type(exception).__name__, 0)

    def _again(self, request: Request, reason: str, extra: int) -> Request | None:
        if self._retried >= _FREE_RETRIES + _RETRY_SHARE * self._answers and not extra:
            return None
        self._retried += 1
        return get_retry_request(request, spider=self._spider, reason=reason, max_retry_times=self._retries + extra)

    def _slot(self, request: Request) -> Slot | None:
        key: Any = request.meta.get("download_slot")
        return self._crawler.engine.downloader.slots.get(key)

    def _slow_down(self, request: Request, pause: float | None) -> None:
        slot = self._slot(request)
        if slot is None or slot in self._paused:
            return
        slot.delay = min(max(2 * slot.delay, _FIRST_DELAY), self._max_delay)
        if pause:
            self._pause(slot, pause)

    def _pause(self, slot: Slot, pause: float) -> None:
        """No request to the host for so many seconds, those included that wait in its queue."""
        normal, jitter = slot.delay, slot.jitter
        self._paused.append(slot)
        for request in slot.active:
            request.meta["autothrottle_dont_adjust_delay"] = True
        slot.delay, slot.jitter, slot.lastseen = pause, 0.0, monotonic() + _MARGIN

        def resume() -> None:
            self._paused.remove(slot)
            slot.delay, slot.jitter = normal, jitter

        call_later(pause, resume)

    def _recover(self, request: Request) -> None:
        """AutoThrottle finds its own way back to the usual pace; a pace that was given is found again by halves."""
        slot = self._slot(request)
        if slot is not None and slot not in self._paused and self._given and slot.delay > self._base:
            slot.delay = max(self._base, slot.delay / 2 if slot.delay > 2 * _FIRST_DELAY else self._base)


def retry_after(response: Response) -> float | None:
    """The seconds that a response asks to wait, given as seconds or as a date; None where it doesn't."""
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
