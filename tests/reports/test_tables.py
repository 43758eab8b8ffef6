"""Tables as files: typed cells, disarmed formulas, whole files."""

import csv
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from reports import workbook
from reports.tables import cell, cell_text, csv_lines, json_text, safe_cell, write_table
from reports.workbook import Sheet, write_workbook
from restock.errors import UsageError

COLUMNS = ("title", "price", "quantity", "restricted", "observed_at", "url", "after.price", "restrictions")
ROW: dict[str, Any] = {
    "title": "Коммутатор",
    "price": "1234567.00",
    "quantity": 12,
    "restricted": True,
    "observed_at": "2026-11-22T08:00:00Z",
    "url": "https://shop.example/1",
    "after": {"price": "-10.50"},
    "restrictions": [{"rule": "chpl", "tier": "2", "since": None}, {"rule": "brand_policy"}],
}


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def first_sheet(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_csv_is_utf8_with_a_mark_and_flat(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    assert write_table(path, COLUMNS, [ROW]) == 1
    head, row = read_csv(path)
    assert head == ["\ufefftitle", *COLUMNS[1:]]
    assert row == [
        "Коммутатор", "1234567.00", "12", "true", "2026-11-22T08:00:00Z", "https://shop.example/1", "-10.50",
        "rule=chpl, tier=2; rule=brand_policy",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+7 495 000", "'+7 495 000"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\x00=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("-10.00", "-10.00"),
        ("+3.5%", "+3.5%"),
        ("WS-C2960=", "WS-C2960="),
        (-5, "-5"),
        (None, ""),
    ],
)
def test_formulas_are_disarmed_and_numbers_stay(text: Any, cell: str) -> None:
    assert safe_cell(text) == cell


def test_a_cell_can_hold_any_punctuation(tmp_path: Path) -> None:
    text = 'a,b;"c"\r\nd\t=e'
    write_table(tmp_path / "rows.csv", ["title"], [{"title": text}])
    assert read_csv(tmp_path / "rows.csv")[1] == [text]


def test_xlsx_cells_are_typed_and_links_are_links(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    write_table(path, COLUMNS, [ROW])
    head, row = first_sheet(path)
    assert head == list(COLUMNS)
    moment = datetime.fromisoformat("2026-11-22T08:00:00")
    assert row[:7] == ["Коммутатор", 1234567.0, 12.0, True, moment, "https://shop.example/1", -10.5]
    with ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        links = book.read("xl/worksheets/_rels/sheet1.xml.rels").decode()
    assert "<autoFilter" in sheet
    assert 'state="frozen"' in sheet
    assert "https://shop.example/1" in links


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example")',
        "javascript:alert(1)",
        "http://evil.example",
        "file:///etc/passwd",
        "{=1+1}",
        "<b>&amp;",
        "\x00\x0b\ufffe half \ud800",
        "\u202egnp.exe 😀",
        "x" * 40_000,
    ],
)
def test_page_text_is_a_plain_string_in_a_workbook(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    write_table(path, ["title"], [{"title": text}])
    with ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in book.namelist()
    found = first_sheet(path)[1][0]
    kept = text.translate({0: None, 0x0B: None, 0xFFFE: None, 0xD800: 0xFFFD, 0x202E: "[U+202E]"})
    assert found[:20] == kept[:20]
    assert len(found) <= workbook.MAX_CELL


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "//shop", "http://", "https://a b", None])
def test_only_web_addresses_become_links(url: str | None, tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    write_table(path, ["title", "url"], [{"title": "x", "url": url}])
    with ZipFile(path) as book:
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in book.namelist()
    assert first_sheet(path)[1] == ["x", url or ""]


def test_numbers_that_a_double_cannot_hold_and_part_numbers_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "rows.xlsx"
    row = {"price": "12345678901234567.89", "mpn": "00123", "since": "2022"}
    write_table(path, ["price", "mpn", "since"], [row])
    assert first_sheet(path)[1] == ["12345678901234567.89", "00123", "2022"]


def test_a_sheet_goes_on_in_a_further_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 4)
    path = tmp_path / "book.xlsx"
    write_workbook(path, [Sheet("Rows", ["n"], ((n,) for n in range(7)))])
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["Rows", "Rows 2", "Rows 3"]
    found = [row[0] for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()[1:]]
    assert found == list(range(7))


