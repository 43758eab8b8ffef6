"""Changes: what differs between two states of a listing."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from restock.listing import Listing, money_text, noun, time_text
from restock.terms import Event


@noun
class Change:
    """One event of one listing between two runs. `change_pct` only within one currency."""

    event: Event
    before: Listing | None
    after: Listing | None
    newly_available: bool
    change_pct: Decimal | None
    from_run: str | None
    to_run: str
    at: datetime

    @property
    def listing(self) -> Listing:
        """The state that names the listing: the later one where there is one."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change has a state before or after it")
        return found

    @property
    def replaced(self) -> bool:
        """Whether the shop put other goods in the listing's place."""
        return self.before is not None and self.after is not None and are_other_goods(self.before, self.after)

    def to_json(self) -> dict[str, Any]:
        listing = self.listing
        return {
            "event": self.event.value,
            "site": listing.site,
            "key": listing.key,
            "url": listing.url,
            "title": listing.title,
            "brand": listing.brand,
            "mpn": listing.mpn,
            "restricted": listing.restricted,
            "newly_available": self.newly_available,
            "before": self.before and self.before.to_json(),
            "after": self.after and self.after.to_json(),
            "change_pct": money_text(self.change_pct),
            "from_run": self.from_run,
            "to_run": self.to_run,
            "at": time_text(self.at),
        }


def are_other_goods(before: Listing, after: Listing) -> bool:
    """Whether two states of one listing are of different products: another maker or part number under another title.
    Where either is not known, they are taken for the same."""
    products = [(one.brand, one.mpn) for one in (before, after)]
    known = all(brand is not None and mpn is not None for brand, mpn in products)
    return known and products[0] != products[1] and before.title.split() != after.title.split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a changed reader, rule or data file made of a listing; never a market event."""

    before: Listing | None
    after: Listing | None
    fields: tuple[str, ...]
    run: str
    at: datetime

    def to_json(self) -> dict[str, Any]:
        listing = self.after or self.before
        return {
            "site": listing and listing.site,
            "key": listing and listing.key,
            "title": listing and listing.title,
            "fields": list(self.fields),
            "before": self.before and self.before.to_json(),
            "after": self.after and self.after.to_json(),
            "run": self.run,
            "at": time_text(self.at),
        }


JUMP = 5  # pieces: fewer come and go every day


def came_in(before: int | None, after: int | None) -> bool:
    """Whether goods came in: more pieces than there were, by more than what moves from day to day."""
    return before is not None and after is not None and after - before >= JUMP and 2 * (after - before) >= before


class Passing(StrEnum):
    """What was so within a window and at neither of its ends: a listing was there, could be had, had far more pieces,
    or was not there."""

    LISTED = "listed"
    AVAILABLE = "available"
    STOCKED = "stocked"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleeting:
    """What came and went within a window: its two ends don't show it. `listing` is the state that passed; of one that
    was absent, the one that it came back with. It was so from `appeared_at` until `gone_at`."""

    listing: Listing
    appeared_at: datetime
    gone_at: datetime
    what: Passing = Passing.LISTED

    def to_json(self) -> dict[str, Any]:
        return {
            "what": self.what.value,
            "site": self.listing.site,
            "key": self.listing.key,
            "title": self.listing.title,
            "brand": self.listing.brand,
            "mpn": self.listing.mpn,
            "restricted": self.listing.restricted,
            "appeared_at": time_text(self.appeared_at),
            "gone_at": time_text(self.gone_at),
            "listing": self.listing.to_json(),
        }
