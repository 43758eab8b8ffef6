"""What the Scrapy components of one crawl share."""

from typing import Any

from scrapy import Spider
from scrapy.crawler import Crawler

from restock.keys import SiteKeys
from spiders.crawling.hosts import Hosts
from spiders.crawling.job import CrawlJob
from spiders.evidence import EvidenceWriter


class CrawlSpider(Spider):
    """A spider with its job, its site's hosts and its evidence. `given_up` is why the crawl must end, if it must.
    `keys` are what only the start addresses' own servers get, and what no evidence holds. `maps` are the
    sitemaps that robots.txt names. `proxy` is the address, login included, of what everything is asked through, if
    that is a proxy."""

    def __init__(
        self,
        job: CrawlJob,
        evidence: EvidenceWriter,
        keys: SiteKeys,
        *,
        proxy: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.keys = keys
        self.proxy = proxy
        self.hosts = Hosts(job.starts)
        self.evidence = evidence
        self.maps: list[str] = []
        self.given_up: str | None = None
        self.close_reason: str | None = None

    def give_up(self, reason: str) -> None:
        """The crawl ends after the answer at hand."""
        self.given_up = self.given_up or reason


def spider_of(crawler: Crawler) -> CrawlSpider:
    if not isinstance(crawler.spider, CrawlSpider):
        raise TypeError("this component belongs to a restock crawl")
    return crawler.spider
