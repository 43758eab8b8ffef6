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
