"""Kept listings: rows of the catalogue that become a whole listing when somebody looks at it.

A diff compares tens of thousands of states, by their rows, and of most needs little more than the price and whether the
goods can be had. What states share is read once for all of them: details, runs, captures, reasons.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple, Self, cast

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Integer, Select, select, type_coerce

from catalog import models as m
from catalog.bulk import Values, fetch_rows
from catalog.columns import AVAILABILITIES, from_millionths, stored
from catalog.questions import chunks
from catalog.states import DETAILS, Facts, address, fill, read_facts
from restock.listing import Listing
from restock.terms import Event

Listings = Select[Any] | CompoundSelect[Any] | Collection[int]

_FIELDS = frozenset(field.name for field in fields(Listing))
_compared = attrgetter(*(field.name for field in fields(Listing) if field.compare))

_offers, _details = m.version.c, m.details.c
_OFFER = (
    _offers.listing_id,
    _offers.from_run,
    _offers.to_run,
    _offers.details_run,
    _offers.capture_id,
    *(stored(_offers[name]).label(name) for name in m.OFFER_COLUMNS),
)
# Truth as a number, which a driver gives as it is.
_DETAIL = (
    _details.listing_id,
    _details.run_id,
    m.listing.c.key,
    address.label("url"),
    *(stored(_details[name]).label(name) for name in DETAILS),
    type_coerce(_details.restricted, Integer).label("restricted"),
    type_coerce(_details.undecided, Integer).label("undecided"),
    _details.components,
    _details.restrictions,
)
_OFFERS = select(*_OFFER).order_by(_offers.listing_id, _offers.from_run)
_DETAILS = select(*_DETAIL).join(m.listing, m.listing.c.id == _details.listing_id)
_RUNS = select(m.run.c.id, m.run.c.name, stored(m.run.c.observed_at))
_CAPTURES = select(
    m.capture.c.id, stored(m.capture.c.observed_at), m.capture.c.sha256, m.capture.c.record, m.warc.c.path
).outerjoin(m.warc, m.warc.c.id == m.capture.c.warc_id)
_AT = {column.name: place for place, column in enumerate(_OFFER)}
_IN = {column.name: place for place, column in enumerate(_DETAIL)}
_FROM, _TO, _RESTS_ON, _CAPTURE = (_AT[name] for name in ("from_run", "to_run", "details_run", "capture_id"))
_STOCK, _PRICE, _CURRENCY = _AT["availability"], _AT["price"], _AT["currency"]
_KEY, _BRAND, _MPN, _RESTRICTED = _IN["key"], _IN["brand"], _IN["mpn"], _IN["restricted"]
_REASONS = _IN["components"]
_OFFER_VALUES = len(_OFFER) - len(m.OFFER_COLUMNS)

# A value is stored in one way only, so two rows differ in it where their listings do.
_BY_OFFER = (
    (Event.PRICE_CHANGED, itemgetter(*(_AT[name] for name in m.PRICE_COLUMNS[:3]))),
    (Event.AVAILABILITY_CHANGED, itemgetter(_STOCK)),
    (Event.QUANTITY_CHANGED, itemgetter(_AT["quantity"])),
)
_told_in_details = itemgetter(*(_IN[name] for name in ("title", "brand", "mpn", "condition", "relation")))


class Background(NamedTuple):
    """What many states of one site share: its name, runs and captures by number, reasons and components as JSON."""

    site: str
    runs: Mapping[int, Values]
    captures: Mapping[int | None, Values]
    facts: Facts


class Kept(Listing):
    """A listing like any other, equal to one of the same values. What a diff asks of every state is filled at once, the
    rest when somebody asks for it. `offer` begins with the listing's number and the runs that the state began and
    ended with."""

    __slots__ = ("background", "detail", "offer")

    offer: Values
    detail: Values
    background: Background

    def __new__(cls, **values: Any) -> Listing:  # type: ignore[misc]
        """What is made of values, as `replace` does it, has no rows and is a plain listing."""
        return Listing(**values) if values else object.__new__(cls)

    @classmethod
    def of(cls, offer: Values, detail: Values, background: Background) -> Self:
        kept: Any = object.__new__(cls)
        kept.offer = offer
        kept.detail = detail
        kept.background = background
        kept.availability = AVAILABILITIES[offer[_STOCK]]
        kept.restricted = detail[_RESTRICTED] != 0
        kept.brand = detail[_BRAND]
        kept.mpn = detail[_MPN]
        return cast("Self", kept)

    def __getattr__(self, name: str) -> Any:
        # Only a field that isn't filled gets here.
        quick = _QUICK.get(name)
        if quick is not None:
            object.__setattr__(self, name, quick(self))
        elif name in _FIELDS:
            self._fill()
        else:
            raise AttributeError(name)
        return getattr(self, name)

    def _fill(self) -> None:
        offer, detail, (site, runs, captures, facts) = self.offer, self.detail, self.background
        origin = (site, *runs[offer[_FROM]], *captures[offer[_CAPTURE]])
        head, reasons = detail[_KEY:_RESTRICTED], detail[_REASONS:]
        marks = (self.restricted, bool(detail[_RESTRICTED + 1]))
        fill(self, (*offer[:3], *head, *marks, *offer[_OFFER_VALUES:], *reasons, *origin), facts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Listing):
            return NotImplemented
        return _compared(self) == _compared(other)

    def __hash__(self) -> int:
        return Listing.__hash__(self)


def _price(kept: Kept) -> Any:
    price = kept.offer[_PRICE]
    return None if price is None else from_millionths(price)


_QUICK: dict[str, Callable[[Kept], Any]] = {
    "price": _price,
    "key": lambda kept: kept.detail[_KEY],
    "currency": lambda kept: kept.offer[_CURRENCY],
}


def key_of(kept: Kept) -> str:
    """The key, of which a listing that is not looked at otherwise needs no more than this."""
    key: str = kept.detail[_KEY]
    return key


def moved_by(before: Kept, after: Kept) -> Decimal | None:
    """By how much the price moved, as a share of what it was; None where it is not known or in another currency."""
    old: int | None = before.offer[_PRICE]
    new: int | None = after.offer[_PRICE]
    if not old or new is None or before.offer[_CURRENCY] != after.offer[_CURRENCY]:
        return None
    return Decimal(new - old) / old


def told_apart(one: Kept, other: Kept) -> tuple[Event, ...]:
    """The events that lie between two states."""
    first, second = one.offer, other.offer
    found = [event for event, values in _BY_OFFER if values(first) != values(second)]
    if one.detail is not other.detail and _told_in_details(one.detail) != _told_in_details(other.detail):
        found.append(Event.DETAILS_CHANGED)
    return tuple(found)


def kept_states(connection: Connection, site: str, listings: Listings, *conditions: ColumnElement[bool]) -> list[Kept]:
    """The states of some listings of a site that conditions on their versions leave, by listing and in order."""
    which = _offers.listing_id.in_(listings)
    offers = fetch_rows(connection, _OFFERS.where(which, *conditions))
    details = _read_details(connection, listings)
    background = Background(
        site,
        _read_runs(connection, {row[_FROM] for row in offers}),
        _read_captures(connection, {row[_CAPTURE] for row in offers}),
        read_facts(connection, {fact for row in details.values() for fact in row[_REASONS:]}, {}),
    )
    of = Kept.of
    return [of(row, details[row[0], row[_RESTS_ON]], background) for row in offers]


def _read_details(connection: Connection, listings: Listings) -> dict[tuple[int, int], Values]:
    return {row[:2]: row for row in fetch_rows(connection, _DETAILS.where(_details.listing_id.in_(listings)))}


def _read_runs(connection: Connection, numbers: Iterable[int]) -> dict[int, Values]:
    return _by_number(connection, _RUNS, m.run.c.id, numbers)


def _read_captures(connection: Connection, numbers: Iterable[int | None]) -> dict[int | None, Values]:
    kept = (number for number in numbers if number is not None)
    found = _by_number(connection, _CAPTURES, m.capture.c.id, kept)
    return {None: (None,) * 4} | found


def _by_number(
    connection: Connection, query: Select[Any], column: ColumnElement[int], numbers: Iterable[int]
) -> dict[int, Values]:
    found: dict[int, Values] = {}
    for chunk in chunks(sorted(numbers)):
        found |= {row[0]: row[1:] for row in fetch_rows(connection, query.where(column.in_(chunk)))}
    return found
