"""The last word on where a request may go: checked for each one, robots.txt and its redirects included."""

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from spiders.crawling.handle import spider_of
from spiders.crawling.hosts import Hosts, is_local


class Refused(IgnoreRequest):
    """A request that isn't made. `reason` is the word that it is counted under."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreachable(IgnoreRequest):
    """A host that can't be asked for its robots.txt. `reason` is a line for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HostRules:
    def __init__(self, hosts: Hosts, script_hosts: tuple[str, ...] = (), proxy: str | None = None) -> None:
        self._hosts = hosts
        self._proxy = proxy
        self._script_hosts = frozenset(host.lower() for host in script_hosts)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        spider = spider_of(crawler)
        return cls(spider.hosts, spider.job.site.script_hosts, spider.proxy)

    def process_request(self, request: Request) -> None:
        # A part of a page, and the robots.txt of the host that it is on.
        further = self._script_hosts if "visit" not in request.meta else ()
        refusal = self._hosts.refusal_of_part(request.url, further)
        if refusal:
            raise Refused(refusal)
        if is_local(urlsplit(request.url).hostname or ""):
            request.meta["proxy"] = None
        elif self._proxy is not None:
            request.meta["proxy"] = self._proxy
