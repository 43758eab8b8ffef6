"""What others ask for the same product: cheapest seller, and how much cheaper than which."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.data import WeeklyData
from reports.safety import shown
from reports.wording import amount_text, condition_text, count_text, percent_text, price_text, tenth
from restock.listing import Listing
from restock.terms import Condition, PriceType, Relation, Vat

MAX_NAMED = 3  # sellers named in one list
_AS_NEW = frozenset({None, Condition.NEW})


@dataclass(frozen=True, slots=True)
class _Priced:
    listing: Listing
    amount: Decimal


def comparison_lines(listing: Listing, data: WeeklyData) -> list[str]:
    """Sentences that place a listing's price among the current offers for the same product.

    Only what can be compared is: exact prices of obtainable goods in a like condition with a like VAT, in one
    currency or through known rates. Offers that could not be compared are counted."""
    others = _others(listing, data)
    if not others:
        return ["no other seller known"]
    priced = [(other, _amount(other, listing, data)) for other in others]
    comparable = [_Priced(other, amount) for other, amount in priced if amount is not None]
    lines = _verdict(listing, comparable)
    left = len(others) - len(comparable)
    if left:
        lines.append(f"{count_text(left, 'further offer')} not comparable ({_why_not(listing, others, comparable)})")
    return lines


def _others(listing: Listing, data: WeeklyData) -> list[Listing]:
    if listing.brand is None or listing.mpn is None:
        return []
    offers = data.offers.get((listing.brand, listing.mpn), ())
    own = (listing.site, listing.key)
    return [
        offer
        for offer in offers
        if (offer.site, offer.key) != own and offer.relation is Relation.IS and offer.availability.obtainable
    ]


def _amount(other: Listing, listing: Listing, data: WeeklyData) -> Decimal | None:
    """The other's price in the listing's currency, None where the two can't be compared."""
    if not (_exact(other) and _exact(listing) and _alike(other, listing)) or other.price is None:
        return None
    if other.currency == listing.currency:
        return other.price
    theirs, ours = data.rate(other.currency), data.rate(listing.currency)
    return other.price * theirs / ours if theirs and ours else None


def _exact(listing: Listing) -> bool:
    return listing.price is not None and listing.price > 0 and listing.price_type is PriceType.EXACT


def _alike(one: Listing, other: Listing) -> bool:
    same_condition = one.condition == other.condition or {one.condition, other.condition} <= _AS_NEW
    return same_condition and {one.vat, other.vat} != {Vat.INCLUDED, Vat.EXCLUDED}


def _verdict(listing: Listing, comparable: Sequence[_Priced]) -> list[str]:
    """Where the cheapest is, and which dearer sellers the listing beats."""
    here = listing.price
    if not comparable or here is None:
        return []
    ranked = sorted(comparable, key=lambda offer: (offer.amount, offer.listing.site or ""))
    if ranked[0].amount < here:
        lines = [f"cheapest: {_named(ranked[0])}, {_cheaper(ranked[0].amount, here)} cheaper than here"]
    else:
        lines = ["cheapest here"]
    lines += [f"same price: {_named(offer)}" for offer in ranked if offer.amount == here][:MAX_NAMED]
    dearer = [offer for offer in ranked if offer.amount > here]
    return lines + [f"{_cheaper(here, offer.amount)} cheaper than {_named(offer)}" for offer in dearer[:MAX_NAMED]]


def _cheaper(low: Decimal, high: Decimal) -> str:
    return percent_text(tenth((high - low) / high * 100), signed=False) or ""


def _named(offer: _Priced) -> str:
    """The seller with the price as shown there."""
    listing = offer.listing
    condition = condition_text(listing)
    price = price_text(listing) + (f" ({condition})" if condition else "")
    return f"{shown(listing.site, 60)} at {price}"


def _why_not(listing: Listing, others: Sequence[Listing], comparable: Sequence[_Priced]) -> str:
    compared = {id(offer.listing) for offer in comparable}
    reasons = {_difference(listing, other) for other in others if id(other) not in compared}
    return ", ".join(sorted(reasons))


def _difference(listing: Listing, other: Listing) -> str:
    if not _exact(other) or not _exact(listing):
        return "no exact price"
    if {other.vat, listing.vat} == {Vat.INCLUDED, Vat.EXCLUDED}:
        return "other VAT"
    return "other condition" if not _alike(other, listing) else "no exchange rate"


def converted_text(listing: Listing, data: WeeklyData) -> str | None:
    """The price in the reporting currency, where it is in another and a rate is known."""
    rate = data.rate(listing.currency)
    if listing.price is None or rate is None or listing.currency == data.reporting_currency:
        return None
    return "≈ " + amount_text((listing.price * rate).quantize(Decimal(1)), data.reporting_currency)
