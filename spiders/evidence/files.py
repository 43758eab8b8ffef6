"""Stored files: price lists taken back out of their run's WARC file, byte for byte, without holding it in memory."""

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO
from urllib.parse import unquote

from restock.errors import EvidenceError
from restock.listing import Evidence
from spiders.evidence.encoding import unfolded
from spiders.evidence.exchange import LIST_FILE
from spiders.evidence.index import Entry, read_index
from spiders.evidence.records import spelled
from spiders.evidence.thinning import Thinning

_CHUNK = 1 << 20
_LONGEST_HEAD = 1 << 16
UNFOLDED = 4 << 30  # bytes that a packed body may unfold to


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file in the open: its name, its bytes from the beginning, and where they are stored."""

    name: str
    stream: BinaryIO
    evidence: Evidence


def stored_lists(warc: Path) -> list[Entry]:
    """Where the price lists of a WARC file stand; of several answers for one address the last."""
    return list({entry.url: entry for entry in read_index(warc) if _is_list(entry)}.values())


def _is_list(entry: Entry) -> bool:
    return entry.kind == "resource" or (
        entry.kind == "response" and entry.role == LIST_FILE and entry.status.startswith("2")
    )


@contextmanager
def open_file(warc: Path, entry: Entry | None = None) -> Iterator[StoredFile]:
    """A file that a WARC file holds, the first where none is named. Raises EvidenceError where there is none, or not
    as it was stored."""
    entry = entry or next(iter(stored_lists(warc)), None)
    if entry is None:
        thinning = Thinning.read(warc)
        raise EvidenceError(f"{warc.name}: {thinning.told() if thinning else 'no file is stored in it'}")
    with TemporaryFile(prefix="restock-") as stream:
        head, sha256 = _unpack(warc, entry, stream)
        if f"WARC-Payload-Digest: {spelled(sha256)}" not in head:
            raise EvidenceError(f"{warc.name}: record {entry.record_id} is not what was stored")
        evidence = Evidence(sha256.hex(), f"{warc.parent.name}/{warc.name}", entry.record_id)
        name = unquote(entry.url.removeprefix("urn:restock:file:"))
        with plain_file(stream, _content_encoding(head)) as plain:
            yield StoredFile(name, plain, evidence)


@contextmanager
def plain_file(stream: BinaryIO, content_encoding: str, limit: int = UNFOLDED) -> Iterator[BinaryIO]:
    """A body without its content encoding, from the beginning. One that breaks off ends where it breaks."""
    stream.seek(0)
    if not content_encoding:
        yield stream
        return
    with TemporaryFile(prefix="restock-") as plain:
        with suppress(ValueError):  # whoever reads the list finds that its end is missing
            for piece in unfolded(iter(partial(stream.read, _CHUNK), b""), content_encoding):
                if plain.tell() + len(piece) > limit:
                    break
                plain.write(piece)
        plain.seek(0)
        yield plain


def _content_encoding(head: list[str]) -> str:
    return next((line.partition(":")[2].strip() for line in head if line.lower().startswith("content-encoding:")), "")


def _unpack(warc: Path, entry: Entry, out: BinaryIO) -> tuple[list[str], bytes]:
    """Writes the payload of a record; the lines of its heads (WARC's and, of an answer, HTTP's), and the payload's
    SHA-256."""
    pieces = _pieces(warc, entry)
    lines, rest = _head(pieces, b"")
    left = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
    if entry.kind == "response":
        http, body = _head(pieces, rest)
        left -= sum(len(line.encode("latin-1")) + 2 for line in http) + 2
        lines, rest = [*lines, *http], body
    found = hashlib.sha256()
    while rest := (rest or next(pieces, b""))[:left]:
        out.write(rest)
        found.update(rest)
        left, rest = left - len(rest), b""
    return lines, found.digest()


def _head(pieces: Iterator[bytes], start: bytes) -> tuple[list[str], bytes]:
    """The lines of a head up to its empty line, and the bytes behind it that came with them."""
    while b"\r\n\r\n" not in start and len(start) < _LONGEST_HEAD and (piece := next(pieces, b"")):
        start += piece
    head, _, rest = start.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), rest


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
