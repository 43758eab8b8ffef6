"""Feeds and price lists by URL: captured like pages, kept as one file, read row by row, and said where they break."""

import gzip
import io
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from restock.listing import RawListing
from spiders.crawling import CrawlResult
from spiders.evidence import open_file, read_pages, stored_lists, verify
from spiders.spool import read_spool

Crawl = Callable[..., CrawlResult]
HEAD = '<?xml version="1.0" encoding="{encoding}"?>\n{doctype}<yml_catalog date="2026-11-20 10:00"><shop>'
TREE = '<categories><category id="1">Сети</category><category id="2" parentId="1">Коммутаторы</category></categories>'


def offer(number: int, *, old: bool = False) -> str:
    """An offer of either form."""
    title = f"WS-C2960-{number}</model>" if old else f"Коммутатор Cisco WS-C2960-{number}</name>"
    name = f"<typePrefix>Коммутатор</typePrefix><model>{title}" if old else f"<name>{title}"
    kind = ' type="vendor.model"' if old else ""
    return (
        f'<offer id="{number}" available="{"false" if number % 2 else "true"}"{kind}>'
        f"<url>http://shop.example/goods/{number}</url><price>{1000 + number}</price>"
        f"<currencyId>{'RUR' if old else 'RUB'}</currencyId><categoryId>2</categoryId>{name}"
        f"<vendor>Cisco</vendor><vendorCode>WS-C2960-{number}</vendorCode></offer>"
    )


def feed(numbers: range, *, old: bool = False, broken: bool = False) -> bytes:
    encoding = "windows-1251" if old else "utf-8"
    doctype = '<!DOCTYPE yml_catalog SYSTEM "shops.dtd">\n' if old else ""
    offers = "".join(offer(n, old=old) for n in numbers)
    text = HEAD.format(encoding=encoding, doctype=doctype) + TREE + f"<offers>{offers}</offers></shop></yml_catalog>"
    return text.encode("cp1251" if old else "utf-8")[: -20 if broken else None]


def table(numbers: range) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(2, 0, ["Код", "Партномер", "Наименование", "Цена, USD", "Остаток"])
        for row, number in enumerate(numbers, 3):
            sheet.write_row(row, 0, [str(number), f"WS-C2960-{number}", f"Коммутатор Cisco {number}", 10 + number, 3])
    return out.getvalue()


def rows(result: CrawlResult) -> list[RawListing]:
    return list(read_spool(result.spool))


SERVED = {
    "new": (feed(range(1, 9)), {"Content-Type": "application/xml"}),
    "old": (feed(range(1, 9), old=True), {"Content-Type": "text/html; charset=windows-1251"}),
    "gz": (gzip.compress(feed(range(1, 9))), {"Content-Type": "application/x-gzip"}),
    "encoded": (gzip.compress(feed(range(1, 9))), {"Content-Type": "text/xml", "Content-Encoding": "gzip"}),
    "both": (gzip.compress(gzip.compress(feed(range(1, 9)))), {"Content-Type": "text/xml", "Content-Encoding": "gzip"}),
    "xlsx": (table(range(1, 9)), {"Content-Type": "application/octet-stream"}),
    "csv": (
        "Артикул;Наименование;Цена\n".encode("cp1251")
        + "".join(f"WS-C2960-{n};Коммутатор Cisco {n};{1000 + n}\n" for n in range(1, 9)).encode("cp1251"),
        {"Content-Type": "application/octet-stream", "Content-Disposition": 'attachment; filename="price.csv"'},
    ),
}


@pytest.mark.parametrize("kind", SERVED)
def test_a_list_is_told_by_what_comes(kind: str, shop: Any, crawl: Crawl, answer: Any, tmp_path: Path) -> None:
    """No definition says what stands there; the file is the evidence, as the server sent it."""
    body, headers = SERVED[kind]
    shop.pages["/export"] = answer(body, headers={**headers, "ETag": '"v1"'})
    found = crawl(site={"start": f"{shop.url}export"})
    assert (found.outcome.finished, found.outcome.reason) == (True, None)
    assert found.outcome.whole_rows
    read = rows(found)
    assert [row.mpn for row in read] == [f"WS-C2960-{n}" for n in range(1, 9)]
    assert found.outcome.lists == {shop.key("/export"): 8}
    assert 'price list: ETag "v1"' in found.outcome.notes
    warc = tmp_path / "evidence" / found.warc
    assert verify(warc, unfinished_ok=False) == []
    (entry,) = stored_lists(warc)
    with open_file(warc, entry) as file:
        assert {row.evidence for row in read} == {file.evidence}
        assert kind not in {"new", "old", "xlsx", "csv"} or file.stream.read() == body
    assert [page.body for page in read_pages(warc)] == [
        gzip.decompress(body) if "Content-Encoding" in headers else body
    ]


