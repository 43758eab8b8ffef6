"""Cards of lists, and the links that lead on from them."""

import json

import pytest

from restock.terms import Drawing, PageRole
from spiders.reading import read_page

LIST = "http://shop.example/catalog/switches/"


def card(number: int, price: str = "") -> str:
    shown = f'<b class="price">{price}</b>' if price else ""
    link = f'<a href="/p/{number}"><img src=x></a><a href="/p/{number}">Cisco A-{number}00</a>'
    return f'<div class="card">{link}{shown}</div>'


def links(reading) -> dict[str, tuple[str, int | None, bool]]:
    return {link.url: (link.role.value, link.page, link.certain) for link in reading.links}


def test_a_card_without_a_price_is_a_listing_too(capture, site):
    body = f"<h1>Коммутаторы</h1>{card(1, '100 ₽')}{card(2)}{card(3, '300 ₽')}"
    rows = read_page(capture(body, LIST), site).listings
    assert [(row.title, row.price) for row in rows] == [
        ("Cisco A-100", "100 ₽"),
        ("Cisco A-200", None),
        ("Cisco A-300", "300 ₽"),
    ]
    assert {row.category for row in rows} == {"Коммутаторы"}
    assert {row.found_on for row in rows} == {LIST}


def test_a_lone_card_on_the_last_page(capture, site):
    body = f"<h1>Коммутаторы</h1><div class=goods>{card(9, '900 ₽')}</div><a href='?page=1'>1</a> <b>2</b>"
    rows = read_page(capture(body, f"{LIST}?page=2"), site).listings
    assert [(row.title, row.url) for row in rows] == [("Cisco A-900", "http://shop.example/p/9")]


def test_a_cut_off_title_is_read_whole(capture, site):
    link = '<a href="/p/{0}" title="Коммутатор Cisco WS-C2960-{0}">Коммутатор Cis…</a>'
    body = "".join(f"<li class=i>{link.format(n)}<i class=price>{n} ₽</i></li>" for n in (1, 2))
    rows = read_page(capture(f"<ul>{body}</ul>", LIST), site).listings
    assert [row.title for row in rows] == ["Коммутатор Cisco WS-C2960-1", "Коммутатор Cisco WS-C2960-2"]


def test_a_button_is_no_title(capture, site):
    body = "".join(
        f'<div class=i><h4>Cisco A-{n}00</h4><span class=price>{n} ₽</span><a href="/p/{n}">Подробнее</a></div>'
        for n in (1, 2)
    )
    rows = read_page(capture(body, LIST), site).listings
    assert [(row.title, row.url) for row in rows] == [
        ("Cisco A-100", "http://shop.example/p/1"),
        ("Cisco A-200", "http://shop.example/p/2"),
    ]


def test_tiles_of_sections_are_no_listings(capture, site):
    tiles = "".join(f'<div class=tile><a href="/catalog/{n}/"><img src=x>Раздел {n}</a></div>' for n in range(4))
    reading = read_page(capture(f"<h1>Каталог</h1>{tiles}", "http://shop.example/catalog/"), site)
    assert reading.listings == ()
    assert sum(link.role is PageRole.LIST for link in reading.links) == 4


def test_a_table_of_goods_without_links(capture, site):
    head = "<tr><th>Артикул</th><th>Наименование</th><th>Цена с НДС, руб.</th><th>Остаток</th></tr>"
    rows = (
        "<tr><td>J-1</td><td>Память HPE 32GB</td><td>24 700</td><td>7</td></tr>"
        "<tr><td>J-2</td><td>Память HPE 64GB</td><td>по запросу</td><td>0</td></tr>"
    )
    found = read_page(capture(f"<h1>Память</h1><table>{head}{rows}</table>", LIST), site).listings
    assert [(row.title, row.sku, row.quantity, row.url) for row in found] == [
        ("Память HPE 32GB", "J-1", "7", None),
        ("Память HPE 64GB", "J-2", "0", None),
    ]
    assert found[0].price is not None
    assert found[0].price.startswith("24 700 руб.")
    assert "НДС" in found[0].price
    assert found[1].price == "по запросу"


