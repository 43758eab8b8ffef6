"""The traps of real pages, one by one: what is read where sources disagree, lie or are broken."""

import json

import pytest

from restock.site import Selectors
from restock.terms import PageRole
from spiders.reading import read_page


@pytest.fixture
def product(capture, site):
    def read(body: str, *nodes: object, url: str = "http://shop.example/p/1"):
        blocks = "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)
        page = f"<html><head><title>x</title>{blocks}</head><body>{body}</body></html>"
        reading = read_page(capture(page, url, role=PageRole.PRODUCT), site)
        assert reading.role is PageRole.PRODUCT
        return reading.listings

    return read


def node(**offer: object) -> dict[str, object]:
    offers = {"@type": "Offer", "price": "100.00", "priceCurrency": "RUB", **offer}
    return {"@context": "https://schema.org", "@type": "Product", "name": "Cisco A-100", "sku": "77", "offers": offers}


def test_two_products_on_a_page_the_one_that_the_heading_names(product):
    other = {"@type": "Product", "name": "Cisco B-200", "sku": "78", "offers": {"price": 9}}
    (row,) = product("<h1>Cisco A-100</h1>", other, node())
    assert (row.sku, row.price) == ("77", "100.00")


def test_a_structured_price_of_zero_yields_to_the_visible_one(product):
    (row,) = product("<h1>Cisco A-100</h1><p class=price>120 руб.</p>", node(price="0"))
    assert row.price == "120 руб."


def test_the_visible_price_says_its_vat(product):
    body = "<h1>Cisco A-100</h1><div><span class=price>100 ₽</span> <small>в т.ч. НДС 20%</small></div>"
    (row,) = product(body, node())
    assert (row.price, row.currency) == ("100 ₽ в т.ч. НДС 20%", "RUB")


def test_a_vat_wording_below_several_prices_speaks_of_all(product):
    steps = "".join(f"<tr><td>от {n}0 шт.</td><td><span>{100 - n} руб.</span></td></tr>" for n in range(1, 6))
    prices = f"<div class=price>100 руб.</div><table class=price_matrix>{steps}</table>"
    (row,) = product(f"<h1>Cisco A-100</h1><div class=prices>{prices}<p>в т.ч. НДС</p></div>", node())
    assert row.price == "100 руб. в т.ч. НДС"


@pytest.mark.parametrize(
    ("shown", "price"),
    [("<b class=ours>100 ₽</b> <small>с НДС</small>", "100 ₽ с НДС"), ("<i>Запросить цену</i>", "Запросить цену")],
)
def test_a_selected_price_is_the_products_with_its_vat(capture, site, shown, price):
    similar = "<div class=similar><p><a href=/p/2>Cisco B-200</a> <b class=ours>900 ₽</b></p></div>"
    body = f"<h1>Cisco A-100</h1><p>Код товара: 7</p><div class=price>{shown}</div>{similar}"
    chosen = site.model_copy(update={"selectors": Selectors(page_fields={"price": ".ours"})})
    page = capture(f"<html><body>{body}</body></html>", "http://shop.example/p/1", role=PageRole.PRODUCT)
    (row,) = read_page(page, chosen).listings
    assert row.price == price


def test_the_stocks_of_places_stand_before_their_label(product):
    places = "<ul><li>Москва: 2 шт</li><li>Казань: 1 шт</li><li>Пермь: 6 шт</li></ul>"
    (row,) = product(f"<h1>Cisco A-100</h1><p class=price>100 руб.</p><div><b>Наличие</b>{places}</div>")
    assert row.quantity == "Москва: 2 шт; Казань: 1 шт; Пермь: 6 шт"


def test_a_structured_price_without_tax_yields_to_what_the_buyer_sees(product):
    (row,) = product("<h1>Cisco A-100</h1><p class=price>120 руб. с НДС</p>", node(price="100"))
    assert row.price == "120 руб. с НДС"


def test_the_visible_stock_contradicts_the_structured_one(product):
    body = "<h1>Cisco A-100</h1><p class=price>100 руб.</p><p class=stock>Под заказ, 4-6 недель</p>"
    (row,) = product(body, node(availability="https://schema.org/InStock"))
    assert (row.availability, row.quantity) == ("Под заказ, 4-6 недель", None)


def test_prose_about_stock_is_no_stock(product):
    body = "<h1>Cisco A-100</h1><p class=price>100 руб.</p><p>В наличии на складе бывает разное оборудование</p>"
    (row,) = product(body, node(availability="https://schema.org/OutOfStock"))
    assert row.availability == "https://schema.org/OutOfStock"


