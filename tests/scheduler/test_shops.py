"""The demo's shops serve what their data says, day by day, and break as told."""

import re
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

import pytest
import yaml

from restock.errors import UsageError
from scheduler.shop_goods import Good, demo_folder
from scheduler.shops import FAULTS, ShopServer

SHOPS = ("meridian", "vostok-set", "bitrix-opt")
SCHEMA = {"yes": "InStock", "order": "BackOrder", "soon": "PreOrder", "no": "OutOfStock", "": "Unknown"}


@pytest.fixture
def shops() -> Iterator[ShopServer]:
    with ShopServer() as served:
        yield served


def truth() -> dict[str, Any]:
    return yaml.safe_load((demo_folder() / "truth.yaml").read_text(encoding="utf-8"))


def page(shops: ShopServer, shop: str, target: str) -> str:
    answer = shops.answer(shop, target)
    assert answer.status == 200
    return answer.body.decode(answer.content_type.rpartition("=")[2])


def list_links(shops: ShopServer, shop: str) -> set[str]:
    """The paths that all list pages link to; the lists are found as a visitor finds them, from the front page on."""
    form = shops.demo.shops[shop].form
    sections = {str(form["section_path"]).format(path=s.path) for s in shops.demo.shops[shop].sections}
    seen, waiting, linked = {"/"}, ["/"], set()
    while waiting:
        target = waiting.pop()
        for link in re.findall(r'href="([^"]+)"', page(shops, shop, target)):
            parts = urlsplit(link.replace("&amp;", "&"))
            number = re.search(rf"{form['page_parameter']}=(\d+)", parts.query)
            found = parts.path + (f"?{number[0]}" if number else "")
            if target != "/":
                linked.add(parts.path)
            if parts.path in sections and "sort" not in parts.query and found not in seen:
                seen.add(found)
                waiting.append(found)
    return linked


def on_lists(shops: ShopServer, shop: str) -> set[str]:
    return {good.path for good in shops.demo.shops[shop].goods} & list_links(shops, shop)


@pytest.mark.parametrize("day", [1, 2, 3])
@pytest.mark.parametrize("shop", SHOPS)
def test_lists_lead_to_every_good_of_the_day_and_to_no_other(shops: ShopServer, shop: str, day: int) -> None:
    shops.day = day
    goods = shops.demo.shops[shop].on(day)
    assert len(goods) == truth()["listings"][shop][day - 1]
    assert on_lists(shops, shop) == {good.path for good in goods}


def test_three_shops_hold_three_hundred_listings_and_share_part_numbers(shops: ShopServer) -> None:
    held = {shop: shops.demo.shops[shop].on(1) for shop in SHOPS}
    assert sum(map(len, held.values())) >= 300
    articles = [{good.article for good in goods if good.article} for goods in held.values()]
    assert len(articles[0] & articles[1] & articles[2]) >= 10


@pytest.mark.parametrize("shop", SHOPS)
def test_every_product_page_shows_its_good(shops: ShopServer, shop: str) -> None:
    for good in shops.demo.shops[shop].on(1):
        text = page(shops, shop, good.path).replace("&#39;", "'").replace("&amp;", "&")
        assert good.title in text
        assert (good.article or good.title) in text
        assert ("по запросу" in text) or good.price is not None


def test_servers_answer_over_http_and_their_threads_end() -> None:
    with ShopServer() as shops:
        for url in shops.urls.values():
            with urlopen(url) as answer:
                assert answer.status == 200
                assert answer.headers["Content-Length"] == str(len(answer.read()))
            with urlopen(Request(url, method="HEAD")) as answer:
                assert answer.read() == b""
        assert sum(thread.name.startswith("shop ") for thread in threading.enumerate()) == len(SHOPS)
    assert not any(thread.name.startswith("shop ") for thread in threading.enumerate())
    assert shops.urls == {}


@pytest.mark.parametrize("shop", SHOPS)
def test_robots_and_sitemap_name_the_shop_itself(shops: ShopServer, shop: str) -> None:
    assert "Disallow: /" in page(shops, shop, "/robots.txt")
    found = re.findall(r"<loc>(.+?)</loc>", page(shops, shop, "/sitemap.xml"))
    good = shops.demo.shops[shop].on(1)[0]
    assert urljoin(shops.urls[shop], good.path) in found


def test_a_good_that_goes_answers_404_and_returns(shops: ShopServer) -> None:
    path = next(good.path for good in shops.demo.shops["meridian"].goods if good.article == "DCS-7050TX3-48C8-R")
    statuses = []
    for shops.day in (1, 2, 3):
        statuses.append(shops.answer("meridian", path).status)
    assert statuses == [200, 404, 200]
    shops.day = 2
    with pytest.raises(HTTPError, match="404"):
        urlopen(urljoin(shops.urls["meridian"], path))