def test_numbered_pages(capture, site):
    pager = "<a href='?PAGEN_2=2'>2</a><a href='?PAGEN_2=3'>3</a><a href='?PAGEN_2=2'>→</a>"
    body = f"{card(1, '1 ₽')}{card(2, '2 ₽')}{pager}"
    found = links(read_page(capture(body, LIST), site))
    assert found[f"{LIST}?PAGEN_2=2"] == ("list", 2, True)
    assert found[f"{LIST}?PAGEN_2=3"] == ("list", 3, True)


@pytest.mark.parametrize("href", ["?page=2", "/catalog/switches/page/2/", "?p=2", "page-2/"])
def test_ways_to_number_a_page(capture, site, href):
    body = f"{card(1, '1 ₽')}{card(2, '2 ₽')}<a href='{href}'>2</a>"
    found = links(read_page(capture(body, LIST), site))
    assert ("list", 2, True) in found.values()


def test_a_bare_next_is_not_certain(capture, site):
    body = f"{card(1, '1 ₽')}{card(2, '2 ₽')}<a href='?page=2'>Следующая</a>"
    assert links(read_page(capture(body, LIST), site))[f"{LIST}?page=2"] == ("list", 2, False)


def test_rel_next_of_the_head_is_followed(capture, site):
    body = f"<html><head><link rel=next href='?page=2'></head><body>{card(1, '1 ₽')}{card(2, '2 ₽')}"
    assert links(read_page(capture(body, LIST), site))[f"{LIST}?page=2"] == ("list", 2, False)


@pytest.mark.parametrize(
    ("href", "reason"),
    [
        ("?sort=price", "filter"),
        ("?page=2&sort=price", "filter"),
        ("?filter[brand]=cisco", "filter"),
        ("/catalog/switches/filter/brand-is-cisco/apply/", "filter"),
        ("/cart/", "cart"),
        ("/p/1?add-to-cart=1", "cart"),
        ("/login", "account"),
        ("/compare/", "compare"),
        ("/search/?q=x", "search"),
        ("/price.pdf", "file"),
        ("/upload/a.JPG", "file"),
        ("https://vk.example/x", "off-site"),
        ("http://shop.example:81/x", "off-site"),
        ("/calendar/2026", "calendar"),
        ("/events/2026/11/", "calendar"),
    ],
)
def test_what_is_not_followed_is_counted(capture, site, href, reason):
    body = (
        f"{card(1, '1 ₽')}{card(2, '2 ₽')}<a href='{href}'>x</a><a href='mailto:a@b'>m</a><a href='javascript:x'>j</a>"
    )
    reading = read_page(capture(body, LIST), site)
    assert reading.skipped == {reason: 1}
    assert {link.role for link in reading.links} == {PageRole.PRODUCT}


def test_nofollow_is_obeyed(capture, site):
    body = f"{card(1, '1 ₽')}{card(2, '2 ₽')}<a rel=nofollow href='/x'>x</a>"
    assert read_page(capture(body, LIST), site).skipped == {"nofollow": 1}


@pytest.mark.parametrize("href", ["/catalog.php?section=3", "/index.php?route=product/category&path=33"])
def test_a_section_named_by_a_parameter_is_another_list(capture, site, href):
    body = f"<nav><a href='{href}'>Серверы</a></nav>{card(1, '1 ₽')}{card(2, '2 ₽')}"
    reading = read_page(capture(body, "http://shop.example/catalog.php"), site)
    assert f"http://shop.example{href}" in {link.url for link in reading.links}


def test_www_is_the_same_site(capture, site):
    body = f"{card(1, '1 ₽')}{card(2, '2 ₽')}<a href='http://www.shop.example/catalog/x/'>x</a>"
    assert "http://www.shop.example/catalog/x/" in {link.url for link in read_page(capture(body, LIST), site).links}


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("Найдено 128 товаров", 128),
        ("Показано 1–20 из 1 280", 1280),
        ("Всего: 128", 128),
        ("Items 1-20 of 128", 128),
        ("128 товаров найдено", 128),
        ("Телефон 128-00-00", None),
    ],
)
def test_the_printed_total(capture, site, text, total):
    body = f"<p>{text}</p>{card(1, '1 ₽')}{card(2, '2 ₽')}"
    assert read_page(capture(body, LIST), site).total == total


