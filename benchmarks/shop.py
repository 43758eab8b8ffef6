"""A big shop on loopback, in a process of its own: `python -m benchmarks.shop KIND PAGES` prints its address.

Its pages have the form of the demo's shop of structured data, and the weight of a real shop's: a menu of a hundred
links, inline scripts and styles. Each is rendered once; what makes one page another (numbers in names, codes, addresses
and prices) is then put into its bytes, so that the shop is never what a crawl waits for."""

import asyncio
import re
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from random import Random
from typing import Any

from scheduler.shop_goods import Good, ShopSection, demo_folder
from scheduler.shop_visits import environment

CARDS = 50
PRODUCT_SIZE, LIST_SIZE = 44_000, 49_000  # bytes
SECTIONS = 8
INDEXED = 100  # products that one page of the index links to
_FIRST = 70_000_000  # stands for a page's own number while it is rendered
_NUMBER = re.compile("70(?P<mark>\u202f?)000(?P=mark)0(?P<place>\\d\\d)")
_WORDS = "Управляемый коммутатор третьего уровня для ядра сети: 24 порта SFP+, два блока питания, стек, BGP и MPLS. "


class Form:
    """A rendered page, cut where a number stands; `fill` puts other numbers there."""

    def __init__(self, text: str) -> None:
        marks = list(_NUMBER.finditer(text))
        edges = [0, *(edge for mark in marks for edge in mark.span()), len(text)]
        self._plain = [text[start:end].encode() for start, end in list(pairwise(edges))[::2]]
        self._marks = [(int(mark["place"]), mark["mark"]) for mark in marks]

    def fill(self, number: Callable[[int], int]) -> bytes:
        pieces = [self._plain[0]]
        for (place, mark), plain in zip(self._marks, self._plain[1:], strict=True):
            pieces += (f"{number(place):,}".replace(",", mark).encode(), plain)
        return b"".join(pieces)


