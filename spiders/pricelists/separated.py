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

_DELIMITERS = ";,\t|"
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
        worths = {delimiter: self._worth(delimiter) for delimiter in _DELIMITERS}
        return max(worths, key=lambda delimiter: worths[delimiter])

    def _worth(self, delimiter: str) -> tuple[int, int]:
        """How many columns of a header are known with a separator; the number of cells breaks ties."""
        rows: list[list[str]] = []
        with suppress(ListError):  # whoever reads the rows is told
            for row in itertools.islice(self._rows(delimiter), SEARCHED):
                rows.append([str(cell).strip() for cell in row])  # noqa: PERF401  what came before an error counts
        header = find_header(rows)
        return sum(map(bool, header.names)) if header else 0, sum(map(len, rows))


def encoding_of(stream: BinaryIO) -> str:
    """By its mark; else UTF-8 where the whole text is that, else Windows-1251."""
    stream.seek(0)
    start = stream.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) >= 4 and 0 in start and start.count(0) < 4:
        return "utf-16-le" if start[1] == 0 else "utf-16-be"
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := stream.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8-sig"
