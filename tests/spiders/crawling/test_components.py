"""The Scrapy components one by one: names, pauses, settings."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from scrapy.http import Response
from twisted.internet.address import IPv4Address

from restock.site import Site
from spiders.crawling import CrawlJob
from spiders.crawling.hosts import Hosts
from spiders.crawling.patience import retry_after
from spiders.crawling.resolver import GuardedResolver
from spiders.crawling.settings import scrapy_settings, user_agent


class Names:
    """Stands for the system's resolver: every name has the same addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *rest: Any) -> Any:  # noqa: N802
        for address in self.addresses:
            receiver.addressResolved(IPv4Address("TCP", address, port))
        receiver.resolutionComplete()
        return receiver


class Receiver:
    def __init__(self) -> None:
        self.found: list[str] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        pass

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.found.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        pass


@pytest.mark.parametrize(
    ("host", "port", "found"),
    [
        ("shop.test", 80, ["93.184.216.34", "127.0.0.1"]),
        ("shop.test", 443, ["93.184.216.34"]),
        ("www.shop.test", 80, ["93.184.216.34"]),
    ],
)
def test_a_name_gives_no_private_address(host: str, port: int, found: list[str]) -> None:
    receiver = Receiver()
    names: Any = Names("93.184.216.34", "127.0.0.1")
    GuardedResolver(names, Hosts(["http://shop.test/"])).resolveHostName(receiver, host, port)
    assert receiver.found == found


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120.0), ("0", 0.0), ("", None), ("soon", None), ("-5", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
def test_retry_after_in_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    assert retry_after(Response("http://shop.test/", headers={"Retry-After": text})) == seconds


def test_retry_after_as_a_date_to_come() -> None:
    moment = datetime.now(UTC) + timedelta(hours=1)
    found = retry_after(Response("http://shop.test/", headers={"Retry-After": format_datetime(moment, usegmt=True)}))
    assert found is not None
    assert 3000 < found <= 3600


def test_the_user_agent_names_the_project_and_a_contact() -> None:
    assert user_agent("mailto:watch@example.org").endswith(" (+mailto:watch@example.org)")
    assert user_agent(None).startswith("restock/")
    assert "+mailto:postmaster@" in user_agent(None)
    assert "\n" not in user_agent("a\r\nX-Header: b")


def test_scrapys_own_doors_are_shut(job: Callable[..., CrawlJob]) -> None:
    settings = scrapy_settings(job())
    assert settings["REMOTE_CONTROL_ENABLED"] is False
    assert settings["TELNETCONSOLE_ENABLED"] is False
    assert settings["DOWNLOAD_HANDLERS"]["file"] is None


def test_a_pace_that_was_given_stands_and_another_is_found(job: Callable[..., CrawlJob]) -> None:
    given = scrapy_settings(job(delay=0.5, concurrency=7))
    assert (given["AUTOTHROTTLE_ENABLED"], given["DOWNLOAD_DELAY"], given["DOWNLOAD_DELAY_JITTER"]) == (False, 0.5, 0.0)
    assert given["CONCURRENT_REQUESTS_PER_DOMAIN"] == 7
    polite = scrapy_settings(job(given=False, delay=1.0, concurrency=2))
    assert polite["AUTOTHROTTLE_ENABLED"] is True
    assert polite["AUTOTHROTTLE_START_DELAY"] == 1.0


def test_a_job_survives_its_file(job: Callable[..., CrawlJob]) -> None:
    found = job(site={"follow": {"skip": ["/blog/"]}}, page_only=None, sample=3)
    assert CrawlJob.model_validate_json(found.model_dump_json()) == found
    assert found.starts == found.site.start
    assert isinstance(found.site, Site)
