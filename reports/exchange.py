"""Price movements net of the exchange rate: what of a move is the seller's own, and what followed the dollar.

A shop that buys in dollars reprices in roubles as the dollar goes. Both ends of a move have a day: that on which the
earlier price was first seen, and that on which the later one was. Where the rate moved as far between the two, the
price merely followed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reports.data import StateName, WeeklyData
from restock.change import Change
from restock.listing import Listing

ANCHOR = "USD"
"""The currency that goods from abroad are bought in."""

_CENT = Decimal("0.01")
_STILL = Decimal("0.5")  # percent: the rate didn't move enough to be told from the price's own wandering
_SHARE = Decimal("0.25")  # of the rate's move that may be left where a price is said to have followed it
_MOST = Decimal(1)  # percent that may be left, however far the rate moved


@dataclass(frozen=True, slots=True)
class Net:
    """How far the rate moved under a price, what of the price's move is left without it, and whether it followed."""

    anchor: str
    rate_pct: Decimal
    net_pct: Decimal
    followed: bool


def net_of_rate(change: Change, data: WeeklyData) -> Net | None:
    """None where the rates of the two days are not known, or the rate stood still."""
    before, after = change.before, change.after
    if before is None or after is None or change.change_pct is None or after.currency in {None, ANCHOR}:
        return None
    old, new = _anchor_rate(before, data), _anchor_rate(after, data)
    if old is None or new is None:
        return None
    rate_pct = (new / old - 1) * 100
    if abs(rate_pct) < _STILL:
        return None
    net = ((1 + change.change_pct / 100) / (new / old) - 1) * 100
    followed = abs(net) <= min(_MOST, _SHARE * abs(rate_pct))
    return Net(ANCHOR, rate_pct.quantize(_CENT), net.quantize(_CENT), followed)


def across_currencies(change: Change, data: WeeklyData) -> Decimal | None:
    """The move, in percent, of a price whose currency changed, by the rate of the later day, if it is known."""
    before, after = change.before, change.after
    if before is None or after is None or not before.price or after.price is None:
        return None
    if before.currency is None or after.currency is None or before.currency == after.currency:
        return None
    rate = _rate(before.currency, after.currency, _day(after, data.priced_since), data)
    return None if rate is None else ((after.price / (before.price * rate) - 1) * 100).quantize(_CENT)


def rates_asked(change: Change, priced_since: Mapping[StateName, date]) -> set[tuple[str, str, date]]:
    """The rates that these questions need: currency, currency, day."""
    before, after = change.before, change.after
    if before is None or after is None or before.currency is None or after.currency is None:
        return set()
    wanted = {(before.currency, after.currency, _day(after, priced_since))}
    if before.currency == after.currency != ANCHOR:
        wanted = {(ANCHOR, listing.currency or "", _day(listing, priced_since)) for listing in (before, after)}
    return {(one, into, day) for one, into, day in wanted if day is not None and one != into}


def _anchor_rate(listing: Listing, data: WeeklyData) -> Decimal | None:
    return _rate(ANCHOR, listing.currency or "", _day(listing, data.priced_since), data)


def _rate(currency: str, into: str, day: date | None, data: WeeklyData) -> Decimal | None:
    return None if day is None else data.day_rates.get((currency, into, day))


def _day(listing: Listing, priced_since: Mapping[StateName, date]) -> date | None:
    """When the price was first seen; where that isn't known, the state that has it."""
    known = priced_since.get((listing.site or "", listing.key or "", listing.run or ""))
    return known or (listing.observed_at.date() if listing.observed_at else None)
