"""History: every price and availability of one part number over time, across sites, with the gaps."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from catalog import models as m
from catalog.columns import stored
from catalog.questions import chunks, part_number
from catalog.seen import Seen
from catalog.states import State, moment_at, states
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


class _Moment(NamedTuple):
    name: str
    seconds: int
    correction: bool

    @property
    def observed_at(self) -> datetime:
        return moment_at(self.seconds)


Spans = dict[int, list[tuple[int, int | None]]]


def history(connection: Connection, mpn: str) -> list[HistoryEntry]:
    """The offers of a part number, by site and listing, in order of time."""
    wanted = part_number(mpn)
    numbered = _numbered(connection, wanted)
    seen, moments, unseen = Seen.as_of(connection, None), _moments(connection, wanted), _unseen(connection, numbered)
    found: list[HistoryEntry] = []
    for chunk in chunks(numbered):
        query = states().where(m.version.c.listing_id.in_(chunk))
        ordered = query.order_by(*_BY_SITE, m.version.c.from_run)
        for _, chain in groupby(seen.states(connection, ordered), lambda state: state.listing_id):
            if its_own := _of_number(list(chain), wanted, moments):
                found.extend(_folded(_entries(its_own, moments, unseen)))
    return found


_BY_SITE = (m.site.c.name, m.listing.c.key, m.listing.c.id)


def _having(mpn: str) -> Select[Any]:
    return select(m.details.c.listing_id).where(m.details.c.mpn == mpn)


def _numbered(connection: Connection, mpn: str) -> list[int]:
    """The listings that have or had a part number. Asked for by themselves: PostgreSQL doesn't begin with them in a
    question of more tables than it weighs the order of."""
    query = select(m.listing.c.id).join(m.site, m.site.c.id == m.listing.c.site_id)
    return list(connection.execute(query.where(m.listing.c.id.in_(_having(mpn))).order_by(*_BY_SITE)).scalars())


def _of_number(chain: list[State], mpn: str, moments: dict[int, _Moment]) -> list[State]:
    """The states of a listing while it was goods of a part number. Goods that the shop put in their place are others;
    what a correction calls otherwise are the same goods, and so are those whose number was not read for a while."""
    stretches: list[list[State]] = []
    last: str | None = None
    for state in chain:
        number = state.listing.mpn
        others = number is not None and last is not None and number != last
        if not stretches or (others and not moments[state.from_run].correction):
            stretches.append([])
        stretches[-1].append(state)
        last = number or last
    return [state for stretch in stretches if any(one.listing.mpn == mpn for one in stretch) for state in stretch]


def _moments(connection: Connection, mpn: str) -> dict[int, _Moment]:
    """The runs of the sites that have, or had, a part number."""
    sites = select(m.listing.c.site_id).where(m.listing.c.id.in_(_having(mpn)))
    correction = m.run.c.kind == RunKind.CORRECTION.value
    query = select(m.run.c.id, m.run.c.name, stored(m.run.c.observed_at), correction).where(m.run.c.site_id.in_(sites))
    return {row[0]: _Moment(*row[1:]) for row in connection.execute(query)}


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
