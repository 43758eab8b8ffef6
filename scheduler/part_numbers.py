"""Part numbers as people give them: typed, pasted, or in a list of any make, folded as normalisation folds them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from pipelines.text import number
from restock.errors import UsageError
from spiders.pricelists import ListError
from spiders.pricelists.names import meaning
from spiders.pricelists.separated import Separated

_DASHES = str.maketrans("–—", "--")  # what an editor makes of a hyphen; in a title they part words
_WRAPPING = " \t\"'«»“”„;,"
_PREFERRED = ("mpn", "article", "sku")


def asked_number(text: str) -> str:
    """A part number as the catalogue keeps it: upper case, Latin look-alikes, no spaces."""
    plain = text.translate(_DASHES).strip(_WRAPPING)
    return number(plain) or "".join(plain.split()).upper()


def asked_forms(text: str) -> list[str]:
    """The part numbers that a text may mean, the likeliest first: who types one puts a space where a dash belongs."""
    pieces = text.translate(_DASHES).strip(_WRAPPING).split()
    return list(dict.fromkeys((asked_number(text), asked_number("-".join(pieces)))))


def read_part_numbers(path: Path) -> list[str]:
    """The part numbers in a file, one a line or in a column of a CSV: the one whose header says so, else the first.
    What follows a # at the beginning of a line is a remark.

    Raises UsageError where the file can't be read, or holds none."""
    try:
        with path.open("rb") as stream:
            found = list(_numbers(_rows(_table(stream))))
    except (OSError, ListError) as error:
        raise UsageError(f"{path}: can't be read: {getattr(error, 'strerror', None) or error}") from None
    if not found:
        raise UsageError(f"{path}: no part numbers are in it")
    return found


def _table(stream: BinaryIO) -> Separated:
    """Look-alikes in a few part numbers are too few letters to tell an encoding: they are of the trade's old one. A
    number that comes out wrong is told as one that nobody offers."""
    try:
        return Separated(stream)
    except UsageError:
        return Separated(stream, "cp1251")


def _rows(table: Separated) -> Iterator[list[str]]:
    for _, rows in table.sheets():
        for row in rows:
            cells = [str(cell).strip() for cell in row]
            if any(cells) and not cells[0].startswith("#"):
                yield cells


def _numbers(rows: Iterator[list[str]]) -> Iterator[str]:
    first = next(rows, None)
    if first is None:
        return
    column = _column(first)
    if column is None:
        yield first[0]
        column = 0
    for row in rows:
        if column < len(row) and row[column].strip(_WRAPPING):
            yield row[column]


def _column(header: Sequence[str]) -> int | None:
    """The column whose header names part numbers; None where the first row is no header."""
    fields = [meaning(name).field if not any(map(str.isdigit, name)) else None for name in header]
    return next((fields.index(name) for name in _PREFERRED if name in fields), None)
