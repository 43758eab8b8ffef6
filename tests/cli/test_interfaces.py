"""Shops with a JSON interface: the key that it wants, what it says of a wrong one, and its hourly limit."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from resellers.ocs import KEY, Ocs

from spiders.definitions import load_sites, write_site

Restock = Callable[..., Any]
GIVEN = {"RESTOCK_KEYS__OCS__KEY": KEY}


@pytest.fixture
def distributor(home: Path) -> Iterator[Ocs]:
    """The distributor's fixture, and its definition pointed at it."""
    shop = Ocs()
    with shop.serving():
        known = load_sites(home)["ocs"]
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
    home.joinpath("restock.toml").write_text(f'[keys.ocs]\nkey = "{KEY}"\n', encoding="utf-8")
    answer = restock("crawl", "ocs")
    assert answer.code == 0, answer.err
    assert len(restock("search").rows) == len(distributor.goods)
    filled = {row["field"]: row["filled"] for row in restock("sites", "check", "ocs").rows}
    assert filled["title"] == filled["mpn"] == len(distributor.goods)
    warc = next(home.glob("evidence/**/*.warc.gz"))
    told = [answer.out, answer.err, restock("sites", "show", "ocs").out]
    stored = [path.read_bytes() for path in home.rglob("*") if path.is_file() and path.name != "restock.toml"]
    assert not [text for text in told if KEY in text]
    assert not [body for body in (*stored, gzip.decompress(warc.read_bytes())) if KEY.encode() in body]


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
