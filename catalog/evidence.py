"""Evidence as it is stored: the ids and digests of records as bytes, and back."""

from uuid import UUID

_UUID_PREFIX = "<urn:uuid:"


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
