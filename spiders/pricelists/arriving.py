"""Rows one by one as they arrive, from a file or a pipe: JSON lines, or a table as price lists have them."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from restock.errors import UsageError
from restock.listing import RAW_FIELDS, RawListing
from spiders.pricelists.headers import SEARCHED
from spiders.pricelists.lists import NOWHERE, Tally
from spiders.pricelists.names import meaning
from spiders.pricelists.separated import DELIMITERS, best_delimiter, wide_encoding
from spiders.pricelists.tables import SheetReader, plan_of

ArrivingRow = Mapping[str, Any] | RawListing | ValueError | None
"""A contract row, a price list's goods, or why a row can't be read; None for one that is no goods."""

_EMPTY = "\ufeff \t\r\n"
_Numbered = Iterator[tuple[int, ArrivingRow]]


def arriving_rows(stream: io.BufferedReader) -> _Numbered:
    """Each row with its number: that of its line, of a table that of the row below the header; empty ones count.

    Raises UsageError for a table without a column of titles."""
    lines = _lines(stream)
    blank = 0
    for first in lines:
        if first.strip(_EMPTY):
            break
        blank += 1
    else:
        return
    first = first.lstrip("\ufeff")
    if _opens_json(first):
        yield from _json_rows(itertools.chain([first], lines), blank + 1)
    elif _is_contract(first):
        yield from _contract_rows(first, lines)
    else:
        ahead = list(itertools.islice(lines, 1))
        everything = itertools.chain([first, *ahead], lines)
        separated = any(sign in line for line in (first, *ahead) for sign in DELIMITERS)
        if separated and not any(map(_opens_json, ahead)):
            yield from _table_rows(everything)
        else:
            yield from _json_rows(everything, blank + 1)


def _lines(stream: io.BufferedReader) -> Iterator[str]:
    """The lines of a text; of one that is not UTF-16, the first letters beyond ASCII say whether it is UTF-8 or
    Windows-1251, so that a line need not wait for those behind it."""
    if wide := wide_encoding(stream.peek(4)[:4]):
        text = io.TextIOWrapper(stream, encoding=wide, errors="replace", newline="")
        yield from iter(text.readline, "")
        text.detach()
        return
    encoding = None
    for line in stream:
        if encoding is None and not line.isascii():
            encoding = "utf-8" if line.lstrip().startswith(b"{") or _is_utf8(line) else "cp1251"
        yield line.decode(encoding or "ascii", errors="replace").replace("\0", "")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _opens_json(line: str) -> bool:
    return line.lstrip().startswith(("{", "["))


def _json_rows(lines: Iterable[str], start: int) -> _Numbered:
    for number, line in enumerate(lines, start):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield number, ValueError(f"not JSON: {error}")
        else:
            yield number, row if isinstance(row, dict) else ValueError("not a JSON object")


def _is_contract(header: str) -> bool:
    """Whether a header names a raw listing's title by its own name and nothing that only a price list would say."""
    names = _names(header, best_delimiter([header]))
    return "title" in names and all(name in RAW_FIELDS or meaning(name).field in {None, "ignore"} for name in names)


def _names(header: str, delimiter: str) -> list[str]:
    return [name.strip(_EMPTY).casefold() for name in next(csv.reader([header], delimiter=delimiter))]


def _contract_rows(header: str, lines: Iterable[str]) -> _Numbered:
    """One row for each row below the header; a row with nothing but a title is goods, too."""
    delimiter = best_delimiter([header])
    names = _names(header, delimiter)
    for number, row in _separated(lines, delimiter):
        if isinstance(row, ValueError):
            yield number, row
        elif row:
            yield number, dict(zip(names, row, strict=False))


def _separated(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | ValueError]]:
    reader = csv.reader(lines, delimiter=delimiter)
    for number in itertools.count(1):
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, ValueError(f"not a CSV row: {error}")


def _table_rows(lines: Iterator[str]) -> _Numbered:
    """The goods of a table whose header is a price list's; groups and totals are no goods."""
    sample = list(itertools.islice(lines, SEARCHED))
    delimiter = best_delimiter(sample)
    rows = (
        [] if isinstance(row, ValueError) else row for _, row in _separated(itertools.chain(sample, lines), delimiter)
    )
    top = list(itertools.islice(rows, SEARCHED))
    try:
        plan = plan_of(None, [[cell.strip() for cell in row] for row in top], {})
    except UsageError:
        found = ", ".join(repr(name.strip()) for name in next(filter(any, top)) if name.strip())
        raise UsageError(f"no column names the goods (title, Наименование, …); the columns are {found}") from None
    reader = SheetReader(plan, {}, Tally(), NOWHERE)
    for number, row in reader.read_each(itertools.chain(top, rows)):
        yield number - plan.header.rows, row