def test_a_workbook_bears_the_moment_that_is_given_and_not_that_of_its_writing(tmp_path: Path) -> None:
    made = datetime(2026, 11, 16, 9, 30, tzinfo=timezone(timedelta(hours=3)))
    write_workbook(tmp_path / "book.xlsx", [Sheet("Rows", ["n"], [(1,)])], made=made)
    with ZipFile(tmp_path / "book.xlsx") as book:
        said = book.read("docProps/core.xml").decode()
    assert said.count("2026-11-16T06:30:00Z") == 2


def test_more_links_than_a_sheet_can_hold_stay_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_LINKS", 2)
    path = tmp_path / "rows.xlsx"
    write_table(path, ["url"], [{"url": f"https://shop.example/{n}"} for n in range(4)])
    assert [row[0] for row in first_sheet(path)[1:]] == [f"https://shop.example/{n}" for n in range(4)]
    with ZipFile(path) as book:
        assert book.read("xl/worksheets/_rels/sheet1.xml.rels").count(b"https://shop.example/") == 2


def test_json_keeps_rows_whole(tmp_path: Path) -> None:
    rows = [ROW, {"title": "half \ud800"}]
    write_table(tmp_path / "rows.jsonl", ["title"], rows)
    write_table(tmp_path / "rows.json", ["title"], rows)
    lines = (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [ROW, {"title": "half \ufffd"}]
    assert json.loads((tmp_path / "rows.json").read_text(encoding="utf-8")) == [ROW, {"title": "half \ufffd"}]


def test_no_rows_make_a_valid_file_of_each_kind(tmp_path: Path) -> None:
    for suffix in (".csv", ".xlsx", ".jsonl", ".json"):
        assert write_table(tmp_path / f"rows{suffix}", ["title"], []) == 0
    assert json.loads((tmp_path / "rows.json").read_text()) == []
    assert (tmp_path / "rows.jsonl").read_text() == ""
    assert first_sheet(tmp_path / "rows.xlsx") == [["title"]]


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.csv, \.xlsx, \.jsonl, \.json"):
        write_table(tmp_path / "rows.ods", ["title"], [])


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    write_table(path, ["title"], [{"title": "before"}])

    def breaking() -> Any:
        yield {"title": "after"}
        raise RuntimeError("broke off")

    with pytest.raises(RuntimeError, match="broke off"):
        write_table(path, ["title"], breaking())
    assert read_csv(path)[1] == ["before"]
    assert [found.name for found in tmp_path.iterdir()] == ["rows.csv"]


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(UsageError, match="can't be written"):
        write_table(tmp_path / "taken" / "rows.csv", ["title"], [])


def test_a_column_can_look_inside_a_value() -> None:
    assert cell(ROW, "after.price") == "-10.50"
    assert cell(ROW, "before.price") is None
    assert cell({"a.b": 1, "a": {"b": 2}}, "a.b") == 1
    assert list(csv_lines(["after.price"], [ROW], header=False)) == ["-10.50\r\n"]


def test_nested_values_become_compact_text() -> None:
    assert (
        cell_text([{"brand": "Intel", "mpn": None}, {"brand": "AMD", "mpn": "7763"}])
        == "brand=Intel; brand=AMD, mpn=7763"
    )
    assert (cell_text(None), cell_text(False), cell_text(0)) == ("", "false", "0")
    assert json_text({"a": ["\ud800"]}) == '{"a":["\ufffd"]}'
