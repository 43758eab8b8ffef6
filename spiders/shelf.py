"""The shelf: rows put away under a number, the first few thousand at hand and all others on disk."""

import os
import weakref
from array import array
from functools import cached_property
from tempfile import TemporaryFile
from typing import BinaryIO

from restock.listing import RawListing
from spiders.spool import row_in, spool_line

AT_HAND = 2_000


class Shelf:
    """Rows by the number that they were given, from 0 on. What a crawl of any size holds in memory stays small."""

    def __init__(self, at_hand: int = AT_HAND) -> None:
        self._most = at_hand
        self._rows: list[RawListing] = []
        self._ends = array("Q", [0])  # where in the file each of the others ends

    def put(self, row: RawListing) -> int:
        if len(self._rows) < self._most:
            self._rows.append(row)
            return len(self._rows) - 1
        line = spool_line(row)
        self._file.write(line)
        self._ends.append(self._ends[-1] + len(line))
        return self._most + len(self._ends) - 2

    def __getitem__(self, number: int) -> RawListing:
        if number < self._most:
            return self._rows[number]
        start, end = self._ends[number - self._most : number - self._most + 2]
        self._file.flush()
        return row_in(os.pread(self._file.fileno(), end - start, start))

    @cached_property
    def _file(self) -> BinaryIO:
        file = TemporaryFile()  # noqa: SIM115  it is closed when nobody holds the shelf any more
        weakref.finalize(self, file.close)
        return file
