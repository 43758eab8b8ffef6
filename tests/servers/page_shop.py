"""A fixture of several rooms: a site on loopback with whatever pages a test gives it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

Page = str | bytes | tuple[int, str]


class PageShop:
    """Pages by path: a text, bytes, or a status with a text; `asked` holds every request for one but robots.txt."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.asked: list[str] = []
        self.url = ""

    def answer(self, path: str) -> tuple[int, str, bytes]:
        if path != "/robots.txt":
            self.asked.append(path)
        found = self.pages.get(path, (404, "<h1>Страница не найдена</h1>"))
        if isinstance(found, bytes):
            return 200, "application/octet-stream", found
        status, text = found if isinstance(found, tuple) else (200, found)
        kind = "application/xml" if text.startswith("<?xml") else "text/plain" if path == "/robots.txt" else "text/html"
        return status, f"{kind}; charset=utf-8", text.encode()


@pytest.fixture
def page_shop() -> Iterator[PageShop]:
    shop = PageShop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = shop.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_port}/"
    yield shop
    server.shutdown()
    server.server_close()
    thread.join()
