"""Evidence as it is stored: the ids and digests of records as bytes, and back; and which records states rest on."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, select

from catalog import models as m

_UUID_PREFIX = "<urn:uuid:"


def proofs(connection: Connection, warcs: Collection[str]) -> dict[str, set[str]]:
    """By WARC file, the ids of the records that a state, past or present, or a price that is held back rests on.

    Captures are kept only where one does, and are never taken away."""
    query = (
        select(m.warc.c.path, m.capture.c.record)
        .join(m.capture, m.capture.c.warc_id == m.warc.c.id)
        .where(m.warc.c.path.in_(warcs), m.capture.c.record.is_not(None))
    )
    found: dict[str, set[str]] = defaultdict(set)
    for path, record in connection.execute(query):
        found[path].add(unpacked_record(record))
    return dict(found)


def packed_record(record_id: str) -> bytes:
    """A record's id as its UUID's sixteen bytes; any other id as text, which is never sixteen bytes long."""
    if record_id.startswith(_UUID_PREFIX) and record_id.endswith(">"):
        try:
            found = UUID(record_id[len(_UUID_PREFIX) : -1])
        except ValueError:
            return _unlike(record_id, 16)
        if f"{_UUID_PREFIX}{found}>" == record_id:
            return found.bytes
    return _unlike(record_id, 16)


def unpacked_record(stored: bytes) -> str:
    return f"{_UUID_PREFIX}{UUID(bytes=stored)}>" if len(stored) == 16 else stored.decode().rstrip(" ")


def packed_digest(sha256: str) -> bytes:
    try:
        found = bytes.fromhex(sha256)
    except ValueError:
        return _unlike(sha256, 32)
    return found if len(found) == 32 and found.hex() == sha256 else _unlike(sha256, 32)


def unpacked_digest(stored: bytes) -> str:
    return stored.hex() if len(stored) == 32 else stored.decode().rstrip(" ")


def _unlike(text: str, length: int) -> bytes:
    stored = text.encode()
    return stored if len(stored) != length else stored + b" "
