"""Listings: the raw one, text exactly as the site shows it, and the normalised one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Self, TypeVar, dataclass_transform

from restock.terms import (
    Availability,
    Condition,
    PageRole,
    PriceType,
    QuantityBound,
    Relation,
    RestrictionRule,
    Vat,
)

_Noun = TypeVar("_Noun")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def noun(kind: type[_Noun]) -> type[_Noun]:
    """A dataclass of many fields that is frozen for the type checker only: at run time, setting each field past the
    lock takes as long as a good part of reading a listing, and there is one for every listing."""
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(kind)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the stored bytes of a listing are: the body's SHA-256 (hex), the WARC file (relative to the home's
    `evidence/`), and the record's id (`<urn:uuid:…>`)."""

    sha256: str
    warc: str
    record_id: str

    def to_json(self) -> dict[str, str]:
        return {"sha256": self.sha256, "warc": self.warc, "record_id": self.record_id}


RAW_FIELDS = (
    "title", "url", "site", "sku", "brand", "mpn", "gtin", "category", "price", "regular_price", "currency",
    "availability", "quantity", "condition", "description",
)  # fmt: skip


@noun
class RawListing:
    """One seller's entry as the site shows it. Every text is verbatim; what the site doesn't show is None.

    `brand` and `mpn` are the site's claims. `sku` is the site's own unique offer or article id. `read_from` is the
    role of the page it was read on (a card on a LIST page or a PRODUCT page), `read_by` names the reader that spoke
    ("json-ld", "microdata", "selectors", "bitrix", "labels", "cards", "row"; joined by "+" where several did),
    `found_on` is the list page that a card stands on. `priced` is False where nothing is known of
    where the source has its prices: no price means nothing then, not even that it is to be asked for.
    """

    title: str
    url: str | None = None
    site: str | None = None
    sku: str | None = None
    brand: str | None = None
    mpn: str | None = None
    gtin: str | None = None
    category: str | None = None
    price: str | None = None
    regular_price: str | None = None
    currency: str | None = None
    availability: str | None = None
    quantity: str | None = None
    condition: str | None = None
    description: str | None = None
    read_from: PageRole | None = None
    read_by: str | None = None
    found_on: str | None = None
    evidence: Evidence | None = None
    priced: bool = True

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """The raw listing of a contract row. Raises ValueError where the row has no title."""
        values: dict[str, Any] = {name: _text(name, row.get(name)) for name in RAW_FIELDS}
        if values["title"] is None:
            raise ValueError("no title")
        return cls(**values)

    def to_json(self) -> dict[str, str]:
        """The contract's raw listing; keys without a value are left out."""
        return {name: value for name in RAW_FIELDS if (value := getattr(self, name)) is not None}


def _text(name: str, value: Any) -> str | None:
    """Numbers become text, blank text becomes None; anything else is refused."""
    if isinstance(value, str):
        return value if value.strip() else None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(  # noqa: TRY004  one kind of error for a bad row
            f"{name}: a text was expected, not {_KINDS.get(type(value), type(value).__name__)}"
        )
    return number_text(value)


_KINDS = {bool: "true or false", list: "a list", dict: "an object"}


def number_text(value: float) -> str:
    """A number as a shop would show it: whole ones without `.0`, others to the 15 digits that are sure."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < _SURE):
        return str(int(value))
    return unlike_thousands(f"{Decimal(f'{value:.15g}'):f}")


def unlike_thousands(number: str) -> str:
    """A decimal number that no reader takes for thousands: three digits behind a point would read as such."""
    return f"{number}0" if len(number.partition(".")[2]) == 3 else number


_SURE = 1e15  # above it, a number of JSON or of a spreadsheet is no longer exact


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a restricted brand that a product contains; `text` is the wording that says so."""

    brand: str
    mpn: str | None
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"brand": self.brand, "mpn": self.mpn, "text": self.text}


@dataclass(frozen=True, slots=True)
class Restriction:
    """A rule that speaks about a listing. `since` keeps its source's precision (2022, 2022-03, 2022-03-03); `edition`
    dates the list that names the goods, which says nothing of the day on which they came onto it."""

    rule: RestrictionRule
    id: str
    reason: str
    source: str
    since: str | None = None
    tier: str | None = None
    edition: str | None = None

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"rule": self.rule.value, "id": self.id, "reason": self.reason, "source": self.source}
        if self.since is not None:
            found["since"] = self.since
        if self.tier is not None:
            found["tier"] = self.tier
        if self.edition is not None:
            found["edition"] = self.edition
        return found


