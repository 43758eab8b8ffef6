"""How values read to people: prices, stock, restrictions, moments."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from urllib.parse import urlsplit

from reports.safety import safe_link, shown
from restock.listing import Listing, Restriction
from restock.terms import Availability, Condition, PriceType, QuantityBound, RestrictionRule, Vat

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

_AVAILABILITY = {
    Availability.IN_STOCK: "in stock",
    Availability.LIMITED: "last ones in stock",
    Availability.OUT_OF_STOCK: "out of stock",
    Availability.PRE_ORDER: "awaited",
    Availability.BACK_ORDER: "to order",
    Availability.DISCONTINUED: "discontinued",
    Availability.UNKNOWN: "availability not stated",
}
_CONDITION = {
    Condition.NEW: "new",
    Condition.REFURBISHED: "refurbished",
    Condition.USED: "used",
    Condition.DAMAGED: "damaged",
}
_VAT = {Vat.INCLUDED: "VAT included", Vat.EXCLUDED: "VAT not included", Vat.UNKNOWN: "VAT not stated"}
_RULE = {
    RestrictionRule.BRAND_POLICY: "maker's policy",
    RestrictionRule.CHPL: "Common High Priority List",
    RestrictionRule.COMPONENT: "component inside",
    RestrictionRule.WATCHLIST: "watch list",
    RestrictionRule.BATTLEFIELD: "found in a weapon (does not restrict by itself)",
}


def amount_text(amount: Decimal, currency: str | None) -> str:
    """`214 900.00 RUB`, held together by no-break spaces."""
    exact = amount.quantize(Decimal("0.01")) if amount == amount.quantize(Decimal("0.01")) else amount
    digits = f"{exact:,f}".replace(",", NBSP)
    return f"{digits}{NBSP}{currency or 'currency?'}"


def price_text(listing: Listing) -> str:
    """The price as shown by the site, in its own currency."""
    if listing.price is not None:
        bound = f"from{NBSP}" if listing.price_type is PriceType.FROM else ""
        return bound + amount_text(listing.price, listing.currency)
    return f"on{NBSP}request" if listing.price_type is PriceType.ON_REQUEST else f"price{NBSP}not{NBSP}known"


def vat_text(listing: Listing) -> str | None:
    return _VAT[listing.vat] if listing.price is not None else None


def percent_text(percent: Decimal | None, *, signed: bool = True) -> str | None:
    """`−9.71%`; `+` for a rise where signed."""
    if percent is None:
        return None
    digits = f"{abs(percent):f}%"
    if not signed:
        return digits
    return (MINUS if percent < 0 else "+" if percent > 0 else "") + digits


def quantity_text(listing: Listing) -> str | None:
    if listing.quantity is None:
        return None
    bound = "at least " if listing.quantity_bound is QuantityBound.AT_LEAST else ""
    return f"{bound}{listing.quantity:,}".replace(",", NBSP) + " pcs"


def availability_text(listing: Listing) -> str:
    return _AVAILABILITY[listing.availability]


def stock_text(listing: Listing) -> str:
    """Availability, quantity and lead time, as far as they are stated."""
    days = listing.lead_time_days
    lead = f"lead time {days} days" if days is not None else None
    return ", ".join(part for part in (availability_text(listing), quantity_text(listing), lead) if part)


def condition_text(listing: Listing) -> str | None:
    return _CONDITION[listing.condition] if listing.condition else None


def restriction_text(rule: Restriction) -> str:
    """The rule, its tier and date and the reason, on one line."""
    tier = f", tier {rule.tier}" if rule.tier else ""
    since = f", since {rule.since}" if rule.since else ""
    return shown(f"{_RULE[rule.rule]}: {rule.id}{tier}{since}. {rule.reason}", 300)


def source_parts(source: str) -> tuple[str, str | None]:
    """A source's name and, where it holds one, its address: `The Register: https://…` gives both."""
    links = [word for word in source.split() if safe_link(word.rstrip(".,;)"))]
    link = links[0].rstrip(".,;)") if links else None
    if link is None:
        return shown(source, 120), None
    return shown(source.replace(link, "").strip(" :;,()") or urlsplit(link).hostname, 120), link


def moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def date_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def window_text(since: datetime, until: datetime) -> str:
    return f"{moment_text(since)} to {moment_text(until)}"


def count_text(count: int, one: str, many: str | None = None) -> str:
    """`1 site`, `3 sites`."""
    return f"{count:,} ".replace(",", NBSP) + (one if count == 1 else many or f"{one}s")


def tenth(percent: Decimal) -> Decimal:
    return percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
