"""Price lists made for each test, and the rows that come out of them."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import xlsxwriter

from restock.listing import RawListing
from spiders.pricelists import ColumnUse, Tally, open_list

Sheets = Mapping[str, Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class Taken:
    """Everything that came of reading a list."""

    rows: list[RawListing]
    columns: list[ColumnUse]
    tally: Tally

    @property
    def fields(self) -> dict[str, str | None]:
        return {use.name: use.field for use in self.columns}

    def values(self, *names: str) -> list[tuple[Any, ...]]:
        return [tuple(getattr(row, name) for name in names) for row in self.rows]


@pytest.fixture
def take() -> Callable[..., Taken]:
    def run(body: bytes | str, **mapping: str | list[str]) -> Taken:
        data = body.encode() if isinstance(body, str) else body
        given = {name: [text] if isinstance(text, str) else text for name, text in mapping.items()}
        with open_list(io.BytesIO(data), given) as found:
            rows = list(found.rows())
            return Taken(rows, found.columns(), found.tally)

    return run


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """Sheets of rows; a cell that starts with = is a formula, with its value behind a bar (`=A1*2|246`)."""

    def make(sheets: Sheets, hidden: Sequence[str] = ()) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    for place, cell in enumerate(row):
                        if isinstance(cell, str) and cell.startswith("="):
                            formula, _, value = cell.partition("|")
                            sheet.write_formula(number, place, formula, None, float(value))
                        elif isinstance(cell, str):
                            sheet.write_string(number, place, cell)
                        elif cell is not None:
                            sheet.write(number, place, cell)
                if name in hidden:
                    sheet.hide()
        return out.getvalue()

    return make
