"""Whole crawls of a shop on loopback: what is fetched, how politely, and what is said of what went wrong."""

import gzip
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restock.addresses import url_key
from restock.terms import PageRole
from spiders.crawling import CrawlResult, Progress
from spiders.evidence import read_captures, read_pages, verify
from spiders.reading import read_page
from spiders.spool import read_spool

Crawl = Callable[..., CrawlResult]


def titles(result: CrawlResult) -> set[str]:
    return {row.title for row in read_spool(result.spool)}


def test_a_whole_shop_is_captured(shop: Any, crawl: Crawl, tmp_path: Path) -> None:
    shop.numbered("/", 3)
    seen: list[Progress] = []
    result = crawl(on_progress=seen.append)
    outcome = result.outcome
    assert outcome.finished
    assert outcome.reason is None
    assert outcome.lists == {shop.key(): 18}
    assert outcome.pages["product"] == 18
    assert (outcome.failed_lists, outcome.failed_products, outcome.walls) == ({}, {}, {})
    assert len(titles(result)) == 18
    assert all(row.evidence and row.site == "shop" for row in read_spool(result.spool))
    assert seen[-1].pages >= 21
    assert seen[-1].errors == 0
    warc = tmp_path / "evidence" / result.warc
    assert verify(warc, unfinished_ok=False) == []
    assert {url_key(page.requested_url) for page in read_pages(warc)} >= {shop.key(f"/goods/{n}") for n in range(18)}


def test_each_page_is_asked_for_once(shop: Any, crawl: Crawl) -> None:
    shop.list_page("/", range(4), '<a href="/goods/1?utm_source=x&sid=77">Акция</a><a href="/?ref=menu">Магазин</a>')
    crawl()
    paths = shop.paths()
    assert len(paths) == len(set(paths))
    assert sum(path.startswith("/goods/1") for path in paths) == 1


def test_the_evidence_is_what_the_server_sent(shop: Any, crawl: Crawl, answer: Any, tmp_path: Path) -> None:
    shop.list_page("/", range(3))
    packed = gzip.compress(shop.pages["/goods/1"].encode())
    shop.pages["/goods/1"] = answer(packed, headers={"Content-Encoding": "gzip", "X-Shop": "one"})
    result = crawl()
    warc = tmp_path / "evidence" / result.warc
    assert packed in gzip.decompress(warc.read_bytes())
    page = next(found for found in read_captures(warc) if found.requested_url.endswith("/goods/1"))
    assert "WS-C2960-1" in page.body.decode()
    assert page.headers["x-shop"] == "one"
    assert len(titles(result)) == 3


def test_it_says_who_it_is(shop: Any, crawl: Crawl) -> None:
    shop.list_page("/", range(2))
    crawl()
    agents = {headers["user-agent"] for _, _, headers in shop.requests}
    assert len(agents) == 1
    assert agents.pop().startswith("restock/")
    assert all("mailto:watch@example.org" in headers["user-agent"] for _, _, headers in shop.requests)


def test_a_given_delay_stands(shop: Any, crawl: Crawl) -> None:
    shop.list_page("/", range(4))
    crawl(delay=0.25)
    moments = [moment for _, moment, _ in shop.requests]
    assert moments[-1] - moments[0] >= 0.25 * (len(moments) - 2)


def test_robots_are_obeyed_and_nothing_is_missing(shop: Any, crawl: Crawl) -> None:
    shop.list_page("/", range(3), '<a href="/private/list">Опт</a>')
    shop.pages["/robots.txt"] = "User-agent: *\nDisallow: /private/\n"
    outcome = crawl().outcome
    assert outcome.finished
    assert "/private/list" not in shop.paths()
    assert outcome.skipped["robots"] == 1
    assert not outcome.failed_lists
    assert shop.paths()[0] == "/robots.txt"


@pytest.mark.parametrize(
    ("robots", "reason"),
    [
        (("User-agent: *\nDisallow: /\n", 200), "robots"),
        (("", 503), "robots.txt answered 503"),
        (("", 429), "robots.txt answered 429"),
    ],
)
def test_a_site_that_forbids_itself_is_not_fetched(
    shop: Any, crawl: Crawl, answer: Any, robots: tuple[str, int], reason: str
) -> None:
    shop.list_page("/", range(3))
    shop.pages["/robots.txt"] = answer(*robots)
    outcome = crawl(retries=0).outcome
    assert not outcome.finished
    assert reason in (outcome.reason or "")
    assert set(shop.paths()) == {"/robots.txt"}


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:9/x", "http://169.254.169.254/", "file:///etc/passwd", "http://["]
)
def test_links_and_redirects_off_the_site_are_not_followed(
    shop: Any, crawl: Crawl, answer: Any, target: str, tmp_path: Path
) -> None:
    shop.list_page("/", range(3), f'<a href="{target}">Партнёры</a><a href="/go">Ещё</a>')
    shop.pages["/go"] = answer(status=302, headers={"Location": target})
    result = crawl()
    assert result.outcome.finished
    assert not result.outcome.failed_lists
    assert len(titles(result)) == 3
    assert all(url_key(page.url).startswith(shop.key()) for page in read_captures(tmp_path / "evidence" / result.warc))


