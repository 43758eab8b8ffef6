"""`sites add` works out where a site's goods are: on pages, behind sitemaps, in a price list; or says why not."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import browsers
import pytest
from page_shop import PageShop

from catalog import Search
from restock.errors import CrawlError
from restock.run import CrawlOutcome
from restock.settings import load_settings
from restock.terms import RunStatus
from scheduler.crawl import Pace, crawl_site
from scheduler.probe import add_site, check_site, lacking
from scheduler.workspace import Workspace
from spiders.definitions import write_site
from spiders.detection import Detection

PACE = Pace(0.0, 4)


@pytest.fixture
def workspace(tmp_path) -> Iterator[Workspace]:
    with Workspace(load_settings(tmp_path / "home")) as found:
        yield found


def page(number: int) -> str:
    title = f"Коммутатор Cisco WS-C2960-{number}"
    return (
        f"<title>{title}</title><h1>{title}</h1><p class='price'>{1000 + number} ₽</p><p>В наличии: {number} шт.</p>"
        f"<p>Артикул: WS-C2960-{number}</p><button>Купить</button>"
    )


def feed(url: str, numbers: range) -> str:
    offers = "".join(
        f'<offer id="{number}" available="true"><url>{url}goods/{number}</url><price>{1000 + number}</price>'
        f"<currencyId>RUR</currencyId><name>Коммутатор Cisco WS-C2960-{number}</name><vendor>Cisco</vendor></offer>"
        for number in numbers
    )
    return f'<?xml version="1.0"?><yml_catalog><shop><offers>{offers}</offers></shop></yml_catalog>'


def cards(numbers: range) -> str:
    shown = "".join(
        f'<div class="card"><a href="/goods/{number}">Коммутатор Cisco WS-C2960-{number}</a>'
        f'<span class="price">{1000 + number} ₽</span></div>'
        for number in numbers
    )
    return f"<h1>Коммутаторы</h1><div class='list'>{shown}</div>"


def urlset(url: str, *paths: str) -> str:
    return f'<?xml version="1.0"?><urlset>{"".join(f"<url><loc>{url}{path}</loc></url>" for path in paths)}</urlset>'


def add(workspace: Workspace, shop: PageShop, path: str = "") -> Detection:
    found = add_site(workspace, "shop", shop.url + path, PACE, "RU")
    write_site(workspace.settings.home, found.site)
    workspace.forget_sites()
    return found


def crawled(workspace: Workspace) -> set[str | None]:
    """The part numbers that a crawl by the definition finds, complete."""
    assert crawl_site(workspace, workspace.site("shop"), pace=PACE).status is RunStatus.COMPLETE
    return {listing.mpn for listing in workspace.catalogue.search(Search(site="shop"))}


def numbers(wanted: range) -> set[str]:
    return {f"WS-C2960-{number}" for number in wanted}


def sureness(found: Detection) -> dict[str, str | None]:
    return {one.field: one.sure for one in found.fields}


@pytest.mark.parametrize(
    ("place", "front"),
    [
        ("bitrix/catalog_export/yandex.php", "<h1>Поставщик</h1>"),
        ("files/price-full.xml", '<h1>Поставщик</h1><a href="/files/price-full.xml">Прайс-лист</a>'),
    ],
)
def test_a_feed_is_found_where_pages_show_no_goods(
    workspace: Workspace, page_shop: PageShop, place: str, front: str
) -> None:
    page_shop.pages = {"/": front, f"/{place}": feed(page_shop.url, range(20))}
    found = add(workspace, page_shop)
    assert (found.site.source, found.site.start) == ("price_list", (page_shop.url + place,))
    assert sureness(found)["price"] == "sure"
    assert len(page_shop.asked) < 25


def test_the_address_of_a_feed_is_enough(workspace: Workspace, page_shop: PageShop) -> None:
    page_shop.pages = {"/yml": feed(page_shop.url, range(20))}
    assert add(workspace, page_shop, "yml").site.source == "price_list"
    assert page_shop.asked == ["/yml"]
    fields = {one.field: one for one in check_site(workspace, workspace.site("shop"), PACE).fields}
    assert (fields["price"].filled, fields["price"].of, fields["brand"].filled) == (20, 20, 20)
    assert crawled(workspace) == numbers(range(20))


def test_pages_that_show_more_than_the_feed_are_read(workspace: Workspace, page_shop: PageShop) -> None:
    page_shop.pages = {"/": cards(range(8)), "/yml.xml": feed(page_shop.url, range(5))}
    page_shop.pages |= {f"/goods/{number}": page(number) for number in range(8)}
    found = add(workspace, page_shop)
    assert found.site.source == "pages"
    assert any("5 rows" in note and "/yml.xml" in note for note in found.notes)
    fields = {one.field: one for one in found.fields}
    assert (fields["price"].sure, fields["price"].why) == ("sure", "lists and product pages agree on 8")
    assert (fields["gtin"].sure, fields["gtin"].filled) == (None, 0)


def test_prices_that_lists_and_pages_tell_differently_are_doubtful(workspace: Workspace, page_shop: PageShop) -> None:
    page_shop.pages = {"/": cards(range(8))}
    page_shop.pages |= {f"/goods/{number}": page(number).replace(" ₽", "00 ₽") for number in range(8)}
    found = add(workspace, page_shop)
    assert sureness(found)["price"] == "doubtful"
    assert any("8 of 8 differ" in note for note in found.notes)


def test_goods_that_only_a_sitemap_names(workspace: Workspace, page_shop: PageShop) -> None:
    """Lists lead to some of them, a packed map within an index to all."""
    page_shop.pages = {
        "/": cards(range(4)),
        "/robots.txt": f"Sitemap: {page_shop.url}maps/index.xml",
        "/maps/index.xml": '<?xml version="1.0"?><sitemapindex><sitemap><loc>https://other.example/2.xml</loc></sitemap>'
        f"<sitemap><loc>{page_shop.url}maps/1.xml.gz</loc></sitemap></sitemapindex>",
        "/maps/1.xml.gz": gzip.compress(urlset(page_shop.url, *(f"goods/{n}" for n in range(20))).encode()),
    }
    page_shop.pages |= {f"/goods/{number}": page(number) for number in range(20)}
    found = add(workspace, page_shop)
    assert found.site.sitemaps == (f"{page_shop.url}maps/index.xml",)
    assert crawled(workspace) == numbers(range(20))


def test_a_sitemap_without_goods_is_left_out(workspace: Workspace, page_shop: PageShop) -> None:
    page_shop.pages = {"/": cards(range(4)), "/sitemap.xml": urlset(page_shop.url, "about", "news")}
    page_shop.pages |= {f"/goods/{number}": page(number) for number in range(4)} | {"/about": "<h1>О нас</h1>"}
    assert add(workspace, page_shop).site.sitemaps == ()


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ({}, "the start page answered 404"),
        ({"/": (403, "<h1>Доступ запрещён</h1>")}, "blocked"),
        ({"/": "<h1>Подтвердите, что вы не робот</h1>"}, "captcha"),
        ({"/robots.txt": "User-agent: *\nDisallow: /"}, "may not be fetched: robots"),
        ({"/": "<h1>Кулинарный блог</h1><p>Рецепты на каждый день.</p>"}, "no listing was found"),
    ],
)
def test_what_is_no_shop_gives_one_reason_and_no_definition(
    workspace: Workspace, page_shop: PageShop, pages: dict[str, str | tuple[int, str]], said: str
) -> None:
    page_shop.pages = dict(pages)
    with pytest.raises(CrawlError, match=said):
        add(workspace, page_shop)
    assert "shop" not in workspace.sites
    assert said == "no listing was found" or page_shop.asked in ([], ["/"])


def test_a_shop_that_scripts_draw_is_looked_at_as_they_draw_it(
    tmp_path: Path, drawn_shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTOCK_CRAWL__BROWSER", browsers.chromium() or "")
    with Workspace(load_settings(tmp_path / "home")) as workspace:
        found = add_site(workspace, "shop", drawn_shop, PACE, "RU")
    assert any("as scripts draw them" in known for known in found.site.known)
    assert [(one.filled, one.of) for one in found.fields if one.field in {"title", "price", "sku"}] == [(2, 2)] * 3


def test_titles_alone_make_no_shop(workspace: Workspace, page_shop: PageShop) -> None:
    posts = "".join(f'<article><h2><a href="/post/{n}">Запись {n}</a></h2><p>В наличии</p></article>' for n in range(5))
    page_shop.pages = {"/": f"<h1>Журнал</h1>{posts}"}
    page_shop.pages |= {f"/post/{n}": f"<h1>Запись {n}</h1><p>Текст.</p>" for n in range(5)}
    with pytest.raises(CrawlError, match="no definition was written"):
        add(workspace, page_shop)


def test_what_other_hosts_hold_is_named_once() -> None:
    asked = "not fetched for the page: {} script of cdn.example (off-site)"
    outcome = CrawlOutcome(notes=[f"http://shop.example/{n}: {asked.format(n)}" for n in (1, 2)] + ["2 further notes"])
    (note,) = lacking(outcome)
    assert note.count("cdn.example") == 1
    assert "script_hosts" in note
    assert lacking(CrawlOutcome(notes=["http://shop.example/: redirect not followed (off-site other.example)"])) == []
