"""Sitemaps lead to goods that no link leads to, and to nothing else."""

import gzip
from collections.abc import Callable

import pytest

from restock.run import CrawlOutcome
from spiders.crawling.reserve import _FIRST

Survey = Callable[..., CrawlOutcome]
HOST = "http://shop.test"


def urlset(*urls: str) -> str:
    named = "".join(f"<url><loc>{url}</loc><lastmod>2020-01-01</lastmod></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}</urlset>'


def index(*urls: str) -> str:
    return f"<sitemapindex>{''.join(f'<sitemap><loc>{url}</loc></sitemap>' for url in urls)}</sitemapindex>"


def goods(numbers: range) -> list[str]:
    return [f"{HOST}/goods/{number}" for number in numbers]


@pytest.fixture
def mapped(paper):
    """A front page without links, and ten goods that only sitemaps name."""
    paper.pages["/"] = "<h1>Магазин</h1><p>Найдите товар поиском.</p>"
    for number in range(10):
        paper.product(number)
    paper.pages["/map.xml"] = urlset(*goods(range(10)))
    return paper


def test_goods_that_only_a_sitemap_names_are_found(mapped, survey: Survey) -> None:
    outcome = survey({"sitemaps": [f"{HOST}/map.xml"]})
    assert outcome.finished
    assert (outcome.pages["product"], outcome.pages["sitemap"]) == (10, 1)


def test_sitemaps_of_robots_are_looked_at_where_links_lead_to_no_goods(mapped, survey: Survey) -> None:
    mapped.maps = [f"{HOST}/map.xml"]
    assert survey().pages["product"] == 10
    mapped.list_page("/", range(3))
    mapped.asked.clear()
    assert survey().pages["product"] == 3
    assert "/map.xml" not in mapped.asked


def test_an_index_packed_and_nested_within_the_sites_own_host(mapped, survey: Survey) -> None:
    packed = gzip.compress(urlset(*goods(range(5))).encode())
    mapped.pages["/map.xml"] = index(
        f"{HOST}/more.xml", f"{HOST}/a.xml.gz", "http://other.test/b.xml", f"{HOST}/map.xml"
    )
    mapped.pages["/more.xml"] = index(f"{HOST}/c.xml")
    mapped.pages["/a.xml.gz"] = packed
    mapped.pages["/c.xml"] = urlset(
        *goods(range(5, 10)), "http://other.test/goods/1", f"{HOST}/cart/", "file:///etc/passwd"
    )
    outcome = survey({"sitemaps": [f"{HOST}/map.xml"]})
    assert outcome.finished
    assert (outcome.pages["product"], outcome.pages["sitemap"]) == (10, 4)
    assert (outcome.skipped["off-site"], outcome.skipped["cart"]) == (2, 1)


def test_what_links_lead_to_is_not_asked_for_again(mapped, survey: Survey) -> None:
    mapped.list_page("/", range(10))
    survey({"sitemaps": [f"{HOST}/map.xml"]})
    assert sorted(mapped.asked) == sorted(["/", "/map.xml", *(f"/goods/{number}" for number in range(10))])


def test_a_section_without_goods_is_left_after_its_first_pages(mapped, survey: Survey) -> None:
    posts = [f"/blog/{number}" for number in range(5 * _FIRST)]
    for post in posts:
        mapped.pages[post] = "<h1>Новости</h1><p>Мы открыли новый офис.</p>"
    mapped.pages["/map.xml"] = urlset(*(HOST + post for post in posts), *goods(range(10)))
    outcome = survey({"sitemaps": [f"{HOST}/map.xml"]})
    assert outcome.finished
    assert outcome.pages["product"] == 10
    assert sum(path.startswith("/blog/") for path in mapped.asked) == _FIRST
    assert outcome.skipped["no goods that way"] == 4 * _FIRST


def test_a_section_with_goods_is_asked_for_to_its_end(mapped, survey: Survey) -> None:
    count = 3 * _FIRST
    for number in range(count):
        mapped.product(number)
    mapped.pages["/map.xml"] = urlset(*goods(range(count)))
    assert survey({"sitemaps": [f"{HOST}/map.xml"]}).pages["product"] == count


def test_a_sitemap_that_fails_leaves_its_goods_unseen(mapped, survey: Survey, answer) -> None:
    mapped.pages["/map.xml"] = answer("", 500)
    assert survey({"sitemaps": [f"{HOST}/map.xml"]}).failed_lists == {"shop.test/map.xml": "answered 500"}


def test_a_sitemap_that_is_cut_off_leaves_its_goods_unseen(mapped, survey: Survey) -> None:
    mapped.pages["/map.xml"] = urlset(*goods(range(10)), *(f"{HOST}/p/{n}" for n in range(100))) + " " * 5000
    outcome = survey({"sitemaps": [f"{HOST}/map.xml"]}, max_bytes=4000)
    assert outcome.failed_lists == {"shop.test/map.xml": "the sitemap was cut off"}
    assert outcome.pages["product"] == 10


def test_a_start_address_may_be_a_sitemap(mapped, survey: Survey) -> None:
    assert survey({"start": [f"{HOST}/map.xml"]}).pages["product"] == 10


def test_a_hostile_sitemap_is_data(mapped, survey: Survey) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    loc = "<url><loc>&b;</loc></url><url><loc>http://shop.test/goods/1</loc></url><url><loc>javascript:x</loc></url>"
    mapped.pages["/map.xml"] = f"{bomb}<urlset>{loc}<url><loc>"
    assert survey({"sitemaps": [f"{HOST}/map.xml"]}).pages["product"] == 1
