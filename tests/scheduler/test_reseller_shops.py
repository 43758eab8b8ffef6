"""The fixture resellers serve what their truth says, day by day: each shop's pages walked by plain HTTP."""

import json
import re
from collections import Counter
from dataclasses import fields
from html import unescape
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urljoin, urlsplit
from urllib.request import Request, urlopen

import pytest
from resellers.four_telecom import FourTelecom
from resellers.goods import DAYS, Good, Stock, spaced
from resellers.nag import Nag
from resellers.ocs import KEY, Ocs
from resellers.prosoft import Prosoft
from resellers.sale_server import OldSaleServer, SaleServer
from resellers.serving import Reseller
from resellers.three_logic import LOGIN, TOKEN, ThreeLogic

PAGED = (ThreeLogic, FourTelecom, Prosoft, OldSaleServer)
SHOPS = (*PAGED, Nag, Ocs, SaleServer)


def fetched(url: str, **headers: str) -> str:
    with urlopen(Request(quote(url, safe=":/?&=%"), headers=headers)) as answer:
        encoding: str = answer.headers.get_content_charset()
        body: str = answer.read().decode(encoding)
    return re.sub(r"\s+", " ", unescape(body))


def refusal(url: str, **headers: str) -> tuple[int, str | None]:
    """The status of an answer, and how long it says to wait."""
    try:
        with urlopen(Request(url, headers=headers)) as answer:
            return answer.status, answer.headers["Retry-After"]
    except HTTPError as error:
        with error:
            return error.code, error.headers["Retry-After"]


def asked(shop: Reseller, path: str, headers: dict[str, str], **query: str) -> object:
    return json.loads(fetched(f"{shop.url.rstrip('/')}{path}?{urlencode(query)}", **headers))


def walked(shop: Reseller) -> dict[str, str]:
    """All pages that links lead to from the front page on, by path and page number; no filters, orders and cities."""
    pages: dict[str, str] = {}
    waiting = [shop.url]
    while waiting:
        address = waiting.pop()
        path = address.removeprefix(shop.url.rstrip("/"))
        if path in pages or path.startswith(shop.disallowed):
            continue
        pages[path] = fetched(address)
        found = re.findall(r'href="([^"]+)"', pages[path])
        waiting += [urljoin(address, link) for link in found if re.fullmatch(r"[^?]*(\?(PAGEN_1|page)=\d+)?", link)]
        waiting = [link for link in waiting if link.startswith(shop.url) and "/filter/" not in link]
    return pages


def on_pages(shop: Reseller, pages: dict[str, str]) -> set[str]:
    paths = {urlsplit(path).path for path in pages}
    return {good.mpn for good in shop.goods if shop.path(good) in paths}


@pytest.mark.parametrize("kind", PAGED)
def test_links_lead_to_every_good_and_to_no_other(kind: type[Reseller]) -> None:
    shop = kind()
    with shop.serving():
        for shop.day in DAYS:
            pages = walked(shop)
            assert on_pages(shop, pages) == set(shop.truth())
            gone = {good.mpn for good in shop.stock.goods} - set(shop.truth())
            assert not [path for path in pages if any(shop.path(g) == path and g.mpn in gone for g in shop.stock.goods)]


@pytest.mark.parametrize("kind", [Nag, SaleServer, *PAGED])
def test_product_pages_show_what_is_true(kind: type[Reseller]) -> None:
    shop = kind()
    with shop.serving():
        for good in shop.goods:
            page = fetched(shop.url.rstrip("/") + shop.path(good))
            shown = [good.title, good.brand_shown, good.article_shown]
            shown += [amount for _, amount in good.stocks if kind is Nag] or [good.stock_shown]
            if kind is not ThreeLogic:
                shown += [spaced(amount) for amount in (good.price, good.old_price) if amount]
                shown += [] if good.price or good.availability == "Discontinued" else [no_price(page)]
            assert [text for text in shown if text not in page] == []


def no_price(page: str) -> str:
    return next(words for words in ("Цена по запросу", "Запросить цену", "Под заказ") if words in page)


def test_the_list_of_nag_is_drawn_by_script_page_by_page() -> None:
    shop = Nag()
    with shop.serving():
        section = shop.stock.sections[1]
        page = fetched(f"{shop.url}catalog/{section.path}")
        assert '<main id="main"></main>' in page
        found, number = [], 1
        while number:
            data = asked(shop, "/ajax/setout", {}, category=section.path, page=str(number))
            assert isinstance(data, dict)
            found += data["items"]
            number = data["next"]
    goods = shop.in_section(section)
    assert [item["href"] for item in found] == [shop.path(good) for good in goods]
    assert [item["our"] for item in found] == [f"{spaced(g.price)} ₽" if g.price else None for g in goods]