@pytest.mark.parametrize(
    "markup",
    [
        "<del>150 руб.</del> <ins>100 руб.</ins>",
        "<s>150 руб.</s> 100 руб.",
        "<span class=old-price>150 руб.</span><span class=new-price>100 руб.</span>",
        '<span style="text-decoration: line-through">150 руб.</span> <b>100 руб.</b>',
        "<span>Старая цена: 150 руб.</span><br><span>Цена: 100 руб.</span>",
        "<b>100 руб.</b> <span>вместо 150 руб.</span>",
        '<b class="text-xl font-bold before:hidden">100 руб.</b><span class="text-sm line-through">150 руб.</span>',
    ],
)
def test_struck_through_prices_are_regular_ones(product, markup):
    (row,) = product(f"<h1>Cisco A-100</h1><p>Код товара: 7</p><div class=price>{markup}</div>")
    assert "100 руб." in (row.price or "")
    assert "150 руб." in (row.regular_price or "")
    assert "150" not in (row.price or "")


@pytest.mark.parametrize(
    "other", ["Экономия 30 руб.", "Доставка 500 руб.", "от 10 руб. в месяц", "Вы экономите 30 руб."]
)
def test_other_money_is_no_price(product, other):
    (row,) = product(f"<h1>Cisco A-100</h1><p>Код товара: 7</p><p>{other}</p><p class=price>100 руб.</p>")
    assert row.price == "100 руб."


def test_the_price_of_similar_goods_is_not_the_products(product):
    body = (
        "<h1>Cisco A-100</h1><p>Код товара: 7</p><p class=price>Цена по запросу</p><h2>Похожие товары</h2>"
        "<div class=c><a href=/p/2>Cisco B-200</a><b class=price>9 руб.</b></div>"
        "<div class=c><a href=/p/3>Cisco C-300</a><b class=price>8 руб.</b></div>"
    )
    (row,) = product(body)
    assert row.price == "Цена по запросу"


@pytest.mark.parametrize(
    ("title", "labels", "sku", "mpn"),
    [
        ("Коммутатор Cisco WS-C2960", "Артикул: WS-C2960", None, "WS-C2960"),
        ("Коммутатор Cisco WS-С2960", "Артикул: WS-C2960", None, "WS-C2960"),
        ("Коммутатор Cisco WS-C2960", "Артикул: 104455", "104455", None),
        ("Коммутатор Cisco WS-C2960", "Артикул: NS-1044", "NS-1044", None),
        ("Коммутатор Cisco Catalyst", "Код товара: 77<br>Артикул: WS-C2960", "77", "WS-C2960"),
        ("Коммутатор Cisco Catalyst", "Артикул: 77<br>P/N: WS-C2960", "77", "WS-C2960"),
    ],
)
def test_an_article_is_the_makers_number_or_the_sellers(product, title, labels, sku, mpn):
    (row,) = product(f"<h1>{title}</h1><p>{labels}</p><p class=price>100 руб.</p>")
    assert (row.sku, row.mpn) == (sku, mpn)


@pytest.mark.parametrize(
    "block",
    [
        '{"@type":"Product","name":"Cisco A-100","sku":"77",}',
        '/* shop */ {"@type":"Product","name":"Cisco A-100","sku":"77"};',
        '<![CDATA[{"@type":"Product","name":"Cisco A-100","sku":"77"}]]>',
        '{"@type":"Product","name":"Cisco A-100","description":"two\nlines\tand \\d","sku":"77"}',
        '{"@type":"Product","name":"Cisco A-100","sku":"77"}'.replace('"', "&quot;"),
        '[{"@type":["Thing","Product"],"name":"Cisco A-100","sku":77}]',
        '{"@graph":[{"@type":"http://schema.org/Product","name":"Cisco A-100","productID":"sku:77"}]}',
        '{"@type":"ItemPage","mainEntity":{"@type":"Product","name":"Cisco A-100","sku":"77"}}',
    ],
)
def test_json_ld_is_mended(capture, site, block):
    body = f'<html><head><script type="application/ld+json">{block}</script></head><body><h1>Cisco A-100</h1></body>'
    (row,) = read_page(capture(body, role=PageRole.PRODUCT), site).listings
    assert (row.title, row.sku) == ("Cisco A-100", "77")


