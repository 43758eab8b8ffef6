"""`db backup`: a copy that is whole, and that overwrites nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Restock = Callable[..., Any]


def test_a_copy_is_a_catalogue_of_its_own(restock: Restock, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    assert restock("db", "backup", str(copy)).code == 0
    checked = restock("db", "check", RESTOCK_DATABASE_URL=f"sqlite:///{copy}")
    assert (checked.code, checked.out) == (0, "")


def test_a_copy_overwrites_nothing(restock: Restock, tmp_path: Path) -> None:
    kept = tmp_path / "kept.sqlite"
    kept.write_text("mine")
    refused = restock("db", "backup", str(kept))
    assert (refused.code, refused.out) == (2, "")
    assert len(refused.error_lines) == 1
    assert str(kept) in refused.error_lines[0]
    assert kept.read_text() == "mine"


def test_a_copy_that_can_not_be_made_is_said(restock: Restock, tmp_path: Path) -> None:
    failed = restock("db", "backup", str(tmp_path / "nowhere" / "copy.sqlite"))
    assert (failed.code, len(failed.error_lines)) == (1, 1)


def test_a_fresh_home_says_that_there_is_nothing_yet(restock: Restock, tmp_path: Path) -> None:
    for command in (("diff",), ("runs", "list")):
        answer = restock(*command)
        assert (answer.code, answer.out, answer.err.count("\n")) == (0, "", 1)
        assert "no run yet" in answer.err
    prices = tmp_path / "prices.jsonl"
    prices.write_text('{"title": "Switch", "sku": "1", "price": "100 RUB"}\n')
    for day in ("2026-11-01", "2026-11-02"):
        assert restock("import", "shop", str(prices), "--observed-at", day).code == 0
    assert restock("diff").err == "restock: nothing of the kind between shop-0001 and shop-0002\n"
