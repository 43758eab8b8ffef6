"""Excel workbooks with typed cells: numbers, moments and links; text is never a formula."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from reports.safety import ELLIPSIS, readable, safe_link

Value = str | int | float | bool | None

MAX_CELL = 32_767  # characters; Excel's own bounds, beyond which a cell would silently stay empty
MAX_LINK = 2_079
MAX_LINKS = 65_530
MAX_ROWS = 1_048_576
_FIRST_YEAR = 1900
_EXACT_DIGITS = 15  # a double holds no more: longer numbers stay text

# The last part of a column's name says what its values are.
_NUMBERS = frozenset(
    {"price", "regular_price", "reporting_price", "change_pct", "usd_pct", "net_pct", "cheaper_pct", "amount", "rate"}
)
_MOMENTS = frozenset(
    {
        "observed_at",
        "at",
        "since",
        "until",
        "first_seen",
        "appeared_at",
        "gone_at",
        "started_at",
        "finished_at",
        "last_complete",
        "rate_day",
        "mark_at",
    }
)
_LINKS = frozenset({"url", "link"})
_WIDTHS = {
    "title": 60,
    "url": 40,
    "what it holds": 120,
    "link": 40,
    "reason": 50,
    "restrictions": 60,
    "warc": 34,
    "sha256": 24,
    "message": 60,
}
_DECIMAL = re.compile(r"^-?\d+(\.\d+)?$")
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?.*)?$")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its columns (the header row) and rows of plain values in the order of the columns."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]


def write_workbook(path: Path, sheets: Sequence[Sheet], *, made: datetime | None = None) -> None:
    """Writes the sheets; a sheet with more rows than Excel can hold goes on in a further sheet. `made` is the day and
    hour that the file itself bears: the same sheets then give the same bytes; now where it is not said.

    Raises OSError where the file can't be written."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    try:
        with xlsxwriter.Workbook(str(path), options) as book:
            book.set_properties({"created": made and made.astimezone(UTC)})
            formats = {name: book.add_format(values) for name, values in _FORMATS.items()}
            for sheet in sheets:
                _Writer(book, formats, sheet).write()
    except FileCreateError as error:
        raise OSError(str(error)) from None


_FORMATS = {
    "header": {"bold": True, "bottom": 1, "valign": "top"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm"},
    "date": {"num_format": "yyyy-mm-dd"},
    "money": {"num_format": "#,##0.00"},
    "link": {"font_color": "#0b57d0", "underline": 1},
}


class _Writer:
    """Writes one sheet row by row: a workbook with constant memory can't go back."""

    def __init__(self, book: Any, formats: dict[str, Any], sheet: Sheet) -> None:
        self._book, self._formats, self._sheet = book, formats, sheet
        self._kinds = [_kind(column) for column in sheet.columns]
        self._parts = 0
        self._row = 0
        self._links = 0
        self._page: Any = None

    def write(self) -> None:
        self._begin()
        for values in self._sheet.rows:
            if self._row == MAX_ROWS - 1:
                self._end()
                self._begin()
            self._row += 1
            for column, value in enumerate(values):
                self._write_cell(column, value)
        self._end()

    def _begin(self) -> None:
        self._parts += 1
        name = self._sheet.name if self._parts == 1 else f"{self._sheet.name} {self._parts}"
        self._page, self._row, self._links = self._book.add_worksheet(name), 0, 0
        for column, title in enumerate(self._sheet.columns):
            last = title.rpartition(".")[2]
            self._page.set_column(column, column, _WIDTHS.get(last, max(10, len(title) + 2)))
            self._page.write_string(0, column, title, self._formats["header"])
        self._page.freeze_panes(1, 0)

    def _end(self) -> None:
        if self._sheet.columns:
            self._page.autofilter(0, 0, self._row, len(self._sheet.columns) - 1)

    def _write_cell(self, column: int, value: Value) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            self._page.write_boolean(self._row, column, value)
        elif isinstance(value, int | float):
            self._page.write_number(self._row, column, value)
        elif not self._wrote_typed(column, value):
            self._page.write_string(self._row, column, _fitting(value))

    def _wrote_typed(self, column: int, text: str) -> bool:
        """Whether the text was a number, a moment or a link of its column, and has been written as such."""
        kind = self._kinds[column]
        if kind == "number" and _DECIMAL.match(text) and sum(map(str.isdigit, text)) <= _EXACT_DIGITS:
            self._page.write_number(self._row, column, float(text), self._formats["money"])
            return True
        if kind == "moment" and (moment := _moment(text)):
            self._page.write_datetime(self._row, column, moment, self._formats["moment" if len(text) > 10 else "date"])
            return True
        return kind == "link" and self._wrote_link(column, text)

    def _wrote_link(self, column: int, text: str) -> bool:
        link = safe_link(text)
        if link is None or len(link) > MAX_LINK or self._links >= MAX_LINKS:
            return False
        self._links += 1
        self._page.write_url(self._row, column, link, self._formats["link"], string=text)
        return True


def _kind(column: str) -> str:
    name = column.rpartition(".")[2]
    if name in _NUMBERS:
        return "number"
    return "moment" if name in _MOMENTS else "link" if name in _LINKS else "text"


def _moment(text: str) -> datetime | None:
    """A date or date-time as Excel keeps it, without a zone (UTC); None where it is neither, or only a year."""
    if not _MOMENT.match(text):
        return None
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        local = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
        return local if local.year >= _FIRST_YEAR else None
    return None


def _fitting(text: str) -> str:
    clean = readable(text)
    return clean if len(clean) <= MAX_CELL else clean[: MAX_CELL - 1] + ELLIPSIS
