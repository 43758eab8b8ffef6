"""The traps that shops of this kind set, each as pages of a shop on loopback."""

import json
from collections.abc import Callable

from answering_shop import Answer, Pages, Shop

NAME = "Коммутатор Cisco WS-C2960-{}"
THREE = [[*range(4)], [*range(4, 8)], [*range(8, 12)]]
Lay = Callable[[Shop], None]


def page(title: str, body: str, *blocks: object, head: str = "") -> str:
    data = "".join(f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks)
    head = f"<head><title>{title}</title>{head}{data}</head>"
    return f"<html>{head}<body><h1>{title}</h1>{body}<p>Интернет-магазин сетевого оборудования</p></body></html>"


def block(number: int, **offer: object) -> dict[str, object]:
    """Structured data of a good, with what its offer says."""
    offers = {"@type": "Offer", "price": "1000", "priceCurrency": "RUB", **offer}
    return {"@type": "Product", "name": NAME.format(number), "sku": str(number), "offers": offers}


def good(number: int, body: str, *blocks: object) -> str:
    return page(NAME.format(number), f"{body}<button>Купить</button>", *blocks)


def whole(shop: Pages) -> None:
    """What the shop shows where no trap is set: twelve goods on three pages."""
    shop.numbered("/", 3, 4)


def similar_goods(shop: Pages) -> None:
    shop.list_page("/", range(4))
    others = "".join(card(n, f"/goods/{n}") for n in (2, 3))
    asked = '<p>Артикул: 1</p><p class="price">Цена по запросу</p><p>Под заказ</p>'
    shop.pages["/goods/1"] = good(1, f"{asked}<h2>Похожие товары</h2><div class=similar>{others}</div>")


def two_blocks(shop: Pages) -> None:
    shop.list_page("/", range(3))
    shop.pages["/goods/1"] = good(1, '<p class="price">1 000 ₽</p><p>В наличии</p>', block(77, price="5"), block(1))


def aggregate_offer(shop: Pages) -> None:
    shop.list_page("/", range(3))
    offers = {"@type": "AggregateOffer", "lowPrice": "900", "highPrice": "1100", "offerCount": 2, "price": None}
    shop.pages["/goods/1"] = good(1, "<p>от 900 до 1 100 ₽</p><p>В наличии</p>", block(1, **offers))


def price_zero(shop: Pages) -> None:
    shop.list_page("/", range(3))
    shop.pages["/"] = str(shop.pages["/"]).replace("1 000 ₽", "0 ₽", 1)
    shop.pages["/goods/0"] = good(0, '<p class="price">0 ₽</p><p>Под заказ</p>', block(0, price="0"))


def comma_decimals(shop: Pages) -> None:
    shop.list_page("/", range(3))
    for number, written in enumerate(("1234,50", "1 234,50", "1.234,50")):
        shop.pages[f"/goods/{number}"] = good(number, "<p>В наличии</p>", block(number, price=written))


def contradicted_stock(shop: Pages) -> None:
    shop.list_page("/", range(3))
    shown = '<p class="price">1 000 ₽</p><p class="stock">Под заказ, 4-6 недель</p>'
    shop.pages["/goods/1"] = good(1, shown, block(1, availability="https://schema.org/InStock"))


def soft_404(shop: Pages) -> None:
    whole(shop)
    for number in (1, 2, 3):
        shop.pages[f"/goods/{number}"] = page("Товар не найден", "<p>Вернитесь в <a href=/>каталог</a></p>")


def chooser_over_pages(shop: Pages) -> None:
    """Every page asks for the city above what it shows, and links to itself for each."""
    whole(shop)
    for path, shown in list(shop.pages.items()):
        ask = "".join(f'<a href="{path}{"&" if "?" in path else "?"}city={city}">Город {city}</a>' for city in "abc")
        shop.pages[path] = str(shown).replace("<body>", f"<body><div class=popup><p>Ваш город?</p>{ask}</div>")


def chooser_before_pages(shop: Pages) -> None:
    """A page that asks for the city stands in the place of lists and goods."""
    ask = page("Выберите ваш город", "".join(f'<a href="/?city={n}">Город {n}</a> ' for n in range(30)))
    whole(shop)
    shop.pages = dict.fromkeys(shop.pages, ask)


def login_wall(shop: Pages) -> None:
    whole(shop)
    shop.pages["/?page=3"] = Answer(status=302, headers={"Location": "/login?back=/?page=3"})


def endless_calendar(shop: Pages) -> None:
    whole(shop)
    shop.pages["/"] = shop.pages["/?page=1"] = str(shop.pages["/"]).replace(
        "<h1>", '<a href="/events/2026/11/">События</a><a href="/day?n=1">Дни</a><h1>', 1
    )
    for day in range(1, 60):
        shop.pages[f"/day?n={day}"] = page("События", f'<a href="/day?n={day + 1}">Завтра</a>')


