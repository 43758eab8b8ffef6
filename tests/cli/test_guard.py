"""The guard from the command line: what `runs show` says of a run, and what `runs accept` takes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Restock = Callable[..., Any]


@pytest.fixture
def day(restock: Restock, tmp_path: Path) -> Callable[..., Any]:
    """Imports a list of so many goods, of which the first costs what is said."""

    def take(price: str, *, goods: int = 12, on: int = 1) -> Any:
        rows = [f"{n};Коммутатор Cisco WS-C2960X-{n}TS-L;{price if n == 1 else 5000}" for n in range(1, goods + 1)]
        path = tmp_path / "list.csv"
        path.write_text("\n".join(["Код;Наименование;Цена, руб.", *rows]), encoding="utf-8")
        return restock("import", "nag", str(path), "--observed-at", f"2026-11-{on:02}")

    return take


def test_a_jump_is_said_and_taken_when_it_is_accepted(restock: Restock, day: Callable[..., Any]) -> None:
    day("1000", on=1)
    held = day("100000", on=2)
    assert (held.code, held.rows[0]["counts"]["held"]) == (0, 1)
    assert "held back until a later run sees them again: 1: 1000.00 → 100000.00 RUB" in held.err
    assert restock("diff").rows == []
    (row,) = restock("search", "--mpn", "WS-C2960X-1TS-L").rows
    assert (row["price"], row["held_price"]) == ("1000.00", "100000.00")
    run = held.rows[0]["run"]
    shown = restock("runs", "show", run, "--format", "table").out
    assert "held" in shown
    assert "1000.00 → 100000.00 RUB" in shown
    assert restock("runs", "accept", run).code == 0
    (change,) = restock("diff").rows
    assert (change["event"], change["change_pct"], change["at"]) == ("price_changed", "9900.00", "2026-11-02T00:00:00Z")


def test_what_tripped_is_shown_with_figures_and_samples(restock: Restock, day: Callable[..., Any]) -> None:
    day("1000", on=1)
    broken = day("1000", goods=4, on=2)
    assert broken.code == 3
    shown = restock("runs", "show", broken.rows[0]["run"], "--format", "table").out
    for line in ("tripped: known_missing", "8 of 12 known listings", "known: 12", "missing: 8", "for example 10"):
        assert line in shown
