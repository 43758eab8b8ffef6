"""What the commands promise, over a served shop: proof, reading again, corrections, a kill at any moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from small_shop import Shop

from scheduler.shops import ShopServer

Restock = Callable[..., Any]
SHOP = "vostok-set"
FAST = ("--delay", "0", "--concurrency", "4")


@pytest.fixture
def shops() -> Iterator[ShopServer]:
    with ShopServer() as served:
        yield served


@pytest.fixture
def crawled(restock: Restock, shops: ShopServer) -> dict[str, Any]:
    """The shop described and crawled once; its listings by key."""
    assert restock("sites", "add", SHOP, shops.urls[SHOP], *FAST).code == 0
    assert restock("crawl", SHOP, RESTOCK_NOW="2026-11-16T06:00:00Z").code == 0
    return {row["key"]: row for row in restock("search").rows}


def test_every_listing_is_proved_and_read_again_alike(restock: Restock, crawled: dict[str, Any], home: Path) -> None:
    assert restock("verify").code == 0
    run = restock("runs", "list").rows[0]["run"]
    again = {row["key"]: row for row in restock("reparse", run).rows}
    assert again == {key: {name: row[name] for name in again[key]} for key, row in crawled.items()}
    key = next(iter(crawled))
    explained = restock("explain", f"{SHOP}:{key}").rows
    assert {"brand", "price"} <= {row["field"] for row in explained}
    assert restock("db", "check").code == 0


def test_one_changed_bit_is_found(restock: Restock, crawled: dict[str, Any], home: Path) -> None:
    warc = home / "evidence" / next(iter(crawled.values()))["evidence"]["warc"]
    stored = bytearray(warc.read_bytes())
    stored[len(stored) // 2] ^= 1
    warc.write_bytes(stored)
    answer = restock("verify")
    assert answer.code == 1
    assert answer.rows[0]["message"]
    warc.unlink()
    assert restock("verify").code == 1


def test_a_changed_rule_is_a_correction_and_no_event(restock: Restock, crawled: dict[str, Any], home: Path) -> None:
    (home / "data").mkdir()
    (home / "data" / "brand_aliases.csv").write_text(
        "brand,alias,kind,ambiguous,source\nYadro,Eltex,variant,no,a test\n", encoding="utf-8"
    )
    assert restock("crawl", SHOP, RESTOCK_NOW="2026-11-17T06:00:00Z").code == 0
    answer = restock("diff", "--event", "details_changed")
    assert answer.rows == []
    changed = restock("search", "--brand", "Yadro").rows
    assert changed
    assert all(crawled[row["key"]]["brand"] == "Eltex" for row in changed)
    assert "corrections" in answer.err
    assert restock("explain", f"{SHOP}:{changed[0]['key']}").code == 0


def test_a_shrunken_shop_is_partial_until_it_is_accepted(
    restock: Restock, shops: ShopServer, crawled: dict[str, Any]
) -> None:
    shops.set_fault(SHOP, "half")
    answer = restock("crawl", SHOP, RESTOCK_NOW="2026-11-17T06:00:00Z")
    assert answer.code == 3
    assert restock("diff").rows == []
    assert {row["key"] for row in restock("search").rows} == set(crawled)
    accepted = restock("runs", "accept", answer.rows[0]["run"])
    assert accepted.rows[0]["status"] == "complete"
    gone = {row["key"] for row in restock("diff", "--event", "disappeared").rows}
    assert gone
    assert {row["key"] for row in restock("search").rows} == set(crawled) - gone


def test_a_killed_crawl_shows_as_failed_and_loses_nothing(
    restock: Restock, shops: ShopServer, crawled: dict[str, Any], home: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RESTOCK_")}
    crawl = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "crawl", SHOP, "--delay", "0.05"],
        env=environment | {"RESTOCK_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    spools = home / "runs"
    deadline = time.monotonic() + 60
    while len([*spools.glob("*/spool.jsonl")]) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    crawl.send_signal(signal.SIGKILL)
    crawl.wait()
    assert restock("runs", "list").rows[0]["status"] == "failed"
    assert {row["key"]: row for row in restock("search").rows} == crawled
    assert restock("crawl", SHOP).code == 0
    assert restock("verify").code == 0


def test_a_shop_that_is_described_after_a_snapshot_stays_one_shop(restock: Restock, shops: ShopServer) -> None:
    seen = restock("snapshot", shops.urls[SHOP], *FAST, RESTOCK_NOW="2026-11-16T06:00:00Z").rows
    assert restock("sites", "add", SHOP, shops.urls[SHOP], *FAST).code == 0
    assert restock("crawl", SHOP, RESTOCK_NOW="2026-11-17T06:00:00Z").code == 0
    now = restock("search").rows
    assert {(row["site"], row["key"]) for row in now} == {(SHOP, row["key"]) for row in seen}
    assert restock("diff").rows == []
    assert restock("verify").code == 0


def test_a_bundle_holds_its_own_proof(restock: Restock, shops: ShopServer, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    answer = restock("snapshot", shops.urls[SHOP], *FAST, "--bundle", str(bundle))
    assert answer.code == 0
    names = {path.name for path in bundle.iterdir()}
    assert {"listings.jsonl", "manifest.json"} < names
    assert any(name.endswith(".warc.gz") for name in names)
    assert len((bundle / "listings.jsonl").read_text(encoding="utf-8").splitlines()) == len(answer.rows)


def test_a_built_in_definition_is_overruled_and_the_users_own_is_kept(restock: Restock, shop: Shop) -> None:
    assert restock("sites", "add", "nag", shop.url, *FAST).code == 0
    again = restock("sites", "add", "nag", shop.url, *FAST)
    assert (again.code, len(again.error_lines)) == (2, 1)
    (shown,) = restock("sites", "show", "nag").rows
    assert shown["start"] == [shop.url]
