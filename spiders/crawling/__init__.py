"""A crawl: one site captured politely in a child process, evidence first, with its own verdict at the end."""

from spiders.crawling.job import KNOWN_FILE, CrawlJob, CrawlResult, Progress
from spiders.crawling.parent import run_crawl

__all__ = ["KNOWN_FILE", "CrawlJob", "CrawlResult", "Progress", "run_crawl"]
