"""The frontier: each page once, under the strongest expectation, within bounds."""

import pytest

from restock.capture import Link
from restock.site import Site
from restock.terms import PageRole
from spiders.crawling.frontier import Frontier, Visit, list_key
from spiders.crawling.hosts import Hosts

START = "http://shop.test/"


def frontier(sample: int | None = None, **site: object) -> tuple[Frontier, Visit]:
    described = Site.model_validate({"name": "shop", "start": START, **site})
    found = Frontier(described, Hosts(described.start), sample=sample)
    start = found.start(START)
    assert start is not None
    return found, start


def test_an_address_is_planned_once_whatever_its_tracking() -> None:
    plan, start = frontier()
    first = plan.follow(Link("http://shop.test/p/1?utm_source=x", PageRole.PRODUCT), start, fruitful=True)
    again = plan.follow(Link("http://www.shop.test/p/1/", PageRole.PRODUCT), start, fruitful=True)
    assert first is not None
    assert again is None
    assert len(plan.visits) == 2


def test_the_stronger_expectation_wins() -> None:
    plan, start = frontier()
    for role in (PageRole.OTHER, PageRole.PRODUCT, PageRole.LIST):
        plan.follow(Link("http://shop.test/p/1", role), start, fruitful=True)
    assert plan.visits["shop.test/p/1"].role is PageRole.PRODUCT


def test_where_cards_are_enough_their_pages_are_not_fetched() -> None:
    plan, start = frontier(listings="cards")
    assert plan.follow(Link("http://shop.test/p/1", PageRole.PRODUCT), start, fruitful=True) is None
    assert plan.skipped == {"its card is enough": 1}
    assert plan.follow(Link("http://shop.test/p/1", PageRole.LIST), start, fruitful=True) is not None


def test_a_page_that_a_number_leads_to_is_certain() -> None:
    plan, start = frontier()
    plan.follow(Link("http://shop.test/?page=2", PageRole.LIST, page=2, certain=False), start, fruitful=True)
    plan.follow(Link("http://shop.test/?page=2", PageRole.LIST, page=2), start, fruitful=True)
    assert plan.visits["shop.test?page=2"].certain


def test_what_is_not_followed_is_counted_once_an_address() -> None:
    plan, start = frontier(follow={"skip": ["/blog/"]})
    for _ in range(2):
        plan.follow(Link("http://else.test/", PageRole.LIST), start, fruitful=True)
        plan.follow(Link("http://shop.test/blog/1", PageRole.OTHER), start, fruitful=True)
        plan.follow(Link("http://shop.test/" + "x" * 3000, PageRole.OTHER), start, fruitful=True)
    assert plan.skipped == {"off-site": 1, "filter": 1, "long address": 1}


def test_a_chain_without_goods_ends() -> None:
    plan, visit = frontier()
    days = []
    for day in range(9):
        found = plan.follow(Link(f"http://shop.test/day/{day}", PageRole.OTHER), visit, fruitful=False)
        if found is None:
            break
        days.append(day)
        visit = found
    assert days == [0, 1, 2]
    assert plan.skipped == {"no goods that way": 1}


def test_goods_on_the_way_keep_a_chain_going() -> None:
    plan, visit = frontier()
    for day in range(9):
        found = plan.follow(Link(f"http://shop.test/day/{day}", PageRole.OTHER), visit, fruitful=day % 3 == 2)
        assert found is not None
        visit = found


@pytest.mark.parametrize(("site", "bound"), [({"max_pages": 3}, "3 pages"), ({"max_depth": 3}, "3 links deep")])
def test_bounds_are_said(site: dict[str, int], bound: str) -> None:
    plan, visit = frontier(**site)
    for number in range(9):
        visit = plan.follow(Link(f"http://shop.test/{number}", PageRole.LIST), visit, fruitful=True) or visit
    assert plan.bound == bound


def test_a_sample_is_bounded() -> None:
    plan, start = frontier(sample=5)
    for number in range(50):
        for role in (PageRole.PRODUCT, PageRole.LIST, PageRole.OTHER):
            plan.follow(Link(f"http://shop.test/{role}/{number}", role), start, fruitful=True)
    assert sum(visit.role is PageRole.PRODUCT for visit in plan.visits.values()) == 5
    assert len(plan.visits) < 15
    assert plan.bound == "a sample"


@pytest.mark.parametrize(
    ("url", "page", "key"),
    [
        ("http://shop.test/c/?page=3", 3, "shop.test/c"),
        ("http://shop.test/c/?PAGEN_2=3&sort=price", 3, "shop.test/c?sort=price"),
        ("http://shop.test/c/page/3/", 3, "shop.test/c"),
        ("http://shop.test/c/page-3", 3, "shop.test/c"),
        ("http://shop.test/c/?start=48", 3, "the list that links to it"),
        ("http://shop.test/c/?a=3&b=3", 3, "the list that links to it"),
        ("http://shop.test/c/2013/", 3, "the list that links to it"),
        ("http://shop.test/c/next", None, "the list that links to it"),
    ],
)
def test_a_numbered_page_belongs_to_its_list(url: str, page: int | None, key: str) -> None:
    assert list_key(Link(url, PageRole.LIST, page=page), "the list that links to it") == key


def test_redirects_to_a_planned_page_and_to_a_new_one() -> None:
    plan, start = frontier()
    one = plan.follow(Link("http://shop.test/p/1", PageRole.PRODUCT), start, fruitful=True)
    two = plan.follow(Link("http://shop.test/p/2", PageRole.PRODUCT), start, fruitful=True)
    assert one is not None
    assert two is not None
    assert plan.alias(one, "https://shop.test/p/1/?sid=4") is None
    assert plan.alias(one, "http://shop.test/p/2") == two.key
    assert plan.alias(two, "http://shop.test/p/new") is None
    assert plan.alias(one, "http://shop.test/p/new") == two.key
    assert plan.follow(Link("http://shop.test/p/new", PageRole.PRODUCT), start, fruitful=True) is None