@noun
class Listing:
    """One seller's entry for a product, normalised. A value that is not known is None, never a guess.

    `last_seen`, `in_last_run` and `held_price` are said where the catalogue is asked what stands in it: when the
    listing was last found, whether its site's last run found it, and a price that jumped and waits to be seen again.
    """

    site: str | None
    key: str | None
    url: str | None
    title: str
    brand: str | None = None
    mpn: str | None = None
    gtin: str | None = None
    sku: str | None = None
    category: str | None = None
    hs6: str | None = None
    hs6_basis: str | None = None
    relation: Relation = Relation.IS
    price: Decimal | None = None
    currency: str | None = None
    price_type: PriceType | None = None
    vat: Vat = Vat.UNKNOWN
    regular_price: Decimal | None = None
    availability: Availability = Availability.UNKNOWN
    quantity: int | None = None
    quantity_bound: QuantityBound | None = None
    lead_time_days: int | None = None
    condition: Condition | None = None
    components: tuple[Component, ...] = ()
    restricted: bool = False
    restrictions: tuple[Restriction, ...] = ()
    undecided: bool = False
    observed_at: datetime | None = None
    run: str | None = None
    evidence: Evidence | None = None
    last_seen: datetime | None = field(default=None, compare=False)
    in_last_run: bool | None = field(default=None, compare=False)
    held_price: Decimal | None = field(default=None, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The contract's listing. `undecided` is the catalogue's own mark and is not part of it."""
        return {
            "site": self.site,
            "key": self.key,
            "url": self.url,
            "title": self.title,
            "brand": self.brand,
            "mpn": self.mpn,
            "gtin": self.gtin,
            "sku": self.sku,
            "category": self.category,
            "hs6": self.hs6,
            "hs6_basis": self.hs6_basis,
            "relation": self.relation.value,
            "price": money_text(self.price),
            "currency": self.currency,
            "price_type": self.price_type and self.price_type.value,
            "vat": self.vat.value,
            "regular_price": money_text(self.regular_price),
            "availability": self.availability.value,
            "quantity": self.quantity,
            "quantity_bound": self.quantity_bound and self.quantity_bound.value,
            "lead_time_days": self.lead_time_days,
            "condition": self.condition and self.condition.value,
            "components": [part.to_json() for part in self.components],
            "restricted": self.restricted,
            "restrictions": [rule.to_json() for rule in self.restrictions],
            "observed_at": time_text(self.observed_at),
            "run": self.run,
            "evidence": self.evidence and self.evidence.to_json(),
        }

    def standing(self) -> dict[str, Any]:
        """The listing as one that stands in the catalogue, with when it was last seen and what is held back of it."""
        return self.to_json() | {
            "last_seen": time_text(self.last_seen),
            "in_last_run": self.in_last_run,
            "held_price": money_text(self.held_price),
        }


_STANDING = ("last_seen", "in_last_run", "held_price")
_ASIDE = frozenset({"undecided", *_STANDING})
LISTING_FIELDS = tuple(part.name for part in fields(Listing) if part.name not in _ASIDE)
STANDING_FIELDS = (*LISTING_FIELDS, *_STANDING)


@dataclass(frozen=True, slots=True)
class Finding:
    """Why one field of a listing has its value: the rule that gave it, and the text the rule spoke about.

    `confidence` is the rule's precision as measured by the evaluation, None where it was not measured.
    """

    field: str
    value: Any
    rule: str
    text: str | None = None
    source: str | None = None
    confidence: float | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "value": self.value,
            "rule": self.rule,
            "text": self.text,
            "source": self.source,
            "confidence": self.confidence,
        }


@noun
class Normalised:
    """A listing with the findings that explain it. `unread` names the raw fields whose text no rule understood."""

    listing: Listing
    findings: tuple[Finding, ...] = ()
    unread: tuple[str, ...] = ()


def money_text(amount: Decimal | None) -> str | None:
    """A decimal string with at least two places and no exponent: 1234567.00, 0.0042."""
    if amount is None:
        return None
    if amount == amount.quantize(_CENT):
        amount = amount.quantize(_CENT)
    return f"{amount:f}"


_CENT = Decimal("0.01")


def time_text(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, to the second."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
