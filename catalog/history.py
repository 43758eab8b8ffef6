"""History: every price and availability of one part number over time, across sites, with the gaps."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from catalog import models as m
from catalog.questions import chunks, part_number
from catalog.seen import Seen
from catalog.states import State, states
from restock.listing import money_text, time_text
from restock.terms import Availability, Condition, PriceType, RunKind

_SHOWN = ("price", "currency", "price_type", "availability", "quantity", "condition")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """An offer as it stood from one moment until another (None: it stands). `present` is False for a gap: the listing
    was gone; and None where the site's runs didn't see it and can't say that it was gone. `last_seen` is said of what
    stands. `correction` says that other rules, not the market, began it."""

    site: str
    key: str
    url: str | None
    title: str
    since: datetime
    until: datetime | None
    present: bool | None
    last_seen: datetime | None = None
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
            "last_seen": time_text(self.last_seen),
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


Spans = dict[int, list[tuple[int, int | None]]]


def history(connection: Connection, mpn: str) -> list[HistoryEntry]:
    """The offers of a part number, by site and listing, in order of time."""
    numbered = _numbered(connection, mpn)
    seen, moments, unseen = Seen.as_of(connection, None), _moments(connection), _unseen(connection, numbered)
    found: list[HistoryEntry] = []
    for chunk in chunks(numbered):
        query = states().where(m.version.c.listing_id.in_(chunk))
        ordered = query.order_by(*_BY_SITE, m.version.c.from_run)
        for _, chain in groupby(seen.states(connection, ordered), lambda state: state.listing_id):
            found.extend(_folded(_entries(list(chain), moments, unseen)))
    return found


_BY_SITE = (m.site.c.name, m.listing.c.key, m.listing.c.id)


def _numbered(connection: Connection, mpn: str) -> list[int]:
    """The listings that have or had a part number. Asked for by themselves: PostgreSQL doesn't begin with them in a
    question of more tables than it weighs the order of."""
    having = select(m.details.c.listing_id).where(m.details.c.mpn == part_number(mpn))
    query = select(m.listing.c.id).join(m.site, m.site.c.id == m.listing.c.site_id)
    return list(connection.execute(query.where(m.listing.c.id.in_(having)).order_by(*_BY_SITE)).scalars())


def _moments(connection: Connection) -> dict[int, _Moment]:
    query = select(m.run.c.id, m.run.c.name, m.run.c.observed_at, m.run.c.kind)
    return {
        row.id: _Moment(row.name, row.observed_at, row.kind == RunKind.CORRECTION.value)
        for row in connection.execute(query)
    }


def _unseen(connection: Connection, listing_ids: list[int]) -> Spans:
    """The spans of runs that didn't see listings which were not gone."""
    found: Spans = defaultdict(list)
    spans = m.absence.c
    for chunk in chunks(listing_ids):
        query = select(m.absence).where(spans.listing_id.in_(chunk)).order_by(spans.listing_id, spans.from_run)
        for row in connection.execute(query):
            found[row.listing_id].append((row.from_run, row.to_run))
    return found


def _entries(chain: list[State], moments: dict[int, _Moment], unseen: Spans) -> Iterator[HistoryEntry]:
    absences = unseen.get(chain[0].listing_id, [])
    for place, state in enumerate(chain):
        for start, end, seen in _seen_spans(state, absences):
            closed = moments[end] if end is not None else None
            yield _entry(state, moments[start], closed, present=True if seen else None)
        successor = chain[place + 1].from_run if place + 1 < len(chain) else None
        if state.to_run is not None and state.to_run != successor:
            back = moments[successor] if successor is not None else None
            yield _entry(state, moments[state.to_run], back, present=False)


def _seen_spans(state: State, absences: list[tuple[int, int | None]]) -> Iterator[tuple[int, int | None, bool]]:
    """A state's span of runs, cut where runs didn't see the listing."""
    start = state.from_run
    for begun, ended in absences:
        if (ended is not None and ended <= start) or (state.to_run is not None and begun >= state.to_run):
            continue
        if begun > start:
            yield start, begun, True
        start = max(begun, start)
        stop = state.to_run if ended is None or (state.to_run is not None and state.to_run < ended) else ended
        yield start, stop, False
        if stop is None or stop == state.to_run:
            return
        start = stop
    yield start, state.to_run, True


def _entry(state: State, start: _Moment, end: _Moment | None, *, present: bool | None) -> HistoryEntry:
    listing = state.listing
    return HistoryEntry(
        site=listing.site or "",
        key=listing.key or "",
        url=listing.url,
        title=listing.title,
        since=start.observed_at,
        until=end.observed_at if end else None,
        present=present,
        last_seen=listing.last_seen if end is None and present is not False else None,
        run=start.name,
        correction=start.correction,
        **({name: getattr(listing, name) for name in _SHOWN} if present else {}),
    )


def _folded(entries: Iterator[HistoryEntry]) -> Iterator[HistoryEntry]:
    """Joins entries that show the same: a new title is no new offer."""
    held: HistoryEntry | None = None
    for entry in entries:
        if held is not None and _shows(held) == _shows(entry):
            held = replace(held, until=entry.until, last_seen=entry.last_seen)
            continue
        if held is not None:
            yield held
        held = entry
    if held is not None:
        yield held


def _shows(entry: HistoryEntry) -> tuple[Any, ...]:
    return (entry.present, *(getattr(entry, name) for name in _SHOWN))
