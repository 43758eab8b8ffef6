"""The ledger: what each page's fate means for the outcome depends on what the page was expected to be."""

from typing import Any

import pytest

from restock.run import CrawlOutcome
from restock.terms import PageRole
from spiders.crawling.frontier import Visit
from spiders.crawling.ledger import Fate, Ledger

VISITS = {
    "start": {"role": PageRole.START},
    "section": {"role": PageRole.LIST},
    "page": {"role": PageRole.LIST, "page": 2, "list_key": "section"},
    "next": {"role": PageRole.LIST, "page": 2, "certain": False, "list_key": "section"},
    "product": {"role": PageRole.PRODUCT},
    "other": {"role": PageRole.OTHER},
}


def visit(key: str, kind: str = "section") -> Visit:
    values: dict[str, Any] = {"list_key": key, **VISITS[kind]}
    return Visit(url=f"http://{key}", requested_url=f"http://{key}", key=key, **values)


def outcome(kind: str, fate: Fate, detail: str = "500") -> CrawlOutcome:
    ledger = Ledger()
    ledger.settle(visit(kind, kind), fate, detail)
    return ledger.outcome({kind: visit(kind, kind)}, {})


@pytest.mark.parametrize(
    ("kind", "fate", "fields"),
    [
        ("start", Fate.FAILED, "failed_lists"),
        ("section", Fate.FAILED, "failed_lists"),
        ("page", Fate.FAILED, "failed_lists"),
        ("next", Fate.FAILED, "failed_lists"),
        ("other", Fate.FAILED, "failed_lists"),
        ("product", Fate.FAILED, "failed_products"),
        ("start", Fate.GONE, "failed_lists"),
        ("section", Fate.GONE, "dead_lists"),
        ("page", Fate.GONE, "failed_lists"),
        ("next", Fate.GONE, ""),
        ("other", Fate.GONE, "skipped dead_lists"),
        ("product", Fate.GONE, "gone_products"),
        ("start", Fate.BARE, "lists"),
        ("section", Fate.BARE, "lists"),
        ("page", Fate.BARE, "failed_lists"),
        ("next", Fate.BARE, ""),
        ("other", Fate.BARE, "lists"),
        ("product", Fate.BARE, "failed_products"),
        ("start", Fate.BLANK, "failed_lists"),
        ("section", Fate.BLANK, "failed_lists"),
        ("page", Fate.BLANK, "failed_lists"),
        ("other", Fate.BLANK, "lists"),
        ("product", Fate.BLANK, "failed_products"),
        ("page", Fate.REPEAT, "failed_lists"),
        ("next", Fate.REPEAT, ""),
        ("product", Fate.PRODUCT, ""),
        ("section", Fate.LIST, ""),
    ],
)
def test_a_fate_is_written_where_it_belongs(kind: str, fate: Fate, fields: str) -> None:
    found = outcome(kind, fate)
    written = {"lists", "failed_lists", "failed_products", "gone_products", "dead_lists", "skipped"}
    assert {name for name in written if getattr(found, name)} == set(fields.split())


def test_a_wall_is_a_failure_and_says_its_kind() -> None:
    found = outcome("product", Fate.WALL, "captcha")
    assert found.walls == {"product": "captcha"}
    assert found.failed_products == {"product": "wall: captcha"}
    assert outcome("section", Fate.WALL, "login").failed_lists == {"section": "wall: login"}


def test_a_login_before_an_account_is_no_wall() -> None:
    found = outcome("other", Fate.WALL, "login")
    assert (found.walls, found.failed_lists, found.skipped) == ({}, {}, {"login": 1})


def test_a_list_that_is_not_there_any_more_is_said_for_the_comparison_with_earlier_runs() -> None:
    for fate, detail in [(Fate.REFUSED, "robots"), (Fate.REFUSED, "off-site"), (Fate.WALL, "front_page")]:
        assert outcome("other", fate, detail).dead_lists == ["other"]
    assert aliased("section", Fate.LIST).dead_lists == ["a"]
    assert aliased("product", Fate.LIST).dead_lists == []
    assert outcome("next", Fate.GONE).dead_lists == []


def test_what_robots_forbids_is_not_missing() -> None:
    for kind in VISITS:
        found = outcome(kind, Fate.REFUSED, "robots")
        assert found.skipped == {"robots": 1}
        assert found.forbidden_products == ([kind] if kind not in {"next", "page"} else [])
        assert not found.failed_lists
        assert not found.failed_products
        assert not found.pages


def test_a_way_off_the_site_is_missing_only_where_goods_were_expected() -> None:
    assert not outcome("other", Fate.REFUSED, "off-site").failed_lists
    assert not outcome("section", Fate.REFUSED, "off-site").failed_lists
    assert outcome("page", Fate.REFUSED, "off-site").failed_lists
    assert outcome("product", Fate.REFUSED, "off-site").failed_products


def aliased(kind: str, target: Fate) -> CrawlOutcome:
    ledger = Ledger()
    ledger.settle(visit("a", kind), Fate.ALIAS, "b")
    ledger.settle(visit("b"), Fate.ALIAS, "c")
    ledger.settle(visit("c"), target, "why")
    return ledger.outcome({"a": visit("a", kind)}, {})


def test_a_redirect_shares_the_fate_of_its_target() -> None:
    assert aliased("product", Fate.PRODUCT).failed_products == {}
    assert aliased("product", Fate.GONE).gone_products == ["a"]
    assert aliased("product", Fate.FAILED).failed_products == {"a": "why"}
    assert aliased("product", Fate.LIST).failed_products == {"a": "redirected to another page"}
    assert aliased("page", Fate.LIST).failed_lists == {"a": "redirected to another page"}
    assert aliased("section", Fate.LIST).failed_lists == {}
    assert aliased("next", Fate.LIST).failed_lists == {}


def test_redirects_in_a_circle_are_a_failure() -> None:
    ledger = Ledger()
    ledger.settle(visit("a"), Fate.ALIAS, "b")
    ledger.settle(visit("b"), Fate.ALIAS, "a")
    found = ledger.resolve("a")
    assert found is not None
    assert found.fate is Fate.FAILED


def test_goods_are_counted_once_a_list() -> None:
    ledger = Ledger()
    page = Visit(url="http://a", requested_url="http://a", key="a?page=2", role=PageRole.LIST, page=2, list_key="a")
    assert ledger.add_cards(page, {"1", "2"}, 3)
    assert not ledger.add_cards(page, {"2"}, 3)
    assert not ledger.has_all("a")
    assert ledger.add_cards(page, {"3"}, 3)
    assert ledger.has_all("a")
    found = ledger.outcome({}, {})
    assert (found.lists, found.totals) == ({"a": 3}, {"a": 3})


def test_a_repeated_page_is_fine_where_the_list_is_known_to_be_whole() -> None:
    ledger = Ledger()
    page = Visit(url="http://a", requested_url="http://a", key="p", role=PageRole.LIST, page=2, list_key="a")
    ledger.add_cards(page, {"1"}, 1)
    ledger.settle(page, Fate.REPEAT)
    assert ledger.outcome({"p": page}, {}).failed_lists == {}
