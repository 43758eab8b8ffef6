"""Separated text: one table in whatever encoding, with whatever separator."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from spiders.pricelists.cells import Cell, Damaged
from spiders.pricelists.encodings import encoding_of, error_handler, is_broken, told
from spiders.pricelists.headers import SEARCHED, find_header
from spiders.pricelists.lists import ListError

DELIMITERS = ";,\t|"
NOT_IN_ENCODING = "bytes that are no text in the encoding of the others"
_LONGEST_CELL = 1 << 17
_MOST_LINES = 100  # line ends within one cell; more mean a quotation mark that is never closed


class Separated:
    """One table of separated values. The separator is the one with which the header is known best."""

    def __init__(self, stream: BinaryIO, encoding: str | None = None) -> None:
        self._stream = stream
        self._encoding = encoding or encoding_of(stream)
        note = None if encoding else told(self._encoding)
        self.notes = [note] if note else []
        self._delimiter = self._sniffed()

    def sheets(self) -> Iterator[tuple[str | None, Iterable[Sequence[Cell]]]]:
        yield None, self._rows(self._delimiter)

    def _lines(self) -> Iterator[str]:
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, encoding=self._encoding, errors=error_handler(self._encoding), newline="")
        try:
            yield from iter(text.readline, "")
        finally:
            if not self._stream.closed:  # it is its owner's: a reader that is given up must not close it
                text.detach()

    def _rows(self, delimiter: str) -> Iterator[Sequence[Cell]]:
        csv.field_size_limit(_LONGEST_CELL)
        reader = csv.reader((line.replace("\0", "") for line in self._lines()), delimiter=delimiter)
        while True:
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise ListError(f"line {reader.line_num}: {error}") from None
            if row is None:
                return
            if any(cell.count("\n") > _MOST_LINES for cell in row):
                raise ListError(f"line {reader.line_num}: a quotation mark is opened and never closed")
            yield Damaged(NOT_IN_ENCODING) if any(map(is_broken, row)) else row

    def _sniffed(self) -> str:
        return max(DELIMITERS, key=lambda delimiter: _worth(self._rows(delimiter)))


def best_delimiter(lines: Sequence[str]) -> str:
    """The separator of a table that begins with these lines."""
    return max(DELIMITERS, key=lambda delimiter: _worth(csv.reader(lines, delimiter=delimiter)))


def _worth(rows: Iterable[Sequence[Cell]]) -> tuple[int, int]:
    """How many columns of a header are known with a separator; the number of cells breaks ties."""
    found: list[list[str]] = []
    with suppress(ListError, csv.Error):  # whoever reads the rows is told
        for row in itertools.islice(rows, SEARCHED):
            found.append([str(cell).strip() for cell in row])  # noqa: PERF401  what came before an error counts
    header = find_header(found)
    return sum(map(bool, header.names)) if header else 0, sum(map(len, found))