def test_broken_json_ld_never_loses_the_listing(capture, site):
    body = (
        '<script type="application/ld+json">{"@type":"Product",</script><h1>Cisco A-100</h1><p class=price>100 руб.</p>'
    )
    reading = read_page(capture(body, role=PageRole.PRODUCT), site)
    assert [row.price for row in reading.listings] == ["100 руб."]
    assert reading.notes == ("1 structured data blocks could not be read",)


def test_offers_with_their_own_codes_are_listings(product):
    offers = [
        {"sku": "77-N", "price": "100", "itemCondition": "NewCondition"},
        {"sku": "77-U", "price": "60", "itemCondition": "UsedCondition"},
    ]
    rows = product("<h1>Cisco A-100</h1>", {"@type": "Product", "name": "Cisco A-100", "offers": offers})
    assert [(row.sku, row.price, row.condition) for row in rows] == [
        ("77-N", "100", "NewCondition"),
        ("77-U", "60", "UsedCondition"),
    ]


def test_offers_without_codes_are_one_listing(product):
    offers = [{"price": "100"}, {"price": "60"}]
    rows = product("<h1>Cisco A-100</h1>", {"@type": "Product", "name": "Cisco A-100", "offers": offers})
    assert [row.price for row in rows] == ["60"]


@pytest.mark.parametrize(
    ("canonical", "url"),
    [
        ("http://shop.example/p/1", "http://shop.example/p/1"),
        ("http://shop.example/goods/cisco-a-100", "http://shop.example/goods/cisco-a-100"),
        ("http://shop.example/", "http://shop.example/p/1"),
        ("http://shop.example/p/", "http://shop.example/p/1"),
        ("http://elsewhere.example/p/1", "http://shop.example/p/1"),
    ],
)
def test_a_canonical_address_is_taken_where_it_is_the_products(capture, site, canonical, url):
    head = f'<html><head><link rel=canonical href="{canonical}"></head>'
    body = f"{head}<body><h1>Cisco A-100</h1><p>Код: 7</p><p class=price>9 ₽"
    (row,) = read_page(capture(body, "http://shop.example/p/1", role=PageRole.PRODUCT), site).listings
    assert row.url == url
    assert row.found_on == (None if url.endswith("/p/1") else "http://shop.example/p/1")


def test_stock_of_several_warehouses_is_shown_by_place(product):
    places = "<table><tr><td>Москва</td><td>5 шт.</td></tr><tr><td>Казань</td><td>&gt;10 шт.</td></tr></table>"
    (row,) = product(f"<h1>Cisco A-100</h1><p>Код: 7</p><p class=price>9 ₽</p><h3>Наличие</h3>{places}")
    assert row.quantity == "Москва: 5 шт.; Казань: >10 шт."


def test_the_headers_cart_is_no_price(product):
    body = "<div class=top>Корзина: <b class=price>0 ₽</b></div><h1>Cisco A-100</h1><p>Код: 7</p><p class=price>9 ₽</p>"
    (row,) = product(body)
    assert row.price == "9 ₽"


def test_raised_kopecks_are_kopecks(product):
    (row,) = product("<h1>Cisco A-100</h1><p>Код: 7</p><p class=price>1 234<sup>50</sup> ₽</p>")
    assert row.price == "1 234,50 ₽"


def test_a_page_that_was_expected_to_be_a_products_and_shows_little(capture, site):
    reading = read_page(capture("<h1>Cisco A-100</h1><p>Описание</p>", role=PageRole.PRODUCT), site)
    assert [row.title for row in reading.listings] == ["Cisco A-100"]


def test_a_soft_404_is_no_product(capture, site):
    reading = read_page(capture("<h1>Товар не найден</h1>", role=PageRole.PRODUCT), site)
    assert (reading.listings, reading.wall) == ((), "not_found")


def test_a_label_before_the_price_is_no_part_of_it(product):
    (row,) = product("<h1>Cisco A-100</h1><p>Код: 7</p><p>Цена: 12 500 руб.</p>")
    assert row.price == "12 500 руб."


@pytest.mark.parametrize(
    ("markup", "price"),
    [
        ("<p class=price>100 – 200 ₽</p>", "100 – 200 ₽"),
        ("<p>$100.00 - $200.00</p>", "от $100.00 - $200.00"),
        ("<p class=price>от 100 до 200 руб.</p>", "от 100 до 200 руб."),
        ("<p class=price><span class=amount>100 ₽</span> – <span class=amount>200 ₽</span></p>", "100 ₽ – 200 ₽"),
        ("<p class=price><span><bdi>100<i>₽</i></bdi></span> – <span><bdi>200<i>₽</i></bdi></span></p>", "100₽ – 200₽"),
        ("<p class=price>100 ₽</p>", "от 100 ₽"),
        ("", "от 100"),
    ],
)
def test_a_lower_and_a_higher_price_are_no_exact_one(product, markup, price):
    offers = {"@type": "AggregateOffer", "lowPrice": "100", "highPrice": "200", "priceCurrency": "RUB", "price": None}
    (row,) = product(f"<h1>Cisco A-100</h1><p>Код: 7</p>{markup}", node(**offers))
    assert (row.price, row.regular_price) == (price, None)


