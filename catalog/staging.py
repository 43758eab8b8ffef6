"""Spooling: the listings of a run go into a temporary table of their own before anything is judged or merged."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert
from sqlalchemy.schema import DropTable

from catalog.columns import WIDEST, to_millionths
from catalog.hashing import text_hash
from catalog.models import DETAIL_COLUMNS, OFFER_COLUMNS, SCRATCH, forbidden, stage
from restock.addresses import clean_url, url_key
from restock.listing import Component, Evidence, Listing, Restriction

_BATCH = 2_000
_UUID_PREFIX = "<urn:uuid:"
_MARK_SPACE = str.maketrans("", "", " \t\n\r\u00a0\u202f")


@dataclass(slots=True)
class Spool:
    """What was staged. `facts` are reasons and components as JSON by hash; `failed` counts listings that were left
    out because their page failed; `unkept` counts values that no column holds."""

    listings: int = 0
    failed: int = 0
    unkept: int = 0
    facts: dict[int, str] = field(default_factory=dict)


@contextmanager
def staged(connection: Connection) -> Iterator[None]:
    """Fresh temporary tables for one run; they are gone afterwards, whatever happens."""
    with connection.begin():
        _drop(connection)
        for table in SCRATCH:
            table.create(connection)
    try:
        yield
    except BaseException:
        # The temporary tables go with their connection; an error may still hold a cursor on them.
        connection.invalidate()
        raise
    with connection.begin():
        _drop(connection)


def _drop(connection: Connection) -> None:
    for table in SCRATCH:
        connection.execute(DropTable(table, if_exists=True))


def spool(connection: Connection, listings: Iterable[Listing], failed: Collection[str]) -> Spool:
    """Stages listings in batches. Those whose page failed (by URL key) were not seen: half of what they are is
    missing."""
    found = Spool()
    rows: list[dict[str, Any]] = []
    for listing in listings:
        address = _address(listing.url)
        if address is not None and address in failed:
            found.failed += 1
            continue
        found.listings += 1
        rows.append(_row(listing, address, found))
        if len(rows) == _BATCH:
            connection.execute(insert(stage), rows)
            rows = []
    if rows:
        connection.execute(insert(stage), rows)
    return found


def note_forbidden(connection: Connection, addresses: Collection[str]) -> None:
    """Stages the pages (by URL key) that robots.txt forbids and whose listings stay as they were."""
    rows = [{"url_hash": found} for found in sorted({text_hash(storable(address)) for address in addresses})]
    if rows:
        connection.execute(insert(forbidden), rows)


def title_text(title: str, mpn: str | None) -> str:
    """What two listings without SKU and address have in common when they are the same goods."""
    words = " ".join(title.casefold().split())
    return storable(f"{words}|{mpn}" if mpn else words)


def address_key(url: str) -> str:
    """An address as a key: without tracking and session parameters."""
    try:
        return storable(clean_url(url))
    except ValueError:
        return storable(url)


def _address(url: str | None) -> str | None:
    try:
        return url_key(url) if url else None
    except ValueError:
        return url


def sku_text(sku: str) -> str:
    """A SKU as it is compared: shops write one number with and without spaces."""
    return sku.translate(_MARK_SPACE).casefold()


def _row(listing: Listing, address: str | None, found: Spool) -> dict[str, Any]:
    details = {name: getattr(listing, name) for name in DETAIL_COLUMNS}
    details["url"] = url = address_key(listing.url) if listing.url else None
    details["components"] = _fact(listing.components, found)
    details["restrictions"] = _fact(listing.restrictions, found)
    for name, value in details.items():
        if isinstance(value, str):
            details[name] = storable(value)
    offer = {name: getattr(listing, name) for name in OFFER_COLUMNS}
    _keep_in_range(offer, found)
    evidence = listing.evidence
    sku = listing.sku.strip() if listing.sku else ""
    title = title_text(listing.title, listing.mpn)
    key = storable(sku) or url or title
    row: dict[str, Any] = {
        "row": found.listings,
        "key": key,
        "key_hash": text_hash(key),
        "url_hash": None if address is None else text_hash(storable(address)),
        "sku_hash": text_hash(storable(sku_text(sku))) if sku else None,
        "title_hash": text_hash(title),
        # The address counts as far as it makes another page: not its scheme, nor the order of its parameters.
        "hash": _details_hash(details, address),
        "warc": evidence and evidence.warc,
        "record": evidence and packed_record(evidence),
        "sha256": evidence and packed_digest(evidence),
        "observed_at": listing.observed_at,
    }
    row["rank"] = text_hash("\x1f".join(map(str, (row["hash"], *offer.values()))))
    row["shot"] = _shot(row)
    return row | details | offer


def _details_hash(details: Mapping[str, Any], address: str | None) -> int:
    told = {name: details[name] for name in DETAIL_COLUMNS} | {"url": storable(address or "")}
    return text_hash("\x1f".join(map(str, told.values())))


def kept_details_hash(row: Mapping[str, Any]) -> int:
    """The hash of a staged row's details, some of which were put back to what they were."""
    return _details_hash(row, _address(row["url"]))


