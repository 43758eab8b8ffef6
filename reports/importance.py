"""What matters more to an analyst: the order of entries, and which of them are kept where not all have room."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from reports.data import WeeklyData
from reports.entries import Item
from reports.safety import shown
from reports.speech import Speech
from restock.change import Change
from restock.listing import Listing
from restock.review import Verdict
from restock.terms import Event, RestrictionRule

MAX_KINDS = 15  # brand and tier, of what was cut
_NO_TIER = "~"  # after every tier

Weight = tuple[Any, ...]


def weight(listing: Listing, data: WeeklyData) -> Weight:
    """How much a listing matters, the least first: not what an analyst knows already; what one passed on; restricted;
    found in a weapon; of a higher tier of the list."""
    mark = data.mark(listing)
    passed_on = mark is not None and mark.verdict is Verdict.ESCALATED and not mark.changed(listing)
    weapon = any(rule.rule is RestrictionRule.BATTLEFIELD for rule in listing.restrictions)
    return data.known(listing), not passed_on, not listing.restricted, not weapon, tier_of(listing) or _NO_TIER


def rank(change: Change, data: WeeklyData) -> Weight:
    """What its listing weighs, and what is newly available; then the bigger price move or the dearer goods; then by
    name, so that the order is settled."""
    listing = change.listing
    move = abs(change.change_pct) if change.change_pct is not None else Decimal(0)
    moved = move if change.event is Event.PRICE_CHANGED else Decimal(0)
    place = (listing.brand or "", listing.site or "", listing.title, change.event)
    return (*weight(listing, data), not change.newly_available, -moved, -_worth(listing, data), *place)


def tier_of(listing: Listing) -> str | None:
    """The highest tier of the Common High Priority List that a listing is of."""
    tiers = (rule.tier for rule in listing.restrictions if rule.rule is RestrictionRule.CHPL and rule.tier)
    return min(tiers, default=None)


def _worth(listing: Listing, data: WeeklyData) -> Decimal:
    """The price in the reporting currency; nothing where it can't be told in it."""
    rate = data.rate(listing)
    return listing.price * rate[0] if listing.price is not None and rate is not None else Decimal(0)


def spread(items: Sequence[Item], most: int) -> tuple[list[Item], list[Item]]:
    """The items that are kept where `most` have room, and the rest, both in their order. Of what weighs the same, each
    brand at each site has its first kept before any has its second: none takes all the room."""
    met: Counter[tuple[Any, ...]] = Counter()
    turns: list[tuple[Weight, int, int]] = []
    for place, item in enumerate(items):
        kind = (item.weight, item.listing and item.listing.brand, item.listing and item.listing.site)
        turns.append((item.weight, met[kind] if item.listing else 0, place))
        met[kind] += 1
    kept = {place for _, _, place in sorted(turns)[:most]}
    return _those(items, kept.__contains__), _those(items, lambda place: place not in kept)


def _those(items: Sequence[Item], chosen: Callable[[int], bool]) -> list[Item]:
    return [item for place, item in enumerate(items) if chosen(place)]


def kinds_text(listings: Iterable[Listing], words: Speech) -> str:
    """How many there are of each brand and tier, the most first; the last ones together."""
    counts = Counter((listing.brand or words.say("group.no_brand"), tier_of(listing)) for listing in listings)
    ranked = sorted(counts.items(), key=lambda kind: (-kind[1], kind[0][0], kind[0][1] or _NO_TIER))
    named = [
        words.say("cut.kind", brand=shown(brand, 40), tier=_tier_text(tier, words), n=words.number(count))
        for (brand, tier), count in ranked[:MAX_KINDS]
    ]
    left = sum(count for _, count in ranked[MAX_KINDS:])
    return "; ".join([*named, *([words.say("cut.other_kinds", n=words.number(left))] if left else [])])


def _tier_text(tier: str | None, words: Speech) -> str:
    return words.say("reason.tier", tier=shown(tier, 10)) if tier else ""
