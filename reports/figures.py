"""The figures of a change: what stands beside its heading, the first of them large."""

from collections.abc import Callable

from reports.comparison import converted_text
from reports.data import WeeklyData
from reports.wording import percent_text, price_text, quantity_text, stock_text
from restock.change import Change
from restock.terms import Event

_PRICED = frozenset({Event.PRICE_CHANGED, Event.APPEARED, Event.REAPPEARED})


def figures_of(change: Change, data: WeeklyData) -> tuple[str, ...]:
    """What the event moved, as it is and as it was; none for a changed description, whose facts say it all."""
    told = _FIGURES.get(change.event)
    if told is None:
        return ()
    converted = converted_text(change.listing, data) if change.event in _PRICED else None
    return tuple(figure for figure in (*told(change), converted) if figure)


def _price(change: Change) -> tuple[str | None, ...]:
    before = f"was {price_text(change.before)}" if change.before else None
    return price_text(change.listing), percent_text(change.change_pct), before


def _stock(change: Change) -> tuple[str | None, ...]:
    before = f"was {stock_text(change.before)}" if change.before else None
    return stock_text(change.listing), before, price_text(change.listing)


def _quantity(change: Change) -> tuple[str | None, ...]:
    before = (quantity_text(change.before) if change.before else None) or "not stated"
    return quantity_text(change.listing) or "not stated", f"was {before}"


def _appeared(change: Change) -> tuple[str | None, ...]:
    return "new", price_text(change.listing), stock_text(change.listing)


def _disappeared(change: Change) -> tuple[str | None, ...]:
    return "gone", f"last {price_text(change.listing)}", stock_text(change.listing)


def _reappeared(change: Change) -> tuple[str | None, ...]:
    return "returned", *_price(change), stock_text(change.listing)


_FIGURES: dict[Event, Callable[[Change], tuple[str | None, ...]]] = {
    Event.APPEARED: _appeared,
    Event.DISAPPEARED: _disappeared,
    Event.REAPPEARED: _reappeared,
    Event.PRICE_CHANGED: _price,
    Event.AVAILABILITY_CHANGED: _stock,
    Event.QUANTITY_CHANGED: _quantity,
}
