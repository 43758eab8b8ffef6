"""A disk that is full, for evidence, spool and catalogue: one clear line, nothing lost, and the next command works."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.shops import ShopServer

Restock = Callable[..., Any]
SHOP = "vostok-set"
FAST = ("--delay", "0", "--concurrency", "4")
MEGABYTE = 1_000_000


@pytest.fixture
def price_list(tmp_path: Path) -> Callable[[int], Path]:
    """A list that can't be packed into much less than it is."""

    def write(rows: int) -> Path:
        chance = random.Random(rows)
        path = tmp_path / f"list-{rows}.csv"
        lines = (f"{number};Switch {chance.randbytes(200).hex()};{number + 100},00" for number in range(rows))
        path.write_text("\n".join(("sku;title;price", *lines)), encoding="utf-8")
        return path

    return write


def test_an_import_without_room_for_its_evidence_fails(restock: Restock, price_list: Callable[[int], Path]) -> None:
    assert restock("import", "meridian", str(price_list(50))).code == 0
    refused = restock("import", "meridian", str(price_list(8_000)), file_limit=MEGABYTE)
    assert (refused.code, refused.out, len(refused.error_lines)) == (1, "", 1)
    assert "too large" in refused.error_lines[0]
    assert len(restock("search").rows) == 50
    assert restock("import", "meridian", str(price_list(51))).code == 0
    assert restock("verify").code == 0


@pytest.fixture
def shops() -> Iterator[ShopServer]:
    with ShopServer() as served:
        yield served


def test_a_crawl_without_room_for_its_evidence_takes_nothing_away(
    restock: Restock, shops: ShopServer, new_database: Callable[[str], str]
) -> None:
    server = {"RESTOCK_DATABASE_URL": new_database("postgresql")}  # which has a disk of its own
    capture = ("snapshot", shops.urls[SHOP], *FAST)
    before = restock(*capture, **server).rows
    full = restock(*capture, file_limit=8_192, **server)
    assert full.code in {1, 3}  # whether anything was read before the disk was full is chance
    assert {row["key"] for row in full.rows} <= {row["key"] for row in before}
    assert "is the disk full?" in full.err
    after = restock(*capture, **server)
    assert (after.code, len(after.rows)) == (0, len(before))
    assert restock("diff", **server).rows == []
    assert restock("verify", **server).code == 0
