"""What others ask for the same product: cheapest seller, and how much cheaper than which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from reports.data import WeeklyData, last_seen
from reports.safety import shown
from reports.speech import Speech
from reports.wording import condition_text, date_text, price_text, shop_name, tenth
from restock.listing import Listing
from restock.offers import are_alike, is_exact
from restock.terms import Relation, Vat

MAX_NAMED = 3  # sellers named in one list
_STALE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Priced:
    """An offer with its price in the currency of the one that it is compared with."""

    listing: Listing
    amount: Decimal


def comparison_lines(listing: Listing, data: WeeklyData) -> list[str]:
    """Sentences that place a listing's price among the current offers for the same product.

    Only what can be compared is: exact prices of obtainable goods in a like condition with a like VAT, in one
    currency or through known rates. Offers that could not be compared are counted."""
    words = data.words
    if (listing.brand, listing.mpn) not in data.offers:
        return []  # what was not looked up can't be said to be nowhere else
    others = _others(listing, data)
    found = _comparable(listing, others, data)
    elsewhere = any(other.site != listing.site for other in others)
    lines = _verdict(listing, found, data) if elsewhere else [words.say("offers.none")]
    left = len(others) - len(found)
    if left:
        why = ", ".join(words.say(f"offers.{reason}") for reason in _why_not(listing, others, found))
        lines.append(words.count("offers.left", left, why=why))
    return lines


def comparable_offers(listing: Listing, data: WeeklyData) -> list[Priced]:
    """The offers of other listings that a listing can be compared with, the cheapest first."""
    found = _comparable(listing, _others(listing, data), data)
    return sorted(found, key=lambda offer: (offer.amount, offer.listing.site or ""))


def cheaper_text(words: Speech, low: Decimal, high: Decimal) -> str:
    return words.percent(tenth((high - low) / high * 100), signed=False)


def named(listing: Listing, data: WeeklyData) -> str:
    """The seller with the price as shown there, what it is in the reporting currency, and when it was last seen, where
    that is not of these days."""
    words = data.words
    seen = last_seen(listing, data.looks, data.until)
    stale = words.say("offers.seen", day=date_text(seen)) if data.until - seen > _STALE else None
    notes = [part for part in (condition_text(words, listing), converted_text(listing, data), stale) if part]
    price = price_text(words, listing) + (f" ({'; '.join(notes)})" if notes else "")
    shop = data.shop(listing.site)
    return words.say("offers.named", site=shop_name(shop) if shop else shown(listing.site, 60), price=price)


def converted_text(listing: Listing, data: WeeklyData) -> str | None:
    """The price in the reporting currency, where it is in another and a rate is known, with the rate and its day."""
    rate = data.rate(listing)
    if listing.price is None or rate is None or listing.currency == data.reporting_currency:
        return None
    amount = data.words.amount((listing.price * rate[0]).quantize(Decimal(1)), data.reporting_currency)
    unit = data.words.amount(_four_places(rate[0]), data.reporting_currency)
    day = rate[1].isoformat()
    return data.words.say("price.converted", amount=amount, rate=unit, day=day)


def _four_places(rate: Decimal) -> Decimal:
    """As many as banks publish."""
    return rate.quantize(Decimal("0.0001")).normalize()


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


def _comparable(listing: Listing, others: Sequence[Listing], data: WeeklyData) -> list[Priced]:
    priced = ((other, _amount(other, listing, data)) for other in others)
    return [Priced(other, amount) for other, amount in priced if amount is not None]


def _amount(other: Listing, listing: Listing, data: WeeklyData) -> Decimal | None:
    """The other's price in the listing's currency, None where the two can't be compared: a shop is no other seller
    beside itself."""
    if other.site == listing.site:
        return None
    if not (is_exact(other) and is_exact(listing) and are_alike(other, listing)) or other.price is None:
        return None
    if other.currency == listing.currency:
        return other.price
    theirs, ours = data.rate(other), data.rate(listing)
    return other.price * theirs[0] / ours[0] if theirs and ours else None


def _verdict(listing: Listing, comparable: Sequence[Priced], data: WeeklyData) -> list[str]:
    """Where the cheapest is, and which dearer sellers the listing beats."""
    words, here = data.words, listing.price
    if not comparable or here is None:
        return []
    ranked = sorted(comparable, key=lambda offer: (offer.amount, offer.listing.site or ""))
    if ranked[0].amount < here:
        percent = cheaper_text(words, ranked[0].amount, here)
        lines = [words.say("offers.cheapest", offer=named(ranked[0].listing, data), percent=percent)]
    else:
        lines = [words.say("offers.cheapest_here")]
    same = [offer for offer in ranked if offer.amount == here][:MAX_NAMED]
    lines += [words.say("offers.same", offer=named(offer.listing, data)) for offer in same]
    dearer = [offer for offer in ranked if offer.amount > here][:MAX_NAMED]
    return lines + [
        words.say(
            "offers.cheaper_than",
            percent=cheaper_text(words, here, offer.amount),
            offer=named(offer.listing, data),
        )
        for offer in dearer
    ]


def _why_not(listing: Listing, others: Sequence[Listing], comparable: Sequence[Priced]) -> list[str]:
    compared = {id(offer.listing) for offer in comparable}
    return sorted({_difference(listing, other) for other in others if id(other) not in compared})


def _difference(listing: Listing, other: Listing) -> str:
    if other.site == listing.site:
        return "same_site"
    if not (is_exact(other) and is_exact(listing)):
        return "no_exact_price"
    if {other.vat, listing.vat} == {Vat.INCLUDED, Vat.EXCLUDED}:
        return "other_vat"
    return "other_condition" if not are_alike(other, listing) else "no_rate"
