"""Lists whose entries lead nowhere, and what only looks like one."""

import pytest

from restock.terms import PageRole
from spiders.reading import read_page

GOODS = (
    ("Коммутатор Cisco WS-C2960X-24TS-L", "125 000,00", "В наличии"),
    ("Микросхема Texas Instruments ADS850Y", "9 695,50", "Под заказ"),
    ("Сервер Dell PowerEdge R640", "850 000,00", "Нет в наличии"),
    ("Кабель силовой", "500,00", "В наличии"),
)
CARDS = {
    "classes": "<div class=tovar><div class=tovar-name>{0}</div><div class=tovar-art>Код: {3}</div>"
    "<div class=tovar-price>{1} ₽</div><div class=tovar-stock>{2}</div></div>",
    "button": "<div class=product-card><div class=product-card__name>{0}</div>"
    "<div class=product-card__price>{1} ₽</div>"
    "<div class=product-card__stock>{2}</div><button>В корзину</button></div>",
    "heading": "<div class=item><h3>{0}</h3><p class=price>{1} руб.</p><p class=avail>{2}</p></div>",
    "line": "<li><b>{0}</b> — <span>{1} руб.</span> <i>{2}</i></li>",
    "plain": "<div><div>{0}</div><div>{1} руб.</div><div>{2}</div></div>",
    "row": "<tr><td>{0}</td><td>{1} руб.</td><td>{2}</td></tr>",
    "nested": "<div class=row><div class=col><div class=in><p>{0}</p><p>{1} руб.</p></div><p>{2}</p></div></div>",
    "cart link": "<div class=tovar><div class=tovar-name>{0}</div><div class=tovar-price>{1} ₽</div><div>{2}</div>"
    "<a href=/cart/add/{3}>Купить</a></div>",
    "own anchor": "<div class=tovar id=t{3}><a href=#t{3}>{0}</a>"
    "<div class=tovar-price>{1} ₽</div><div>{2}</div></div>",
    "producer first": "<div class=i><p>Производитель: <b>Известный завод</b></p>"
    "<p>{0}</p><p>{1} руб.</p><p>{2}</p></div>",
}
PAGES = '<div class=pages><b>1</b> <a href="?PAGEN_1=2">2</a> <a href="?PAGEN_1=3">3</a></div>'


def entries(form: str) -> str:
    inside = "".join(CARDS[form].format(*goods, 100 + number) for number, goods in enumerate(GOODS))
    return f"<table>{inside}</table>" if form == "row" else f"<div class=list>{inside}</div>"


@pytest.mark.parametrize("role", [PageRole.OTHER, PageRole.START, PageRole.LIST, PageRole.PRODUCT])
@pytest.mark.parametrize("form", CARDS)
def test_entries_that_lead_nowhere_are_listings(capture, site, form, role):
    reading = read_page(capture(f"<h1>Каталог</h1>{entries(form)}{PAGES}", role=role), site)
    assert reading.role is PageRole.LIST
    assert [row.title for row in reading.listings] == [title for title, *_ in GOODS]
    assert [(row.price or "")[:-2].strip(" ру") for row in reading.listings] == [price for _, price, _ in GOODS]
    assert [row.availability for row in reading.listings] == [stock for *_, stock in GOODS]
    assert {row.url for row in reading.listings} == {None}
    assert [link.page for link in reading.links if link.role is PageRole.LIST] == [2, 3]


def test_the_code_that_a_block_shows_is_its_sku(capture, site):
    reading = read_page(capture(f"<h1>Каталог</h1>{entries('classes')}"), site)
    assert [row.sku for row in reading.listings] == ["100", "101", "102", "103"]


def test_a_details_button_leads_to_the_goods(capture, site):
    blocks = entries("cart link").replace("/cart/add/", "/goods/").replace("Купить", "Подробнее")
    reading = read_page(capture(f"<h1>Каталог</h1>{blocks}"), site)
    assert [row.url for row in reading.listings] == [f"http://shop.example/goods/{100 + n}" for n in range(4)]
    assert [link.role for link in reading.links] == [PageRole.PRODUCT] * 4


def test_the_same_details_for_all_are_no_address(capture, site):
    blocks = entries("button").replace("<button>В корзину</button>", "<a href=/terms>Подробнее</a>")
    reading = read_page(capture(f"<h1>Каталог</h1>{blocks}"), site)
    assert [row.url for row in reading.listings] == [None] * 4


def test_the_last_page_with_one_entry(capture, site):
    block = CARDS["classes"].format(*GOODS[0], 7)
    body = f'<h1>Каталог</h1><div class=list>{block}</div><a href="?page=1">1</a> <a href="?page=2">2</a> <b>3</b>'
    reading = read_page(capture(body, "http://shop.example/all?page=3", role=PageRole.LIST), site)
    assert [(row.title, row.sku) for row in reading.listings] == [(GOODS[0][0], "7")]


def test_an_entry_without_price_and_stock_stands_among_its_like(capture, site):
    bare = "<div class=tovar><div class=tovar-name>Маршрутизатор Juniper MX204</div></div>"
    reading = read_page(capture(f"<h1>Каталог</h1>{entries('classes')[:-6]}{bare}</div>"), site)
    assert len(reading.listings) == 5


PRODUCT = "<h1>Сервер Dell PowerEdge R740</h1>"
ASIDES = {
    "accessories under the price": f"{PRODUCT}<p class=price>900 000 руб.</p>{entries('button')}",
    "offers under a code": f"{PRODUCT}<p>Артикул: 210-AKXJ</p>{entries('button')}",
    "similar goods": f"{PRODUCT}<p>Код: 7</p><p class=price>9 ₽</p><h2>Похожие товары</h2>{entries('classes')}",
    "variants": PRODUCT
    + "<p>Код: 7</p><div class=v><b>16 ГБ памяти, без дисков</b> <i class=price>90 руб.</i> <u>В наличии</u></div>"
    "<div class=v><b>32 ГБ памяти, без дисков</b> <i class=price>99 руб.</i> <u>Под заказ</u></div>",
}


@pytest.mark.parametrize("case", ASIDES)
def test_what_repeats_on_a_product_page_is_not_a_list(capture, site, case):
    reading = read_page(capture(ASIDES[case], role=PageRole.PRODUCT), site)
    assert reading.role is PageRole.PRODUCT
    assert [row.title for row in reading.listings] == ["Сервер Dell PowerEdge R740"]


def test_a_product_that_structured_data_names_has_offers_and_no_list(capture, site):
    block = '<script type="application/ld+json">{"@type":"Product","name":"Сервер Dell PowerEdge R740"}</script>'
    reading = read_page(capture(f"{block}{PRODUCT}{entries('button')}"), site)
    assert [row.title for row in reading.listings] == ["Сервер Dell PowerEdge R740"]


@pytest.mark.parametrize("heading", ["Доставка и оплата", "Условия доставки", "Delivery", "Гарантия и возврат"])
def test_terms_are_no_goods(capture, site, heading):
    lines = "<li><b>Курьером по Москве</b> <span class=price>500 руб.</span> <i>Под заказ</i></li>" * 2
    tariffs = lines.replace("Москве", "области", 1)
    assert read_page(capture(f"<h1>{heading}</h1><ul>{tariffs}</ul>"), site).listings == ()


def test_places_with_stock_are_no_goods(capture, site):
    places = "".join(f"<li><b>{city}</b> <span>В наличии</span></li>" for city in ("Москва", "Казань", "Самара"))
    assert read_page(capture(f"<h1>Наличие</h1><ul>{places}</ul>"), site).listings == ()
