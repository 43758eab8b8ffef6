"""A shop of hostile pages: each is cut off or read as what it is, noted where it is a loss, and the crawl goes on."""

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest

from spiders.crawling import CrawlResult
from spiders.evidence import verify
from spiders.spool import read_spool

TITLE = "Коммутатор Cisco WS-C2960-9"
LIMIT = 7_000_000  # bytes of a page


def page(extra: str, title: str = TITLE) -> str:
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f'<p class="price">1 000 ₽</p><p>В наличии</p><button>Купить</button>{extra}</body></html>'
    )


def block(value: str) -> str:
    return page(f'<script type="application/ld+json">{value}</script>')


def offers(count: int) -> str:
    """Offers without end, in structured data."""
    one = {"@type": "Offer", "price": "5", "priceCurrency": "RUB"}
    return json.dumps({"@type": "Product", "name": TITLE, "offers": [one | {"sku": str(n)} for n in range(count)]})


def entities() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "lol">{levels}]>' + page("<p>&l11;</p>")


ZSTD = b"\x28\xb5\x2f\xfd\x00\x58" + b"\x02\x00\x10a" * 500  # blocks that repeat one letter 128 KiB times each
BOMB = b"<p>x</p>" * 1_000_000

# By their path: what the page is, and the header that packs it.
CUT_OFF: dict[str, tuple[bytes, str]] = {
    "gzip": (gzip.compress(BOMB), "gzip"),
    "packed-thrice": (gzip.compress(gzip.compress(gzip.compress(BOMB))), "gzip, gzip, gzip"),
    "brotli": (brotli.compress(BOMB, quality=1), "br"),
    "deflate": (zlib.compress(BOMB), "deflate"),
    "zstd": (ZSTD, "zstd"),
}
READ: dict[str, str] = {
    "too-long": page("<p>" + "слово " * 700_000),
    "one-line": page("<p>" + "a" * 6_000_000 + "</p>"),
    "deep-blocks": block("[" * 100_000 + "]" * 100_000),
    "deep-tags": page("<div>" * 100_000),
    "entities": entities(),
    "many-offers": block(offers(8_000)),
    "many-items": page('<p itemscope itemtype="http://schema.org/Offer"><meta itemprop="price" content="5">' * 20_000),
    "marks": page("\u202e\u2066\u200b\ufeff\x00" * 1000 + "a" + "\u0301" * 10_000),
    "markup": page("", "Cisco &lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=alert(1)&gt;"),
    "formula": page("", "=HYPERLINK(&quot;http://evil.test&quot;)"),
}


@pytest.fixture
def hostile(shop: Any, answer: Any) -> Any:
    links = "".join(f'<a href="/goods/{name}">Товар {name}</a> ' for name in (*CUT_OFF, *READ, "led-away"))
    shop.list_page("/", range(3), links)
    for name, (body, packing) in CUT_OFF.items():
        shop.pages[f"/goods/{name}"] = answer(body, headers={"Content-Encoding": packing})
    for name, text in READ.items():
        shop.pages[f"/goods/{name}"] = text
    return shop


def test_hostile_pages_are_cut_off_or_read_and_the_crawl_goes_on(
    hostile: Any, other_shop: Any, answer: Any, crawl: Callable[..., CrawlResult], tmp_path: Path
) -> None:
    """One page leads away over a hop within the site."""
    hostile.pages["/goods/led-away"] = answer(status=302, headers={"Location": "/hop"})
    hostile.pages["/hop"] = answer(status=302, headers={"Location": f"{other_shop.url}secret"})
    site = {"browser": "never", "follow": {"product": ["/goods/"]}}
    result = crawl(site=site, max_bytes=LIMIT, timeout=20.0)
    outcome = result.outcome
    assert (outcome.finished, outcome.reason) == (True, None)
    key = hostile.key("/goods/")
    assert {path.removeprefix(key): told for path, told in outcome.failed_products.items()} == {
        **dict.fromkeys(CUT_OFF, "the page was cut off"),
        "led-away": "led away: off-site",
    }
    assert other_shop.paths() == []
    assert f"{hostile.url}goods/too-long: it was cut off: too long, too slow, or packed wrongly" in outcome.notes
    assert any("redirect not followed (off-site" in note for note in outcome.notes)
    rows = list(read_spool(result.spool))
    named = {row.title for row in rows if row.url and row.url.rpartition("/")[2] in READ}
    assert {TITLE, "Cisco <script>alert(1)</script> <img src=x onerror=alert(1)>"} <= named
    assert '=HYPERLINK("http://evil.test")' in named
    assert {row.url.rpartition("/")[2] for row in rows if row.url} >= {*READ, "0", "1", "2"}
    assert verify(tmp_path / "evidence" / result.warc, unfinished_ok=False) == []
