"""`normalise` as a script uses it: row by row, whatever the rows are."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

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


def test_a_table_for_spreadsheets_has_the_same_columns_whatever_the_rows(restock: Restock) -> None:
    answer = restock("normalise", "--format", "csv", stdin='no JSON\n{"title": "Cisco C9300-24T"}\n')
    bad, good = csv.DictReader(answer.out.splitlines())
    assert tuple(good) == (*LISTING_FIELDS, "error", "row")
    assert (bad["row"], bad["title"]) == ("1", "")
    assert (good["row"], good["mpn"]) == ("", "C9300-24T")
