"""The spool of a crawl: one JSON line per raw listing, in the order of reading."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from restock.errors import CrawlError
from restock.listing import Evidence, RawListing
from restock.terms import PageRole

SPOOL_FILE = "spool.jsonl"


class Spool:
    """Writes raw listings to a new file; each page's listings are flushed together.

    A spool that is there already belongs to another crawl: FileExistsError."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")

    def write(self, *listings: RawListing) -> None:
        self._file.write(b"".join(map(spool_line, listings)))
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def read_spool(path: Path) -> Iterator[RawListing]:
    """The raw listings of a spool; an unfinished last line is left out.

    Raises CrawlError for any other line that can't be read."""
    if not path.exists():
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                yield row_in(line)
            except (ValueError, TypeError, KeyError):
                raise CrawlError(f"{path.name}: line {number} is no raw listing") from None


class SpoolTail:
    """A spool that is still being written: each time it is asked, it gives the rows that have come since the last."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    def rows(self) -> list[RawListing]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as lines:
            lines.seek(self._at)
            # In one piece: a line whose end is written while lines are counted would be taken for two.
            come, end, _ = lines.read().rpartition(b"\n")
        self._at += len(come) + len(end)
        return [row_in(line) for line in come.split(b"\n") if line]


def spool_line(row: RawListing) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def row_in(line: bytes) -> RawListing:
    """The raw listing that a line of a spool holds; ValueError, TypeError or KeyError where it holds none."""
    row: dict[str, Any] = orjson.loads(line)
    evidence, role = row.pop("evidence"), row.pop("read_from")
    return RawListing(
        **row,
        evidence=None if evidence is None else Evidence(**evidence),
        read_from=None if role is None else PageRole(role),
    )