def test_microdata_cards_without_links(capture, site):
    body = "".join(
        f"<div itemscope itemtype='http://schema.org/Product'><span itemprop=name>Cisco A-{n}00</span>"
        f"<meta itemprop=sku content={n}><div itemprop=offers itemscope itemtype='http://schema.org/Offer'>"
        f"<meta itemprop=price content='{n}00'><meta itemprop=priceCurrency content=RUB></div></div>"
        for n in (1, 2, 3)
    )
    rows = read_page(capture(f"<h1>Коммутаторы</h1>{body}", LIST), site).listings
    assert [(row.title, row.sku, row.price, row.url) for row in rows] == [
        ("Cisco A-100", "1", "100", None),
        ("Cisco A-200", "2", "200", None),
        ("Cisco A-300", "3", "300", None),
    ]


def test_a_promoted_card_stays_in_its_list(capture, site):
    body = card(1, "1 ₽").replace('class="card"', 'class="card hit promo"') + card(2, "2 ₽") + card(3, "3 ₽")
    assert len(read_page(capture(f"<h1>Коммутаторы</h1><div>{body}</div>", LIST), site).listings) == 3


def test_a_block_of_viewed_goods_is_not_in_the_list(capture, site):
    viewed = f"<div class=viewed><h3>Вы смотрели</h3>{card(8, '8 ₽')}{card(9, '9 ₽')}</div>"
    reading = read_page(capture(f"<h1>Коммутаторы</h1><div>{card(1, '1 ₽')}{card(2, '2 ₽')}</div>{viewed}", LIST), site)
    assert [row.title for row in reading.listings] == ["Cisco A-100", "Cisco A-200"]
    assert sum(link.role is PageRole.PRODUCT for link in reading.links) == 4


@pytest.mark.parametrize(
    ("stock", "availability", "quantity"),
    [
        ("<td>5 шт.</td>", None, "5 шт."),
        ("<td>45 в наличии</td>", "45 в наличии", "45"),
        ("<td>7 шт. на складе в Москве</td>", "7 шт. на складе в Москве", "7 шт."),
        ("<td>Есть в наличии (3)</td>", "Есть в наличии (3)", "3"),
        ("<td>В наличии: <b>12</b> шт</td>", "В наличии: 12 шт", "12 шт"),
        ("<td class=stock>&gt;10</td>", None, ">10"),
        ("<td><a class=btn>Под заказ</a></td>", "Под заказ", None),
        ("<td>Под заказ, 4-6 недель</td>", "Под заказ, 4-6 недель", None),
        ("<td>Ожидается 15.12.2026</td>", "Ожидается 15.12.2026", None),
        ("<td>Наличие: много</td>", "много", None),
        ("<td>Остаток: 7</td>", None, "7"),
    ],
)
def test_stock_as_it_is_shown(capture, site, stock, availability, quantity):
    body = "".join(f"<tr><td><a href='/p/{n}'>Cisco A-{n}00</a></td><td>{n} 500 руб.</td>{stock}</tr>" for n in (1, 2))
    rows = read_page(capture(f"<h1>Коммутаторы</h1><table>{body}</table>", LIST), site).listings
    assert {(row.availability, row.quantity) for row in rows} == {(availability, quantity)}


def test_a_products_number_in_its_path_is_no_page_number(capture, site):
    body = "<a href='/p/10'>10</a><h1>Cisco A-900</h1><p>Код: 9</p><p class=price>900 ₽</p>"
    assert read_page(capture(body, "http://shop.example/p/9"), site).role is PageRole.PRODUCT


def test_pages_of_reviews_are_not_followed(capture, site):
    body = "<h1>Cisco A-900</h1><p>Код: 9</p><p class=price>900 ₽</p><div class=reviews><a href='?page=2'>2</a></div>"
    reading = read_page(capture(body, "http://shop.example/p/9"), site)
    assert (reading.role, reading.links) == (PageRole.PRODUCT, ())


def test_pages_of_news_are_no_list_of_goods(capture, site):
    body = "<h1>Новости</h1><a href='/news/a/'>Новость</a><a href='?page=2'>2</a>"
    reading = read_page(capture(body, "http://shop.example/news/"), site)
    assert {link.role for link in reading.links} == {PageRole.OTHER}


