"""Rows one by one as they arrive, from a file or a pipe: JSON lines, or a table as price lists have them."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from restock.errors import UsageError
from restock.listing import RAW_FIELDS, RawListing
from spiders.pricelists.cells import Damaged
from spiders.pricelists.encodings import (
    UTF8,
    encoding_of_lines,
    error_handler,
    is_broken,
    is_utf8,
    marked_encoding,
    told,
)
from spiders.pricelists.headers import SEARCHED
from spiders.pricelists.lists import NOWHERE, Tally
from spiders.pricelists.names import meaning
from spiders.pricelists.separated import DELIMITERS, NOT_IN_ENCODING, best_delimiter
from spiders.pricelists.tables import SheetReader, plan_of

ArrivingRow = Mapping[str, Any] | RawListing | ValueError | None
"""A contract row, a price list's goods, or why a row can't be read; None for one that is no goods."""

_PEEKED = 4096  # bytes by which UTF-16 is known
_EMPTY = "\ufeff \t\r\n"
_Numbered = Iterator[tuple[int, ArrivingRow]]


def arriving_rows(stream: io.BufferedReader, encoding: str | None, tally: Tally) -> _Numbered:
    """Each row with its number: that of its line, of a table that of the row below the header; empty ones count.

    Raises UsageError for a table without a column of titles, or in an encoding that can't be told."""
    lines = _lines(stream, encoding, tally)
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
            yield from _table_rows(everything, tally)
        else:
            yield from _json_rows(everything, blank + 1)


def _lines(stream: io.BufferedReader, encoding: str | None, tally: Tally) -> Iterator[str]:
    """The lines of a text in the encoding that was named, that its first bytes show, or that its letters tell."""
    shown = None if encoding else marked_encoding(stream.peek(_PEEKED)[:_PEEKED])
    known = encoding or shown
    if known is None:
        yield from _told_by_letters(stream, tally)
        return
    tally.notes += filter(None, [told(shown)] if shown else [])
    text = io.TextIOWrapper(stream, encoding=known, errors=error_handler(known), newline="")
    yield from iter(text.readline, "")
    text.detach()


def _told_by_letters(stream: io.BufferedReader, tally: Tally) -> Iterator[str]:
    """A line of UTF-8 need not wait for those behind it; what is in another encoding waits for the lines that tell
    which."""
    lines: Iterator[bytes] = iter(stream)
    begun: list[bytes] = []
    for line in lines:
        if not line.isascii():
            begun = [line]
            break
        yield line.decode().replace("\0", "")
    encoding = UTF8
    if begun and not is_utf8(begun[0]) and not begun[0].lstrip().startswith(b"{"):
        begun += itertools.islice(lines, SEARCHED)
        encoding = encoding_of_lines(begun)
        tally.notes += filter(None, [told(encoding)])
    for line in itertools.chain(begun, lines):
        yield line.decode(encoding, errors=error_handler(encoding)).replace("\0", "")


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
    for number, row in enumerate(_separated(lines, delimiter), 1):
        if isinstance(row, Damaged):
            yield number, ValueError(row.reason)
        elif any(row[len(names) :]):
            yield (
                number,
                ValueError(f"{len(row)} values for {len(names)} columns: a value with {delimiter!r} needs quotes"),
            )
        elif row:
            yield number, dict(zip(names, row, strict=False))


def _separated(lines: Iterable[str], delimiter: str) -> Iterator[list[str] | Damaged]:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Damaged(f"not a CSV row: {error}")
        else:
            yield Damaged(NOT_IN_ENCODING) if any(map(is_broken, row)) else row


def _table_rows(lines: Iterator[str], tally: Tally) -> _Numbered:
    """The goods of a table whose header is a price list's; groups and totals are no goods."""
    sample = list(itertools.islice(lines, SEARCHED))
    rows = _separated(itertools.chain(sample, lines), best_delimiter(sample))
    top = list(itertools.islice(rows, SEARCHED))
    try:
        plan = plan_of(None, [[str(cell).strip() for cell in row] for row in top], {})
    except UsageError:
        found = ", ".join(repr(str(name).strip()) for name in next(filter(any, top)) if str(name).strip())
        raise UsageError(f"no column names the goods (title, Наименование, …); the columns are {found}") from None
    if above := plan.header.rows - plan.header.depth:
        tally.notes.append(f"the header is row {above + 1}; what stands above it was read as a letterhead")
    for number, row in SheetReader(plan, {}, tally, NOWHERE).read_each(itertools.chain(top, rows)):
        yield number - plan.header.rows, row
