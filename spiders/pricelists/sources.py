"""Where tables come from: workbooks, and text with separators in whatever encoding."""

import codecs
import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from spiders.pricelists.cells import Cell
from spiders.pricelists.headers import SEARCHED, find_header
from spiders.pricelists.lists import ListError

UNPACKED = 1 << 30  # bytes that a workbook may unpack to
_DELIMITERS = ";,\t|"
_PIECE = 1 << 20
_LONGEST_CELL = 1 << 17
_MOST_LINES = 100  # line ends within one cell; more mean a quotation mark that is never closed


class Workbook:
    """The visible sheets of a workbook, one at a time. Hidden ones are no offers to anybody."""

    def __init__(self, stream: BinaryIO) -> None:
        _refuse_bombs(stream)
        try:
            self._book = CalamineWorkbook.from_filelike(stream)
        except CalamineError as error:
            raise ListError(f"the workbook can't be read: {error}") from None
        sheets = [sheet for sheet in self._book.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet]
        self._names = [sheet.name for sheet in sheets if sheet.visible is SheetVisibleEnum.Visible]
        hidden = [sheet.name for sheet in sheets if sheet.name not in self._names]
        self.notes = [f"hidden sheet not read: {name}" for name in hidden]

    def sheets(self) -> Iterator[tuple[str | None, Iterable[Sequence[Cell]]]]:
        for name in self._names:
            try:
                sheet = self._book.get_sheet_by_name(name)
            except CalamineError as error:
                raise ListError(f"sheet {name!r} can't be read: {error}") from None
            yield name, _rows(sheet)


def _rows(sheet: CalamineSheet) -> Iterator[Sequence[Cell]]:
    """Rows from the first one, cells from column A; empty columns before the first filled one are there too."""
    before: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield [*before, *row]


def _refuse_bombs(stream: BinaryIO) -> None:
    try:
        with ZipFile(stream) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except BadZipFile:
        size = 0  # an old workbook isn't packed; what is no workbook at all, the reader says
    finally:
        stream.seek(0)
    if size > UNPACKED:
        raise ListError(f"the workbook would unpack to {size >> 20} MB; at most {UNPACKED >> 20} are read")


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
