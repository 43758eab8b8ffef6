"""Separated text: one table in whatever encoding, with whatever separator."""

import codecs
import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from spiders.pricelists.cells import Cell
from spiders.pricelists.headers import SEARCHED, find_header
from spiders.pricelists.lists import ListError

DELIMITERS = ";,\t|"
_PIECE = 1 << 20
_LONGEST_CELL = 1 << 17
_MOST_LINES = 100  # line ends within one cell; more mean a quotation mark that is never closed


class Separated:
    """One table of separated values. The separator is the one with which the header is known best."""

    def __init__(self, stream: BinaryIO) -> None:
        self.notes: list[str] = []
        self._stream = stream
        self._encoding = encoding_of(stream)
        self._delimiter = self._sniffed()

    def sheets(self) -> Iterator[tuple[str | None, Iterable[Sequence[Cell]]]]:
        yield None, self._rows(self._delimiter)

    def _lines(self) -> Iterator[str]:
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, encoding=self._encoding, errors="replace", newline="")
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
            yield row

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


def wide_encoding(start: bytes) -> str | None:
    """The form of UTF-16 that a text's first four bytes show."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) >= 4 and 0 in start and start.count(0) < 4:
        return "utf-16-le" if start[1] == 0 else "utf-16-be"
    return None


def encoding_of(stream: BinaryIO) -> str:
    """By its mark; else UTF-8 where the whole text is that, else Windows-1251."""
    stream.seek(0)
    if wide := wide_encoding(stream.read(4)):
        return wide
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := stream.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8-sig"
