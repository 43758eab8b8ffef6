"""Stories: what became of each listing within a window, read from the versions that began or ended in it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Connection, Select, and_, exists, func, or_, select, union

from catalog import models as m
from catalog import runs
from catalog.events import Corrected, Ends, Link, ends, one_move
from catalog.kept import Kept
from catalog.passing import Passed, passed_between
from catalog.states import OBTAINABLE, State, load, states
from catalog.windows import Window
from restock.change import Passing
from restock.listing import Listing
from restock.terms import RunKind

_CHUNK = 500


class Story(NamedTuple):
    """One listing within a window: its two ends, and what rules did to it. `moved` is the run in which the market
    last moved it, None where it never did; `passed` what was so within the window alone."""

    listing_id: int
    key: str
    ends: Ends
    corrections: Sequence[Corrected]
    moved: int | None
    passed: Passed | None = None


def stories(connection: Connection, window: Window, *, newly: bool = False) -> list[Story]:
    """The stories of every listing of which a version began or ended after the window's first run; with `newly`, where
    no correction lies in the window, only of those that may have become available."""
    rules = set(connection.execute(_runs_within(window).where(m.run.c.kind == RunKind.CORRECTION.value)).scalars())
    touched = became_available(window) if newly and not rules else _touched(window)
    chains = [
        list(chain) for _, chain in groupby(_overlapping(connection, window, touched), lambda state: state.listing_id)
    ]
    absent = [chain[0].listing_id for chain in chains if chain[0].from_run > window.from_run.sequence]
    last = _last_states(connection, window, absent)
    return [_story(chain, window, rules, last.get(chain[0].listing_id)) for chain in chains]


def _runs_within(window: Window) -> Select[Any]:
    return (
        runs.runs_of(window.site)
        .with_only_columns(m.run.c.id)
        .order_by(None)
        .where(m.run.c.id > window.from_run.sequence, m.run.c.id <= window.to_run.sequence)
    )


def _touched(window: Window) -> CompoundSelect[Any]:
    within = _runs_within(window)
    listing_id = m.version.c.listing_id
    return union(
        select(listing_id).where(m.version.c.from_run.in_(within)),
        select(listing_id).where(m.version.c.to_run.in_(within)),
    )


def became_available(window: Window) -> Select[Any]:
    """Restricted listings that can be had at the window's end, in a state that began in it, and could not be had at its
    start."""
    now, before = m.version.c, m.version.alias("before").c
    rested = and_(m.details.c.listing_id == now.listing_id, m.details.c.run_id == now.details_run)
    had = exists().where(
        before.listing_id == now.listing_id,
        before.from_run <= window.from_run.sequence,
        or_(before.to_run.is_(None), before.to_run > window.from_run.sequence),
        before.availability.in_(OBTAINABLE),
    )
    return (
        select(now.listing_id)
        .join(m.details, rested)
        .where(
            now.from_run.in_(_runs_within(window)),
            or_(now.to_run.is_(None), now.to_run > window.to_run.sequence),
            now.availability.in_(OBTAINABLE),
            m.details.c.restricted,
            ~had,
        )
    )


def _overlapping(connection: Connection, window: Window, touched: Select[Any] | CompoundSelect[Any]) -> Iterator[State]:
    """The versions of touched listings that held at some time of the window, by listing and in order."""
    spans = m.version.c
    query = states().where(
        spans.listing_id.in_(touched),
        spans.from_run <= window.to_run.sequence,
        or_(spans.to_run.is_(None), spans.to_run > window.from_run.sequence),
    )
    return load(connection, query.order_by(spans.listing_id, spans.from_run), Kept.of)


def _last_states(connection: Connection, window: Window, listing_ids: list[int]) -> dict[int, Listing]:
    """The last states, before the window, of listings that were gone when it began."""
    found: dict[int, Listing] = {}
    spans, earlier = m.version.c, m.version.alias("earlier").c
    for start in range(0, len(listing_ids), _CHUNK):
        chunk = listing_ids[start : start + _CHUNK]
        newest = (
            select(earlier.listing_id, func.max(earlier.from_run).label("run"))
            .where(earlier.listing_id.in_(chunk), earlier.from_run <= window.from_run.sequence)
            .group_by(earlier.listing_id)
            .subquery()
        )
        query = states().join(newest, and_(newest.c.listing_id == spans.listing_id, newest.c.run == spans.from_run))
        found |= {state.listing_id: state.listing for state in load(connection, query, Kept.of)}
    return found


def _story(chain: list[State], window: Window, rules: set[int], last: Listing | None) -> Story:
    head = chain[0]
    first = head.listing if head.from_run <= window.from_run.sequence else None
    key = head.listing.key or ""
    links = _links(chain, window, rules)
    if len(links) == 1 and not links[0].correction:
        run = links[0].run
        return Story(head.listing_id, key, one_move(first, links[0], last), (), run)
    found, corrections = ends(first, links, last)
    moves = [link.run for link in links if not link.correction]
    if found.before is None and found.after is None and len(moves) > 1:
        passed: Passed | None = Passed(Passing.LISTED, chain[-1].listing, moves[0], moves[-1])
    else:
        passed = passed_between(found.before, found.after, links)
    return Story(head.listing_id, key, found, corrections, moves[-1] if moves else None, passed)


def _links(chain: list[State], window: Window, rules: set[int]) -> list[Link]:
    """What a listing became within the window, one after the other."""
    start, end = window.from_run.sequence, window.to_run.sequence
    links: list[Link] = []
    for place, state in enumerate(chain):
        if state.from_run > start:
            links.append(Link(state.from_run, state.listing, state.from_run in rules))
        successor = chain[place + 1].from_run if place + 1 < len(chain) else None
        if state.to_run is not None and state.to_run <= end and state.to_run != successor:
            links.append(Link(state.to_run, None, state.to_run in rules))
    return links
