"""The index beside a WARC file: CDXJ lines in the order of capture, with where each record stands and its digest.

The index can be made again from the WARC file. It also holds the SHA-256 of each member as it was written, so that
a run that never came to its seal can still be verified record by record."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from restock.errors import EvidenceError
from spiders.evidence.records import Record, records
from spiders.evidence.replacing import finish


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a record stands in its WARC file, with the index line that says so. `refers_to` is the file and the id of
    the record that holds a revisit's payload."""

    line: bytes
    record_id: str
    kind: str
    offset: int
    length: int
    member_sha256: str
    url: str
    requested_url: str
    role: str
    status: str
    refers_to: tuple[str, str] | None = None


def index_path(warc: Path) -> Path:
    return warc.with_name(warc.name.removesuffix(".warc.gz") + ".cdxj")


_REFERS = ("restock-refers-to-file", "warc-refers-to", "warc-refers-to-target-uri", "warc-refers-to-date")


def line(record: Record, filename: str) -> bytes:
    """One CDXJ line, without its line end."""
    headers = record.headers
    url = headers.get("warc-target-uri", "")
    stamp = "".join(sign for sign in headers["warc-date"] if sign.isdigit())[:14]
    found: dict[str, Any] = {
        "url": url,
        "mime": headers.get("restock-media-type", ""),
        "status": record.status,
        "digest": headers.get("warc-payload-digest", headers["warc-block-digest"]),
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": filename,
        "type": record.kind,
        "id": record.id,
        "member": record.member_sha256,
        "address": headers.get("restock-address", url),
        "requested": headers.get("restock-requested", url),
        "role": headers.get("restock-role", ""),
    }
    if record.kind == "revisit":
        found["refers"] = [headers.get(name, "") for name in _REFERS]
    return f"{sort_key(url)} {stamp} ".encode() + orjson.dumps(found)


def sort_key(url: str) -> str:
    """The address with its host turned round (com,example)/path, as CDX tools sort by it; "-" for none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "-"
    if not parts.hostname:
        return "-"
    host = ",".join(reversed(parts.hostname.removeprefix("www.").split(".")))
    query = f"?{parts.query.lower()}" if parts.query else ""
    return f"{host}{port}){parts.path.lower() or '/'}{query}".replace(" ", "%20")


def read_index(warc: Path) -> list[Entry]:
    """The entries beside a WARC file, made again where the index is missing.

    An unfinished last line is left out. Raises EvidenceError for any other line that can't be read."""
    finish(warc)
    path = index_path(warc)
    if not path.exists():
        return rebuild(warc)
    lines = path.read_bytes().split(b"\n")
    lines.pop()  # what stands behind the last line end: nothing, or an unfinished line
    try:
        return [_entry(row) for row in lines]
    except (ValueError, KeyError, IndexError, TypeError):
        raise EvidenceError(f"{path.name}: the index is damaged") from None


def find_entry(warc: Path, record_id: str) -> Entry | None:
    return next((entry for entry in read_index(warc) if entry.record_id == record_id), None)


def _entry(row: bytes) -> Entry:
    found = orjson.loads(row.split(b" ", 2)[2])
    return Entry(
        line=row,
        record_id=found["id"],
        kind=found["type"],
        offset=int(found["offset"]),
        length=int(found["length"]),
        member_sha256=found["member"],
        url=found["address"],
        requested_url=found["requested"],
        role=found["role"],
        status=found["status"],
        refers_to=tuple(found["refers"][:2]) if "refers" in found else None,
    )


def rebuild(warc: Path) -> list[Entry]:
    """The entries of a WARC file from its records. Nothing is written: what is stored as evidence stays as it is."""
    return [_entry(line(record, warc.name)) for record in records(warc)]
