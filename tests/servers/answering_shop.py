"""A shop on loopback whose every answer a test decides."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = bytes | str


@dataclass
class Answer:
    """What the shop answers. `write` takes over the connection after the head was sent; with status 0 it hangs up
    without a word."""

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

    def forget(self) -> None:
        """No pages, and nothing asked for yet."""
        for kept in (self.pages, self.asked, self.requests):
            kept.clear()

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
                if not answer.status:
                    self.close_connection = True
                    return
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