class BigShop:
    """Of kind "products", product pages under an index of plain links; of kind "lists", sections of list pages with
    fifty cards each."""

    def __init__(self, kind: str, pages: int) -> None:
        self._kind = kind
        self.pages = pages
        self._templates = environment(demo_folder())
        self._menu = [{"path": f"s{n}", "title": f"Раздел {n}"} for n in range(SECTIONS)]
        self._menu += [{"path": f"d{n}", "title": f"Оборудование {n}"} for n in range(4)]

    def body(self, target: str) -> bytes | None:
        """The page at a target; None where there is none."""
        path, _, query = target.partition("?")
        place, _, rest = path.strip("/").partition("/")
        if place == "catalog" and self._kind == "lists" and rest.startswith("s"):
            return self._list(rest, int(query.removeprefix("page=") or 1))
        make = {"": self._front, "index": self._index, "product": self._goods, "catalog": self._section}.get(place)
        return make(rest) if make else None

    def _front(self, _: str) -> bytes:
        links = [f"/catalog/s{n}/" for n in range(SECTIONS)]
        if self._kind == "products":
            links = [f"/index/{n}/" for n in range(-(-self.pages // INDEXED))]
        return _plain("Большой магазин", links)

    def _section(self, name: str) -> bytes:
        return _plain(f"Раздел {name}", [])

    def _goods(self, number: str) -> bytes:
        first = int(number) - _BASE
        return self._product.fill(lambda place: (first + place) % self.pages + _BASE)

    def _index(self, number: str) -> bytes:
        first = int(number) * INDEXED
        shown = range(first, min(self.pages, first + INDEXED))
        return _plain(f"Указатель {number}", [f"/product/{n + _BASE}" for n in shown])

    def _list(self, section: str, page: int) -> bytes | None:
        last = self.pages // SECTIONS
        if not 1 <= page <= last:
            return None
        first = (int(section[1:]) * last + page) * CARDS
        body = self._lists[page < last].fill(lambda place: first + place + _BASE)
        return body.replace(b"/catalog/s0/", f"/catalog/{section}/".encode()).replace(
            b"?page=3", f"?page={page + 1}".encode()
        )

    @cached_property
    def _product(self) -> Form:
        items = [_good(place) for place in range(5)]
        text = self._render("product", item=items[0], similar=items[1:], **_trail("http://127.0.0.1"))
        return Form(_heavy(text, PRODUCT_SIZE))

    @cached_property
    def _lists(self) -> dict[bool, Form]:
        """List pages by whether there is a next one."""
        found = {}
        for has_next in (True, False):
            text = self._render(
                "list",
                goods=[_good(place) for place in range(CARDS)],
                total=self.pages // SECTIONS * CARDS,
                page=2,
                pages=2 + has_next,
                page_link=lambda number: f"/catalog/s0/?page={number}",
                **_trail(""),
            )
            found[has_next] = Form(_heavy(text, LIST_SIZE))
        return found

    def _render(self, template: str, **values: Any) -> str:
        section = ShopSection("s0", "Коммутаторы")
        return self._templates.get_template(f"meridian/{template}.html").render(
            shop={"title": "Большой магазин"},
            origin="",
            roots=self._menu,
            children=lambda parent: (
                [] if isinstance(parent, ShopSection) else [{"path": f"d{n}", "title": f"Группа {n}"} for n in range(7)]
            ),
            section=section,
            **values,
        )


_BASE = 10_000_000


def _good(place: int) -> Good:
    number = _FIRST + place
    stock = ("yes", "order", "no", "soon")[place % 4]
    return Good(
        id=number,
        section="s0",
        slug=str(number),
        title=f"Коммутатор Cisco Catalyst WS-C{number}-S, 24 порта",
        path=f"/product/{number}",
        brand="Cisco",
        article=f"WS-C{number}-S",
        price=Decimal(number),
        old_price=Decimal(number) + 20 if place % 5 == 1 else None,
        stock=stock,
        quantity=7 if stock == "yes" else None,
        summary=_WORDS * 8,
    )


def _trail(origin: str) -> dict[str, Any]:
    crumbs = [("Главная", "/"), ("Коммутаторы", "/catalog/s0/")]
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": origin + link}
        for place, (name, link) in enumerate(crumbs, 1)
    ]
    return {"crumbs": crumbs, "breadcrumbs": {"@type": "BreadcrumbList", "itemListElement": items}}


def _heavy(text: str, size: int) -> str:
    """The page brought to a size by inline script and style in its head, varied as those of shops are."""
    random = Random(1)
    half = (size - len(text.encode())) // 2
    style = script = ""
    while len(style) < half:
        style += f".b{random.randrange(9999)}{{margin:{random.randrange(60)}px;color:#{random.randbytes(3).hex()}}}\n"
    while len(script) < half:
        script += f"metrics.push(['{random.randbytes(4).hex()}',{{id:{random.randrange(10**6)},fields:['a','b']}}]);\n"
    return text.replace("</head>", f"<style>{style}</style><script>{script}</script></head>", 1)


def _plain(title: str, links: list[str]) -> bytes:
    rows = "".join(f'<li><a href="{link}">{title}, {link}</a></li>\n' for link in links)
    body = f"<h1>{title}</h1><p>{_WORDS}</p><ul>{rows}</ul>"
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode()


class _Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive for GET requests without a body, and nothing else."""

    def __init__(self, answer: Callable[[str], bytes | None]) -> None:
        self._answer = answer
        self._left = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._left = (self._left + data).split(b"\r\n\r\n")
        for request in requests:
            body = self._answer(request.split(b" ", 2)[1].decode())
            status, body = (b"404 Not Found", b"<h1>404</h1>") if body is None else (b"200 OK", body)
            head = b"HTTP/1.1 %b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(head % (status, len(body)) + body)


async def serve(shop: BigShop) -> None:
    """Serves until standard input ends, and says where on standard output."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(shop.body), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(BigShop(sys.argv[1], int(sys.argv[2]))))
