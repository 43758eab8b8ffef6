"""From the states of one listing within a window to its events; what rules did is kept apart from the market.

Pure: states in, events out. The states of a listing are a chain; every link is either the market's (a run saw
something else) or a correction's (other rules read the same bytes). The two ends are compared, the earlier one as the
later rules would have read it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from catalog.kept import Kept, moved_by, told_apart
from restock.listing import Listing
from restock.terms import Event

_PRICE = ("price", "currency", "price_type")
PRICE_FIELDS = (*_PRICE, "vat", "regular_price")
_DETAILS = ("title", "brand", "mpn", "condition", "relation")
_GROUPS: tuple[tuple[Event, tuple[str, ...]], ...] = (
    (Event.PRICE_CHANGED, _PRICE),
    (Event.AVAILABILITY_CHANGED, ("availability",)),
    (Event.QUANTITY_CHANGED, ("quantity",)),
    (Event.DETAILS_CHANGED, _DETAILS),
)
_BY_EVENT = dict(_GROUPS)
# Where and when a state was seen, not what it is.
PROVENANCE = frozenset({"observed_at", "run", "evidence", "last_seen", "in_last_run", "held_price"})
_CONTENT = tuple(part.name for part in fields(Listing) if part.name not in PROVENANCE)
_VALUES = tuple((event, attrgetter(*names)) for event, names in _GROUPS)
_MARKET = tuple(name for _, names in _GROUPS for name in names)


class Link(NamedTuple):
    """What a listing became at one run of the window (None: it was no longer there), and whether rules made it so."""

    run: int
    state: Listing | None
    correction: bool


_PRICED = frozenset({Event.PRICE_CHANGED, Event.REAPPEARED})
_CENT = Decimal("0.01")
_NEVER: Mapping[Event | None, int] = {}


class Ends(NamedTuple):
    """The two ends of a window for one listing. `last` is the last state of one that was gone when the window began.
    `unread` says that the market and a correction both touched the price: what the earlier one is in the later reading,
    only the evidence can say. `since` is the run in which the market last changed what an event speaks of (None:
    whether the listing is there). `between` is what lies between two ends that one move made, which was seen then."""

    before: Listing | None
    after: Listing | None
    last: Listing | None = None
    unread: bool = False
    since: Mapping[Event | None, int] = _NEVER
    between: tuple[Event, ...] | None = None

    def events(self) -> Iterator[Event]:
        """What happened to the listing, in the order of the contract; appearing and disappearing stand alone."""
        if self.before is None and self.after is None:
            return
        if self.after is None:
            yield Event.DISAPPEARED
        elif self.before is None:
            yield Event.APPEARED if self.last is None else Event.REAPPEARED
        else:
            yield from _told_apart(self.before, self.after) if self.between is None else self.between

    def since_run(self, event: Event) -> int | None:
        """The run that first saw what an event tells."""
        return self.since.get(event if event in _BY_EVENT else None)

    def change_pct(self, event: Event) -> Decimal | None:
        """By how much the price moved, in percent, within one currency."""
        before, after = self.before or self.last, self.after
        if event not in _PRICED or before is None or after is None:
            return None
        moved = _moved_by(before, after)
        return None if moved is None else (moved * 100).quantize(_CENT)


def _moved_by(before: Listing, after: Listing) -> Decimal | None:
    if type(before) is Kept and type(after) is Kept:
        return moved_by(before, after)
    if before.currency != after.currency or after.price is None or not before.price:
        return None
    return (after.price - before.price) / before.price


def _told_apart(one: Listing, other: Listing) -> tuple[Event, ...]:
    """The events that lie between two states."""
    if type(one) is Kept and type(other) is Kept:
        return told_apart(one, other)
    return tuple([event for event, values in _VALUES if values(one) != values(other)])


@dataclass(frozen=True, slots=True)
class Corrected:
    """What one correction did to a listing within the window."""

    run: int
    before: Listing | None
    after: Listing | None

    def fields(self) -> tuple[str, ...]:
        if self.before is None or self.after is None:
            return ("listing",)
        return tuple(name for name in _CONTENT if _said(self.before, name) != _said(self.after, name))


def _said(listing: Listing, name: str) -> Any:
    """A value as far as it speaks of the goods: a reason is its rule, id and tier; its wording may be improved."""
    if name == "restrictions":
        return [(rule.rule, rule.id, rule.tier) for rule in listing.restrictions]
    return getattr(listing, name)


def ends(first: Listing | None, links: Sequence[Link], last: Listing | None) -> tuple[Ends, list[Corrected]]:
    """The ends of a chain that begins with `first` (None where the listing wasn't there at the window's start; `last`
    is then the last state it ever had), and its corrections."""
    walk = _Walk(first, last, follow=any(link.correction for link in links))
    for link in links:
        if link.correction:
            walk.correct(link)
        else:
            walk.move(link)
    return Ends(walk.before, walk.now, walk.last, walk.unread, walk.since), walk.corrections


def one_move(first: Listing | None, run: int, state: Listing | None, last: Listing | None) -> Ends:
    """The ends of nearly every chain: of one that the market alone moved, and once."""
    if first is None or state is None:
        return Ends(first, state, last, False, {None: run})
    between = _told_apart(first, state)
    return Ends(first, state, last, False, dict.fromkeys(between, run), between)


class _Walk:
    """Follows a chain, keeping the earlier end as the rules in force would have read it."""

    def __init__(self, first: Listing | None, last: Listing | None, *, follow: bool) -> None:
        self.before = self.now = first
        self.seen = first  # the last state that was there: what a return is compared with
        self.last = last
        self.follow = follow  # what the market has changed matters to a correction alone
        self.moved: set[str] = set()  # that, "presence" included
        self.corrections: list[Corrected] = []
        self.unread = False
        self.since: dict[Event | None, int] = {}

    def move(self, link: Link) -> None:
        if link.state is None or self.now is None:
            self.moved.add("presence")
            self.since[None] = link.run
        if link.state is not None and self.seen is not None:
            self.since |= dict.fromkeys(_told_apart(self.seen, link.state), link.run)
            if self.follow:
                self.moved |= {name for name in _MARKET if getattr(self.seen, name) != getattr(link.state, name)}
        self.now = link.state
        self.seen = link.state or self.seen

    def correct(self, link: Link) -> None:
        self.corrections.append(Corrected(link.run, self.now, link.state))
        if "presence" not in self.moved and (link.state is None or self.now is None):
            # A listing that the old rules missed was there all along; one that they made up never was.
            self.before = link.state
            self.last = None if link.state else self.last
        elif self.before is not None and self.seen is not None and link.state is not None:
            corrected = {name for name in _CONTENT if getattr(self.seen, name) != getattr(link.state, name)}
            self.unread |= bool(corrected & set(_PRICE) and self.moved & set(_PRICE))
            self.before = _read_again(self.before, link.state, corrected - self.moved, unread=self.unread)
        self.now = link.state
        self.seen = link.state or self.seen


def _read_again(before: Listing, new: Listing, corrected: set[str], *, unread: bool) -> Listing:
    """The earlier end under new rules: what the market hasn't touched since is what the correction says; a price that
    both touched can't be known, and a price that isn't known has no type."""
    values = {name: getattr(new, name) for name in corrected}
    if unread:
        values |= {"price": None, "price_type": None, "currency": new.currency}
    return replace(before, **values)


def with_price(found: Ends, reading: Listing) -> Ends:
    """The ends with the earlier price as a second reading of its evidence has it."""
    if found.before is None:
        return found
    prices = {name: getattr(reading, name) for name in PRICE_FIELDS}
    return found._replace(before=replace(found.before, **prices), unread=False)
