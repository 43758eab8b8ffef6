"""Detection: a few captures of a site make a definition, and that definition reads what none read."""

from pathlib import Path

import pytest

from restock.site import Site
from restock.terms import PageRole
from spiders.detection import describe
from spiders.reading import read_page

PAGES = Path(__file__).parents[3] / "fixtures" / "pages"
CATALOG = "http://shop.example/catalog/kommutatory/"


@pytest.mark.parametrize(
    ("page", "platform"),
    [
        ("bitrix_list", "bitrix"),
        ("woo_list", "woocommerce"),
        ("opencart_list", "opencart"),
        ("magento_list", "magento"),
        ("microdata_list", "microdata"),
        ("itemlist", "json-ld"),
        ("plain_list", "auto"),
    ],
)
def test_the_platform_is_told_by_its_pages(capture, site, page, platform):
    found = describe(site, [capture((PAGES / f"{page}.html").read_bytes(), CATALOG)])
    assert found.site.platform == platform
    assert found.site.start == site.start


@pytest.mark.parametrize("page", sorted(file.stem for file in PAGES.glob("*_list.html")))
def test_a_described_site_reads_as_an_undescribed_one(capture, site, page):
    saved = capture((PAGES / f"{page}.html").read_bytes(), CATALOG)
    described = describe(site, [saved]).site
    facts = [row.to_json() for row in read_page(saved, described).listings]
    assert facts == [row.to_json() for row in read_page(saved, site).listings]


def test_fields_say_how_well_they_are_filled(capture, site):
    found = describe(site, [capture((PAGES / "bitrix_list.html").read_bytes(), CATALOG)])
    fields = {field.field: field for field in found.fields}
    assert (fields["price"].filled, fields["price"].of) == (4, 4)
    assert fields["gtin"].sample is None
    assert any("sku" in note for note in found.notes)


def test_cards_are_enough_where_their_pages_show_nothing(capture, site):
    lists = capture((PAGES / "link_cards.html").read_bytes(), CATALOG)
    empty = [capture("<p>Скоро</p>", f"http://shop.example/good/{n}", role=PageRole.PRODUCT) for n in range(3)]
    assert describe(site, [lists, *empty]).site.listings == "cards"
    assert describe(site, [lists]).site.listings == "auto"


def test_what_was_given_stays(capture):
    given = Site(name="s", start=("http://shop.example/",), platform="selectors", market="KZ", delay=3)
    found = describe(given, [capture((PAGES / "bitrix_list.html").read_bytes(), CATALOG)]).site
    assert (found.platform, found.market, found.delay) == ("selectors", "KZ", 3)


def test_nothing_found_is_said(capture, site):
    found = describe(site, [capture("<h1>Вы не робот?</h1>")])
    assert any("no listing was found" in note for note in found.notes)
    assert any("captcha" in note for note in found.notes)


def test_pages_with_another_heading_and_nothing_else_are_no_products(capture, site):
    """Every card leads to a form: what is read stands on the cards."""
    lists = capture((PAGES / "plain_list.html").read_bytes(), CATALOG)
    cards = [row.url for row in read_page(lists, site).listings if row.url][:3]
    form = "<h1>Отправить запрос</h1><form><input name=email><button>Отправить</button></form>"
    found = describe(site, [lists, *(capture(form, url, role=PageRole.PRODUCT) for url in cards)])
    assert (found.site.listings, found.refusal) == ("cards", None)
    assert found.fields[0].sample != "Отправить запрос"


@pytest.mark.parametrize(
    ("page", "mode"), [("<h1>Вы не робот?</h1>", "auto"), ("<h1>Вход для партнёров</h1>", "cards")]
)
def test_a_wall_that_may_go_is_no_reason_to_leave_pages_out(capture, site, page, mode):
    lists = capture((PAGES / "link_cards.html").read_bytes(), CATALOG)
    walled = [capture(page, f"http://shop.example/good/{n}", role=PageRole.PRODUCT) for n in range(3)]
    assert describe(site, [lists, *walled]).site.listings == mode