@pytest.mark.parametrize("markup", ["<p class=price>$100 - $200</p>", "<p><b>$100</b> - <b>$200</b></p>"])
def test_a_visible_range_is_a_lower_bound(product, markup):
    (row,) = product(f"<h1>Cisco A-100</h1><p>Код: 7</p>{markup}")
    assert (row.price, row.regular_price) == ("от $100 - $200", None)


def test_one_price_for_low_and_high_is_exact(product):
    (row,) = product("<h1>Cisco A-100</h1>", node(lowPrice="100", highPrice="100.00", price=None))
    assert row.price == "100"


@pytest.mark.parametrize(
    "wording",
    [
        "Tax excluded",
        "Tax included",
        "excl. VAT",
        "без НДС",
        "НДС не облагается",
        "в т.ч. НДС",
        "(с НДС 20%)",
        "Цена с НДС",
    ],
)
@pytest.mark.parametrize("around", ["<div class=tax-shipping-delivery-label>{}</div>", "<span>{}</span>", "<p>{}</p>"])
def test_a_wording_of_vat_goes_with_the_price_beside_it(product, wording, around):
    (row,) = product(f"<h1>Cisco A-100</h1><p>Код: 7</p><div><p class=price>100 ₽</p>{around.format(wording)}</div>")
    assert row.price == f"100 ₽ {wording}"


SECTION = (
    '<li class="product-category product"><a href=/product-category/{0}/><h2>Раздел {0} <mark>(12)</mark></h2></a></li>'
)
GOODS = (
    '<li class="product type-product"><a href=/product/{0}/><h2>Cisco A-{0}</h2><span class=price>9 ₽</span></a></li>'
)


def test_tiles_of_sections_are_no_goods(capture, site):
    listed = "".join([*(SECTION.format(n) for n in "ab"), *(GOODS.format(n) for n in "12")])
    page = f"<body class=woocommerce><h1>Магазин</h1><ul class=products>{listed}</ul>"
    reading = read_page(capture(page), site)
    assert [row.title for row in reading.listings] == ["Cisco A-1", "Cisco A-2"]
    assert {link.role for link in reading.links if "category" in link.url} == {PageRole.LIST}


def test_a_page_of_section_tiles_alone_lists_no_goods(capture, site):
    page = f"<body class=woocommerce><h1>Магазин</h1><ul class=products>{SECTION.format('a')}{SECTION.format('b')}</ul>"
    assert read_page(capture(page), site).listings == ()


@pytest.mark.parametrize("name", ["subcategory-item", "category-card", "categories__item", "section-tile big"])
def test_tiles_of_sections_with_a_price_from_are_no_goods(capture, site, name):
    tiles = "".join(
        f'<div class="{name}"><a href=/c/{part}>Раздел {part}</a><p class=price>от 500 руб.</p></div>' for part in "abc"
    )
    reading = read_page(capture(f"<h1>Каталог</h1>{tiles}"), site)
    assert reading.listings == ()
    assert [link.url for link in reading.links] == [f"http://shop.example/c/{part}" for part in "abc"]


def test_goods_in_a_class_of_categories_stay_goods(capture, site):
    cards = "".join(
        f'<div class="category-item"><a href=/p/{n}>Cisco A-{n}00</a><p class=price>500 руб.</p><b>В наличии</b></div>'
        for n in "123"
    )
    assert len(read_page(capture(f"<h1>Каталог</h1>{cards}"), site).listings) == 3


@pytest.mark.parametrize("mark", ["\x07", "\x0c", "\x00", "\ufffe", "&#7;", "&#x1f;", "&#xfffe;", "\u202e\u2028"])
def test_a_character_that_no_tree_may_hold_loses_no_listing(product, mark):
    body = f"<h1>Cisco{mark} A-100</h1><div>Цена{mark}</div>{mark}<div class=price>120 руб.</div>{mark}"
    (row,) = product(body, node(name=f"Cisco{mark} A-100"))
    assert (row.sku, row.price) == ("77", "120 руб.")
