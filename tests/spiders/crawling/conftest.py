"""Crawls of a shop on loopback whose every answer a test decides, and surveys of the same shop without a server."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from answering_shop import Answer, Pages, Shop

from restock.capture import PageCapture
from restock.run import CrawlOutcome
from restock.site import Site
from spiders.crawling import CrawlJob, CrawlResult, Progress, run_crawl
from spiders.crawling.frontier import Visit
from spiders.crawling.readerchild import read
from spiders.crawling.survey import Survey
from spiders.evidence import Exchange, capture_of
from spiders.spool import Spool


class PaperShop(Pages):
    """A shop without a server: its pages are handed to the survey one after another."""

    def survey(self, job: CrawlJob, spool: Spool) -> CrawlOutcome:
        survey = Survey(job, spool)
        waiting = list(survey.begin())
        while (waiting := waiting or list(survey.further(self.maps))) and survey.stopped is None:
            visit = waiting.pop(0)
            found = self.answer(visit.url.removeprefix("http://shop.test"))
            capture = self._capture(visit, found, job.max_bytes)
            reading = read(capture, job.site) if survey.must_read(capture) else None
            waiting += survey.arrived(visit, capture, reading)
        return survey.outcome()

    def _capture(self, visit: Visit, found: Answer, limit: int) -> PageCapture:
        body = found.body.encode() if isinstance(found.body, str) else found.body
        headers = {"Content-Type": "text/html; charset=utf-8"} | found.headers
        exchange = Exchange(
            url=visit.url,
            requested_url=visit.requested_url,
            wire_url=visit.url,
            status=found.status,
            body=body,
            headers=[(name.encode(), value.encode()) for name, value in headers.items()],
            role=visit.role.value,
        )
        return capture_of(exchange, None, datetime(2026, 11, 22, tzinfo=UTC), limit)


@pytest.fixture
def shop() -> Iterator[Shop]:
    found = Shop()
    yield found
    found.close()


@pytest.fixture
def other_shop() -> Iterator[Shop]:
    """A host that is none of the site's."""
    found = Shop()
    yield found
    found.close()


@pytest.fixture
def paper() -> PaperShop:
    return PaperShop()


@pytest.fixture
def survey(paper: PaperShop, tmp_path: Path) -> Callable[..., CrawlOutcome]:
    """The outcome of the paper shop's survey; keywords change its job, `site` its definition."""

    def run(site: dict[str, object] | None = None, **changes: object) -> CrawlOutcome:
        described = Site.model_validate({"name": "shop", "start": paper.url, **(site or {})})
        values: dict[str, object] = {"run_id": "run-1", "site": described, "folder": tmp_path, "evidence_dir": tmp_path}
        (tmp_path / "spool.jsonl").unlink(missing_ok=True)
        with Spool(tmp_path / "spool.jsonl") as spool:
            return paper.survey(CrawlJob.model_validate({**values, **changes}), spool)

    return run


@pytest.fixture
def answer() -> type[Answer]:
    return Answer


@pytest.fixture
def job(shop: Shop, tmp_path: Path) -> Callable[..., CrawlJob]:
    """A quick crawl's job; keywords change it, `site` changes the definition."""

    def build(site: dict[str, object] | None = None, **changes: object) -> CrawlJob:
        values: dict[str, object] = {
            "run_id": "run-1",
            "site": Site.model_validate({"name": "shop", "start": shop.url, **(site or {})}),
            "delay": 0.0,
            "concurrency": 4,
            "given": True,
            "folder": tmp_path / "runs" / "run-1",
            "evidence_dir": tmp_path / "evidence",
            "contact": "mailto:watch@example.org",
            "timeout": 3.0,
            "retries": 1,
            "deadline": 60.0,
            "max_bytes": 200_000,
        }
        return CrawlJob.model_validate({**values, **changes})

    return build


@pytest.fixture
def crawl(job: Callable[..., CrawlJob]) -> Callable[..., CrawlResult]:
    def run(on_progress: Callable[[Progress], None] | None = None, **changes: Any) -> CrawlResult:
        return run_crawl(job(**changes), on_progress=on_progress)

    return run
