"""From where a site is asked: through a proxy of the settings, whose login is told to nobody, or not; and what is said
of a site that serves other countries only."""

import base64
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from answering_shop import Answer, Shop
from small_proxy import LOGIN, Proxy, proxying

from restock.site import Site
from spiders.definitions import write_site

Restock = Callable[..., Any]


@pytest.fixture
def shop() -> Iterator[Shop]:
    found = Shop()
    yield found
    found.close()


@pytest.fixture
def proxy(shop: Shop) -> Iterator[Proxy]:
    with proxying(shop.url) as found:
        yield found


def define(home: Path, start: str) -> None:
    write_site(home, Site(name="far-shop", start=(start,), delay=0, concurrency=4))


def test_a_site_is_asked_through_its_proxy_alone_and_its_login_is_told_to_nobody(
    restock: Restock, home: Path, shop: Shop, proxy: Proxy
) -> None:
    """The site's name stands for nothing here: only its proxy knows it. A redirect to another host stays refused."""
    shop.list_page("/", range(3), '<a href="/away">Ещё</a>')
    shop.pages["/away"] = Answer(status=302, headers={"Location": "http://10.0.0.1/secret"})
    define(home, "http://far-shop.invalid/")
    given = {"RESTOCK_PROXIES__FAR_SHOP__URL": proxy.url, "RESTOCK_PROXIES__FAR_SHOP__VANTAGE": "Москва"}
    crawled = restock("crawl", "far-shop", **given)
    assert crawled.code == 0, crawled.err
    assert len(restock("search").rows) == 3
    assert {path.partition("://")[2].partition("/")[0] for path in proxy.asked} == {"far-shop.invalid"}
    (run,) = restock("runs", "list").rows
    (shown,) = restock("runs", "show", str(run["run"])).rows
    assert shown["vantage"] == {"label": "Москва", "proxied": True}
    secrets = [LOGIN.partition(":")[2].encode(), base64.b64encode(LOGIN.encode())]
    stored = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    stored += [gzip.decompress(path.read_bytes()) for path in home.rglob("*.warc.gz")]
    told = (crawled.out + crawled.err).encode()
    assert not [body for body in (*stored, told) for secret in secrets if secret in body]


def test_a_proxy_that_is_wrong_or_not_there_is_said(restock: Restock, home: Path, shop: Shop, proxy: Proxy) -> None:
    define(home, "http://far-shop.invalid/")
    bad = restock("crawl", "far-shop", RESTOCK_PROXIES__FAR_SHOP__URL="socks5://u:s3cret@host")
    assert (bad.code, len(bad.error_lines), "s3cret" in bad.err) == (2, 1, False)
    dead = restock("crawl", "far-shop", RESTOCK_PROXIES__FAR_SHOP__URL="http://u:s3cret@127.0.0.1:9")
    assert (dead.code, "through the proxy" in dead.err, "s3cret" in dead.err) == (1, True, False)
    shut = restock("crawl", "far-shop", RESTOCK_PROXIES__FAR_SHOP__URL=f"http://{proxy.place}")
    assert (shut.code, "407" in shut.err) == (1, True)


@pytest.mark.parametrize(
    "refusal",
    [
        Answer("Not here", 451),
        Answer("<h1>Access denied</h1><p>This shop is not available in your country.</p>", 403),
        Answer("<h1>Доступ ограничен</h1><p>Сайт доступен только с территории РФ.</p>", 403),
    ],
)
def test_a_refusal_to_a_country_is_a_wall_of_that_name(
    restock: Restock, home: Path, shop: Shop, refusal: Answer
) -> None:
    shop.pages["/"] = refusal
    define(home, shop.url)
    crawled = restock("crawl", "far-shop", RESTOCK_CRAWL__VANTAGE="Рига")
    assert (crawled.code, "is a wall: geographic" in crawled.err) == (1, True), crawled.err
    (run,) = restock("runs", "list").rows
    (shown,) = restock("runs", "show", str(run["run"])).rows
    assert shown["vantage"] == {"label": "Рига", "proxied": False}
