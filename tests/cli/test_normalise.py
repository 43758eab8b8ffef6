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


@pytest.mark.parametrize("market", ["ru", "Россия", "QQQ", "QQ", "EU", ""])
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


TABLE = "title;price;quantity\nКоммутатор Cisco C9300-24T;10 000 руб;5\n\n;7;\nПолка;1;\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [";", "\t", ",", "|"])
def test_a_table_may_have_any_encoding_and_separator(
    restock: Restock, tmp_path: Path, encoding: str, separator: str
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(TABLE.replace(";", separator), encoding=encoding)
    answer = restock("normalise", str(file))
    assert answer.code == 3
    assert [row.get("mpn", row) for row in answer.rows] == [
        "C9300-24T", {"error": "no title", "row": 3}, None,
    ]  # fmt: skip
    assert (answer.rows[0]["title"], answer.rows[0]["price"]) == ("Коммутатор Cisco C9300-24T", "10000.00")


def test_a_price_list_is_read_as_import_reads_it(restock: Restock, tmp_path: Path) -> None:
    rows = (
        "Прайс;;;", "Цены в USD без НДС;;;", "Артикул;Наименование;Цена;Склад", "Коммутаторы;;;",
        "C9300-24T;Cisco C9300-24T;100;5", "X-1;;5;5", "Итого;;100;",
    )  # fmt: skip
    file = tmp_path / "list.csv"
    file.write_text("\n".join(rows), encoding="cp1251")
    answer = restock("normalise", str(file))
    goods, *errors = answer.rows
    assert [goods[key] for key in ("mpn", "price", "currency", "vat", "quantity", "category")] == [
        "C9300-24T", "100.00", "USD", "excluded", 5, "switch",
    ]  # fmt: skip
    assert errors == [{"error": "no title", "row": 3}]
    assert answer.code == 3


def test_every_row_of_a_price_list_is_an_answer_or_is_counted(restock: Restock, tmp_path: Path) -> None:
    rows = (
        "Прайс", "Артикул;Наименование;Цена", "Коммутаторы;;", "1;Cisco C9300-24T;100",
        ";;500", ";HPE J9150A;", ";;", "Итого;;300",
    )  # fmt: skip
    file = tmp_path / "list.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    answer = restock("normalise", str(file))
    assert [row.get("title") or row for row in answer.rows] == [
        "Cisco C9300-24T", {"error": "no title", "row": 3}, "HPE J9150A",
    ]  # fmt: skip
    assert answer.code == 3
    for said in ("the header is row 2", "1 row(s) were read as groups", "1 row(s) of totals"):
        assert said in answer.err


OLD = [
    ("Артикул;Наименование;Цена\n1;Коммутатор Cisco;5", "cp1251", "windows-1251"),
    ("Артикул;Наименование;Цена\n1;Коммутатор Cisco;5", "koi8-r", "koi8-r"),
    ("Артикул;Наименование;Цена\n1;Коммутатор Cisco;5", "cp866", "cp866"),
    ("Артикул;Наименование;Цена\n1;Коммутатор Cisco;5", "utf-16-be", "utf-16-be"),
    ("Bezeichnung;Preis;Verfügbarkeit\nLüfter für Cisco;5;verfügbar", "cp1252", "windows-1252"),
    ("Ürün adı;Fiyat\nCisco ağ anahtarı, güç kaynağı;5", "cp1254", "windows-1254"),
]


@pytest.mark.parametrize(("text", "encoding", "name"), OLD)
def test_an_old_encoding_is_known_by_its_letters_and_said(
    restock: Restock, tmp_path: Path, text: str, encoding: str, name: str
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(text, encoding=encoding)
    answer = restock("normalise", str(file))
    title = next(cell for cell in text.splitlines()[1].split(";") if "Cisco" in cell)
    assert [row["title"] for row in answer.rows] == [title]
    assert f"read as {name}" in answer.err


def test_an_encoding_that_nothing_tells_is_asked_for(restock: Restock, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("title;price\nИБП APC;5\n", encoding="cp1251")
    refused = restock("normalise", str(file))
    assert (refused.code, refused.rows) == (2, [])
    assert "--encoding" in refused.err
    assert restock("normalise", str(file), "--encoding", "cp1251").rows[0]["title"] == "ИБП APC"
    assert restock("normalise", str(file), "--encoding", "klingon").code == 2


def test_a_broken_line_of_utf_8_is_that_rows_error(restock: Restock, tmp_path: Path) -> None:
    lines = ["title;price", "Коммутатор;5", "Модуль \udcd0;7", "Плата;8", "Плата;8;9;10"]
    file = tmp_path / "rows.csv"
    file.write_bytes("\n".join(lines).encode("utf-8", errors="surrogateescape"))
    answer = restock("normalise", str(file))
    assert [row.get("title") for row in answer.rows] == ["Коммутатор", None, "Плата", None]
    assert [row["row"] for row in answer.rows if "error" in row] == [2, 4]


def test_a_table_without_titles_says_which_columns_it_has(restock: Restock) -> None:
    answer = restock("normalise", stdin="foo,bar\n1,2\n")
    assert (answer.code, answer.rows) == (2, [])
    assert "the columns are 'foo', 'bar'" in answer.err


def test_numbers_are_texts_and_a_value_of_another_kind_is_one_rows_error(restock: Restock) -> None:
    rows = (
        "", '{"title": "A", "price": 214900, "quantity": 5}', '{"title": "B", "price": {"a": 1}}',
        '{"title": "C", "brand": true}', '{"title": "D", "quantity": 1e300}', '{"title": "E", "price": 1234.5}',
    )  # fmt: skip
    first, nested, flag, vast, last = restock("normalise", stdin="\n".join(rows)).rows
    assert (first["price"], first["quantity"], last["price"]) == ("214900.00", 5, "1234.50")
    assert nested == {"error": "price: a text was expected, not an object", "row": 3}
    assert flag == {"error": "brand: a text was expected, not true or false", "row": 4}
    assert (vast["quantity"], vast["quantity_bound"], vast["availability"]) == (None, None, "Unknown")
