"""From a listing to the values that are stored and compared, as the database's driver takes them.

This runs once for every listing of every run: plain code with few calls, and what only a row that is kept needs
(its key) is worked out for those alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from catalog.bulk import Values
from catalog.columns import AVAILABILITIES, BOUNDS, CONDITIONS, PRICE_TYPES, RELATIONS, VATS, WIDEST, to_millionths
from catalog.evidence import packed_digest, packed_record
from catalog.hashing import text_hash
from catalog.models import DETAIL_COLUMNS, OFFER_COLUMNS
from catalog.traits import traits_of
from restock.addresses import address_forms, clean_url
from restock.listing import Component, Evidence, Listing, Restriction
from restock.terms import PriceType

SIGHTED = ("row", "sku_hash", "url_hash", "state", "shot", "traits")
STAGED = (
    "row", "key", "key_hash", "url_hash", "sku_hash", "hash", "state", "shot",
    *DETAIL_COLUMNS, *OFFER_COLUMNS,
)  # fmt: skip
SHOTS = ("hash", "warc", "record", "sha256", "observed_at")

_MARK_SPACE = str.maketrans("", "", " \t\n\r\u00a0\u202f")
_REMEMBERED = 4096
_AVAILABILITY = {term: place for place, term in enumerate(AVAILABILITIES)}
_CONDITION = {None: None} | {term: place for place, term in enumerate(CONDITIONS)}
_PRICE_TYPE = {None: None} | {term: place for place, term in enumerate(PRICE_TYPES)}
_VAT = {term: place for place, term in enumerate(VATS)}
_BOUND = {None: None} | {term: place for place, term in enumerate(BOUNDS)}
_RELATION = {term: place for place, term in enumerate(RELATIONS)}
_ON_REQUEST = _PRICE_TYPE[PriceType.ON_REQUEST]

Parts = tuple[Component, ...] | tuple[Restriction, ...]


class Row(NamedTuple):
    """A listing as values: `sighted` in short, `details` and `offer` in the order of their columns."""

    sighted: Values
    hash: int
    details: Values
    offer: Values
    address: str | None

    def staged(self) -> Values:
        """The row in full, with the key that a new listing would have."""
        row, sku_hash, url_hash, state, shot, _ = self.sighted
        details = self.details
        key, sku = key_of(details[0], details[1], details[3], details[5]), details[5]
        # Most keys are a SKU as it is compared: one hash for both.
        key_hash = sku_hash if sku_hash is not None and sku_text(sku) == key else text_hash(key)
        if url_hash is None:
            url_hash = hashed_address(self.address)
        return (row, key, key_hash, url_hash, sku_hash, self.hash, state, shot, *details, *self.offer)


@dataclass(slots=True)
class RowMaker:
    """Makes rows, numbered as they come. `facts` are the reasons and components that they refer to, as JSON by hash;
    `shots` the captures that came since they were last taken; `unkept` counts values that no column holds."""

    made: int = 0
    unkept: int = 0
    facts: dict[int, str] = field(default_factory=dict)
    shots: list[Values] = field(default_factory=list)
    _known: dict[tuple[int, ...], tuple[int, Parts]] = field(default_factory=dict)
    _last_shot: tuple[Evidence | None, datetime | None] = (None, None)
    _last_hash: int | None = None

    def row(self, listing: Listing, forms: tuple[str, str] | None) -> Row:
        """The row of a listing, given both forms of its address."""
        self.made += 1
        url, address = forms or (None, None)
        details, digest = self._details(listing, url, address)
        offer = self._offer(listing)
        sku_hash = hashed_sku(details[5])
        # Found by its SKU, a listing needs no other number until it is in doubt.
        url_hash = hashed_address(address) if sku_hash is None else None
        state, traits = state_hash(digest, offer), traits_of(details, offer)
        sighted = (self.made, sku_hash, url_hash, state, self._shot(listing), traits)
        return Row(sighted, digest, details, offer, address)

    def _details(self, listing: Listing, url: str | None, address: str | None) -> tuple[Values, int]:
        """The details with their hash."""
        texts: tuple[str | None, ...] = (
            url, listing.title, listing.brand, listing.mpn, listing.gtin, listing.sku, listing.category, listing.hs6,
            listing.hs6_basis,
        )  # fmt: skip
        terms = (listing.relation, listing.condition)
        parts = self._fact(listing.components) if listing.components else None
        reasons = self._fact(listing.restrictions) if listing.restrictions else None
        end = (parts, reasons, listing.restricted, listing.undecided)
        told = _told(address or "", texts, terms, end)
        if "\x00" in told or not _is_encodable(told):
            texts = tuple(text if text is None else storable(text) for text in texts)
            told = _told(storable(address or ""), texts, terms, end)
        return (*texts, _RELATION[terms[0]], _CONDITION[terms[1]], *end), text_hash(told)

    def _offer(self, listing: Listing) -> Values:
        price, quantity = self._money(listing.price), self._whole(listing.quantity)
        regular, lead_time = listing.regular_price, listing.lead_time_days
        price_type = _PRICE_TYPE[listing.price_type]
        return (
            price,
            listing.currency,
            price_type if price is not None or price_type == _ON_REQUEST else None,
            _VAT[listing.vat],
            regular if regular is None else self._money(regular),
            _AVAILABILITY[listing.availability],
            quantity,
            None if quantity is None else _BOUND[listing.quantity_bound],
            lead_time if lead_time is None else self._whole(lead_time),
        )

    def _money(self, amount: Decimal | None) -> int | None:
        """A value that no column holds (a price of 10^30 on a hostile page) is unknown, and counted."""
        if amount is None:
            return None
        try:
            return to_millionths(amount)
        except OverflowError:
            self.unkept += 1
            return None

    def _whole(self, number: int | None) -> int | None:
        if number is None or -WIDEST <= number <= WIDEST:
            return number
        self.unkept += 1
        return None

    def _fact(self, parts: Parts) -> int:
        # Listings share the reasons themselves, in tuples of their own: the same objects are the same fact.
        objects = tuple(map(id, parts))
        found = self._known.get(objects)
        if found is None:
            key, body = _packed_fact(parts)
            self.facts[key] = body
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[objects] = found = (key, parts)  # held, so that no other object gets their ids
        return found[0]

    def _shot(self, listing: Listing) -> int | None:
        """One number for all listings that were read from one capture."""
        evidence, moment = listing.evidence, listing.observed_at
        last = self._last_shot
        if (evidence is not last[0] or moment is not last[1]) and (evidence, moment) != last:
            self._last_shot = evidence, moment
            self._last_hash = self._new_shot(evidence, moment)
        return self._last_hash

    def _new_shot(self, evidence: Evidence | None, moment: datetime | None) -> int | None:
        if evidence is None and moment is None:
            return None
        found = (*_packed_evidence(evidence), None if moment is None else int(moment.timestamp()))
        digest = text_hash(repr(found))
        self.shots.append((digest, *found))
        return digest


def forms_of(url: str | None) -> tuple[str, str] | None:
    """An address as it is kept and as it is compared; one that can't be read is both as it stands."""
    if not url:
        return None
    try:
        clean, address = address_forms(url)
    except ValueError:
        return storable(url), url
    return storable(clean), address


