"""The diff: what changed on each site between two runs, and, apart from that, what other rules made of it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, select

from catalog import models as m
from catalog import runs
from catalog.availability import newly_available
from catalog.events import with_price
from catalog.stories import Story, stories
from catalog.windows import Bounds, Window, find_windows
from restock.change import Change, Correction, Fleeting
from restock.listing import Listing
from restock.run import Run
from restock.terms import Event, RunKind

EVERYDAY = frozenset(Event) - {Event.QUANTITY_CHANGED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes are wanted. Brand and category are compared without regard to case; `tier` is that of the Common
    High Priority List; quantities change every day, and are left out unless asked for. `newly_available` wants only
    the changes that make restricted goods available. Prices are in the offer's own currency; they and quantities are
    those that a listing has now, or had last."""

    brand: str | None = None
    category: str | None = None
    tier: str | None = None
    restricted: bool | None = None
    newly_available: bool = False
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_quantity: int | None = None
    events: Collection[Event] = EVERYDAY

    def passes(self, change: Change) -> bool:
        newly = change.newly_available or not self.newly_available
        return newly and change.event in self.events and self.wants(change.listing)

    def wants(self, listing: Listing) -> bool:
        return (
            (self.restricted is None or listing.restricted is self.restricted)
            and (self.brand is None or _same(self.brand, listing.brand))
            and (self.category is None or _same(self.category, listing.category))
            and (self.tier is None or self.tier in {rule.tier for rule in listing.restrictions})
            and (self.min_price is None or _at_least(listing.price, self.min_price))
            and (self.max_price is None or (listing.price is not None and listing.price <= self.max_price))
            and (self.min_quantity is None or _at_least(listing.quantity, self.min_quantity))
        )


def _at_least(value: Decimal | int | None, low: Decimal | int) -> bool:
    """What is not known is within no bounds."""
    return value is not None and value >= low


def _same(wanted: str, value: str | None) -> bool:
    return (value or "").casefold() == wanted.casefold()


Reread = Callable[[Run, Sequence[Listing]], Mapping[str, Listing]]
"""Reads states again as a run's rules do, from the evidence that they point at: by key, those that it found."""


@dataclass(frozen=True, slots=True)
class Diff:
    """Changes of the market and, apart from them, corrections; the window of each site, and why others have none.
    `fleeting` is what came and went within the window; `ends` the runs (by sequence) that the sites stand
    at: where a following diff begins."""

    changes: list[Change] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    fleeting: list[Fleeting] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def diff(
    connection: Connection, bounds: Bounds, sites: list[str] | None, wanted: Wanted, reread: Reread | None = None
) -> Diff:
    """What differs between the two ends of each site's window, by site, listing and event."""
    windows, ends, notes = find_windows(connection, bounds, sites)
    found = Diff(windows=windows, ends=ends, notes=notes)
    for window in windows:
        told = _read_again(window, stories(connection, window, newly=wanted.newly_available), reread)
        fresh = newly_available(connection, window, told)
        moments = _moments(connection, window)
        for story in told:
            found.changes.extend(_changes(window, story, story.listing_id in fresh, moments, wanted))
        found.fleeting.extend(one for one in _fleeting(told, moments) if wanted.wants(one.listing))
        found.corrections.extend(_corrections(connection, told))
        found.notes.extend(_rules_note(connection, window))
        if bounds.until is None:
            found.notes.extend(_attempt_note(connection, window))
    return found


def _read_again(window: Window, told: list[Story], reread: Reread | None) -> list[Story]:
    """The stories by key, those whose earlier price only its evidence can tell with that price."""
    unread = [story.ends.before for story in told if story.ends.unread and story.ends.before is not None]
    found = reread(window.to_run, unread) if reread is not None and unread else {}
    read = (
        story._replace(ends=with_price(story.ends, found[story.key]))
        if story.ends.unread and story.key in found
        else story
        for story in told
    )
    return sorted(read, key=lambda story: story.key)


def _moments(connection: Connection, window: Window) -> dict[int, datetime]:
    """When each run of a window observed the market."""
    within = m.run.c.id.between(window.from_run.sequence, window.to_run.sequence)
    query = select(m.run.c.id, m.run.c.observed_at).join(m.site, m.site.c.id == m.run.c.site_id)
    return {row.id: row.observed_at for row in connection.execute(query.where(m.site.c.name == window.site, within))}


def _changes(
    window: Window, story: Story, fresh: bool, moments: dict[int, datetime], wanted: Wanted
) -> Iterator[Change]:
    """The wanted events of a story, each dated by the run that first saw what it tells and not by the window's end."""
    ends = story.ends
    for event in ends.events():
        if event not in wanted.events:
            continue
        change = Change(
            event=event,
            before=ends.before or ends.last,
            after=ends.after,
            newly_available=fresh,
            change_pct=ends.change_pct(event),
            from_run=window.from_run.id,
            to_run=window.to_run.id,
            at=moments.get(ends.since_run(event) or story.moved or 0, window.to_run.observed_at),
        )
        if wanted.passes(change):
            yield change


def _fleeting(told: list[Story], moments: dict[int, datetime]) -> Iterator[Fleeting]:
    for story in told:
        if (passed := story.passed) is not None:
            at = (moments[passed.from_run], moments[passed.to_run])
            yield Fleeting(listing=passed.listing, appeared_at=at[0], gone_at=at[1], what=passed.what)


def _corrections(connection: Connection, told: list[Story]) -> list[Correction]:
    by_run: dict[int, Run] = {}
    found = []
    for story in told:
        for item in story.corrections:
            if item.run not in by_run:
                row = connection.execute(runs.every_run().where(m.run.c.id == item.run)).one()
                by_run[item.run] = runs.to_run(row)
            run = by_run[item.run]
            at = run.finished_at or run.started_at
            if fields := item.fields():  # else no more than a wording
                found.append(Correction(before=item.before, after=item.after, fields=fields, run=run.id, at=at))
    return found


def _attempt_note(connection: Connection, window: Window) -> list[str]:
    """Says that a site was tried again after the window, and was not seen completely."""
    later = runs.runs_of(window.site).where(
        m.run.c.id > window.to_run.sequence, m.run.c.kind != RunKind.CORRECTION.value
    )
    row = connection.execute(later.limit(1)).first()
    if row is None:
        return []
    day = window.to_run.observed_at
    return [
        f"{window.site}: its last run {row.name} is {row.status}; this is what changed up to {day:%Y-%m-%d %H:%M} UTC"
    ]


def _rules_note(connection: Connection, window: Window) -> list[str]:
    """Says where a changed reading may look like a changed market, because an earlier run was not read again."""
    if window.from_run.rules == window.to_run.rules:
        return []
    query = select(m.run.c.id).join(m.site, m.site.c.id == m.run.c.site_id)
    within = query.where(
        m.site.c.name == window.site,
        m.run.c.id > window.from_run.sequence,
        m.run.c.id < window.to_run.sequence,
        m.run.c.rules == window.to_run.rules,
        m.run.c.base_id.is_not(None),
    )
    if connection.execute(within.limit(1)).first() is not None:
        return []
    ends = f"{window.from_run.id} and {window.to_run.id}"
    lines = f"{window.site}: the rules changed between {ends}, and the earlier run was not read again: "
    return [lines + "some changes may be the rules'"]
