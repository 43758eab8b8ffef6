"""Stored files: a price list taken back out of its run's WARC file, byte for byte, without holding it in memory."""

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from urllib.parse import unquote

from restock.errors import EvidenceError
from restock.listing import Evidence
from spiders.evidence.index import Entry, read_index
from spiders.evidence.records import spelled
from spiders.evidence.thinning import Thinning

_CHUNK = 1 << 20
_LONGEST_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file in the open: its name, its bytes from the beginning, and where they are stored."""

    name: str
    stream: BinaryIO
    evidence: Evidence


@contextmanager
def open_file(warc: Path) -> Iterator[StoredFile]:
    """The file that a WARC file holds. Raises EvidenceError where there is none, or not as it was stored."""
    entry = next((entry for entry in read_index(warc) if entry.kind == "resource"), None)
    if entry is None:
        thinning = Thinning.read(warc)
        raise EvidenceError(f"{warc.name}: {thinning.told() if thinning else 'no file is stored in it'}")
    with TemporaryFile(prefix="restock-") as stream:
        head, sha256 = _unpack(warc, entry, stream)
        if f"WARC-Payload-Digest: {spelled(sha256)}" not in head:
            raise EvidenceError(f"{warc.name}: record {entry.record_id} is not what was stored")
        stream.seek(0)
        name = unquote(entry.url.removeprefix("urn:restock:file:"))
        yield StoredFile(name, stream, Evidence(sha256.hex(), f"{warc.parent.name}/{warc.name}", entry.record_id))


def _unpack(warc: Path, entry: Entry, out: BinaryIO) -> tuple[list[str], bytes]:
    """Writes the block of a record; the lines of its head, and the block's SHA-256."""
    pieces = _pieces(warc, entry)
    start = b""
    while b"\r\n\r\n" not in start and len(start) < _LONGEST_HEAD and (piece := next(pieces, b"")):
        start += piece
    head, _, rest = start.partition(b"\r\n\r\n")
    lines = head.decode("utf-8", "replace").split("\r\n")
    left = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
    found = hashlib.sha256()
    while rest := (rest or next(pieces, b""))[:left]:
        out.write(rest)
        found.update(rest)
        left, rest = left - len(rest), b""
    return lines, found.digest()


def _pieces(warc: Path, entry: Entry) -> Iterator[bytes]:
    """The plain bytes of a gzip member, in pieces of a bounded size."""
    unpacker = zlib.decompressobj(31)
    try:
        with warc.open("rb") as stream:
            stream.seek(entry.offset)
            while not unpacker.eof and (packed := unpacker.unconsumed_tail or stream.read(_CHUNK)):
                if piece := unpacker.decompress(packed, _CHUNK):
                    yield piece
    except (OSError, zlib.error) as error:
        raise EvidenceError(f"{warc.name}: no readable record at byte {entry.offset}: {error}") from None
