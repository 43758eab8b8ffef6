"""Rows as files: .csv, .xlsx, .jsonl and .json, safe to open and written whole."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from reports.files import whole_file
from reports.safety import guarded, storable
from restock.errors import UsageError

Row = Mapping[str, Any]


def cell(row: Row, column: str) -> Any:
    """The value of a column; `before.price` looks inside a nested value. None where there is none."""
    if column in row:
        return row[column]
    value: Any = row
    for name in column.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def flat(value: Any) -> str | int | float | bool | None:
    """A nested value as compact text (`rule=chpl, tier=2; rule=…`); anything else as it is."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={flat(part)}" for name, part in value.items() if part is not None)
    if isinstance(value, list | tuple):
        return "; ".join(str(flat(part)) for part in value)
    return value if isinstance(value, int | float) or value is None else str(value)


def csv_lines(columns: Sequence[str], rows: Iterable[Row], *, header: bool = True) -> Iterator[str]:
    """The table line by line, formulas disarmed; a line can hold quoted line breaks."""
    if header:
        yield _csv_line(columns)
    for row in rows:
        yield _csv_line([safe_cell(cell(row, column)) for column in columns])


def cell_text(value: Any) -> str:
    """Any value of a row as text for people: nothing for null, nested values compact."""
    plain = flat(value)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return "" if plain is None else str(plain)


def safe_cell(value: Any) -> str:
    """Any value of a row as the text of a CSV cell, with formulas disarmed and numbers as they are."""
    return guarded(cell_text(value))


def _csv_line(values: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(values)
    return line.getvalue()


def json_text(value: Any, *, indent: bool = False) -> str:
    """JSON in UTF-8; halves of surrogate pairs, which UTF-8 can't hold, become the replacement character."""
    option = orjson.OPT_INDENT_2 if indent else 0
    try:
        return orjson.dumps(value, option=option).decode()
    except orjson.JSONEncodeError:
        return orjson.dumps(_encodable(value), option=option).decode()


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {_encodable(str(name)): _encodable(part) for name, part in value.items()}
    return [_encodable(part) for part in value] if isinstance(value, list | tuple) else value


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Writes the rows in the format that the file's suffix names; gives the number of rows.

    JSON keeps whole rows; `columns` chooses and orders those of a spreadsheet. Raises UsageError for an unknown
    suffix and for a place that can't be written."""
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UsageError(f"{path}: a table is written as {', '.join(_WRITERS)}, not as {path.suffix or 'no suffix'}")
    counted = _Counted(rows)
    with whole_file(path) as part:
        writer(part, columns, counted)
    return counted.count


class _Counted:
    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    # The byte order mark is what makes Excel read Cyrillic as such.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.writelines(csv_lines(columns, rows))


def _write_jsonl(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:  # noqa: ARG001  rows stay whole
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{json_text(row)}\n" for row in rows)


def _write_json(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:  # noqa: ARG001  rows stay whole
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("[")
        for number, row in enumerate(rows):
            file.write(("," if number else "") + "\n" + json_text(row))
        file.write("\n]\n")


def _write_xlsx(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    from reports.workbook import Sheet, write_workbook  # noqa: PLC0415  most tables are no workbooks

    write_workbook(path, [Sheet("restock", columns, (tuple(flat(cell(row, c)) for c in columns) for row in rows))])


_WRITERS: dict[str, Callable[[Path, Sequence[str], Iterable[Row]], None]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
    ".jsonl": _write_jsonl,
    ".json": _write_json,
}
