"""Captures read back from a WARC file: what a reader is given again is what it was given at first."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from restock.addresses import url_key
from restock.capture import PageCapture
from restock.clock import parse_moment
from restock.errors import EvidenceError
from restock.listing import Evidence
from spiders.evidence.exchange import (
    DEFAULT_LIMIT,
    DRAWN_TYPE,
    PART,
    PICTURE,
    ROBOTS,
    Exchange,
    capture_of,
    drawn_capture,
)
from spiders.evidence.index import Entry, read_index
from spiders.evidence.records import Record, record_at, records
from spiders.evidence.revisiting import original_of

_ANSWERS = frozenset({"response", "revisit"})
_CAPTURES = _ANSWERS | {"resource", "conversion"}
# Stored beside pages, and none themselves.
ASIDE = frozenset({ROBOTS, PART, PICTURE})


def read_captures(path: Path) -> Iterator[PageCapture]:
    """Every response, drawn page and stored file of a WARC file in order; robots.txt and the parts of pages aside.

    An unfinished tail is left out. Raises EvidenceError for damaged records."""
    limit = DEFAULT_LIMIT
    for record in records(path):
        if record.kind == "warcinfo":
            limit = _limit(record)
        elif record.kind in _CAPTURES and record.headers.get("restock-role") not in ASIDE:
            yield _capture(record, path, limit)


def read_pages(path: Path) -> Iterator[PageCapture]:
    """The captures that a crawl reads: answered with success, and of several answers for one address the last. A page
    that was drawn stands in place of the response that it was drawn from."""
    last: dict[str, str] = {}
    for entry in read_index(path):
        if _is_page(entry):
            last[entry.url] = entry.record_id
    wanted = set(last.values())
    for capture in read_captures(path):
        if capture.evidence is not None and capture.evidence.record_id in wanted:
            yield capture


@dataclass(frozen=True, slots=True)
class Witness:
    """A stored answer by its index line: what its page was expected to be, and the URL keys that it was asked by."""

    role: str
    keys: frozenset[str]


def witnesses(path: Path) -> dict[str, Witness]:
    """The answers of a WARC file by record id, without reading them. Raises EvidenceError where there is no file."""
    return {
        entry.record_id: Witness(entry.role, frozenset({url_key(entry.url), url_key(entry.requested_url)}))
        for entry in read_index(path)
        if entry.kind in _ANSWERS | {"conversion"} and entry.role not in ASIDE
    }


def _is_page(entry: Entry) -> bool:
    if entry.role in ASIDE:
        return False
    return entry.kind in {"resource", "conversion"} or (entry.kind in _ANSWERS and entry.status.startswith("2"))


def read_capture(evidence_dir: Path, evidence: Evidence) -> PageCapture:
    """The capture that a listing points at. Raises EvidenceError where it is missing or not what was stored."""
    path = (evidence_dir / evidence.warc).resolve()
    if not path.is_relative_to(evidence_dir.resolve()):
        raise EvidenceError(f"{evidence.warc}: not within the evidence folder")
    entries = read_index(path)
    entry = next((entry for entry in entries if entry.record_id == evidence.record_id), None)
    if entry is None or not entries:
        raise EvidenceError(f"{evidence.warc}: no record {evidence.record_id}")
    first = record_at(path, entries[0].offset, entries[0].length)
    capture = _capture(record_at(path, entry.offset, entry.length), path, _limit(first))
    if capture.evidence is None or capture.evidence.sha256 != evidence.sha256:
        raise EvidenceError(f"{evidence.warc}: record {evidence.record_id} is not what was stored")
    return capture


def _limit(warcinfo: Record) -> int:
    """The bound that bodies were unfolded within when they were captured."""
    for row in warcinfo.block.decode("utf-8", "replace").splitlines():
        name, _, value = row.partition(":")
        if name == "restock-limit" and value.strip().isdigit():
            return int(value)
    return DEFAULT_LIMIT


def _capture(record: Record, path: Path, limit: int) -> PageCapture:
    payload = original_of(record, path).payload if record.kind == "revisit" else record.payload
    evidence = Evidence(hashlib.sha256(payload).hexdigest(), f"{path.parent.name}/{path.name}", record.id)
    moment = _moment(record, path)
    if record.kind == "conversion":
        return _drawn(record, evidence, moment)
    if record.kind == "resource":
        url = record.headers["warc-target-uri"]
        headers = ((b"content-type", record.headers.get("content-type", "").encode("latin-1", "replace")),)
        exchange = Exchange(url=url, requested_url=url, wire_url=url, status=200, body=record.block, headers=headers)
        return capture_of(exchange, evidence, moment, max(limit, len(record.block)))
    return capture_of(_exchange(record, path, payload), evidence, moment, limit)


def _drawn(record: Record, evidence: Evidence, moment: datetime) -> PageCapture:
    url = record.headers["warc-target-uri"]
    exchange = Exchange(
        url=record.headers.get("restock-address", url),
        requested_url=record.headers.get("restock-requested", url),
        wire_url=url,
        status=200,
        body=b"",
        headers=((b"content-type", DRAWN_TYPE.encode()),),
        role=record.headers.get("restock-role", ""),
    )
    page = capture_of(exchange, None, moment, 0)
    return drawn_capture(page, record.block, evidence, moment, truncated="warc-truncated" in record.headers)


def _moment(record: Record, path: Path) -> datetime:
    try:
        return parse_moment(record.headers["warc-date"])
    except (KeyError, ValueError):
        raise EvidenceError(f"{path.name}: the record at byte {record.offset} has no date") from None


def _exchange(record: Record, path: Path, body: bytes) -> Exchange:
    head = record.block.partition(b"\r\n\r\n")[0]
    first, *lines = head.split(b"\r\n")
    protocol, _, rest = first.decode("latin-1").partition(" ")
    pairs = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
    url = record.headers["warc-target-uri"]
    try:
        return Exchange(
            url=record.headers.get("restock-address", url),
            requested_url=record.headers.get("restock-requested", url),
            wire_url=url,
            status=int(rest[:3]),
            body=body,
            headers=pairs,
            protocol=protocol,
            role=record.headers.get("restock-role", ""),
            truncated=record.headers.get("warc-truncated"),
        )
    except ValueError:
        raise EvidenceError(f"{path.name}: the record at byte {record.offset} has no status") from None