def test_a_page_that_fails_once_is_asked_for_again(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.list_page("/", range(3))
    good = shop.pages["/goods/1"]
    shop.pages["/goods/1"] = lambda asked: good if asked > 1 else answer("broken", 500)
    outcome = crawl().outcome
    assert outcome.finished
    assert not outcome.failed_products
    assert shop.paths().count("/goods/1") == 2


def test_pages_that_keep_failing_are_failed_pages(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.numbered("/", 2)
    shop.pages["/goods/1"] = answer("broken", 500)
    shop.pages["/goods/2"] = answer("away", 404)
    shop.pages["/?page=2"] = answer("broken", 502)
    outcome = crawl().outcome
    assert outcome.finished
    assert outcome.failed_products == {shop.key("/goods/1"): "answered 500"}
    assert outcome.gone_products == [shop.key("/goods/2")]
    assert outcome.failed_lists == {shop.key("?page=2"): "answered 502"}


def test_retry_after_pauses_the_whole_host(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.list_page("/", range(6))
    good = shop.pages["/goods/2"]
    shop.pages["/goods/2"] = lambda asked: good if asked > 1 else answer("slow down", 429, {"Retry-After": "2"})
    outcome = crawl(concurrency=2, delay=0.1).outcome
    assert outcome.finished
    assert not outcome.failed_products
    first, again = shop.times("/goods/2")
    assert again - first >= 1.5
    between = [moment for _, moment, _ in shop.requests if first < moment < first + 1.5]
    assert len(between) <= 1  # what was under way already


def test_every_page_is_accounted_for_whatever_the_server_does(shop: Any, crawl: Crawl, answer: Any) -> None:
    """Some pages are hung up on, broken off or broken, always or once."""
    shop.list_page("/", range(16))
    faults = [
        answer(status=0),
        answer("broken", 500),
        answer("cut", headers={"Content-Length": "900", "Connection": "close"}),
    ]
    for number in range(16):
        good, fault = shop.pages[f"/goods/{number}"], faults[number % 3]
        if number % 8 < 2:
            shop.pages[f"/goods/{number}"] = fault
        elif number % 8 == 2:
            shop.pages[f"/goods/{number}"] = lambda asked, good=good, fault=fault: good if asked > 1 else fault
    result = crawl()
    outcome = result.outcome
    assert (outcome.finished, outcome.failed_lists) == (True, {})
    failed = {int(key.rpartition("/")[2]): reason for key, reason in outcome.failed_products.items()}
    assert failed.keys() >= {number for number in range(16) if number % 8 < 2}
    broke = f"{shop.key()}: the connection broke (Connection was closed cleanly)"
    assert set(failed.values()) == {broke, "answered 500", "the page was cut off"}
    read = {int(row.sku) for row in read_spool(result.spool) if row.read_from is PageRole.PRODUCT and row.sku}
    assert (read | failed.keys(), read & failed.keys()) == (set(range(16)), set())


def test_a_host_that_asks_for_an_hour_is_left_alone(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.list_page("/", range(6))
    for number in range(6):
        shop.pages[f"/goods/{number}"] = answer("later", 503, {"Retry-After": "3600"})
    outcome = crawl(concurrency=1).outcome
    assert not outcome.finished
    assert outcome.reason == "the site asks to come back in 3600 s (503)"
    assert len(shop.paths()) < 6


def test_a_site_that_only_fails_is_given_up(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.list_page("/", range(60))
    for number in range(60):
        shop.pages[f"/goods/{number}"] = answer("broken", 500)
    outcome = crawl(retries=0).outcome
    assert not outcome.finished
    assert "20 pages in a row failed" in (outcome.reason or "")
    assert len(shop.paths()) < 50


def test_a_compressed_bomb_is_cut_off_and_said(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.list_page("/", range(3))
    bomb = gzip.compress(b"<p>" * 5_000_000)
    shop.pages["/goods/1"] = answer(bomb, headers={"Content-Encoding": "gzip"})
    outcome = crawl().outcome
    assert outcome.finished
    assert outcome.failed_products == {shop.key("/goods/1"): "the page was cut off"}


def _endless(handler: Any) -> None:
    while True:
        handler.wfile.write(b"<p>x</p>" * 1000)


def _dripping(handler: Any) -> None:
    while True:
        handler.wfile.write(b"<p>x</p>")
        time.sleep(0.05)


@pytest.mark.parametrize("write", [_endless, _dripping])
def test_a_body_without_end_is_cut_off_and_kept(
    shop: Any, crawl: Crawl, answer: Any, write: Any, tmp_path: Path
) -> None:
    shop.list_page("/", range(3))
    shop.pages["/goods/1"] = answer(headers={"Content-Length": "", "Connection": "close"}, write=write)
    result = crawl(timeout=1.0)
    assert result.outcome.finished
    assert result.outcome.failed_products == {shop.key("/goods/1"): "the page was cut off"}
    page = next(
        found
        for found in read_captures(tmp_path / "evidence" / result.warc)
        if found.requested_url.endswith("/goods/1")
    )
    assert page.truncated
    assert page.body.startswith(b"<p>x</p>")
    assert len(page.body) <= 300_000


def test_a_list_that_breaks_off_is_failed_but_its_goods_were_seen(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.list_page("/", range(6), '<a href="/c/">Ещё</a>')
    shop.list_page("/c/", range(6, 12))
    whole = shop.pages["/c/"].encode()
    shop.pages["/c/"] = answer(whole[:-10], headers={"Content-Length": str(len(whole)), "Connection": "close"})
    result = crawl(retries=0)
    assert [reason for key, reason in result.outcome.failed_lists.items() if key == shop.key("/c")]
    assert len(titles(result)) == 12


def test_a_silent_page_is_a_failure(shop: Any, crawl: Crawl, answer: Any) -> None:
    shop.list_page("/", range(3))
    shop.pages["/goods/1"] = answer(headers={"Content-Length": "10"}, write=lambda handler: time.sleep(3))
    outcome = crawl(timeout=0.5, retries=0).outcome
    assert outcome.finished
    assert "no answer in time" in outcome.failed_products[shop.key("/goods/1")]


def test_a_redirect_within_the_site_is_followed(shop: Any, crawl: Crawl, answer: Any, tmp_path: Path) -> None:
    shop.list_page("/", range(3))
    shop.pages["/goods/new"] = shop.pages["/goods/1"]
    shop.pages["/goods/1"] = answer(status=301, headers={"Location": "/goods/new"})
    result = crawl()
    assert result.outcome.finished
    assert not result.outcome.failed_products
    page = next(found for found in read_pages(tmp_path / "evidence" / result.warc) if found.url.endswith("/goods/new"))
    assert page.requested_url.endswith("/goods/1")


def test_a_product_page_alone_is_one_listing(shop: Any, crawl: Crawl) -> None:
    shop.list_page("/", range(6))
    shop.pages["/goods/1"] += '<a href="/">Каталог</a>'
    result = crawl(start=(shop.url + "goods/1",), page_only=None)
    assert result.outcome.finished
    assert result.outcome.single_page
    assert titles(result) == {"Коммутатор Cisco WS-C2960-1"}
    assert shop.paths() == ["/robots.txt", "/goods/1"]


def test_a_dead_host_is_one_clear_line(shop: Any, crawl: Crawl) -> None:
    host = "127.0.0.1:9"
    outcome = crawl(site={"start": f"http://{host}/"}, retries=0).outcome
    assert not outcome.finished
    assert outcome.reason == f"{host}: connection refused (http://{host}/)"


def test_an_unknown_host_is_one_clear_line(crawl: Crawl) -> None:
    outcome = crawl(site={"start": "http://no-such-shop.invalid/"}, retries=0).outcome
    assert outcome.reason == "no-such-shop.invalid: unknown host (http://no-such-shop.invalid/)"


def test_reading_the_evidence_again_gives_the_same_listings(shop: Any, crawl: Crawl, job: Any, tmp_path: Path) -> None:
    shop.numbered("/", 2)
    result = crawl()
    site = job().site
    again = [row for page in read_pages(tmp_path / "evidence" / result.warc) for row in read_page(page, site).listings]
    assert sorted(again, key=repr) == sorted(read_spool(result.spool), key=repr)
