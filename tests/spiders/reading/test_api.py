"""JSON interfaces: what a definition's paths lead to, how an answer is read, and where the next one is."""

import json
from typing import Any

import pytest

from restock.api import Api
from restock.site import Site
from restock.terms import PageRole
from spiders.readers.paths import steps, text_at, value_at
from spiders.reading import read_page

URL = "http://api.example/goods?city=Москва"
ITEM = {"id": 7, "name": "Cisco A-100", "flags": {"order": True}, "more": [{"name": "Артикул", "value": "A-100"}]}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", "7"),
        ("flags.order", "true"),
        ("more.0.value", "A-100"),
        ("more[name=Артикул].value", "A-100"),
        ("more[name=Бренд].value", None),
        ("more.9.value", None),
        ("id.name", None),
        ("flags", None),
    ],
)
def test_a_path_leads_to_a_text_or_nowhere(path: str, value: str | None) -> None:
    assert text_at(ITEM, path) == value


def test_an_empty_path_is_the_whole_answer() -> None:
    assert value_at(ITEM, "") is ITEM


@pytest.mark.parametrize("path", ["a..b", "a.", "a[b", "a[b=c]d", ".a"])
def test_what_no_path_can_be(path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        steps(path)


@pytest.fixture
def read(capture: Any) -> Any:
    def work(document: object, at: str = URL, **api: object) -> Any:
        given = {"items": "goods", "fields": {"title": "name", "sku": "id"}, **api}
        site = Site(name="shop", start=(URL,), source="api", api=Api.model_validate(given))
        body = document if isinstance(document, str) else json.dumps(document)
        return read_page(capture(body, at, role=PageRole.LIST, content_type="application/json"), site)

    return work


def test_an_item_is_a_listing(read: Any) -> None:
    item = ITEM | {
        "price": {"value": 12.125, "cur": "USD"},
        "old": None,
        "stock": [{"n": 3, "more": True, "at": "МСК"}],
    }
    reading = read(
        {"goods": [item], "total": 1},
        total="total",
        fields={"title": ["no", "name"], "mpn": "more[name=Артикул].value", "availability": "flags.order"},
        words={"availability": {"true": "Под заказ"}},
        price=[{"amount": "old"}, {"amount": "price.value", "currency": "price.cur", "vat": "без НДС"}],
        stock={"places": "stock", "quantity": "n", "at_least": "more", "place": "at"},
        url="https://shop.example/p/{id}",
    )
    (row,) = reading.listings
    assert (row.title, row.mpn, row.url, row.read_by) == ("Cisco A-100", "A-100", "https://shop.example/p/7", "api")
    assert (row.price, row.currency, row.quantity, row.availability) == ("12.1250, без НДС", "USD", ">3", None)
    assert (reading.total, reading.links, reading.fault) == (1, (), None)


def test_words_count_where_nothing_is_at_hand(read: Any) -> None:
    given = {"fields": {"title": "name", "availability": "order"}, "stock": {"places": "stock", "quantity": "n"}}
    reading = read({"goods": [{"name": "A", "order": "Под заказ", "stock": []}, {"name": "B", "order": "да"}]}, **given)
    assert [(row.quantity, row.availability) for row in reading.listings] == [("0", "Под заказ"), (None, "да")]


@pytest.mark.parametrize(
    "body", ["<html>Вход</html>", '{"goods": null}', '{"error": "closed"}', '{"goods": [{"id": 1}]}']
)
def test_an_answer_that_is_not_as_described_is_unread(read: Any, body: str) -> None:
    reading = read(body)
    assert reading.listings == ()
    assert reading.fault


@pytest.mark.parametrize(
    ("paging", "answer", "following"),
    [
        ({"by": "page", "parameter": "p"}, {"total": 3}, "p=2"),
        ({"by": "page", "parameter": "p", "first": 0}, {"total": 3}, "p=1"),
        ({"by": "offset", "parameter": "from"}, {"total": 3}, "from=2"),
        ({"by": "page", "parameter": "p"}, {"total": 2}, None),
        ({"by": "page", "parameter": "p", "size": 3}, {}, None),
        ({"by": "page", "parameter": "p", "size": 2}, {}, "p=2"),
        ({"by": "cursor", "parameter": "c", "path": "next"}, {"next": "abc"}, "c=abc"),
        ({"by": "cursor", "parameter": "c", "path": "next"}, {"next": None}, None),
        ({"by": "link", "path": "next"}, {"next": "/goods?x=1"}, "x=1"),
    ],
)
def test_where_a_list_goes_on(read: Any, paging: dict[str, Any], answer: dict[str, Any], following: str | None) -> None:
    goods = [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}]
    reading = read({"goods": goods, **answer}, total="total", paging=paging)
    found = [link.url.partition("#")[0].rpartition("?")[2].rpartition("&")[2] for link in reading.links]
    assert found == ([] if following is None else [following])


def test_a_short_last_page_ends_a_list_whose_pages_have_no_stated_size(read: Any) -> None:
    goods = [{"id": number, "name": "A"} for number in range(20)]
    paging = {"by": "page", "parameter": "p"}
    url, pages = URL, 0
    for size in (20, 20, 2):
        reading = read({"goods": goods[:size], "total": 42}, url, total="total", paging=paging)
        pages += 1
        url = reading.links[0].url if reading.links else ""
    assert (pages, url) == (3, "")


def test_categories_lead_to_their_goods_by_name(read: Any) -> None:
    tree = [{"code": "V1", "name": "Сеть", "within": [{"code": "V11", "name": "Коммутаторы", "within": []}]}]
    given = {"items": "", "children": "within", "name": "name", "url": "/goods/{code}"}
    (link,) = read(tree, categories=given).links
    (row,) = read({"goods": [ITEM]}, link.url).listings
    assert link.url.startswith("http://api.example/goods/V11#")
    assert row.category == "Сеть / Коммутаторы"
