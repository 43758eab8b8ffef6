"""The Scrapy settings of a crawl: polite, bounded, and without Scrapy's own doors to the outside."""

import socket
from importlib.metadata import version
from typing import Any

from spiders.crawling.job import CrawlJob

_HERE = "spiders.crawling"
_HANDLER = f"{_HERE}.keyed.KeyedHandler"
_BUILT_IN = "scrapy.downloadermiddlewares"
MAX_DELAY = 60.0

# What `scrapy list` and `scrapy shell` run under (see scrapy.cfg); a crawl's own settings come from its job.
BOT_NAME = "restock"
SPIDER_MODULES = ["spiders.crawling.spider"]
ROBOTSTXT_OBEY = True
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False


def user_agent(contact: str | None) -> str:
    """The project's name and whom to turn to; without a contact, the postmaster of this machine's host name."""
    whom = " ".join((contact or f"mailto:postmaster@{socket.getfqdn()}").split())
    return f"restock/{version('restock')} (+{whom})"


def scrapy_settings(job: CrawlJob) -> dict[str, Any]:
    own = {
        "USER_AGENT": user_agent(job.contact),
        # No Accept-Language: a shop shows itself in its own.
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
        "RESTOCK_STARTS": list(job.starts),
        "RESTOCK_PROXY": job.proxy,
    }
    return {**_doors(), **_pace(job), **_bounds(job), **_components(), **own}


def _doors() -> dict[str, Any]:
    """Consoles and remote control stay shut; everything is logged to standard error."""
    return {
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": "INFO",
        "STATS_DUMP": False,
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "TWISTED_DNS_RESOLVER": f"{_HERE}.resolver.GuardedResolver",
    }


def _pace(job: CrawlJob) -> dict[str, Any]:
    """Values that were given stand; otherwise the site's answers set the pace, from the polite default upwards."""
    return {
        # No more at once in all than per host: nothing queues up behind a host that asks for a pause.
        "CONCURRENT_REQUESTS": job.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": job.concurrency,
        "DOWNLOAD_DELAY": job.delay,
        "DOWNLOAD_DELAY_JITTER": 0.0 if job.given else 0.5,
        "AUTOTHROTTLE_ENABLED": not job.given,
        "AUTOTHROTTLE_START_DELAY": job.delay,
        "AUTOTHROTTLE_MAX_DELAY": MAX_DELAY,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(job.concurrency),
    }


def _bounds(job: CrawlJob) -> dict[str, Any]:
    """Sizes are bounded while bytes arrive (see recording), so that what came until then is kept as evidence."""
    return {
        "CLOSESPIDER_TIMEOUT": job.deadline,
        "DOWNLOAD_TIMEOUT": job.timeout + 1,
        "DNS_TIMEOUT": min(job.timeout, 20.0),
        "DOWNLOAD_MAXSIZE": 0,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "DOWNLOAD_HANDLERS": {"http": _HANDLER, "https": _HANDLER, "file": None, "ftp": None, "s3": None, "data": None},
        "URLLENGTH_LIMIT": 0,
        "HTTPERROR_ALLOW_ALL": True,
        "REDIRECT_MAX_TIMES": 5,
        # Scrapy makes so many tasks for what each page leads to, however little that is; there are no items here.
        "CONCURRENT_ITEMS": 1,
    }


def _components() -> dict[str, Any]:
    return {
        # Bodies stay as the server sent them, retries and redirects of pages are this project's own decisions.
        "COMPRESSION_ENABLED": False,
        "RETRY_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "ROBOTSTXT_OBEY": True,
        "DOWNLOADER_MIDDLEWARES": {
            f"{_BUILT_IN}.offsite.OffsiteMiddleware": None,
            f"{_BUILT_IN}.robotstxt.RobotsTxtMiddleware": None,
            f"{_HERE}.hostrules.HostRules": 50,
            f"{_HERE}.robots.Robots": 100,
            f"{_HERE}.patience.Patience": 560,
            f"{_HERE}.hourly.HourlyLimit": 900,
            f"{_HERE}.recording.Recorder": 950,
        },
        "EXTENSIONS": {f"{_HERE}.recording.Cutoff": 0},
    }