def test_list_pages_past_the_end_answer_as_their_engines_do(shops: ShopServer) -> None:
    assert shops.answer("meridian", "/catalog/seti/kommutatory/?page=99").status == 404
    assert "Ничего не найдено" in page(shops, "vostok-set", "/kommutatory?page=99")
    last = page(shops, "bitrix-opt", "/catalog/mikroskhemy/?PAGEN_1=99")
    assert last.count('class="product-item"') == page(shops, "bitrix-opt", "/catalog/mikroskhemy/?PAGEN_1=2").count(
        'class="product-item"'
    )


def test_sessions_differ_and_the_goods_do_not(shops: ShopServer) -> None:
    first, second = (page(shops, "vostok-set", "/moduli") for _ in range(2))
    assert first != second
    assert re.sub(r"sid=\w+", "", first) == re.sub(r"sid=\w+", "", second)


def test_sorting_and_filtering_show_the_same_goods_otherwise(shops: ShopServer) -> None:
    plain, cheap = (re.findall(r"/goods/\d+", page(shops, "vostok-set", f"/wi-fi{q}")) for q in ("", "?sort=price"))
    assert plain != cheap
    assert set(plain) == set(cheap)
    filtered = page(shops, "bitrix-opt", "/catalog/servery/filter/brand-is-hpe/apply/")
    assert (
        0
        < filtered.count('class="product-item"')
        < page(shops, "bitrix-opt", "/catalog/servery/").count('class="product-item"')
    )


@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_hides_goods_and_spares_the_front_page(shops: ShopServer, shop: str, fault: str) -> None:
    form = shops.demo.shops[shop].form
    targets = [
        f"{str(form['section_path']).format(path=section.path)}?{form['page_parameter']}={number}"
        for section in shops.demo.shops[shop].sections
        for number in (1, 2)
    ] + [good.path for good in shops.demo.shops[shop].on(1)]
    whole = {target: shops.answer(shop, target) for target in targets}
    shops.set_fault(shop, fault)
    broken = {target: shops.answer(shop, target) for target in targets}
    assert shops.answer(shop, "/").status == 200
    statuses = {broken[target].status for target in targets if broken[target].body != whole[target].body}
    expected = {"captcha": {200}, "empty": {200}, "error": {500}, "front_page": {302}, "half": {200, 404}}
    assert statuses >= expected[fault]
    shops.set_fault(shop, None)
    assert shops.answer(shop, targets[-1]).status == 200


def test_unknown_days_shops_and_faults_are_refused(shops: ShopServer) -> None:
    with pytest.raises(UsageError, match="days 1 to 4"):
        shops.day = 5
    with pytest.raises(UsageError, match="no shop"):
        shops.set_fault("nobody", "error")
    with pytest.raises(UsageError, match="no such fault"):
        shops.set_fault("meridian", "flood")


def test_the_bitrix_shop_is_windows_1251_without_structured_data(shops: ShopServer) -> None:
    for good in shops.demo.shops["bitrix-opt"].on(1)[::20]:
        text = page(shops, "bitrix-opt", good.path)
        assert "charset=windows-1251" in text
        assert "itemprop" not in text
        assert "ld+json" not in text


def test_truth_is_what_the_data_says() -> None:
    """The written truth against events worked out from the goods themselves."""
    demo = ShopServer().demo
    found = [
        (day, name, *event)
        for name, shop in demo.shops.items()
        for day in range(2, len(demo.days) + 1)
        for event in _events(_by_id(shop.on(day - 1)), _by_id(shop.on(day)), _by_id(shop.on(1)))
    ]
    told = [
        (row["day"], row["site"], row["mpn"], row["event"], row.get("before"), row.get("after"), row.get("change_pct"))
        for row in truth()["events"]
    ]
    assert sorted(found, key=str) == sorted(told, key=str)


def _by_id(goods: list[Good]) -> dict[int, Good]:
    return {good.id: good for good in goods}


def _events(before: dict[int, Good], after: dict[int, Good], first: dict[int, Good]) -> Iterator[tuple[Any, ...]]:
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        mpn = ((new or old).article or "").upper()  # type: ignore[union-attr]
        mpn = None if mpn.startswith("00-") else mpn
        if old and new:
            yield from ((mpn, *event) for event in _differences(old, new))
        elif old:
            yield mpn, "disappeared", None, None, None
        elif name in first and new:
            yield mpn, "reappeared", *_prices(first[name], new)
        else:
            yield mpn, "appeared", None, None, None


def _differences(old: Good, new: Good) -> Iterator[tuple[Any, ...]]:
    if (old.price, old.currency) != (new.price, new.currency):
        yield "price_changed", *_prices(old, new)
    if old.stock != new.stock:
        yield "availability_changed", SCHEMA[old.stock], SCHEMA[new.stock], None
    if old.quantity != new.quantity:
        yield "quantity_changed", old.quantity, new.quantity, None
    if old.title != new.title:
        yield "details_changed", None, None, None


def _prices(old: Good, new: Good) -> tuple[str | None, str | None, str | None]:
    both = old.price is not None and new.price is not None and old.currency == new.currency
    moved = f"{(new.price - old.price) / old.price * 100:.2f}" if both else None  # type: ignore[operator]
    return _money(old.price), _money(new.price), moved


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
