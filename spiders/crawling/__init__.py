"""A crawl: one site captured politely in a child process, evidence first, with its own verdict at the end."""

from spiders.crawling.hosts import Hosts
from spiders.crawling.job import KNOWN_FILE, NOT_FETCHED, CrawlJob, CrawlResult, Progress
from spiders.crawling.ledger import BLANK_PAGE
from spiders.crawling.parent import run_crawl

__all__ = ["BLANK_PAGE", "KNOWN_FILE", "NOT_FETCHED", "CrawlJob", "CrawlResult", "Hosts", "Progress", "run_crawl"]
