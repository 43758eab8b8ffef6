"""Shops with a JSON interface: the key that it wants, what it says of a wrong one, and its hourly limit."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode, urlsplit

import pytest
from answering_shop import Answer, Shop
from resellers.ocs import KEY as OCS_KEY
from resellers.ocs import Ocs

from restock.site import Site
from spiders.definitions import definitions_of, write_site

Restock = Callable[..., Any]
GIVEN = {"RESTOCK_KEYS__OCS__KEY": OCS_KEY}


@pytest.fixture
def distributor(home: Path) -> Iterator[Ocs]:
    """The distributor's fixture, and its definition pointed at it."""
    shop = Ocs()
    with shop.serving():
        known = definitions_of(home).checked()["ocs"]
        start = shop.url.rstrip("/") + known.start[0].removeprefix(f"https://{urlsplit(known.start[0]).netloc}")
        write_site(home, known.model_copy(update={"start": (start,), "delay": 0, "enabled": True}))
        yield shop


def test_a_key_that_nobody_gave_is_asked_for(restock: Restock, distributor: Ocs) -> None:
    answer = restock("crawl", "ocs")
    assert (answer.code, answer.out) == (2, "")
    assert "keys.ocs.key" in answer.err
    assert "RESTOCK_KEYS__OCS__KEY" in answer.err
    checked = restock("sites", "check", "ocs")
    assert (checked.code, len(checked.error_lines)) == (2, 1)
    assert distributor.spent == 0
    assert restock("runs", "list").rows == []


def test_a_key_is_sent_and_stored_nowhere(restock: Restock, distributor: Ocs, home: Path) -> None:
    home.joinpath("restock.toml").write_text(f'[keys.ocs]\nkey = "{OCS_KEY}"\n', encoding="utf-8")
    answer = restock("crawl", "ocs")
    assert answer.code == 0, answer.err
    assert len(restock("search").rows) == len(distributor.goods)
    filled = {row["field"]: row["filled"] for row in restock("sites", "check", "ocs").rows}
    assert filled["title"] == filled["mpn"] == len(distributor.goods)
    warc = next(home.glob("evidence/**/*.warc.gz"))
    told = [answer.out, answer.err, restock("sites", "show", "ocs").out]
    stored = [path.read_bytes() for path in home.rglob("*") if path.is_file() and path.name != "restock.toml"]
    assert not [text for text in told if OCS_KEY in text]
    assert not [body for body in (*stored, gzip.decompress(warc.read_bytes())) if OCS_KEY.encode() in body]


def test_a_wrong_key_and_a_spent_hour_take_nothing_away(restock: Restock, distributor: Ocs) -> None:
    assert restock("crawl", "ocs", **GIVEN).code == 0
    wrong = restock("crawl", "ocs", RESTOCK_KEYS__OCS__KEY="another")
    assert "401" in wrong.err
    distributor.spent = distributor.limit
    spent = restock("crawl", "ocs", **GIVEN)
    assert "3600 s (429)" in spent.err
    assert [row["status"] for row in restock("runs", "list").rows] == ["failed", "failed", "complete"]
    assert restock("diff").rows == []
    assert len(restock("search").rows) == len(distributor.goods)


KEY = "k3y/of the-interface"


@pytest.fixture
def interface() -> Iterator[Shop]:
    shop = Shop()
    wanted = urlencode({"apikey": KEY})

    def goods(page: int) -> Answer:
        more = f"{shop.url}goods?page={page + 1}&{wanted}" if page == 1 else None
        items = [{"name": f"Коммутатор Cisco WS-C2960-{n}", "id": n, "price": "100"} for n in (2 * page, 2 * page + 1)]
        return Answer(json.dumps({"goods": items, "next": more, "you": KEY}), headers={"X-Key": KEY})

    shop.pages = {f"/goods?{wanted}": goods(1), f"/goods?page=2&{wanted}": goods(2)}
    yield shop
    shop.close()


def describe(home: Path, shop: Shop, **changes: object) -> None:
    api = {
        "items": "goods",
        "fields": {"title": "name", "sku": "id"},
        "price": {"amount": "price"},
        "paging": {"by": "link", "path": "next"},
    }
    start = f"{shop.url}goods"
    values = {"name": "meridian", "start": start, "source": "api", "api": api, "delay": 0, "currency": "RUB"}
    write_site(home, Site.model_validate({**values, "key_parameters": {"apikey": "{token}"}, **changes}))


def test_a_key_in_the_address_goes_to_the_server_alone(restock: Restock, interface: Shop, home: Path) -> None:
    describe(home, interface)
    assert "RESTOCK_KEYS__MERIDIAN__TOKEN" in restock("crawl", "meridian").err
    assert interface.paths() == []
    answer = restock("crawl", "meridian", RESTOCK_KEYS__MERIDIAN__TOKEN=KEY)
    assert answer.code == 0, answer.err
    assert len(restock("search").rows) == 4
    forms = [form.encode() for form in (KEY, quote(KEY, safe=""), quote_plus(KEY), KEY.replace("/", "\\/"))]
    stored = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    stored += [gzip.decompress(path.read_bytes()) for path in home.rglob("*.warc.gz")]
    assert not [body for body in (*stored, (answer.out + answer.err).encode()) for form in forms if form in body]
    assert restock("verify").code == 0


def test_a_definition_with_a_key_in_it_is_refused(restock: Restock, interface: Shop, home: Path) -> None:
    describe(home, interface, start=f"{interface.url}goods?apikey=123456", key_parameters={})
    answer = restock("crawl", "meridian")
    assert (answer.code, "'apikey' looks like a key" in answer.err) == (2, True)


def test_an_hourly_limit_is_kept_over_crawls(restock: Restock, distributor: Ocs, home: Path) -> None:
    """What the first crawl asked for is not there for the second: it stops at once, and nothing is gone."""
    site = definitions_of(home).checked()["ocs"]
    write_site(home, site.model_copy(update={"requests_per_hour": 3}))
    given = {**GIVEN, "RESTOCK_CRAWL__DEADLINE": "60"}
    first = restock("crawl", "ocs", **given)
    assert first.code == 0, first.err
    asked = distributor.spent
    write_site(home, site.model_copy(update={"requests_per_hour": asked + 1}))
    second = restock("crawl", "ocs", **given)
    assert (second.code, "requests an hour, and they are used up" in second.err) == (1, True), second.err
    assert distributor.spent <= asked + 1
    assert len(restock("search").rows) == len(distributor.goods)
