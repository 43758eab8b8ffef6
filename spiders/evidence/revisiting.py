"""Unchanged pages stored once: a later run's record refers to the one that holds the bytes, in an earlier file."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import orjson

from restock.clock import parse_moment
from restock.errors import EvidenceError
from spiders.evidence.exchange import LIST_FILE, Exchange
from spiders.evidence.index import Entry, index_path, read_index
from spiders.evidence.naming import begun
from spiders.evidence.records import Record, record_at

PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
MIN_BYTES = 2_000  # what is smaller costs no more than a record that refers to it
# After so many days a page is stored whole again: nothing rests on a file for ever, and few files have to be asked.
MAX_AGE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Original:
    """The record that holds a payload: its file (relative to the evidence folder), id, address, day and digest."""

    file: str
    record_id: str
    url: str
    date: str
    digest: str

    def headers(self) -> dict[str, str]:
        return {
            "WARC-Profile": PROFILE,
            "WARC-Refers-To": self.record_id,
            "WARC-Refers-To-Target-URI": self.url,
            "WARC-Refers-To-Date": self.date,
            "Restock-Refers-To-File": self.file,
        }


class Earlier:
    """What an earlier run of the site was answered, by address: as little of it as will do, there may be many."""

    def __init__(self, warc: Path | None) -> None:
        self._known: dict[bytes, bytes] = {}
        if warc is None or not index_path(warc).exists():
            return
        file = f"{warc.parent.name}/{warc.name}"
        with index_path(warc).open("rb") as lines:
            for line in lines:
                if line.endswith(b"\n") and (b'"type":"response"' in line or b'"type":"revisit"' in line):
                    self._add(file, line)

    def _add(self, file: str, line: bytes) -> None:
        """A record that refers to another one stands for that one."""
        _, stamp, packed = line.split(b" ", 2)
        row = orjson.loads(packed)
        if row["role"] == LIST_FILE or row["status"] != "200":
            return
        day = stamp.decode()
        date = f"{day[:4]}-{day[4:6]}-{day[6:8]}T{day[8:10]}:{day[10:12]}:{day[12:14]}Z"
        place = row.get("refers") or [file, row["id"], row["url"], date]
        self._known[_short(row["url"])] = orjson.dumps([*place, row["digest"]])

    def same(self, exchange: Exchange, digest: str, now: datetime) -> Original | None:
        """The record that holds this answer's body; None where there is none, or it is too old to rest on."""
        packed = self._known.get(_short(exchange.wire_url))
        found = Original(*orjson.loads(packed)) if packed is not None else None
        if found is None or found.digest != digest or len(exchange.body) < MIN_BYTES or exchange.truncated:
            return None
        if exchange.status != 200 or not timedelta(0) <= now - parse_moment(found.date) < MAX_AGE:
            return None
        return found


def _short(url: str) -> bytes:
    return hashlib.blake2b(url.encode("utf-8", "replace"), digest_size=12).digest()


def original_of(record: Record, path: Path) -> Record:
    """The record that a revisit refers to. Raises EvidenceError where it is missing or not what was stored."""
    file = path.parent.parent / record.headers.get("restock-refers-to-file", "")
    entry = _entries(file).get(record.headers.get("warc-refers-to", "")) if _is_within(file, path) else None
    if entry is None:
        raise EvidenceError(f"{path.name}: what record {record.id} refers to is missing")
    found = record_at(file, entry.offset, entry.length)
    if not found.digests_hold or found.headers.get("warc-payload-digest") != record.headers.get("warc-payload-digest"):
        raise EvidenceError(f"{path.name}: what record {record.id} refers to is not what was stored")
    return found


def _is_within(file: Path, path: Path) -> bool:
    return file.resolve().is_relative_to(path.parent.parent.resolve()) and file.exists()


def _entries(warc: Path) -> dict[str, Entry]:
    try:
        state = index_path(warc).stat()
        return _read(warc, state.st_mtime_ns, state.st_size)
    except OSError:
        return _read(warc, 0, 0) if warc.exists() else {}


@lru_cache(maxsize=4)
def _read(warc: Path, changed: int, size: int) -> dict[str, Entry]:  # noqa: ARG001  a file that changed is read again
    return {entry.record_id: entry for entry in read_index(warc)}


def referred(evidence_dir: Path, warc: Path) -> set[str]:
    """The ids of a file's records that records of other files refer to."""
    name, first = f"{warc.parent.name}/{warc.name}", begun(warc)
    found: set[str] = set()
    needle = orjson.dumps(name)
    for index in evidence_dir.glob("*/*.cdxj"):
        other = index.with_name(index.name.removesuffix(".cdxj") + ".warc.gz")
        if other == warc or not other.exists() or not first <= begun(other) <= first + MAX_AGE:
            continue
        for row in index.read_bytes().split(b"\n"):
            if needle in row and b'"refers"' in row:
                found.add(orjson.loads(row.split(b" ", 2)[2])["refers"][1])
    return found
