"""Values that known listings had and have no more: counted for the guard, and kept where a reader must have broken."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, case, func, select, update

from catalog import models as m
from catalog.guard import Lost
from catalog.quarantine import jumped
from catalog.traits import Counts
from catalog.work import Merge
from restock.terms import Availability

_stage, _version, _details = m.stage.c, m.version.c, m.details.c
_SAMPLES = 3  # of each field

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


def lost_values(connection: Connection, jump: int, settled: Counts) -> tuple[dict[str, Lost], Lost]:
    """By field, how many of the known listings that were seen had a value, and how many of them have none now; and
    how many have a price still, and of how many it jumped. What was `settled` has what it had."""
    fields = (*_OFFERS, *_DETAILS)
    sums = [func.sum(case((condition, 1), else_=0)) for name in fields for condition in (_had(name), _has_lost(name))]
    jumps = (_had("price") & _stage.price.is_not(None), jumped(jump))
    sums += [func.sum(case((condition, 1), else_=0)) for condition in jumps]
    counts = [count or 0 for count in connection.execute(select(*sums).where(*_held())).one()]
    same = [settled[name] for name in (*fields, "price")]
    pairs = [Lost(counts[2 * place] + more, counts[2 * place + 1]) for place, more in enumerate(same)]
    return dict(zip(fields, pairs, strict=False)), pairs[-1]


def lost_samples(connection: Connection, fields: Iterable[str]) -> tuple[str, ...]:
    """Some of the listings that lost each of some fields."""
    found = []
    for name in fields:
        query = select(m.listing.c.key).where(m.listing.c.id == _stage.listing_id, *_held(), _has_lost(name))
        keys = connection.execute(query.order_by(m.listing.c.key).limit(_SAMPLES)).scalars()
        found += [f"{key}: no {name} any more" for key in keys]
    return tuple(found)


def keep_lost_values(work: Merge) -> None:
    """Gives the fields that a run lost their last known values, on the listings that lost them."""
    for name in work.lost_fields:
        if name in _OFFERS:
            kept = {column: _version[column] for column in _OFFERS[name]}
        else:
            kept = {column: _details[column] for column in _DETAILS[name]}
        changed = update(m.stage).where(*_held(), _has_lost(name))
        work.connection.execute(changed.values(kept | {"state": None}))


def _held() -> tuple[ColumnElement[bool], ...]:
    """What joins a staged row with the state that its listing has."""
    return (
        _version.listing_id == _stage.listing_id,
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
