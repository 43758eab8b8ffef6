"""Evidence is written before it is read: one WARC file a run, record by record, sealed when the run has ended."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import quote

from restock import clock
from restock.capture import PageCapture
from restock.errors import EvidenceError
from restock.listing import Evidence, time_text
from spiders.evidence import index, records
from spiders.evidence.exchange import (
    DEFAULT_LIMIT,
    DRAWN_TYPE,
    LIST_FILE,
    PICTURE,
    Exchange,
    capture_of,
    drawn_capture,
    header_map,
)
from spiders.evidence.naming import new_file, seal_path
from spiders.evidence.revisiting import Earlier

_CHUNK = 1 << 20
# What says who asks, to the site or to a proxy, is no evidence and stays out.
_SECRET_HEADERS = frozenset({b"proxy-authorization", b"authorization"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A file that came by another way than HTTP: a price list. `name` is what people call it."""

    name: str
    path: Path
    media_type: str = "application/octet-stream"


class EvidenceWriter:
    """Appends to a new WARC file of a run (see `naming`) and to the index beside it; `seal` ends both.

    Each record is flushed before its index line is written: killed anywhere, the file has a readable beginning."""

    def __init__(
        self,
        evidence_dir: Path,
        site: str,
        run_id: str,
        *,
        limit: int = DEFAULT_LIMIT,
        now: Callable[[], datetime] = clock.now,
        earlier: Path | None = None,
    ) -> None:
        """`earlier` is the WARC file of a run whose unchanged pages are not stored again."""
        self.limit = limit
        self._earlier = Earlier(earlier)
        self._now = now
        self._file = new_file(evidence_dir, site, run_id)
        self.path = Path(self._file.name)
        self.warc = f"{self.path.parent.name}/{self.path.name}"
        self._index = index.index_path(self.path).open("xb")
        self._append("warcinfo", records.new_id(), self._now(), {}, self._about(site, run_id))

    def _about(self, site: str, run_id: str) -> bytes:
        fields = {
            "software": f"restock/{version('restock')}",
            "format": "WARC File Format 1.1",
            "isPartOf": run_id,
            "description": f"site {site}",
            "restock-limit": str(self.limit),
        }
        return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields.items()).encode()

    def write(self, exchange: Exchange) -> PageCapture:
        """Stores an exchange and gives the capture to read."""
        moment, record_id = self._now(), records.new_id()
        common = {"WARC-Target-URI": exchange.wire_url}
        headers = common | _response_headers(exchange)
        original = self._earlier.same(exchange, headers["WARC-Payload-Digest"], moment)
        if original is not None:
            self._append("revisit", record_id, moment, headers | original.headers(), _response_head(exchange))
        else:
            self._append("response", record_id, moment, headers, _response_block(exchange))
        self._write_request(exchange, record_id, moment)
        evidence = Evidence(hashlib.sha256(exchange.body).hexdigest(), self.warc, record_id)
        return capture_of(exchange, evidence, moment, self.limit)

    def _write_request(self, exchange: Exchange, answered: str, moment: datetime) -> None:
        headers = {
            "WARC-Target-URI": exchange.wire_url,
            "WARC-Concurrent-To": answered,
            "WARC-Payload-Digest": records.digest(exchange.sent),
        }
        self._append("request", records.new_id(), moment, headers, _request_block(exchange))

    def write_list(self, exchange: Exchange, body: BinaryIO) -> Evidence:
        """Stores an exchange whose body, of any size, is in a file: a price list. The file stays where it is read."""
        moment, record_id = self._now(), records.new_id()
        head = _response_head(exchange)
        body.seek(0)
        sha256, block = hashlib.sha256(), hashlib.sha256(head)
        while piece := body.read(_CHUNK):
            sha256.update(piece)
            block.update(piece)
        size = len(head) + body.tell()
        headers = _response_headers(exchange) | {
            "WARC-Target-URI": exchange.wire_url,
            "WARC-Payload-Digest": records.spelled(sha256.digest()),
            "WARC-Block-Digest": records.spelled(block.digest()),
            "Restock-Role": LIST_FILE,
        }
        body.seek(0)
        offset, stream = self._file.tell(), _Behind(head, body)
        packed = records.write_member(self._file, "response", record_id, moment, headers, stream, size)
        self._file.flush()
        self._note("response", record_id, moment, headers, (offset, *packed), head)
        self._write_request(exchange, record_id, moment)
        return Evidence(sha256.hexdigest(), self.warc, record_id)

    def write_drawn(self, page: PageCapture, body: bytes, cut: str | None) -> PageCapture:
        """Stores the document that a browser drew from a captured page, and gives the capture to read."""
        moment, record_id = self._now(), records.new_id()
        headers = _headers_made_of(page, page.url, body, DRAWN_TYPE, page.role.value)
        headers |= {"WARC-Truncated": cut} if cut is not None else {}
        self._append("conversion", record_id, moment, headers, body)
        evidence = Evidence(hashlib.sha256(body).hexdigest(), self.warc, record_id)
        return drawn_capture(page, body, evidence, moment, truncated=cut is not None)

    def write_picture(self, page: PageCapture, png: bytes) -> None:
        """Stores the picture of a page that was drawn."""
        headers = _headers_made_of(page, f"urn:fullPage:{page.url}", png, "image/png", PICTURE)
        self._append("resource", records.new_id(), self._now(), headers, png)

    def store(self, resource: Resource) -> Evidence:
        """Stores a file of any size. Raises EvidenceError where it changes meanwhile."""
        record_id, moment = records.new_id(), self._now()
        with resource.path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").digest()
            headers = {
                "WARC-Target-URI": f"urn:restock:file:{quote(resource.name)}",
                "Content-Type": resource.media_type,
                "WARC-Payload-Digest": records.spelled(sha256),
                "WARC-Block-Digest": records.spelled(sha256),
            }
            size, offset = stream.tell(), self._file.tell()
            stream.seek(0)
            packed = records.write_member(self._file, "resource", record_id, moment, headers, stream, size)
            stream.seek(0)
            if hashlib.file_digest(stream, "sha256").digest() != sha256:
                raise EvidenceError(f"{resource.name}: the file changed while it was stored")
        self._file.flush()
        self._note("resource", record_id, moment, headers, (offset, *packed))
        return Evidence(sha256.hex(), self.warc, record_id)

    def _append(self, kind: str, record_id: str, moment: datetime, headers: dict[str, str], block: bytes) -> None:
        offset = self._file.tell()
        headers = headers | {"WARC-Block-Digest": records.digest(block)}
        packed = records.member(kind, record_id, moment, headers, block)
        self._file.write(packed)
        self._file.flush()
        place = (offset, len(packed), hashlib.sha256(packed).hexdigest())
        self._note(kind, record_id, moment, headers, place, block)

    def _note(
        self,
        kind: str,
        record_id: str,
        moment: datetime,
        headers: dict[str, str],
        place: tuple[int, int, str],
        block: bytes = b"",
    ) -> None:
        """Writes the index line of the record that stands at `place` (offset, length, SHA-256 of its member)."""
        lowered = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
        lowered["warc-date"] = time_text(moment) or ""
        entry = records.Record(kind, record_id, lowered, block, *place)
        self._index.write(index.line(entry, self.path.name) + b"\n")
        self._index.flush()

    def seal(self) -> None:
        """Ends the run's evidence: on disk, and with the SHA-256 of both files beside them."""
        sums = {}
        for file in (self._file, self._index):
            os.fsync(file.fileno())
            file.close()
            path = Path(file.name)
            with path.open("rb") as stream:
                sums[path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
        seal = seal_path(self.path)
        unfinished = seal.with_suffix(".tmp")
        unfinished.write_bytes(seal_text(sums))
        unfinished.replace(seal)

    def close(self) -> None:
        """Lets go of the files without a seal: the run did not come to its end."""
        self._file.close()
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close() if error is not None else self.seal()


def seal_text(sums: Mapping[str, str]) -> bytes:
    """SHA-256 by file name, as `sha256sum --check` reads it."""
    return "".join(f"{value}  {name}\n" for name, value in sums.items()).encode("utf-8")


def _response_headers(exchange: Exchange) -> dict[str, str]:
    found = {
        "WARC-Payload-Digest": records.digest(exchange.body),
        "Restock-Role": exchange.role,
        "Restock-Address": exchange.url,
        "Restock-Requested": exchange.requested_url,
    }
    media_type = header_map(exchange.headers).get("content-type", "").partition(";")[0].strip()
    optional = {
        "Restock-Media-Type": media_type,
        "WARC-IP-Address": exchange.ip,
        "WARC-Truncated": exchange.truncated,
    }
    return found | {name: value for name, value in optional.items() if value}


def _headers_made_of(page: PageCapture, target: str, block: bytes, content_type: str, role: str) -> dict[str, str]:
    """Of a record that was made of a captured page and refers to it."""
    found = {
        "WARC-Target-URI": target,
        "WARC-Payload-Digest": records.digest(block),
        "Content-Type": content_type,
        "Restock-Role": role,
        "Restock-Address": page.url,
        "Restock-Requested": page.requested_url,
        "Restock-Media-Type": content_type.partition(";")[0],
    }
    return found | ({"WARC-Refers-To": page.evidence.record_id} if page.evidence is not None else {})


def _response_block(exchange: Exchange) -> bytes:
    return _response_head(exchange) + exchange.body


def _response_head(exchange: Exchange) -> bytes:
    """The HTTP head. Scrapy doesn't keep the server's reason phrase; the standard one stands for it."""
    phrase = HTTPStatus(exchange.status).phrase if exchange.status in _STATUSES else ""
    first = f"{exchange.protocol} {exchange.status:03d} {phrase}".encode("latin-1")
    return _head(first, exchange.headers)


_STATUSES = frozenset(status.value for status in HTTPStatus)


def _request_block(exchange: Exchange) -> bytes:
    target = re.sub(r"^[a-z]+://[^/?#]*", "", exchange.wire_url, count=1).partition("#")[0] or "/"
    sent = [pair for pair in exchange.request_headers if pair[0].lower() not in _SECRET_HEADERS]
    return _head(f"{exchange.method} {target} HTTP/1.1".encode(), sent) + exchange.sent


def _head(first: bytes, pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    lines = [first, *(name + b": " + value for name, value in pairs)]
    return b"\r\n".join(line.replace(b"\r", b" ").replace(b"\n", b" ") for line in lines) + b"\r\n\r\n"


class _Behind:
    """A file with some bytes before it, to be read once."""

    def __init__(self, head: bytes, body: BinaryIO) -> None:
        self._head = head
        self._body = body

    def read(self, size: int) -> bytes:
        head, self._head = self._head[:size], self._head[size:]
        return head or self._body.read(size)


def store_file(
    evidence_dir: Path, site: str, run_id: str, resource: Resource, *, now: Callable[[], datetime] = clock.now
) -> Evidence:
    """Stores an imported file as the whole evidence of its run, sealed."""
    with EvidenceWriter(evidence_dir, site, run_id, now=now) as writer:
        return writer.store(resource)
