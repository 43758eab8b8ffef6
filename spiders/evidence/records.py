"""WARC/1.1 records: built and parsed with warcio, each kept as a gzip member of its own.

The HTTP head is stored as raw bytes: warcio's own re-encoding of header values would not be what the server sent."""

import base64
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

from isal import isal_zlib
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from restock.errors import EvidenceError
from restock.listing import time_text


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


VERSION = "WARC/1.1"
# ISA-L packs a page in a tenth of the time that zlib takes at level 6, and a twentieth larger.
_LEVEL = 2
_CHUNK = 1 << 16

CONTENT_TYPES = {
    "warcinfo": "application/warc-fields",
    "request": "application/http; msgtype=request",
    "response": "application/http; msgtype=response",
    "revisit": "application/http; msgtype=response",
}


_ANSWERS = frozenset({"response", "revisit"})
_HTTP = _ANSWERS | {"request"}


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in a file. Header names are lower case; `offset` and `length` are those of its member."""

    kind: str
    id: str
    headers: dict[str, str]
    block: bytes
    offset: int
    length: int
    member_sha256: str

    @property
    def payload(self) -> bytes:
        """The body behind the HTTP head; of other kinds the whole block."""
        return self.block.partition(b"\r\n\r\n")[2] if self.kind in _HTTP else self.block

    @property
    def status(self) -> str:
        """The three digits of a response's status, "" for other kinds."""
        return self.block[:24].partition(b" ")[2][:3].decode("latin-1") if self.kind in _ANSWERS else ""

    @property
    def digests_hold(self) -> bool:
        # A revisit's payload stands in the record that it refers to.
        payload = self.headers.get("warc-payload-digest") if self.kind != "revisit" else None
        return self.headers.get("warc-block-digest") == digest(self.block) and (
            payload is None or payload == digest(self.payload)
        )


def digest(data: bytes) -> str:
    """A digest as WARC spells it: the algorithm and base 32."""
    return spelled(hashlib.sha256(data).digest())


def spelled(sha256: bytes) -> str:
    return "sha256:" + base64.b32encode(sha256).decode("ascii")


def new_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def member(kind: str, record_id: str, moment: datetime, headers: dict[str, str], block: bytes) -> bytes:
    """One record as a gzip member. `headers` are added to those that every record has; the caller gives the block's
    digest among them."""
    plain = BytesIO()
    _write(plain, kind, _named(kind, record_id, moment, headers), BytesIO(block), len(block))
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, 31)
    return packer.compress(plain.getvalue()) + packer.flush()


def write_member(
    out: BinaryIO,
    kind: str,
    record_id: str,
    moment: datetime,
    headers: dict[str, str],
    block: Readable,
    length: int,
) -> tuple[int, str]:
    """Writes a record of any size as a gzip member, piece by piece; the member's length and SHA-256 (hex).

    The caller gives the block's digest among the headers."""
    packing = _Packing(out)
    _write(packing, kind, _named(kind, record_id, moment, headers), block, length)
    return packing.end()


def _named(kind: str, record_id: str, moment: datetime, headers: dict[str, str]) -> dict[str, str]:
    stamps = {"WARC-Type": kind, "WARC-Record-ID": record_id, "WARC-Date": time_text(moment) or ""}
    return stamps | {name: _one_line(value) for name, value in headers.items()}


def _write(out: object, kind: str, named: dict[str, str], block: Readable, length: int) -> None:
    content_type = named.get("Content-Type") or CONTENT_TYPES[kind]
    head = StatusAndHeaders("", list(named.items()), protocol=VERSION)
    # warcio writes no block of what it knows for a revisit; its type stands in the head.
    written = "response" if kind == "revisit" else kind
    record = ArcWarcRecord("warc", written, head, block, None, content_type, length)
    WARCWriter(out, gzip=False, warc_version="1.1").write_record(record)


class _Packing:
    """Packs what is written to it into a file."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, 31)
        self._hash = hashlib.sha256()
        self._length = 0

    def write(self, data: bytes) -> None:
        self._append(self._packer.compress(data))

    def flush(self) -> None:
        """warcio flushes after each record; a member ends where `end` says so."""

    def end(self) -> tuple[int, str]:
        self._append(self._packer.flush())
        return self._length, self._hash.hexdigest()

    def _append(self, packed: bytes) -> None:
        self._out.write(packed)
        self._hash.update(packed)
        self._length += len(packed)


def _one_line(value: str) -> str:
    return " ".join(value.split())


def records(path: Path, *, start: int = 0) -> Iterator[Record]:
    """The records of a file, in order. Ends quietly at a member that the file breaks off in.

    Raises EvidenceError for bytes that are no record."""
    with _opened(path) as stream:
        stream.seek(start)
        for offset, packed, plain in _members(stream, start, path):
            yield parse(plain, packed, offset, path)


def record_at(path: Path, offset: int, length: int) -> Record:
    """The record of one member. Raises EvidenceError where none stands there."""
    with _opened(path) as stream:
        stream.seek(offset)
        packed = stream.read(length)
    try:
        plain = zlib.decompress(packed, wbits=31)
    except zlib.error:
        raise EvidenceError(f"{path}: no readable record at byte {offset}") from None
    return parse(plain, packed, offset, path)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise EvidenceError(f"{path}: the evidence can't be read: {error.strerror}") from None


def _members(stream: BinaryIO, start: int, path: Path) -> Iterator[tuple[int, bytes, bytes]]:
    """(offset, packed bytes, plain bytes) of each whole gzip member."""
    offset, rest = start, b""
    while chunk := rest or stream.read(_CHUNK):
        unpacker, packed, plain = zlib.decompressobj(31), bytearray(), bytearray()
        while chunk:
            try:
                plain += unpacker.decompress(chunk)
            except zlib.error:
                raise EvidenceError(f"{path}: no readable record at byte {offset}") from None
            packed += chunk
            if unpacker.eof:
                break
            chunk = stream.read(_CHUNK)
        if not unpacker.eof:
            return
        rest = unpacker.unused_data
        whole = bytes(packed[: len(packed) - len(rest)])
        yield offset, whole, bytes(plain)
        offset += len(whole)


def parse(plain: bytes, packed: bytes, offset: int, path: Path) -> Record:
    """The record of a member's plain bytes. Raises EvidenceError where they are none."""
    stream = BytesIO(plain)
    try:
        found = ArcWarcRecordLoader().parse_record_stream(stream, known_format="warc", no_record_parse=True)
        headers = {name.lower(): value for name, value in found.rec_headers.headers}
        block = found.raw_stream.read() if found.length else b""
        complete = len(block) == int(headers["content-length"]) and stream.read() == b"\r\n\r\n"
        kind, record_id = headers["warc-type"], headers["warc-record-id"]
    except (ArchiveLoadFailed, EOFError, ValueError, KeyError):
        complete = False
    if not complete:
        raise EvidenceError(f"{path}: the record at byte {offset} is damaged")
    return Record(kind, record_id, headers, block, offset, len(packed), hashlib.sha256(packed).hexdigest())
