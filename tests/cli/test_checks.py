"""`sites check` beside a site's history: what is emptier than it was, what walls look like, and the exit code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from page_shop import PageShop

Restock = Callable[..., Any]
FAST = ("--delay", "0", "--concurrency", "4")
CAPTCHA = "<title>Проверка</title><h1>Подтвердите, что вы не робот</h1>"


def fill(shop: PageShop, *, price: str = "<p class='price'>1 200 ₽</p>") -> None:
    titles = {f"/goods/{number}": f"Коммутатор Cisco WS-C2960-{number}" for number in range(6)}
    cards = "".join(
        f"<div class='card'><a href='{path}'>{title}</a>{price}<span>В наличии</span></div>"
        for path, title in titles.items()
    )
    shop.pages = {"/": f"<h1>Коммутаторы</h1>{cards}"}
    for path, title in titles.items():
        shop.pages[path] = f"<h1>{title}</h1>{price}<p>В наличии: 5 шт.</p><p>Код товара: 77{path[-1]}</p>"


def test_a_check_tells_what_changed_since_the_last_crawl(restock: Restock, home: Path, page_shop: PageShop) -> None:
    fill(page_shop)
    added = restock("sites", "add", "shop", page_shop.url, *FAST)
    assert added.code == 0
    assert {row["sure"] for row in added.rows if row["field"] in {"title", "price"}} == {"sure"}
    assert restock("crawl", "shop").code == 0
    well = restock("sites", "check", "shop")
    assert (well.code, well.err) == (0, "")
    assert next(row for row in well.rows if row["field"] == "price")["usual"] == 1.0

    fill(page_shop, price="")
    page_shop.pages["/goods/3"] = CAPTCHA
    definition = home / "sites" / "shop.yaml"
    definition.write_text(definition.read_text() + "selectors:\n  page_fields: {mpn: '.part-number'}\n")
    checked = restock("sites", "check", "shop")
    assert checked.code == 3
    assert "price is shown by 0% of the sample; the last complete crawl had 100%" in checked.err
    assert "/goods/3; answered 200; it says: Проверка Подтвердите, что вы не робот" in checked.err
    assert "selector for mpn finds nothing: .part-number" in checked.err

    page_shop.pages = {"/": (403, "<h1>Доступ ограничен</h1>")}
    walled = restock("sites", "check", "shop")
    assert (walled.code, len(walled.error_lines)) == (1, 1)
    assert "a wall (blocked)" in walled.err
    again = restock("sites", "add", "shop", page_shop.url, "--replace", *FAST)
    assert (again.code, len(again.error_lines)) == (1, 1)
    assert "answered 403; it says: Доступ ограничен" in again.error_lines[0]
