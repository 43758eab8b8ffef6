"""One page's records taken out of a run's WARC file, byte for byte: what a third party needs to check one row."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from restock.errors import EvidenceError
from spiders.evidence.exchange import PICTURE
from spiders.evidence.index import Entry, find_entry, read_index
from spiders.evidence.records import Record, record_at
from spiders.evidence.revisiting import original_of

_CHUNK = 1 << 20


class Out(Protocol):
    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Extract:
    """The records of one page: the response, the request, the page as it was drawn and its picture, where there are."""

    response: Record | None = None
    request: Record | None = None
    drawn: Record | None = None
    picture: Record | None = None


def extract(warc: Path, record_id: str, out: BinaryIO) -> Extract:
    """Writes the records that belong to one as a WARC file of their own, and gives what can be held of them.

    Raises EvidenceError where the record is missing, or one of them is not what was indexed."""
    entries = read_index(warc)
    own = list(_belonging(entries, record_id))
    if not own:
        raise EvidenceError(f"{warc.name}: no record {record_id}")
    with warc.open("rb") as stream:
        for entry in own:
            copy_member(stream, entry, out)
    _copy_originals(warc, own, out)
    found: dict[str, Record] = {}
    for entry in own:
        name = _NAMES.get("picture" if entry.role == PICTURE else entry.kind)
        if name is not None:
            record = record_at(warc, entry.offset, entry.length)
            found[name] = original_of(record, warc) if record.kind == "revisit" else record
    return Extract(**found)


def _copy_originals(warc: Path, own: Iterable[Entry], out: BinaryIO) -> None:
    """What a record refers to is part of the proof."""
    for file, record_id in dict.fromkeys(entry.refers_to for entry in own if entry.refers_to is not None):
        other = warc.parent.parent / file
        entry = find_entry(other, record_id)
        if entry is None:
            raise EvidenceError(f"{warc.name}: record {record_id} of {file}, which it refers to, is missing")
        with other.open("rb") as stream:
            copy_member(stream, entry, out)


_NAMES = {
    "response": "response",
    "revisit": "response",
    "request": "request",
    "conversion": "drawn",
    "picture": "picture",
}


def _belonging(entries: list[Entry], record_id: str) -> Iterator[Entry]:
    """The file's first record, which says who wrote it; the answers for the address of the one that is meant, up to
    it and what came of it; each request with the answer that stands before it."""
    meant = next((entry for entry in entries if entry.record_id == record_id), None)
    if meant is None:
        return
    answered = False
    for entry in entries:
        if entry.kind == "request":
            own = answered
        else:
            own = entry.url == meant.url and (meant.kind in (entry.kind, "conversion"))
            own = own or (entry.role == PICTURE and entry.url == meant.url)
            answered = own
        if own or entry.kind == "warcinfo":
            yield entry


def copy_member(stream: BinaryIO, entry: Entry, out: Out) -> None:
    """Copies a record of any size, and sees that it is the one that was indexed."""
    stream.seek(entry.offset)
    found, left = hashlib.sha256(), entry.length
    while left and (piece := stream.read(min(left, _CHUNK))):
        out.write(piece)
        found.update(piece)
        left -= len(piece)
    if left or found.hexdigest() != entry.member_sha256:
        raise EvidenceError(f"{stream.name}: record {entry.record_id} is not the one that was indexed")


def sums(paths: Iterable[Path]) -> dict[str, str]:
    """The SHA-256 of each file by its name."""
    found = {}
    for path in paths:
        with path.open("rb") as stream:
            found[path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found