def filter_combinations(shop: Pages) -> None:
    """Filters of a list that add up, by parameters and by paths; some are of no known name."""
    whole(shop)
    names = ("brand=cisco", "price_min=1", "f12=on", "f13=on", "ports=24", "sort=price")
    for path in [path for path in shop.pages if not path.startswith("/goods/")]:
        add = "&" if "?" in path else "?"
        links = "".join(f'<a href="{path}{add}{"&".join(names[:n])}">Фильтр {n}</a>' for n in range(1, len(names) + 1))
        links += '<a href="/filter/brand-is-cisco/apply/">Cisco</a>'
        shop.pages[path] = str(shop.pages[path]).replace("<h1>", f'<div class="filter">{links}</div><h1>', 1)


def several_categories(shop: Pages) -> None:
    """The same goods stand in two sections, under an address of each."""
    links = "".join(f'<a href="/catalog/{name}/">Раздел {name}</a>' for name in ("cisco", "switches"))
    shop.pages["/"] = page("Магазин", f"<nav>{links}</nav>")
    for name in ("cisco", "switches"):
        cards = ""
        for number in range(6):
            path = f"/catalog/{name}/goods-{number}/"
            cards += card(number, path)
            shop.pages[path] = good(number, '<p class="price">1 000 ₽</p><p>В наличии</p>', block(number))
        shop.pages[f"/catalog/{name}/"] = page(f"Раздел {name}", f"<div class=goods>{cards}</div>")


def shifted_back(shop: Pages) -> None:
    """A new good comes to the first page while the second is asked for: the last one of the first moves there."""
    whole(shop)
    _numbered(shop, [[0, 1, 2, 3], [3, 4, 5, 6], [7, 8, 9, 10], [11]])


def shifted_ahead(shop: Pages) -> None:
    """A good leaves the first page after it was read: the first one of the second moves there, and is on no page that
    is read."""
    whole(shop)
    _numbered(shop, [[0, 1, 2, 3], [5, 6, 7, 8], [9, 10, 11]])


def card(number: int, path: str) -> str:
    return (
        f'<div class="card"><a class="name" href="{path}">{NAME.format(number)}</a><b class="price">1 000 ₽</b></div>'
    )


def _numbered(shop: Pages, pages: list[list[int]], parameter: str = "page", total: str = "") -> None:
    links = "".join(f'<a href="/?{parameter}={page}">{page}</a> ' for page in range(1, len(pages) + 1))
    for number, shown in enumerate(pages, 1):
        cards = "".join(card(n, f"/goods/{n}") for n in shown)
        body = f'<div class="goods">{cards}</div><div class="pagination">{links}</div>{total}'
        shop.pages[f"/?{parameter}={number}"] = page("Коммутаторы", body)
    shop.pages["/"] = shop.pages[f"/?{parameter}=1"]


def another_parameter(shop: Pages) -> None:
    """The pages are numbered by a parameter of another name than in the run before."""
    whole(shop)
    _numbered(shop, THREE, "PAGEN_1")


def unknown_parameter(shop: Pages) -> None:
    whole(shop)
    _numbered(shop, THREE, "nomer")


def loop(shop: Pages) -> None:
    """The last page leads on to itself, under a number that is always one higher."""
    shop.list_page("/", range(6), '<a rel="next" href="/?page=2">Дальше</a>')
    for number in range(2, 40):
        shop.list_page(f"/?page={number}", range(6, 12), f'<a rel="next" href="/?page={number + 1}">Дальше</a>')


def forbidden_ways(shop: Pages) -> None:
    closed = '<a rel="nofollow" href="/more/">Ещё</a><a href="/private/">Опт</a>'
    shop.list_page("/", range(6), closed)
    shop.pages["/robots.txt"] = "User-agent: *\nDisallow: /private/\n"


def asked_to_wait(shop: Pages) -> None:
    shop.list_page("/", range(6))
    shown = shop.pages["/goods/2"]
    shop.pages["/goods/2"] = lambda asked: shown if asked > 1 else Answer("wait", 429, {"Retry-After": "1"})


def asked_to_leave(shop: Pages) -> None:
    whole(shop)
    shop.pages["/?page=3"] = Answer("wait", 429, {"Retry-After": "3600"})


def total_that_is_more(shop: Pages) -> None:
    _numbered(shop, THREE, total="<p>Найдено товаров: 30</p>")
    for number in range(12):
        shop.product(number)


def goods_that_left(shop: Pages) -> None:
    """Three of twelve goods are gone from the lists: the page of one is gone too, that of another leads to the front
    page, the third says that there is no such thing."""
    whole(shop)
    _numbered(shop, [[0, 1, 2, 3], [4, 5, 6, 7], [11]])
    del shop.pages["/goods/8"]
    shop.pages["/goods/9"] = Answer(status=302, headers={"Location": "/"})
    shop.pages["/goods/10"] = page("Товар не найден", "<p>Вернитесь в <a href=/>каталог</a></p>")
