"""The survey: what each answer leads to, and what is said of a shop that shows something else than its goods."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restock.capture import PageCapture
from restock.run import CrawlOutcome
from spiders.crawling import readerchild
from spiders.spool import read_spool

Survey = Callable[..., CrawlOutcome]


def test_an_empty_numbered_page_is_no_end_of_a_list(paper: Any, survey: Survey) -> None:
    paper.numbered("/", 3)
    paper.list_page("/?page=2", range(0))
    outcome = survey()
    assert outcome.failed_lists == {paper.key("?page=2"): "empty page"}


def test_a_page_that_repeats_another_is_no_page(paper: Any, survey: Survey) -> None:
    paper.numbered("/", 3)
    paper.pages["/?page=3"] = paper.pages["/"]
    outcome = survey()
    assert list(outcome.failed_lists) == [paper.key("?page=3")]


def test_a_captcha_is_a_wall(paper: Any, survey: Survey) -> None:
    paper.numbered("/", 2)
    wall = '<html><title>Проверка</title><body><form><div class="g-recaptcha"></div>Подтвердите, что вы не робот'
    paper.pages["/goods/1"] = paper.pages["/?page=2"] = wall
    outcome = survey()
    assert outcome.walls == {paper.key("/goods/1"): "captcha", paper.key("?page=2"): "captcha"}
    assert set(outcome.failed_lists) == {paper.key("?page=2")}
    assert set(outcome.failed_products) == {paper.key("/goods/1")}


def test_a_redirect_to_the_front_page_is_a_wall(paper: Any, survey: Survey, answer: Any) -> None:
    paper.numbered("/", 2)
    paper.pages["/goods/1"] = paper.pages["/?page=2"] = answer(status=302, headers={"Location": "/"})
    outcome = survey()
    assert outcome.walls == {paper.key("/goods/1"): "front_page", paper.key("?page=2"): "front_page"}


def test_redirects_in_a_circle_end(paper: Any, survey: Survey, answer: Any) -> None:
    paper.list_page("/", range(3))
    paper.pages["/goods/1"] = lambda asked: answer(status=302, headers={"Location": f"/goods/1?sid={asked}"})
    paper.pages |= {
        f"/goods/1?sid={n}": answer(status=302, headers={"Location": f"/goods/1?sid={n + 1}"}) for n in range(1, 40)
    }
    outcome = survey()
    assert outcome.failed_products == {paper.key("/goods/1"): "too many redirects"}


def test_an_endless_calendar_is_left(paper: Any, survey: Survey) -> None:
    paper.list_page("/", range(3), '<a href="/day-1">События</a>')
    for day in range(1, 60):
        paper.pages[f"/day-{day}"] = f'<h1>События</h1><p>Сегодня ничего нет.</p><a href="/day-{day + 1}">Завтра</a>'
    outcome = survey()
    assert outcome.finished
    assert len(paper.asked) < 20
    assert outcome.skipped["no goods that way"] == 1


def test_the_bound_on_pages_is_said(paper: Any, survey: Survey) -> None:
    paper.list_page("/", range(30))
    outcome = survey(site={"max_pages": 10})
    assert not outcome.finished
    assert outcome.bound == "10 pages"


def test_a_list_is_followed_where_a_product_would_be_alone(paper: Any, survey: Survey) -> None:
    paper.list_page("/", range(6))
    result = survey(page_only=None)
    assert result.pages["product"] == 6
    assert not result.single_page


def test_a_sample_is_small_and_never_complete(paper: Any, survey: Survey) -> None:
    paper.numbered("/", 9)
    outcome = survey(sample=5)
    assert not outcome.finished
    assert outcome.pages["product"] == 5
    assert len(paper.asked) < 20


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (("broken", 500), "answered 500"),
        (("nothing", 404), "the start page answered 404"),
        (("", 200), "the start page is blank"),
    ],
)
def test_a_start_page_that_fails_is_the_reason(
    paper: Any, survey: Survey, answer: Any, start: tuple[str, int], reason: str
) -> None:
    paper.pages["/"] = answer(*start)
    outcome = survey()
    assert not outcome.finished
    assert reason in (outcome.reason or "")


def test_a_bare_next_past_the_end_is_the_end(paper: Any, survey: Survey) -> None:
    paper.list_page("/", range(6), '<a rel="next" href="/?page=2">Дальше</a>')
    paper.list_page("/?page=2", range(0), '<a rel="next" href="/?page=3">Дальше</a>')
    outcome = survey()
    assert outcome.finished
    assert not outcome.failed_lists
    assert "/?page=3" not in paper.asked


def test_a_next_that_turns_in_a_circle_ends(paper: Any, survey: Survey) -> None:
    """The last page is shown for every number behind it."""
    paper.list_page("/", range(6), '<a rel="next" href="/?page=2">Дальше</a>')
    for page in range(2, 60):
        paper.list_page(f"/?page={page}", range(6, 12), f'<a rel="next" href="/?page={page + 1}">Дальше</a>')
    outcome = survey()
    assert outcome.finished
    assert not outcome.failed_lists
    assert len([path for path in paper.asked if "page=" in path]) == 2
    assert any("only goods of other pages" in note for note in outcome.notes)


def test_a_dead_section_and_a_dead_link(paper: Any, survey: Survey) -> None:
    paper.list_page("/", range(6), '<nav><a href="/catalog/switches/">Коммутаторы</a></nav>')
    outcome = survey()
    assert outcome.finished
    assert outcome.dead_lists == [paper.key("/catalog/switches")]
    assert not outcome.failed_lists


def test_a_section_that_fails_is_a_failed_list(paper: Any, survey: Survey, answer: Any) -> None:
    paper.list_page("/", range(6), '<nav><a href="/catalog/switches/">Коммутаторы</a></nav>')
    paper.pages["/catalog/switches/"] = answer("broken", 500)
    outcome = survey()
    assert list(outcome.failed_lists) == [paper.key("/catalog/switches")]
    assert "answered 500" in outcome.failed_lists[paper.key("/catalog/switches")]


def test_a_section_without_goods_is_counted_as_empty(paper: Any, survey: Survey) -> None:
    paper.list_page("/", range(6), '<nav><a href="/catalog/switches/">Коммутаторы</a></nav>')
    paper.list_page("/catalog/switches/", range(0))
    outcome = survey()
    assert outcome.lists == {paper.key(): 6, paper.key("/catalog/switches"): 0}


def test_a_redirect_to_a_login_is_a_wall(paper: Any, survey: Survey, answer: Any) -> None:
    paper.list_page("/", range(3))
    paper.pages["/goods/1"] = answer(status=302, headers={"Location": "/auth/?back=/goods/1"})
    outcome = survey()
    assert outcome.failed_products == {paper.key("/goods/1"): "wall: login"}
    assert not [path for path in paper.asked if "auth" in path]


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_refusal_is_a_wall(paper: Any, survey: Survey, answer: Any, status: int) -> None:
    paper.numbered("/", 2)
    paper.pages["/?page=2"] = answer("Доступ закрыт", status)
    outcome = survey()
    assert paper.key("?page=2") in outcome.failed_lists
    assert paper.key("?page=2") in outcome.walls


def test_a_product_that_shows_nothing_is_not_gone(paper: Any, survey: Survey) -> None:
    paper.list_page("/", range(3))
    paper.pages["/goods/1"] = "<html><body><h1>Ой</h1><p>Что-то пошло не так, попробуйте позже.</p></body></html>"
    outcome = survey()
    assert list(outcome.failed_products) == [paper.key("/goods/1")]
    assert not outcome.gone_products


def test_a_product_that_leads_to_its_section_is_unseen(paper: Any, survey: Survey, answer: Any) -> None:
    paper.list_page("/", range(3), '<nav><a href="/catalog/">Каталог</a></nav>')
    paper.list_page("/catalog/", range(3))
    paper.pages["/goods/1"] = answer(status=301, headers={"Location": "/catalog/"})
    outcome = survey()
    assert outcome.failed_products == {paper.key("/goods/1"): "redirected to another page"}


@pytest.mark.parametrize("first", ["/old/", "/new/"])
def test_a_section_with_two_addresses_is_one_list_in_any_order(
    paper: Any, survey: Survey, answer: Any, first: str
) -> None:
    links = {name: f'<a href="{name}">Коммутаторы</a>' for name in ("/old/", "/new/")}
    second = ({*links} - {first}).pop()
    paper.list_page("/", range(3), f"<nav>{links[first]}{links[second]}</nav>")
    paper.list_page("/new/", range(3, 6))
    paper.pages["/old/"] = answer(status=301, headers={"Location": "/new/"})
    outcome = survey()
    assert outcome.finished
    assert outcome.lists == {paper.key(): 3, paper.key("/new"): 3}
    assert not outcome.failed_lists
    assert paper.asked.count("/new/") == 1


def test_an_entry_page_that_refreshes_itself_is_followed(paper: Any, survey: Survey) -> None:
    paper.list_page("/shop/", range(3))
    paper.pages["/"] = '<html><head><meta http-equiv="refresh" content="0; url=/shop/"></head><body></body></html>'
    outcome = survey()
    assert outcome.finished
    assert outcome.pages["product"] == 3


def test_a_reader_that_stumbles_fails_one_page(
    paper: Any, survey: Survey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paper.list_page("/", range(3))
    read = readerchild.read_page

    def stumbling(capture: PageCapture, site: Any) -> Any:
        if capture.url.endswith("/goods/1"):
            raise ZeroDivisionError("no price at all")
        return read(capture, site)

    monkeypatch.setattr(readerchild, "read_page", stumbling)
    outcome = survey()
    assert outcome.finished
    assert outcome.failed_products == {paper.key("/goods/1"): "reading failed: ZeroDivisionError: no price at all"}
    assert {row.url for row in read_spool(tmp_path / "spool.jsonl") if row.url} >= {"http://shop.test/goods/2"}


def test_the_start_alone(paper: Any, survey: Survey) -> None:
    paper.list_page("/", range(3))
    outcome = survey(page_only=True)
    assert outcome.finished
    assert paper.asked == ["/"]
    assert not outcome.single_page


def test_one_forbidden_page_without_goods_is_no_wall(paper: Any, survey: Survey, answer: Any) -> None:
    paper.list_page("/", range(3), '<p>См. <a href="/staff-only">здесь</a></p>')
    paper.pages["/staff-only"] = answer("Forbidden", 403)
    outcome = survey()
    assert outcome.finished
    assert "/staff-only" in paper.asked
    assert (outcome.walls, outcome.failed_lists) == ({}, {})
    assert outcome.dead_lists == [paper.key("/staff-only")]


def test_other_goods_in_a_products_place_do_not_make_it_gone(paper: Any, survey: Survey) -> None:
    paper.list_page("/", range(8))
    paper.list_page("/goods/1", range(2, 8), "<h2>Товар не найден, посмотрите похожие</h2>")
    outcome = survey()
    assert outcome.failed_products == {paper.key("/goods/1"): "a list in the product's place"}


def test_a_tile_with_a_price_may_lead_to_a_section(paper: Any, survey: Survey) -> None:
    tile = (
        '<div class="card"><a class="name" href="/switches/">Коммутаторы</a><span class="price">от 900 ₽</span></div>'
    )
    paper.list_page("/", range(5), "")
    paper.pages["/"] = paper.pages["/"].replace('<div class="goods">', f'<div class="goods">{tile}')
    paper.list_page("/about", range(0), '<nav><a href="/switches/">Коммутаторы</a></nav>')
    paper.pages["/"] = paper.pages["/"].replace("</body>", '<a href="/about">О нас</a></body>')
    paper.list_page("/switches/", range(5, 9))
    outcome = survey()
    assert outcome.finished
    assert not outcome.failed_products
    assert outcome.lists[paper.key("/switches")] == 4


@pytest.mark.parametrize("leads", [True, False])
def test_a_list_of_bare_pictures_is_none_that_was_emptied(paper, survey, leads: bool) -> None:
    """Its pages show nothing that is read as goods, from the first one on; what counts is whether they lead to some."""
    for number in (1, 2):
        paper.product(number)
        picture = f'<a href="/goods/{number}"><img src="/{number}.jpg"></a>' if leads else ""
        pages = '<a href="/list/">1</a> <a href="/list/?page=2">2</a>'
        paper.pages["/list/" if number == 1 else "/list/?page=2"] = f"<h1>Список</h1>{picture}<p>{pages}</p>"
    paper.pages["/"] = '<h1>Магазин</h1><a href="/list/">Список</a>'
    outcome = survey()
    assert outcome.pages.get("product", 0) == (2 if leads else 0)
    assert bool(outcome.failed_lists) is not leads
