"""A shop on loopback whose every answer a test decides, and a crawl of it."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from restock.capture import PageCapture
from restock.run import CrawlOutcome
from restock.site import Site
from spiders.crawling import CrawlJob, CrawlResult, Progress, run_crawl
from spiders.crawling.frontier import Visit
from spiders.crawling.readerchild import read
from spiders.crawling.survey import Survey
from spiders.evidence import Exchange, capture_of
from spiders.spool import Spool

Body = bytes | str


@dataclass
class Answer:
    """What the shop answers. `write` takes over the connection after the head was sent."""

    body: Body = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[BaseHTTPRequestHandler], None] | None = None


class Pages:
    """The pages of a shop by path: a text, an Answer, or a function of the count of requests for it so far."""

    url = "http://shop.test/"

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.maps: list[str] = []  # the sitemaps that robots.txt names
        self.asked: list[str] = []

    def key(self, path: str = "") -> str:
        """The stable key of one of the shop's addresses."""
        return self.url.removeprefix("http://").rstrip("/") + path

    def product(self, number: int) -> None:
        title = f"Коммутатор Cisco WS-C2960-{number}"
        self.pages[f"/goods/{number}"] = (
            f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
            f'<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "Product", '
            f'"name": "{title}", "sku": "{number}", "offers": {{"@type": "Offer", "price": "1000", '
            f'"priceCurrency": "RUB", "availability": "https://schema.org/InStock"}}}}</script>'
            f'<p class="price">1 000 ₽</p><p>В наличии</p><button>Купить</button></body></html>'
        )

    def list_page(self, path: str, numbers: range, extra: str = "") -> None:
        """A list page with a card for each number, and the products' pages."""
        for number in numbers:
            self.product(number)
        cards = "".join(
            f'<div class="card"><a class="name" href="/goods/{number}">Коммутатор Cisco WS-C2960-{number}</a>'
            f'<span class="price">1 000 ₽</span></div>'
            for number in numbers
        )
        self.pages[path] = (
            f"<html><head><title>Коммутаторы</title></head><body><h1>Коммутаторы</h1>"
            f'<div class="goods">{cards}</div>{extra}<p>Интернет-магазин сетевого оборудования</p></body></html>'
        )

    def numbered(self, path: str, pages: int, size: int = 6) -> None:
        """A list over several numbered pages, the first of which has two addresses."""
        links = "".join(f'<a href="{path}?page={page}">{page}</a> ' for page in range(1, pages + 1))
        for page in range(1, pages + 1):
            numbers = range((page - 1) * size, page * size)
            self.list_page(f"{path}?page={page}", numbers, f'<div class="pagination">{links}</div>')
        self.pages[path] = self.pages[f"{path}?page=1"]

    def answer(self, path: str) -> Answer:
        self.asked.append(path)
        found = self.pages.get(path, Answer("<h1>Страница не найдена</h1>", 404))
        if callable(found):
            found = found(self.asked.count(path))
        return found if isinstance(found, Answer) else Answer(found)


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


class Shop(Pages):
    """A shop on loopback."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[tuple[str, float, dict[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @staticmethod
    def pause(seconds: float) -> None:
        """What comes later comes later; no test asserts how much."""
        time.sleep(seconds)

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]

    def times(self, path: str) -> list[float]:
        return [moment for asked, moment, _ in self.requests if asked == path]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                shop.requests.append((self.path, time.monotonic(), {k.lower(): v for k, v in self.headers.items()}))
                answer = shop.answer(self.path)
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
                self.send_response(answer.status)
                for name, value in (headers | answer.headers).items():
                    if value:
                        self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body)
                    if answer.write is not None:
                        self.close_connection = True
                        answer.write(self)
                except OSError:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler


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
