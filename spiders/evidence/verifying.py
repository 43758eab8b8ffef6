"""Stored evidence re-hashed: any bit of a run's files that has changed since they were written is found."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from restock.errors import EvidenceError
from spiders.evidence.index import Entry, index_path, line, read_index
from spiders.evidence.naming import seal_path
from spiders.evidence.records import record_at, records
from spiders.evidence.replacing import finish, word_path
from spiders.evidence.revisiting import original_of
from spiders.evidence.writing import seal_text


@dataclass(frozen=True, slots=True)
class Fault:
    """Something missing or altered. `record_id` and `offset` where a single record is at fault."""

    file: str
    message: str
    record_id: str | None = None
    offset: int | None = None


def verify(path: Path, *, unfinished_ok: bool, proofs: Collection[str] = ()) -> list[Fault]:
    """Everything wrong with a run's WARC file, its index and its seal; empty where all is as it was written, or as it
    was thinned.

    `unfinished_ok` is for a run that was broken off: it has no seal, and its unfinished tail is no loss. `proofs` are
    the ids of records that must be there."""
    thinned = word_path(path).exists()
    faults = _faults(path, unfinished_ok, proofs)
    if faults and word_path(path).exists() != thinned:
        return _faults(path, unfinished_ok, proofs)  # it was thinned while it was read
    return faults


def _faults(path: Path, unfinished_ok: bool, proofs: Collection[str]) -> list[Fault]:
    if not path.exists():
        return [Fault(path.name, "the evidence is missing")]
    finish(path)
    sealed = seal_path(path).exists()
    faults = seal_faults(path) if sealed else []
    if not sealed and not unfinished_ok:
        faults.append(Fault(seal_path(path).name, "the seal of a finished run is missing"))
    unfinished = unfinished_ok and not sealed
    try:
        entries = read_index(path)
        faults += _index_faults(path, entries, unfinished=unfinished)
    except EvidenceError as error:
        faults.append(Fault(path.name, str(error)))
        faults += _walk_faults(path)
        return faults
    lost = set(proofs) - {entry.record_id for entry in entries}
    return faults + [Fault(path.name, "a record that a state rests on is missing", one) for one in sorted(lost)]


def seal_faults(path: Path) -> list[Fault]:
    """What is not as it was sealed; of a thinned run, the word of what was dropped is sealed too."""
    word = word_path(path)
    sums = {}
    for file in (path, index_path(path), *([word] if word.exists() else [])):
        if not file.exists():
            return [Fault(file.name, "missing")]
        with file.open("rb") as stream:
            sums[file.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    found = seal_path(path).read_bytes()
    if found == seal_text(sums):
        return []
    if word.name.encode() in found and not word.exists():
        return [Fault(word.name, "missing")]
    altered = [name for name, value in sums.items() if value.encode() not in found]
    return [Fault(name, "not as it was sealed") for name in altered or [seal_path(path).name]]


def _index_faults(path: Path, entries: list[Entry], *, unfinished: bool) -> Iterator[Fault]:
    """Each indexed record against its index line, and what stands behind the last of them."""
    size, end = path.stat().st_size, 0
    if size and not index_path(path).exists():
        yield Fault(index_path(path).name, "missing")
    for entry in entries:
        if entry.offset != end:
            yield Fault(index_path(path).name, "the index has a gap", entry.record_id, end)
        end = entry.offset + entry.length
        if end > size:
            if not unfinished:
                yield Fault(path.name, "the file is cut off", entry.record_id, entry.offset)
            return
        yield from _entry_faults(path, entry)
    if size > end and not unfinished:
        yield Fault(path.name, "bytes behind the last record", offset=end)


def _entry_faults(path: Path, entry: Entry) -> Iterator[Fault]:
    try:
        record = record_at(path, entry.offset, entry.length)
    except EvidenceError as error:
        yield Fault(path.name, str(error), entry.record_id, entry.offset)
        return
    if not record.digests_hold:
        yield Fault(path.name, "the record's digest does not hold", entry.record_id, entry.offset)
    elif line(record, path.name) != entry.line:
        yield Fault(path.name, "the record is not the one that was indexed", entry.record_id, entry.offset)
    elif record.kind == "revisit":
        try:
            original_of(record, path)
        except EvidenceError as error:
            yield Fault(path.name, str(error), entry.record_id, entry.offset)


def _walk_faults(path: Path) -> Iterator[Fault]:
    """Record by record, where the index can't help."""
    try:
        for record in records(path):
            if not record.digests_hold:
                yield Fault(path.name, "the record's digest does not hold", record.id, record.offset)
    except EvidenceError as error:
        yield Fault(path.name, str(error))
