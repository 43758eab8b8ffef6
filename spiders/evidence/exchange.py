"""Exchanges with a server, and the captures that come of them: the same from the network and from their records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from restock.capture import PageCapture
from restock.listing import Evidence
from restock.terms import PageRole
from spiders.evidence.encoding import decode

DEFAULT_LIMIT = 32 * 1024 * 1024
ROBOTS = "robots"
LIST_FILE = "price_list"  # the role of an answer that is a price list, which may be longer than can be held at once
# What a page in a browser asked for: its scripts, styles and data; and a picture of it.
PART = "part"
PICTURE = "picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response. `wire_url` is the address as it was sent, `url` the one that the site gave.

    `body` is as the server sent it. `role` is the expected role of the page, or "robots". `truncated` names why the
    body is not whole in WARC's words: length, time, disconnect. `method` and `sent` are the request's: a part of a page
    may be asked for by another one."""

    url: str
    requested_url: str
    wire_url: str
    status: int
    body: bytes
    headers: Sequence[tuple[bytes, bytes]] = ()
    protocol: str = "HTTP/1.1"
    role: str = PageRole.OTHER.value
    truncated: str | None = None
    ip: str | None = None
    request_headers: Sequence[tuple[bytes, bytes]] = field(default_factory=tuple)
    method: str = "GET"
    sent: bytes = b""


def capture_of(exchange: Exchange, evidence: Evidence | None, captured_at: datetime, limit: int) -> PageCapture:
    """The page capture of an exchange: the same from the network and from its record."""
    headers = header_map(exchange.headers)
    decoded = decode(exchange.body, headers.get("content-encoding", ""), limit)
    return PageCapture(
        url=exchange.url,
        requested_url=exchange.requested_url,
        status=exchange.status,
        body=decoded.body,
        headers=headers,
        role=PageRole(exchange.role) if exchange.role in _ROLES else PageRole.OTHER,
        captured_at=captured_at,
        evidence=evidence,
        truncated=exchange.truncated is not None or decoded.fault is not None,
    )


def drawn_capture(
    page: PageCapture, body: bytes, evidence: Evidence, captured_at: datetime, *, truncated: bool
) -> PageCapture:
    """The capture of a page that was drawn, from the capture of the response that it was drawn from."""
    return replace(
        page,
        status=200,
        body=body,
        headers={"content-type": DRAWN_TYPE},
        captured_at=captured_at,
        evidence=evidence,
        truncated=truncated,
        drawn=True,
    )


DRAWN_TYPE = "text/html; charset=utf-8"
_ROLES = frozenset(PageRole)


def header_map(pairs: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").strip().lower(), raw_value.decode("latin-1").strip()
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