def key_of(url: str | None, title: str, mpn: str | None, sku: str | None) -> str:
    """The key that a new listing would have."""
    return (sku.strip() if sku and _names(sku) else "") or url or title_text(title, mpn)


def state_hash(digest: int, offer: Values) -> int:
    """One number for all that a state says: the hash of its details, and its offer's values as they are stored."""
    return text_hash(repr((digest, *offer)))


def hashed_address(address: str | None) -> int | None:
    return None if address is None else text_hash(storable(address))


def hashed_sku(sku: str | None) -> int | None:
    return text_hash(sku_text(sku)) if sku and _names(sku) else None


def _names(sku: str) -> bool:
    """Whether a SKU is one: some shops write "—" for none."""
    return sku.isalnum() or any(map(str.isalnum, sku))


def _told(address: str, texts: tuple[str | None, ...], terms: Values, end: Values) -> str:
    """The text that the hash of details is of: that of their values, one after the other."""
    # The address counts as far as it makes another page: not its scheme, nor the order of its parameters.
    _, title, brand, mpn, gtin, sku, category, hs6, basis = texts
    parts, reasons, restricted, undecided = end
    return (
        f"{address}\x1f{title}\x1f{brand}\x1f{mpn}\x1f{gtin}\x1f{sku}\x1f{category}\x1f{hs6}\x1f{basis}\x1f{terms[0]}"
        f"\x1f{terms[1]}\x1f{parts}\x1f{reasons}\x1f{restricted}\x1f{undecided}"
    )


def kept_details_hash(row: Mapping[Any, Any]) -> int:
    """The hash of a staged row's details, some of which were put back to what they were."""
    forms = forms_of(row["url"])
    values = [row[name] for name in DETAIL_COLUMNS]
    return text_hash(
        _told(storable(forms[1]) if forms else "", tuple(values[:9]), tuple(values[9:11]), tuple(values[11:]))
    )


@lru_cache(maxsize=_REMEMBERED)
def _packed_fact(parts: Parts) -> tuple[int, str]:
    """Reasons as JSON with the number that they are known by; thousands of listings share them."""
    body = json.dumps([part.to_json() for part in parts], ensure_ascii=True, sort_keys=True)
    return text_hash(body), body


def _packed_evidence(evidence: Evidence | None) -> tuple[str | None, bytes | None, bytes | None]:
    if evidence is None:
        return None, None, None
    return evidence.warc, packed_record(evidence.record_id), packed_digest(evidence.sha256)


def title_text(title: str, mpn: str | None) -> str:
    """What two listings without SKU and address have in common when they are the same goods."""
    words = " ".join(title.casefold().split())
    return storable(f"{words}|{mpn}" if mpn else words)


def sku_text(sku: str) -> str:
    """A SKU as it is compared: shops write one number with and without spaces."""
    return sku.casefold() if sku.isalnum() else sku.strip().translate(_MARK_SPACE).casefold()


def address_key(url: str) -> str:
    """An address as a key: without tracking and session parameters."""
    try:
        return storable(clean_url(url))
    except ValueError:
        return storable(url)


def storable(text: str) -> str:
    """Text that both databases take: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text if text.isascii() or _is_encodable(text) else text.encode("utf-8", "replace").decode()


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
