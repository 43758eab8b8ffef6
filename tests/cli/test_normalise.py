"""`normalise` as a script uses it: row by row, whatever the rows are."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from restock.listing import LISTING_FIELDS

Restock = Callable[..., Any]


def test_each_row_is_answered_before_the_next_is_read(home: Path) -> None:
    done = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "normalise"],
        env=os.environ | {"RESTOCK_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert done.stdin is not None
    assert done.stdout is not None
    for number in range(2):
        done.stdin.write(b'{"title": "Cisco C9300-24T", "sku": "%d"}\n' % number)
        done.stdin.flush()
        assert orjson.loads(done.stdout.readline())["sku"] == str(number)
    done.stdin.close()
    assert done.stdout.read() == b""
    done.stdout.close()
    assert done.wait(timeout=60) == 0


def test_bad_rows_keep_their_place(restock: Restock) -> None:
    answer = restock("normalise", stdin='{"title": "Cisco C9300-24T"}\nno JSON\n{"price": "1"}\n[]\n{"title": "B"}\n')
    assert answer.code == 3
    assert [row.get("row") for row in answer.rows] == [None, 2, 3, 4, None]
    assert [line for line in answer.err.splitlines() if "row 3" in line] == ["restock: row 3: no title"]


@pytest.mark.parametrize("market", ["ru", "Россия", "QQQ", ""])
def test_a_market_is_a_countrys_code(restock: Restock, market: str) -> None:
    answer = restock("normalise", "--market", market, stdin='{"title": "Cisco C9300-24T"}\n')
    assert (answer.code, answer.rows) == (2, [])
    assert f"--market {market}" in answer.err


def test_a_bad_row_of_the_users_stops_the_command(restock: Restock, home: Path) -> None:
    (home / "data").mkdir(parents=True, exist_ok=True)
    (home / "data" / "watchlist.csv").write_text("brand,mpn,title\nHuawai,,\n", encoding="utf-8")
    answer = restock("normalise", stdin='{"title": "Cisco C9300-24T"}\n')
    assert (answer.code, answer.rows) == (2, [])
    assert "watchlist.csv:2: brand: 'Huawai' is not in brand_countries.csv (did you mean 'Huawei'?)" in answer.err


def test_a_table_for_spreadsheets_has_the_same_columns_whatever_the_rows(restock: Restock) -> None:
    answer = restock("normalise", "--format", "csv", stdin='no JSON\n{"title": "Cisco C9300-24T"}\n')
    bad, good = csv.DictReader(answer.out.splitlines())
    assert tuple(good) == (*LISTING_FIELDS, "error", "row")
    assert (bad["row"], bad["title"]) == ("1", "")
    assert (good["row"], good["mpn"]) == ("", "C9300-24T")
