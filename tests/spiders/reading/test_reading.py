"""What a page is: product, list, wall or blank; and that no bytes bring the reader down."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restock.site import Follow, Selectors, Site
from restock.terms import PageRole
from spiders.reading import READERS_REVISION, read_page

CARD = '<div class="c"><a href="/p/{0}">Коммутатор Cisco WS-C2960-{0}</a><b class="price">{0} 000 руб.</b></div>'
CARDS = "".join(CARD.format(number) for number in range(1, 6))
CAPTCHA_FOOTER = '<footer><form><div class="g-recaptcha"></div><input type="password"></form></footer>'


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_bytes_bring_the_reader_down(capture, site, body):
    read_page(capture(b"<html><body>" + body), site)


@given(st.text(alphabet='<>/="abh1 divspriceltrd₽0123:', max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_markup_brings_the_reader_down(capture, site, body):
    read_page(capture(body), site)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 50_000 + "100 руб.",
        '<script type="application/ld+json">' + "[" * 50_000 + "</script><h1>x</h1>",
        '<script type="application/ld+json">' + "/*" * 50_000 + '"\\' * 50_000 + "</script>",
        "<h1>x</h1><div>" + "<span class=price>100 руб.</span>" * 3_000,
        "<div itemscope itemtype='http://schema.org/Product' itemprop=a>" * 2_000,
        "<a href='http://[::1'>x</a><a href='//'>y</a><a href='http://a:99999999/'>z</a><base href='http://['>",
        "<p>" + "Артикул: " * 20_000,
    ],
    ids=["deep", "deep-json", "open-comments", "prices", "items", "addresses", "labels"],
)
def test_hostile_pages_are_read_without_goods(capture, site, body):
    assert read_page(capture(body), site).listings == ()


@pytest.mark.parametrize(
    ("body", "wall"),
    [
        ("<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x.js'></script>", "challenge"),
        ("<h1>Подтвердите, что вы не робот</h1><form><input name=code></form>", "captcha"),
        ("<h1>Вход в систему</h1><form><input name=login><input type='password'></form>", "login"),
        ("<h1>Доступ запрещён</h1>", "blocked"),
        ("<h1>Ведутся технические работы</h1>", "maintenance"),
    ],
)
def test_walls_are_told_by_what_they_say(capture, site, body, wall):
    assert read_page(capture(f"<html><body>{body}</body></html>"), site).wall == wall


@pytest.mark.parametrize(("status", "wall"), [(401, "login"), (403, "blocked"), (429, "blocked"), (404, None)])
def test_walls_are_told_by_their_status(capture, site, status, wall):
    assert read_page(capture("<h1>Нет</h1>", status=status), site).wall == wall


def test_a_captcha_beside_goods_is_no_wall(capture, site):
    reading = read_page(capture(f"<h1>Коммутаторы</h1>{CARDS}{CAPTCHA_FOOTER}"), site)
    assert reading.wall is None
    assert len(reading.listings) == 5


@pytest.mark.parametrize(
    "body", ["", "   ", "<html><body></body></html>", "<html><head><title>x</title></head></html>"]
)
def test_an_empty_page_is_blank(capture, site, body):
    assert read_page(capture(body), site).blank


def test_a_page_with_goods_is_not_blank(capture, site):
    assert not read_page(capture(CARDS), site).blank


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r"])
@pytest.mark.parametrize("said", ["header", "meta"])
def test_the_encoding_is_what_header_or_meta_say(capture, site, encoding, said):
    meta = f'<meta charset="{encoding}">' if said == "meta" else ""
    body = f"<html><head>{meta}</head><body><h1>Товары</h1>{CARDS}</body></html>".encode(encoding)
    content_type = f"text/html; charset={encoding}" if said == "header" else "text/html"
    titles = [row.title for row in read_page(capture(body, content_type=content_type), site).listings]
    assert titles[0] == "Коммутатор Cisco WS-C2960-1"


@pytest.mark.parametrize("content_type", ["text/html", "text/html; charset=iso-8859-1", "text/html; charset=utf-8"])
def test_windows_1251_is_read_whatever_is_claimed(capture, site, content_type):
    body = f"<html><body><h1>Товары</h1>{CARDS * 3}</body></html>".encode("windows-1251")
    assert read_page(capture(body, content_type=content_type), site).listings[0].title == "Коммутатор Cisco WS-C2960-1"


def test_look_alike_letters_stay(capture, site):
    body = '<div class=c><a href="/p/1">Коммутатор Сisсo WS-С2960</a><b class=price>1 000 руб.</b></div>' * 2
    assert read_page(capture(body), site).listings[0].title == "Коммутатор Сisсo WS-С2960"


def test_a_definition_selects_before_anything_else(capture):
    body = (
        "<html><body><ul><li class=row><i>Cisco A-100</i><u>100 руб.</u><a href='/x/1'>Подробно тут</a></li>"
        "<li class=row><i>Cisco A-200</i><u>200 руб.</u><a href='/x/2'>Подробно тут</a></li></ul></body></html>"
    )
    chosen = Selectors(card="li.row", card_fields={"title": "i::text", "url": "a::attr(href)", "price": "u"})
    site = Site(name="s", start=("http://shop.example/",), platform="selectors", selectors=chosen)
    rows = read_page(capture(body), site).listings
    assert [(row.title, row.url, row.price) for row in rows] == [
        ("Cisco A-100", "http://shop.example/x/1", "100 руб."),
        ("Cisco A-200", "http://shop.example/x/2", "200 руб."),
    ]
    assert {row.read_by for row in rows} == {"selectors"}


def test_cards_mode_reads_no_product_page(capture):
    body = "<h1>Cisco A-100</h1><p>Артикул: 77</p><p class=price>100 руб.</p><button>Купить</button>"
    site = Site(name="s", start=("http://shop.example/",), listings="cards")
    assert read_page(capture(body, role=PageRole.PRODUCT), site).listings == ()


def test_the_definition_decides_what_is_followed(capture):
    body = "<a href='/one/1'>a</a><a href='/two/2'>b</a><a href='/three/3'>c</a>"
    follow = Follow(list=("/one/",), product=("/two/",))
    site = Site(name="s", start=("http://shop.example/",), follow=follow)
    links = {link.url: link.role for link in read_page(capture(body), site).links}
    assert links == {"http://shop.example/one/1": PageRole.LIST, "http://shop.example/two/2": PageRole.PRODUCT}


def test_the_revision_is_short_and_steady():
    assert len(READERS_REVISION) == 12


MENU = "".join(f"<a href='/s{n}/'>Раздел {n}</a>" for n in range(10))


def test_an_info_page_with_a_login_and_a_feedback_form_is_no_wall(capture, site):
    header = f"<header><a href='/login'>Авторизация</a><form><input type=password></form>{MENU}</header>"
    body = f"{header}<h1>Контакты</h1><p>Москва</p><form><div class=g-recaptcha></div></form>"
    assert read_page(capture(body), site).wall is None


def test_a_login_wall_within_the_shops_frame_is_one(capture, site):
    assert read_page(capture(f"<nav>{MENU}</nav><h1>Авторизация</h1><form></form>"), site).wall == "login"


@pytest.mark.parametrize(("role", "wall"), [(PageRole.OTHER, None), (PageRole.LIST, "not_found")])
def test_a_soft_404_matters_where_goods_were_expected(capture, site, role, wall):
    assert read_page(capture("<h1>Страница не найдена</h1>", role=role), site).wall == wall


def test_a_label_with_units_gives_them_to_its_price(capture, site):
    rows = "<tr><td>Код товара</td><td>77</td></tr><tr><td>Цена, руб. с НДС</td><td>52 000,00</td></tr>"
    page = f"<h1>Коммутатор Cisco WS-C2960X-24TS-L</h1><table>{rows}<tr><td>Остаток, шт.</td><td>5</td></tr></table>"
    (listing,) = read_page(capture(page, role=PageRole.PRODUCT), site).listings
    assert (listing.price, listing.sku, listing.quantity) == ("52 000,00 руб. с НДС", "77", "5")


def test_a_badge_of_per_cent_within_a_price_is_none(capture, site):
    parts = '<div class="price__old">39 761</div><div>-15%</div><div class="price__now">34 575</div>'
    tag = f'<div class="price">{parts}</div>'
    page = f"<h1>Коммутатор Cisco WS-C2960X-24TS-L</h1>{tag}<p>Артикул: WS-C2960X-24TS-L</p>"
    (listing,) = read_page(capture(page, role=PageRole.PRODUCT), site).listings
    assert (listing.price, listing.regular_price) == ("34 575", "39 761")
