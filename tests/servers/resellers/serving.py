"""What all fixture resellers share: requests, answers, templates, and a server on loopback with a settable day."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from resellers.goods import FOLDER, Good, Section, Stock, load, spaced, upload

from scheduler.shop_visits import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a visitor asks for."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    origin: str

    @property
    def page(self) -> int:
        """The number of the list page, by whichever name it goes."""
        asked = self.query.get("page") or self.query.get("PAGEN_1") or "1"
        return max(1, int(asked)) if asked.isdecimal() else 1


class Reseller:
    """A shop on loopback. `day` decides what all following requests see; `asked` counts them by path."""

    name: str
    encoding = "utf-8"
    vat = "unknown"  # what the shop says of it beside a price
    disallowed: tuple[str, ...] = ("/personal/", "/search/")

    def __init__(self) -> None:
        self.stock: Stock = load(self.name)
        self.day = 1
        self.url = ""
        self.asked: Counter[str] = Counter()

    @property
    def goods(self) -> list[Good]:
        return self.stock.on(self.day)

    def path(self, good: Good) -> str:
        """Where a good's page is."""
        raise NotImplementedError

    def answer(self, request: Request) -> Answer:
        """What the shop answers; a page that isn't there is for each shop to deny in its own way."""
        raise NotImplementedError

    def listing(self, good: Good) -> dict[str, Any]:
        """What is true of one good here."""
        vat = {"vat": self.vat} if good.price else {}
        return good.truth | vat | {"url": self.url.rstrip("/") + self.path(good)}

    def truth(self) -> dict[str, dict[str, Any]]:
        """What is true on this day, by part number."""
        return {good.mpn: self.listing(good) for good in self.goods}

    def events(self, day: int) -> list[tuple[str, str]]:
        """What a true comparison with the day before gives: part numbers and events."""
        return self.stock.events(day)

    def robots(self, request: Request) -> Answer:
        rules = "".join(f"Disallow: {path}\n" for path in self.disallowed)
        return text(f"User-agent: *\n{rules}Sitemap: {request.origin}/sitemap.xml\n", "text/plain; charset=utf-8")

    def sitemap(self, request: Request, paths: list[str]) -> Answer:
        rows = "".join(f"<url><loc>{request.origin}{path}</loc></url>\n" for path in paths)
        return text(f'{_XML}<urlset xmlns="{_SITEMAPS}">\n{rows}</urlset>\n', "application/xml; charset=utf-8")

    def sitemap_index(self, request: Request, paths: list[str]) -> Answer:
        rows = "".join(f"<sitemap><loc>{request.origin}{path}</loc></sitemap>\n" for path in paths)
        return text(f'{_XML}<sitemapindex xmlns="{_SITEMAPS}">\n{rows}</sitemapindex>\n', "application/xml")

    def render(self, template: str, status: int = 200, **values: Any) -> Answer:
        page = _templates().get_template(f"{self.name}/{template}.html")
        shown = page.render(shop=self, stock=self.stock, day=self.day, path=self.path, **values)
        return Answer(
            status=status,
            body=shown.encode(self.encoding, "xmlcharrefreplace"),
            content_type=f"text/html; charset={self.encoding}",
        )

    def section(self, path: str) -> Section | None:
        return next((section for section in self.stock.sections if section.path == path.strip("/")), None)

    def good(self, path: str) -> Good | None:
        return next((good for good in self.goods if self.path(good) == path), None)

    def in_section(self, section: Section) -> list[Good]:
        return [good for good in self.goods if section.holds(good)]

    def found(self, words: str) -> list[Good]:
        """What the shop's search finds."""
        return [good for good in self.goods if words and words.lower() in good.title.lower()]

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serves the shop on a port of its own while the context lasts."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"reseller {self.name}")
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/"
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def text(body: str, content_type: str = "text/html; charset=utf-8", status: int = 200) -> Answer:
    return Answer(status=status, body=body.encode(), content_type=content_type)


def as_json(data: object, status: int = 200, **headers: str) -> Answer:
    body = json.dumps(data, ensure_ascii=False).encode()
    return Answer(status=status, body=body, content_type="application/json; charset=utf-8", headers=headers)


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"spaced": spaced, "upload": upload}
    return found


def _handler(shop: Reseller) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(with_body=True)

        def do_HEAD(self) -> None:
            self._send(with_body=False)

        def _send(self, *, with_body: bool) -> None:
            answer = shop.answer(self._request())
            shop.asked[urlsplit(self.path).path] += 1
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(answer.body if with_body else b"")

        def _request(self) -> Request:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            return Request(
                path=unquote(parts.path),
                query=dict(parse_qsl(parts.query)),
                headers=headers,
                origin=f"http://{headers.get('host', '127.0.0.1')}",
            )

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            """Silence: tests look at what is asked through `asked`."""

    return Handler


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
