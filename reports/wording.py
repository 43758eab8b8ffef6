"""How values read to people: prices, stock, restrictions, moments."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from urllib.parse import urlsplit

from reports.data import Coverage
from reports.safety import safe_link, shown
from reports.speech import Speech
from restock.listing import Listing, Restriction
from restock.terms import PriceType, QuantityBound, RestrictionRule


def shop_name(shop: Coverage) -> str:
    """A shop by its title, where it has one, and by its name here."""
    name = shown(shop.site, 60)
    return f"{shown(shop.title, 60)} ({name})" if shop.title and shop.title != shop.site else name


def price_text(words: Speech, listing: Listing) -> str:
    """The price as shown by the site, in its own currency."""
    if listing.price is not None:
        amount = words.amount(listing.price, listing.currency)
        return words.say("value.from", amount=amount) if listing.price_type is PriceType.FROM else amount
    return words.say("value.on_request" if listing.price_type is PriceType.ON_REQUEST else "value.no_price")


def vat_text(words: Speech, listing: Listing) -> str | None:
    return words.say(f"vat.{listing.vat.value}") if listing.price is not None else None


def quantity_text(words: Speech, listing: Listing) -> str | None:
    if listing.quantity is None:
        return None
    pieces = words.say("value.pieces", n=words.number(listing.quantity))
    return words.say("value.at_least", n=pieces) if listing.quantity_bound is QuantityBound.AT_LEAST else pieces


def availability_text(words: Speech, listing: Listing) -> str:
    return words.say(f"availability.{listing.availability.value}")


def stock_text(words: Speech, listing: Listing) -> str:
    """Availability, quantity and lead time, as far as they are stated."""
    days = listing.lead_time_days
    lead = words.count("value.lead_time", days) if days is not None else None
    parts = (availability_text(words, listing), quantity_text(words, listing), lead)
    return ", ".join(part for part in parts if part)


def condition_text(words: Speech, listing: Listing) -> str | None:
    return words.say(f"condition.{listing.condition.value}") if listing.condition else None


def reason_text(words: Speech, rule: Restriction) -> str:
    """The rule, its tier and date and the reason, on one line."""
    told = shown(words.sentence(rule.reason), 300).rstrip(". ")
    since = words.say("reason.since", day=shown(rule.since, 10)) if rule.since and rule.since not in told else ""
    name = shown(rule.id, 60)
    return words.say(f"reason.{rule.rule.value}", id=name, tier=_list_place(words, rule), since=since, told=told)


def _list_place(words: Speech, rule: Restriction) -> str:
    """The tier, and the edition of the list that gives it."""
    tier = words.say("reason.tier", tier=shown(rule.tier, 10)) if rule.tier else ""
    return tier + (words.say("reason.edition", day=shown(rule.edition, 10)) if rule.edition else "")


def short_reason_text(words: Speech, rule: Restriction) -> str:
    """The rule, its tier and its date, for where a line must do."""
    since = words.say("reason.since", day=shown(rule.since, 10)) if rule.since else ""
    return f"{words.say(f'rule.{rule.rule.value}')}{_list_place(words, rule)} ({shown(rule.id, 40)}{since})"


def brief_reason_text(words: Speech, rule: Restriction) -> str:
    """The rule with its tier, and what it rests on: the code of the list, else the day."""
    tier = f" {shown(rule.tier, 10)}" if rule.tier else ""
    edition = words.say("reason.edition", day=shown(rule.edition, 10)) if rule.edition else ""
    rests = rule.id if rule.rule is RestrictionRule.CHPL else rule.since or rule.id
    return f"{words.say(f'brief.{rule.rule.value}')}{tier} ({shown(rests, 40)}{edition})"


def sources_of(source: str) -> list[tuple[str, str | None]]:
    """Each of the sources that a reason rests on; there is one at least."""
    return [source_parts(one) for one in source.split("; ")]


def source_parts(source: str) -> tuple[str, str | None]:
    """A source's name and, where it holds one, its address: `The Register: https://…` gives both."""
    links = [link for word in source.split() if safe_link(link := word.rstrip(".,;)"))]
    if not links:
        return shown(source, 120), None
    return shown(source.replace(links[0], "").strip(" :;,") or urlsplit(links[0]).hostname, 120), links[0]


def moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def date_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def tenth(percent: Decimal) -> Decimal:
    return percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN)
