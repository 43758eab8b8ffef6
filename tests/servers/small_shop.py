"""A fixture of several rooms: a shop of a few switches on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Shop:
    """Switches on one list, each with a page that says more than its card; `linked` have no card, only a link. Product
    pages end with some `padding`, the list with a `footer`. It answers while it is `open`, and was `asked` once
    somebody came."""

    def __init__(self, numbers: range) -> None:
        self.numbers = numbers
        self.price = 1000
        self.padding = ""
        self.footer = ""
        self.forbidden: list[str] = []
        self.linked: set[int] = set()
        self.url = ""
        self.open = threading.Event()
        self.open.set()
        self.asked = threading.Event()

    def body(self, path: str) -> str | None:
        if path == "/robots.txt":
            return "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in self.forbidden)
        if path == "/":
            return self._list()
        number = path.removeprefix("/goods/")
        return self._page(int(number)) if number.isdigit() and int(number) in self.numbers else None

    def _list(self) -> str:
        cards = "".join(
            f'<div class="card"><a class="name" href="/goods/{number}">Коммутатор Cisco WS-C2960-{number}</a>'
            f'<span class="price">{self.price + number} ₽</span></div>'
            for number in self.numbers
            if number not in self.linked
        )
        links = "".join(f'<p><a href="/goods/{number}">Подробнее</a></p>' for number in sorted(self.linked))
        return f'<html><body><h1>Коммутаторы</h1><div class="goods">{cards}</div>{links}{self.footer}</body></html>'

    def _page(self, number: int) -> str:
        title = f"Коммутатор Cisco WS-C2960-{number}"
        return (
            f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
            f'<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "Product", '
            f'"name": "{title}", "sku": "{number}", "offers": {{"@type": "Offer", "price": "{self.price + number}", '
            f'"priceCurrency": "RUB", "availability": "https://schema.org/InStock"}}}}</script>{self.padding}</body></html>'
        )


@pytest.fixture
def shop() -> Iterator[Shop]:
    with serving() as found:
        yield found


@contextmanager
def serving() -> Iterator[Shop]:
    found = Shop(range(1, 21))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.set()
            found.open.wait(60)
            body = found.body(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write((body or "<h1>Страница не найдена</h1>").encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/"
    yield found
    found.open.set()
    server.shutdown()
    server.server_close()
    thread.join()