def test_the_interface_of_ocs_wants_a_key_and_counts_requests() -> None:
    shop = Ocs()
    call = {"includesale": "true", "includeuncondition": "true", "includemissing": "true", "shipmentCity": "Москва"}
    with shop.serving():
        assert refusal(f"{shop.url}api/v2/catalog/categories")[0] == 401
        data = asked(shop, "/api/v2/catalog/categories/all/products", {"X-API-Key": KEY}, **call)
        shop.spent = shop.limit
        assert refusal(f"{shop.url}api/v2/catalog/categories", **{"X-API-Key": KEY}) == (429, "3600")
    assert isinstance(data, dict)
    found = {row["product"]["partNumber"]: row for row in data["result"]}
    assert set(found) == set(shop.truth())
    for number, true in shop.truth().items():
        in_all = sum(place["quantity"]["value"] for place in found[number]["locations"])
        assert in_all == (true["quantity"] or 0)
        assert ("order" in found[number]["price"]) == (true["price"] is not None)


def test_the_interface_of_3logic_pages_and_filters() -> None:
    shop = ThreeLogic()
    keys = {"X-Login": LOGIN, "X-Token": TOKEN}
    with shop.serving():
        assert refusal(f"{shop.url}api/products")[0] == 403
        pages = [asked(shop, "/api/products", keys, page=str(number)) for number in (1, 2, 3)]
        few = asked(shop, "/api/products", keys, brand="Intel", only_in_stock="1")
    rows = [row for page in pages if isinstance(page, dict) for row in page["data"]]
    assert {row["article"] for row in rows} == set(shop.truth())
    assert {row["currency_iso_code"] for row in rows} == {"RUB", "USD"}
    assert isinstance(few, dict)
    wanted = [good for good in shop.goods if good.brand == "Intel" and good.availability == "InStock"]
    assert few["meta"]["total"] == len(wanted) > 0


def test_the_new_sale_server_names_every_good_in_its_sitemap_alone() -> None:
    shop = SaleServer()
    with shop.serving():
        listed = re.findall(r"<loc>(.+?)</loc>", fetched(f"{shop.url}sitemap.xml"))
        first = fetched(f"{shop.url}catalog/komplektuyushchie-k-serveram")
    assert {true["url"] for true in shop.truth().values()} <= set(listed)
    assert first.count("<article") == 12


@pytest.mark.parametrize(("kind", "status"), [(FourTelecom, 200), (Prosoft, 404), (Nag, 404), (SaleServer, 404)])
def test_missing_pages_answer_as_their_shops_do(kind: type[Reseller], status: int) -> None:
    shop = kind()
    with shop.serving():
        assert refusal(f"{shop.url}catalog/nothing/here/")[0] == status


@pytest.mark.parametrize("kind", SHOPS)
def test_written_events_are_those_that_the_goods_give(kind: type[Reseller]) -> None:
    shop = kind()
    for day in DAYS[1:]:
        assert Counter(_events(shop.stock, day)) == Counter(shop.stock.events(day))


def _events(stock: Stock, day: int) -> list[tuple[str, str]]:
    before, after = ({good.id: good for good in stock.on(one)} for one in (day - 1, day))
    ever = {good.id for one in range(1, day) for good in stock.on(one)}
    found = [(before[gone].mpn, "disappeared") for gone in before.keys() - after.keys()]
    found += [(after[new].mpn, "reappeared" if new in ever else "appeared") for new in after.keys() - before.keys()]
    for both in before.keys() & after.keys():
        found += [(after[both].mpn, event) for event in _differences(before[both], after[both])]
    return found


def _differences(old: Good, new: Good) -> set[str]:
    differing = {field.name for field in fields(Good) if getattr(old, field.name) != getattr(new, field.name)}
    return {_SPEAKS_OF[name] for name in differing & _SPEAKS_OF.keys()}


_SPEAKS_OF = {
    "price": "price_changed", "currency": "price_changed", "price_type": "price_changed",
    "availability": "availability_changed", "quantity": "quantity_changed", "bound": "quantity_changed",
    "title": "details_changed", "condition": "details_changed",
}  # fmt: skip


@pytest.mark.parametrize("kind", SHOPS)
def test_numbers_of_legal_entities_have_right_check_digits(kind: type[Reseller]) -> None:
    legal = kind().stock.legal
    inn, ogrn = [int(digit) for digit in legal["inn"]], legal["ogrn"]
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    assert sum(a * b for a, b in zip(inn, weights, strict=False)) % 11 % 10 == inn[9]
    assert int(ogrn[:12]) % 11 % 10 == int(ogrn[12])