def test_offers_of_the_old_form(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.pages["/yml.xml"] = answer(feed(range(1, 3), old=True), headers={"Content-Type": "text/xml"})
    first, second = rows(crawl(site={"start": f"{shop.url}yml.xml", "source": "price_list"}))
    assert (first.title, first.brand, first.currency) == ("Коммутатор Cisco WS-C2960-1", "Cisco", "RUR")
    assert (first.availability, second.availability) == ("Под заказ", "В наличии")
    assert (first.category, first.sku) == ("Сети / Коммутаторы", "1")


def test_a_feed_that_breaks_off_is_no_whole_one(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.pages["/yml.xml"] = answer(feed(range(1, 9), broken=True), headers={"Content-Type": "text/xml"})
    found = crawl(site={"start": f"{shop.url}yml.xml", "source": "price_list"})
    assert not found.outcome.finished
    assert "can't be read to its end" in (found.outcome.reason or "")
    assert len(rows(found)) == 8


def test_a_connection_that_ends_early_leaves_the_list_open(shop: Any, crawl: Crawl, answer: Any) -> None:
    """A table has no end of its own: only the missing bytes tell."""
    body = SERVED["csv"][0]
    headers = {"Content-Type": "text/csv", "Content-Length": str(len(body) + 1000)}
    shop.pages["/price.csv"] = answer(body, headers=headers, write=lambda _: None)
    found = crawl(site={"start": f"{shop.url}price.csv", "source": "price_list"}, retries=0)
    assert found.outcome.reason is not None
    assert "the connection ended early" in found.outcome.reason
    assert len(rows(found)) == 8


def test_a_long_list_is_no_long_page(shop: Any, crawl: Crawl, answer: Any) -> None:
    """A list may be longer than any page; it has a bound of its own."""
    body = feed(range(3_000))
    assert len(body) > 4 * 200_000
    shop.pages["/yml.xml"] = answer(body, headers={"Content-Type": "text/xml"})
    assert len(rows(crawl(site={"start": f"{shop.url}yml.xml"}))) == 3_000
    found = crawl(site={"start": f"{shop.url}yml.xml"}, run_id="run-2", max_list_bytes=600_000)
    assert "the list was cut off (length)" in (found.outcome.reason or "")
    assert 0 < len(rows(found)) < 3_000


def test_a_list_may_take_its_time_as_long_as_it_comes(shop: Any, crawl: Crawl, answer: Any) -> None:
    pieces = [feed(range(900))[start : start + 100_000] for start in range(0, 400_000, 100_000)]

    def slowly(handler: BaseHTTPRequestHandler) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
            shop.pause(0.4)

    body = b"".join(pieces)
    headers = {"Content-Type": "text/xml", "Content-Length": str(len(body))}
    shop.pages["/yml.xml"] = answer(headers=headers, write=slowly)
    found = crawl(site={"start": f"{shop.url}yml.xml"}, timeout=1.0)
    assert len(rows(found)) > 800


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE yml_catalog [<!ENTITY a "ааааааааааааааааааааааааа">'
    + "".join(f'<!ENTITY {x} "{f"&{y};" * 20}">' for x, y in zip("bcdefgh", "abcdefg", strict=True))
    + f"]><yml_catalog><shop>{TREE}<offers><offer id='1'><name>Коммутатор &h; &file;</name></offer></offers></shop>"
    + "</yml_catalog>"
)


def test_entities_are_not_expanded(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.pages["/yml.xml"] = answer(BOMB, headers={"Content-Type": "text/xml"})
    found = crawl(site={"start": f"{shop.url}yml.xml", "source": "price_list"})
    assert all(len(row.title) < 100 for row in rows(found))


PAGES = {
    "captcha": ("<html><body><h1>Подтвердите, что вы не робот</h1></body></html>", "wall: captcha"),
    "page": ("<html><body><h1>О компании</h1><p>Мы продаём сети с 1999 года.</p></body></html>", "a page came"),
}


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_in_the_place_of_a_list_is_a_failure(kind: str, shop: Any, crawl: Crawl) -> None:
    body, said = PAGES[kind]
    shop.pages["/yml.xml"] = body
    found = crawl(site={"start": f"{shop.url}yml.xml", "source": "price_list"})
    assert not found.outcome.finished
    assert any(said.removeprefix("wall: ") in reason for reason in found.outcome.failed_lists.values())
    assert shop.paths() == ["/robots.txt", "/yml.xml"]


def test_robots_hold_for_lists(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.pages["/robots.txt"] = "User-agent: *\nDisallow: /yml.xml"
    shop.pages["/yml.xml"] = answer(feed(range(3)))
    found = crawl(site={"start": f"{shop.url}yml.xml", "source": "price_list"})
    assert "/yml.xml" not in shop.paths()
    assert "robots" in (found.outcome.reason or "")


def test_columns_of_a_table_may_be_named(shop: Any, crawl: Crawl, answer: Any) -> None:
    body = "X1;X2;X3\nКоммутатор Cisco;WS-C2960-1;12 000\n".encode()
    shop.pages["/price.csv"] = answer(body, headers={"Content-Type": "text/csv"})
    site = {
        "start": f"{shop.url}price.csv",
        "source": "price_list",
        "columns": {"title": "X1", "mpn": ["X2"], "price": "C"},
    }
    (row,) = rows(crawl(site=site))
    assert (row.title, row.mpn, row.price) == ("Коммутатор Cisco", "WS-C2960-1", "12 000")


def test_a_list_beside_those_of_the_definition_is_not_the_whole_site(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.pages["/yml.xml"] = answer(feed(range(3)))
    assert crawl(start=(f"{shop.url}yml.xml",)).outcome.single_page
