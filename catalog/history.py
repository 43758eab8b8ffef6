"""History: every price and availability of one part number over time, across sites, with the gaps."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from catalog import models as m
from catalog.questions import part_number
from catalog.states import State, load, states
from restock.listing import money_text, time_text
from restock.terms import Availability, Condition, PriceType, RunKind

_SHOWN = ("price", "currency", "price_type", "availability", "quantity", "condition")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """An offer as it stood from one moment until another (None: it stands). `present` is False for a gap: the listing
    was gone. `correction` says that other rules, not the market, began it."""

    site: str
    key: str
    url: str | None
    title: str
    since: datetime
    until: datetime | None
    present: bool
    price: Decimal | None = None
    currency: str | None = None
    price_type: PriceType | None = None
    availability: Availability | None = None
    quantity: int | None = None
    condition: Condition | None = None
    run: str
    correction: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "site": self.site,
            "key": self.key,
            "url": self.url,
            "title": self.title,
            "from": time_text(self.since),
            "until": time_text(self.until),
            "present": self.present,
            "price": money_text(self.price),
            "currency": self.currency,
            "price_type": self.price_type and self.price_type.value,
            "availability": self.availability and self.availability.value,
            "quantity": self.quantity,
            "condition": self.condition and self.condition.value,
            "run": self.run,
            "correction": self.correction,
        }


@dataclass(frozen=True, slots=True)
class _Moment:
    name: str
    observed_at: datetime
    correction: bool


def history(connection: Connection, mpn: str) -> list[HistoryEntry]:
    """The offers of a part number, by site and listing, in order of time."""
    numbered = select(m.details.c.listing_id).where(m.details.c.mpn == part_number(mpn))
    query = states().where(m.version.c.listing_id.in_(numbered))
    ordered = query.order_by(m.site.c.name, m.listing.c.key, m.version.c.listing_id, m.version.c.from_run)
    chains = [list(chain) for _, chain in groupby(load(connection, ordered), lambda state: state.listing_id)]
    moments = _moments(connection, chains)
    return [entry for chain in chains for entry in _folded(_entries(chain, moments))]


def _moments(connection: Connection, chains: list[list[State]]) -> dict[int, _Moment]:
    wanted = {run for chain in chains for state in chain for run in (state.from_run, state.to_run) if run is not None}
    query = select(m.run.c.id, m.run.c.name, m.run.c.observed_at, m.run.c.kind)
    return {
        row.id: _Moment(row.name, row.observed_at, row.kind == RunKind.CORRECTION.value)
        for row in connection.execute(query)
        if row.id in wanted
    }


def _entries(chain: list[State], moments: dict[int, _Moment]) -> Iterator[HistoryEntry]:
    for place, state in enumerate(chain):
        end = moments[state.to_run] if state.to_run is not None else None
        yield _entry(state, moments[state.from_run], end, present=True)
        successor = chain[place + 1].from_run if place + 1 < len(chain) else None
        if state.to_run is not None and state.to_run != successor:
            back = moments[successor] if successor is not None else None
            yield _entry(state, moments[state.to_run], back, present=False)


def _entry(state: State, start: _Moment, end: _Moment | None, *, present: bool) -> HistoryEntry:
    listing = state.listing
    return HistoryEntry(
        site=listing.site or "",
        key=listing.key or "",
        url=listing.url,
        title=listing.title,
        since=start.observed_at,
        until=end.observed_at if end else None,
        present=present,
        run=start.name,
        correction=start.correction,
        **({name: getattr(listing, name) for name in _SHOWN} if present else {}),
    )


def _folded(entries: Iterator[HistoryEntry]) -> Iterator[HistoryEntry]:
    """Joins entries that show the same: a new title is no new offer."""
    held: HistoryEntry | None = None
    for entry in entries:
        if held is not None and _shows(held) == _shows(entry):
            held = replace(held, until=entry.until)
            continue
        if held is not None:
            yield held
        held = entry
    if held is not None:
        yield held


def _shows(entry: HistoryEntry) -> tuple[Any, ...]:
    return (entry.present, *(getattr(entry, name) for name in _SHOWN))
