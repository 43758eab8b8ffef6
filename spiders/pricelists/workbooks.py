"""Workbooks: their visible sheets, within bounds that no honest list comes near."""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from spiders.pricelists.cells import Cell, place_of
from spiders.pricelists.lists import ListError

UNPACKED = 1 << 30  # bytes that a workbook may unpack to
CELLS = 30_000_000  # that a sheet may span: the reader lays out all of them, filled or not
_PACKED = b"PK"
_PIECE = 1 << 20
_LONGEST_REFERENCE = 64  # bytes
_REFERENCE = re.compile(rb"""\br\s*=\s*["']\$?([A-Za-z]{1,3})\$?(\d{1,9})["']""")


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
    """A few bytes can name a cell in the last row and column, for which the reader would ask more memory than there
    is: nothing could be said any more then."""
    packed = stream.read(2) == _PACKED
    stream.seek(0)
    if not packed:
        return  # the older kind is bounded by itself
    try:
        with ZipFile(stream) as book:
            parts = book.infolist()
            if "xl/workbook.xml" not in book.namelist():
                raise ListError("the workbook can't be read: it is no .xlsx")
            size = sum(part.file_size for part in parts)
            if size > UNPACKED:
                raise ListError(f"the workbook would unpack to {size >> 20} MB; at most {UNPACKED >> 20} are read")
            for part in parts:
                _refuse_wide(book, part)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ListError(f"the workbook can't be read: {error}") from None
    finally:
        stream.seek(0)


def _refuse_wide(book: ZipFile, part: ZipInfo) -> None:
    columns: set[bytes] = set()
    last_row, rest = 0, b""
    with book.open(part) as stream:
        while piece := stream.read(_PIECE):
            found = _REFERENCE.findall(rest + piece)
            columns.update(letters for letters, _ in found)
            last_row = max(last_row, max((int(row) for _, row in found), default=0))
            rest = piece[-_LONGEST_REFERENCE:]
    width = max((place_of(letters.decode()) or 0 for letters in columns), default=-1) + 1
    if width * last_row > CELLS:
        raise ListError(f"{part.filename} spans {width} columns and {last_row} rows; at most {CELLS} cells are read")