def test_goods_that_only_structured_data_lists_are_followed(capture, site):
    items = [{"@type": "Product", "name": f"Cisco A-{n}00", "url": f"/p/{n}", "offers": {"price": n}} for n in (1, 2)]
    block = f'<script type="application/ld+json">{json.dumps(items)}</script>'
    reading = read_page(capture(f"<html><head>{block}</head><body><h1>Коммутаторы</h1></body></html>", LIST), site)
    assert [row.price for row in reading.listings] == ["1", "2"]
    assert {link.url: link.role for link in reading.links} == {
        "http://shop.example/p/1": PageRole.PRODUCT,
        "http://shop.example/p/2": PageRole.PRODUCT,
    }


def test_a_badge_beside_the_picture_is_of_the_same_entry(capture, site):
    entries = "".join(
        f"<article><div><i>Под заказ</i><a href='/p/{n}'><img src=x></a></div>"
        f"<div><h3><a href='/p/{n}'>Cisco A-{n}00</a></h3><b class=price>{n}00 ₽</b></div></article>"
        for n in (1, 2, 3)
    )
    rows = read_page(capture(f"<h1>Коммутаторы</h1><div>{entries}</div>", LIST), site).listings
    assert [(row.title, row.price, row.availability) for row in rows] == [
        (f"Cisco A-{n}00", f"{n}00 ₽", "Под заказ") for n in (1, 2, 3)
    ]


def test_entries_that_lead_to_one_form_are_entries(capture, site):
    entries = "".join(
        f"<div class=item><h3>Cisco A-{n}00</h3><b class=price>{n}00 ₽</b> <a href='/order'>Заказать</a></div>"
        for n in (1, 2, 3)
    )
    rows = read_page(capture(f"<h1>Коммутаторы</h1><div>{entries}</div>", LIST), site).listings
    assert [(row.title, row.price) for row in rows] == [(f"Cisco A-{n}00", f"{n}00 ₽") for n in (1, 2, 3)]


MORE = "<button type=button>Показать ещё</button>"
SCRIPT = "<script>document.querySelector('button').onclick = () => fetch('/api')</script>"


@pytest.mark.parametrize(
    ("below", "drawing"),
    [
        (f"<p>Найдено товаров: 9</p>{MORE}{SCRIPT}", Drawing.SURELY),
        (f"{MORE}{SCRIPT}", Drawing.PERHAPS),
        (f"<p>Товаров в разделе: 9</p>{SCRIPT}", Drawing.PERHAPS),
        (f"<p>Найдено товаров: 3</p>{MORE}{SCRIPT}", Drawing.PLAIN),
        (f"<a href='#'>Загрузить ещё 3</a>{SCRIPT}", Drawing.PERHAPS),
        (f"<a href='?page=2'>Показать ещё</a>{SCRIPT}", Drawing.PLAIN),
        (f"{MORE}<div class=pages><b>1</b> <a href='?page=2'>2</a></div>{SCRIPT}", Drawing.PLAIN),
        (f"<div class=filter>{MORE}</div>{SCRIPT}", Drawing.PLAIN),
        (MORE, Drawing.PLAIN),
        (SCRIPT, Drawing.PLAIN),
    ],
)
def test_a_list_that_only_its_scripts_go_on_with(capture, site, below, drawing):
    cards = "".join(card(number, "100 ₽") for number in (1, 2, 3))
    page = capture(f"<h1>Коммутаторы</h1><div class=goods>{cards}</div>{below}", LIST, role=PageRole.LIST)
    reading = read_page(page, site)
    assert (len(reading.listings), reading.drawing) == (3, drawing)


def test_a_link_that_lies_over_its_card_names_it(capture, site):
    titles = [f"Коммутатор Cisco WS-C2960-{n}" for n in range(1, 4)]
    cards = "".join(
        f'<div class="relative p-4"><a href="/goods/{n}" class="absolute" aria-label="{title}"></a>'
        f'<p class="text-sm">Cisco</p><p>{title}</p><span class="text-lg">{n} 200 ₽</span></div>'
        for n, title in enumerate(titles, 1)
    )
    found = read_page(capture(f"<h1>Коммутаторы</h1><div class='grid'>{cards}</div>"), site).listings
    assert [row.title for row in found] == titles
    assert [row.price for row in found] == ["1 200 ₽", "2 200 ₽", "3 200 ₽"]
