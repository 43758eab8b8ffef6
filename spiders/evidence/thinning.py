"""Evidence thinned on purpose: a finished run's WARC file without the records that nothing in the catalogue rests on.

The records that stay are the same bytes under the same ids. What went, when and by which setting is written down
beside the file, and sealed with it."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self

import orjson

from restock.addresses import url_key
from restock.errors import EvidenceError
from restock.listing import time_text
from restock.terms import PageRole
from spiders.evidence import replacing
from spiders.evidence.exchange import PICTURE, ROBOTS
from spiders.evidence.extracting import copy_member
from spiders.evidence.index import Entry, index_path, read_index
from spiders.evidence.naming import seal_path
from spiders.evidence.verifying import seal_faults
from spiders.evidence.writing import seal_text

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinning:
    """What was dropped from a run's evidence, when, by which setting, and what stayed. `seal` is the seal of the whole
    files as they were: a copy of them can still be told by it."""

    at: str
    setting: str
    dropped_records: int
    dropped_bytes: int
    kept_records: int
    kept_bytes: int
    seal: str

    @classmethod
    def read(cls, warc: Path) -> Self | None:
        """What was dropped from a WARC file; None for a whole one. Raises EvidenceError where that can't be read."""
        path = replacing.word_path(warc)
        try:
            found = cls(**orjson.loads(path.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError):
            raise EvidenceError(f"{path.name}: what was dropped can't be read") from None
        return found if found.dropped_records else None

    def told(self) -> str:
        return (
            f"its evidence was thinned at {self.at} by {self.setting}: {self.dropped_records:,} records "
            f"({self.dropped_bytes:,} bytes) were dropped, {self.kept_records:,} stayed"
        )


def thin(warc: Path, proofs: Collection[str], *, walk: bool, setting: str, at: datetime) -> Thinning:
    """Drops from a sealed file what no proof is; the caller sees to it that nobody else does. `proofs` are the ids of
    the records that states rest on; with `walk`, what the run did not find was told, and every list stays.

    Raises EvidenceError, and leaves all as it is, for a file that is not as it was sealed or lacks a proof."""
    replacing.forget(warc)
    entries = _sound_entries(warc, proofs)
    kept = list(_kept(entries, set(proofs), walk=walk))
    sizes = [sum(entry.length for entry in some) for some in (entries, kept)]
    thinning = Thinning(
        at=time_text(at) or "",
        setting=setting,
        dropped_records=len(entries) - len(kept),
        dropped_bytes=sizes[0] - sizes[1],
        kept_records=len(kept),
        kept_bytes=sizes[1],
        seal=seal_path(warc).read_text("utf-8"),
    )
    try:
        _replace(warc, kept, thinning)
    except BaseException:
        if not replacing.word_path(warc).exists():
            replacing.forget(warc)
        raise
    return thinning


def _sound_entries(warc: Path, proofs: Collection[str]) -> list[Entry]:
    """What was altered is no longer known by its seal once a file is sealed anew: it must be told before."""
    if not seal_path(warc).exists():
        raise EvidenceError(f"{warc.name}: it has no seal")
    for fault in seal_faults(warc):
        raise EvidenceError(f"{fault.file}: {fault.message}")
    entries = read_index(warc)
    missing = set(proofs) - {entry.record_id for entry in entries}
    if missing:
        raise EvidenceError(f"{warc.name}: {len(missing)} records that states rest on are not in it")
    return entries


def _kept(entries: Iterable[Entry], proofs: set[str], *, walk: bool) -> Iterator[Entry]:
    """A request goes with the answer that stands before it. What was answered without success stays: it is small, and
    says that a page was gone, or why it was not seen."""
    entries = list(entries)
    resting = [entry for entry in entries if entry.record_id in proofs]
    addresses = {key for entry in resting for key in _addresses(entry)}
    # What a product's page leaves out may have come from its card, on any list.
    lists = walk or any(entry.role == PageRole.PRODUCT for entry in resting)
    stays = True
    for entry in entries:
        if entry.kind != "request":
            stays = (
                not _may_go(entry)
                or entry.record_id in proofs
                or (lists and entry.role != PageRole.PRODUCT)
                or not addresses.isdisjoint(_addresses(entry))
            )
        if stays:
            yield entry


def _may_go(entry: Entry) -> bool:
    answered = entry.kind in {"response", "revisit"} and entry.role != ROBOTS and entry.status.startswith("2")
    return answered or entry.kind in {"resource", "conversion"}


def _addresses(entry: Entry) -> set[str]:
    """The same page under several addresses is one witness."""
    if entry.kind == "resource" and entry.role != PICTURE:
        return set()
    found = set()
    for url in (entry.url, entry.requested_url):
        try:
            found.add(url_key(url))
        except ValueError:
            found.add(url)
    return found


def _replace(warc: Path, kept: list[Entry], thinning: Thinning) -> None:
    word = orjson.dumps(asdict(thinning), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    index = index_path(warc)
    if thinning.dropped_records:
        with replacing.new_file(warc) as out, warc.open("rb") as stream, replacing.new_file(index) as lines:
            hashes = _Sums(out), _Sums(lines)
            for entry in kept:
                moved = _moved(entry, hashes[0].size)
                copy_member(stream, entry, hashes[0])
                hashes[1].write(moved + b"\n")
        sums = {path.name: hashed.value for path, hashed in zip((warc, index), hashes, strict=True)}
    else:
        sums = {path.name: _sum_of(path) for path in (warc, index)}
    sums[replacing.word_path(warc).name] = hashlib.sha256(word).hexdigest()
    with replacing.new_file(seal_path(warc)) as out:
        out.write(seal_text(sums))
    replacing.commit(warc, word)


class _Sums:
    """Writes to a file, and knows its size and SHA-256."""

    def __init__(self, out: BinaryIO) -> None:
        self.size = 0
        self._out = out
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._out.write(data)
        self._hash.update(data)
        self.size += len(data)

    @property
    def value(self) -> str:
        return self._hash.hexdigest()


def _sum_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _moved(entry: Entry, offset: int) -> bytes:
    """The index line of a record that stands elsewhere now."""
    start, stamp, found = entry.line.split(b" ", 2)
    return b" ".join((start, stamp, orjson.dumps(orjson.loads(found) | {"offset": str(offset)})))
