"""What is under way: a crawl ends when every page has had its answer, and says which have not."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import DontCloseSpider

from restock.keys import SiteKeys
from spiders.crawling import CrawlJob
from spiders.crawling.spider import SiteSpider
from spiders.crawling.survey import Survey
from spiders.crawling.underway import WAIT, UnderWay
from spiders.spool import Spool


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Engine:
    """Stands for Scrapy: requests go in, and nothing comes back."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def crawl(self, request: Request) -> None:
        self.asked.append(request)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr("spiders.crawling.spider.UnderWay", lambda: UnderWay(found))
    return found


@pytest.fixture
def spider(job: Callable[..., CrawlJob], tmp_path: Path, clock: Clock) -> Iterator[SiteSpider]:
    asked: Any = job()
    nobody: Any = None
    with Spool(tmp_path / "spool.jsonl") as spool:
        found = SiteSpider(asked, Survey(asked, spool), nobody, nobody, nobody, SiteKeys())
        found.crawler = SimpleNamespace(engine=Engine())  # type: ignore[assignment]
        yield found


def test_what_is_lost_on_its_way_is_asked_for_once_more_and_then_said(spider: SiteSpider, clock: Clock) -> None:
    (visit,) = spider.survey.begin()
    spider._request(visit)
    engine: Any = spider.crawler.engine
    for moment, asked in [(0.0, 0), (WAIT / 2, 0), (WAIT, 1), (WAIT + 1, 1), (2 * WAIT + 1, 1)]:
        clock.now = moment
        if moment <= WAIT + 1:
            with pytest.raises(DontCloseSpider):
                spider.idle()
        else:
            spider.idle()
        assert len(engine.asked) == asked
    outcome = spider.survey.outcome()
    assert list(outcome.failed_lists.values()) == ["it was asked for twice, and no answer was handed over"]


def test_what_fails_within_is_its_pages_failure_and_said(spider: SiteSpider) -> None:
    """The page's reader is not there, which no page can be answerable for."""

    async def taken_in(response: Any) -> list[Request]:
        return [request async for request in spider.answered(response)]

    (visit,) = spider.survey.begin()
    meta = spider._request(visit).meta | {"capture": SimpleNamespace(status=200)}
    assert asyncio.run(taken_in(SimpleNamespace(meta=meta))) == []
    (reason,) = spider.survey.outcome().failed_lists.values()
    assert reason.startswith("internal error: AttributeError")
    spider.idle()