def _shot(row: dict[str, Any]) -> int | None:
    """One number for all listings that were read from one capture."""
    where = (row["warc"], row["record"], row["sha256"], row["observed_at"])
    return None if where == (None,) * 4 else _shot_hash(where)


@lru_cache(maxsize=64)
def _shot_hash(where: tuple[object, ...]) -> int:
    return text_hash("\x1f".join(map(str, where)))


def _fact(parts: tuple[Component, ...] | tuple[Restriction, ...], found: Spool) -> int | None:
    if not parts:
        return None
    key, body = _packed_fact(parts)
    found.facts[key] = body
    return key


@lru_cache(maxsize=4096)
def _packed_fact(parts: tuple[Component, ...] | tuple[Restriction, ...]) -> tuple[int, str]:
    """Reasons as JSON with the number that they are known by; thousands of listings share them."""
    body = json.dumps([part.to_json() for part in parts], ensure_ascii=True, sort_keys=True)
    return text_hash(body), body


def _keep_in_range(offer: dict[str, Any], found: Spool) -> None:
    """A value that no column holds (a price of 10^30 on a hostile page) is unknown, and counted."""
    for name, value in offer.items():
        if isinstance(value, Decimal):
            try:
                to_millionths(value)
            except OverflowError:
                offer[name] = None
                found.unkept += 1
        elif isinstance(value, int) and abs(value) > WIDEST:
            offer[name] = None
            found.unkept += 1
    if offer["price"] is None and offer["price_type"] != "on_request":
        offer["price_type"] = None
    if offer["quantity"] is None:
        offer["quantity_bound"] = None


def storable(text: str) -> str:
    """Text that both databases take: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


@lru_cache(maxsize=64)
def packed_record(evidence: Evidence) -> bytes:
    """A record's id as its UUID's sixteen bytes; any other id as text, which is never sixteen bytes long."""
    name = evidence.record_id
    if name.startswith(_UUID_PREFIX) and name.endswith(">"):
        try:
            found = UUID(name[len(_UUID_PREFIX) : -1])
        except ValueError:
            return _unlike(name, 16)
        if f"{_UUID_PREFIX}{found}>" == name:
            return found.bytes
    return _unlike(name, 16)


def unpacked_record(stored: bytes) -> str:
    return f"{_UUID_PREFIX}{UUID(bytes=stored)}>" if len(stored) == 16 else stored.decode().rstrip(" ")


@lru_cache(maxsize=64)
def packed_digest(evidence: Evidence) -> bytes:
    try:
        found = bytes.fromhex(evidence.sha256)
    except ValueError:
        return _unlike(evidence.sha256, 32)
    return found if len(found) == 32 and found.hex() == evidence.sha256 else _unlike(evidence.sha256, 32)


def unpacked_digest(stored: bytes) -> str:
    return stored.hex() if len(stored) == 32 else stored.decode().rstrip(" ")


def _unlike(text: str, length: int) -> bytes:
    stored = text.encode()
    return stored if len(stored) != length else stored + b" "
