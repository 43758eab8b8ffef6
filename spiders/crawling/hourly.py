"""An hourly limit of requests: counted over all crawls of a site, waited for, or a reason to stop."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from filelock import FileLock
from scrapy import Request
from scrapy.crawler import Crawler

from spiders.crawling.handle import spider_of
from spiders.crawling.hostrules import Unreachable

_HOUR = 3600.0


class Hour:
    """When a site was asked within the last hour, by whichever crawl, in a file that they share."""

    def __init__(self, file: Path, most: int) -> None:
        self._file = file
        self._most = most
        file.parent.mkdir(parents=True, exist_ok=True)

    def take(self) -> float:
        """Notes a request that may be made now, and gives 0; else the seconds until one may be made."""
        with FileLock(self._file.with_suffix(".lock")):
            now = time.time()
            asked = [moment for moment in self._moments() if now - _HOUR < moment <= now]
            if len(asked) >= self._most:
                return max(asked[-self._most] + _HOUR - now, 0.05)
            self._file.write_text("".join(f"{moment:.3f}\n" for moment in [*asked, now]), encoding="ascii")
            return 0.0

    def _moments(self) -> list[float]:
        found = []
        if self._file.exists():
            for line in self._file.read_text(encoding="ascii", errors="replace").splitlines():
                with suppress(ValueError):
                    found.append(float(line))
        return sorted(found)


class HourlyLimit:
    """Lets as many requests through as the site takes in an hour, retries and robots.txt among them."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider = spider_of(crawler)
        job = self._spider.job
        self._most = job.site.requests_per_hour
        self._hour = Hour(job.asked, self._most) if self._most and job.asked is not None else None
        self._ends = time.time() + job.deadline

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:  # noqa: ARG002  the name is Scrapy's
        while self._hour is not None and (wait := self._hour.take()) > 0:
            if self._spider.given_up or time.time() + wait > self._ends:
                reason = f"the site takes {self._most} requests an hour, and they are used up"
                self._spider.give_up(reason)
                raise Unreachable(reason)
            await asyncio.sleep(wait)
