"""Values that known listings had and have no more: counted for the guard, and kept where a reader must have broken."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select, true, update

from catalog import models as m
from catalog.guard import Lost
from catalog.quarantine import jumped
from catalog.work import Merge
from restock.site import Guard
from restock.terms import Availability

_PART = 50  # one row in so many shows of nearly every field that it is not lost

_stage, _version, _details = m.stage.c, m.version.c, m.details.c

# What rests on a value is kept with it: an amount means nothing in another currency, and a verdict that was reached
# without the brand is no verdict on it.
_OFFERS = {
    "price": m.PRICE_COLUMNS,
    "currency": m.PRICE_COLUMNS,
    "availability": m.STOCK_COLUMNS,
    "quantity": ("quantity", "quantity_bound"),
}
_CONCLUSIONS = (
    "relation", "category", "hs6", "hs6_basis", "components", "restrictions", "restricted", "undecided",
)  # fmt: skip
_DETAILS = {
    "brand": ("brand", *_CONCLUSIONS),
    "mpn": ("mpn", *_CONCLUSIONS),
    "category": _CONCLUSIONS,
    "condition": ("condition",),
}


def lost_values(connection: Connection, guard: Guard) -> tuple[dict[str, Lost], Lost]:
    """By field, how many of the known listings that were seen had a value, and how many of them have none now; and
    how many have a price still, and of how many it jumped. Where a part of those that had a value shows that the loss
    is too small to matter, only that part is counted."""
    had = [_had(name) for name in (*_OFFERS, *_DETAILS)]
    lost = [_has_lost(name) for name in (*_OFFERS, *_DETAILS)]
    staged = _sums(connection, select(m.stage).where(*_held()), [*had, _has_price(), *lost, jumped(guard.price_jump)])
    known, missing = staged[: len(had) + 1], staged[len(had) + 1 :]
    least = min(guard.lost_value_share, guard.few_lost_value_share)
    same = select(m.settled).where(*_held(m.settled.c.listing_id))
    counted = [0] * len(known)
    for part in (m.settled.c.row % _PART == 0, true()):
        if any(
            gone and gone >= least * (here + more) for here, gone, more in zip(known, missing, counted, strict=True)
        ):
            counted = _sums(connection, same.where(part), [*had, _had("price")])
    pairs = [Lost(here + more, gone) for here, more, gone in zip(known, counted, missing, strict=True)]
    return dict(zip((*_OFFERS, *_DETAILS), pairs, strict=False)), pairs[-1]


def _has_price() -> ColumnElement[bool]:
    return and_(_had("price"), _stage.price.is_not(None))


def _sums(connection: Connection, rows: Select[Any], conditions: list[ColumnElement[bool]]) -> list[int]:
    """Of how many rows each condition is true."""
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in conditions]
    return [int(count) for count in connection.execute(rows.with_only_columns(*sums)).one()]


def keep_lost_values(work: Merge) -> None:
    """Gives the fields that a run lost their last known values, on the listings that lost them."""
    for name in work.lost_fields:
        if name in _OFFERS:
            kept = {column: _version[column] for column in _OFFERS[name]}
        else:
            kept = {column: _details[column] for column in _DETAILS[name]}
        changed = update(m.stage).where(*_held(), _has_lost(name))
        work.connection.execute(changed.values(kept | {"state": None}))


def _held(listing_id: ColumnElement[int] = _stage.listing_id) -> tuple[ColumnElement[bool], ...]:
    """What joins a seen row with the state that its listing has."""
    return (
        _version.listing_id == listing_id,
        _version.to_run.is_(None),
        _details.listing_id == _version.listing_id,
        _details.run_id == _version.details_run,
    )


def _had(name: str) -> ColumnElement[bool]:
    if name == "availability":
        return _version.availability != Availability.UNKNOWN
    return (_version if name in _OFFERS else _details)[name].is_not(None)


def _has_lost(name: str) -> ColumnElement[bool]:
    if name == "availability":
        return and_(_had(name), _stage.availability == Availability.UNKNOWN)
    lost = and_(_had(name), _stage[name].is_(None))
    if name == "currency":  # of a price that is read still; without one there is no currency either
        return and_(lost, _stage.price.is_not(None))
    if name == "quantity":  # what is no longer in stock, or is to be had without a number, has no quantity
        return and_(lost, _stage.availability == _version.availability)
    return lost
