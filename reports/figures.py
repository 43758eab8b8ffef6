"""The figures of a change: what stands beside its heading, the first of them large."""

from collections.abc import Callable

from reports.comparison import converted_text
from reports.data import WeeklyData
from reports.exchange import across_currencies, net_of_rate
from reports.wording import price_text, quantity_text, stock_text
from restock.change import Change
from restock.terms import Event

_PRICED = frozenset({Event.PRICE_CHANGED, Event.APPEARED, Event.REAPPEARED})
Figures = tuple[str | None, ...]


def figures_of(change: Change, data: WeeklyData) -> tuple[str, ...]:
    """What the event moved, as it is and as it was; none for a changed description, whose facts say it all."""
    told = _FIGURES.get(change.event)
    if told is None:
        return ()
    converted = converted_text(change.listing, data) if change.event in _PRICED else None
    return tuple(figure for figure in (*told(change, data), converted) if figure)


def _price(change: Change, data: WeeklyData) -> Figures:
    moved = ", ".join(part for part in (_move(change, data), _was_priced(change, data)) if part)
    return price_text(data.words, change.listing), moved, _net(change, data)


def _move(change: Change, data: WeeklyData) -> str | None:
    if change.change_pct is not None:
        return data.words.percent(change.change_pct)
    across = across_currencies(change, data)
    return data.words.say("price.across", percent=data.words.percent(across)) if across is not None else None


def _net(change: Change, data: WeeklyData) -> str | None:
    net = net_of_rate(change, data)
    if net is None:
        return None
    moved = data.words.percent(net.rate_pct)
    return data.words.say("price.net", percent=data.words.percent(net.net_pct), anchor=net.anchor, moved=moved)


def _was_priced(change: Change, data: WeeklyData) -> str | None:
    was = price_text(data.words, change.before) if change.before else None
    return data.words.say("value.was", value=was) if was not in {None, price_text(data.words, change.listing)} else None


def _stock(change: Change, data: WeeklyData) -> Figures:
    words = data.words
    before = words.say("value.was", value=stock_text(words, change.before)) if change.before else None
    return stock_text(words, change.listing), before, price_text(words, change.listing)


def _quantity(change: Change, data: WeeklyData) -> Figures:
    if change.before and change.before.availability is not change.listing.availability:
        return _stock(change, data)
    words = data.words
    none = words.say("value.not_stated")
    before = (quantity_text(words, change.before) if change.before else None) or none
    now = quantity_text(words, change.listing) or none
    return now, words.say("value.was", value=before), price_text(words, change.listing)


def _appeared(change: Change, data: WeeklyData) -> Figures:
    return data.words.say("event.new"), price_text(data.words, change.listing), stock_text(data.words, change.listing)


def _disappeared(change: Change, data: WeeklyData) -> Figures:
    words, listing = data.words, change.listing
    return (
        words.say("event.gone"),
        words.say("value.last", value=price_text(words, listing)),
        stock_text(words, listing),
    )


def _reappeared(change: Change, data: WeeklyData) -> Figures:
    return data.words.say("event.returned"), *_price(change, data), stock_text(data.words, change.listing)


_FIGURES: dict[Event, Callable[[Change, WeeklyData], Figures]] = {
    Event.APPEARED: _appeared,
    Event.DISAPPEARED: _disappeared,
    Event.REAPPEARED: _reappeared,
    Event.PRICE_CHANGED: _price,
    Event.AVAILABILITY_CHANGED: _stock,
    Event.QUANTITY_CHANGED: _quantity,
}
