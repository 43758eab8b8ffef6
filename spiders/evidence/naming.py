"""Where a run's evidence is: `<evidence>/<site>/<run>.warc.gz`, and what to do where that name is taken."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import BinaryIO

from restock.clock import parse_moment
from restock.errors import EvidenceError
from spiders.evidence.index import index_path
from spiders.evidence.records import records

_END = ".warc.gz"


def site_slug(name: str) -> str:
    """A site's name as the name of a folder; one that had to be changed carries a hash, so that no two are the same."""
    slug = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-.")[:60]
    if slug == name:
        return slug
    return f"{slug or 'site'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def find_warc(evidence_dir: Path, site: str, run_id: str, *, before: datetime | None = None) -> Path:
    """The WARC file of a run, whether it is there or not.

    Where a catalogue was lost or restored, several runs had one name. Of their files, the last one that was begun
    by `before`, the run's end, is meant."""
    first = evidence_dir / site_slug(site) / f"{run_id}{_END}"
    for warc in _further(first):
        if before is None or begun(warc) <= before:
            return warc
    return first


def _further(first: Path) -> list[Path]:
    """The files that could not have the first one's name, the last of them first."""
    stem = first.name.removesuffix(_END)
    numbers = [warc.name.removesuffix(_END).removeprefix(f"{stem}.") for warc in first.parent.glob(f"*{_END}")]
    return [_numbered(first, number) for number in sorted({int(one) for one in numbers if one.isdecimal()})[::-1]]


def begun(warc: Path) -> datetime:
    """When a file was begun; one that can't say so was begun by any time."""
    try:
        return parse_moment(next(records(warc)).headers["warc-date"])
    except (EvidenceError, StopIteration, KeyError, ValueError):
        return datetime.min.replace(tzinfo=UTC)


def new_file(evidence_dir: Path, site: str, run_id: str) -> BinaryIO:
    """A new WARC file for a run, open for writing. What other evidence has or had is never touched: the file is then
    `<run>.2.warc.gz`, and so on."""
    first = evidence_dir / site_slug(site) / f"{run_id}{_END}"
    first.parent.mkdir(parents=True, exist_ok=True)
    for path in _names(first):
        # A lone index or seal is what is left of other evidence.
        if not (index_path(path).exists() or seal_path(path).exists()):
            try:
                return path.open("xb")
            except FileExistsError:
                continue
    raise AssertionError("numbers do not end")


def _names(first: Path) -> Iterator[Path]:
    yield first
    yield from (_numbered(first, number) for number in count(2))


def _numbered(first: Path, number: int) -> Path:
    return first.with_name(f"{first.name.removesuffix(_END)}.{number}{_END}")


def run_of(warc: str) -> str:
    """The id of the run that a WARC file belongs to, by the file's name; ids have no dot."""
    return warc.rpartition("/")[2].partition(".")[0]


def seal_path(warc: Path) -> Path:
    return warc.with_name(warc.name.removesuffix(_END) + ".sha256")
