"""Stories: what became of each listing within a window, read from the versions that began or ended in it."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Connection, Select, and_, exists, func, or_, select, union

from catalog import models as m
from catalog import runs
from catalog.events import Corrected, Ends, Link, ends, one_move
from catalog.kept import Kept, kept_states, key_of
from catalog.passing import Passed, passed_between
from catalog.states import OBTAINABLE
from catalog.windows import Window
from restock.change import Passing
from restock.listing import Listing
from restock.terms import RunKind

_CHUNK = 500
# Made once: a diff asks for every site.
_before, _earlier, _rested = m.version.alias("before"), m.version.alias("earlier"), m.details.alias("rested")


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
    chains: dict[int, list[Kept]] = defaultdict(list)
    for state in _overlapping(connection, window, touched):
        chains[state.offer[0]].append(state)
    absent = [number for number, chain in chains.items() if chain[0].offer[1] > window.from_run.sequence]
    last = _last_states(connection, window, absent)
    return [_story(number, chain, window, rules, last.get(number)) for number, chain in chains.items()]


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
    start, or were other goods then."""
    now, before, earlier = m.version.c, _before.c, _rested.c
    rested = and_(m.details.c.listing_id == now.listing_id, m.details.c.run_id == now.details_run)
    number, maker = m.details.c.mpn, m.details.c.brand
    same = and_(or_(number == earlier.mpn, earlier.mpn.is_(None)), or_(maker == earlier.brand, earlier.brand.is_(None)))
    had = exists().where(
        before.listing_id == now.listing_id,
        and_(earlier.listing_id == before.listing_id, earlier.run_id == before.details_run),
        or_(same, number.is_(None), maker.is_(None)),
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


def _overlapping(connection: Connection, window: Window, touched: Select[Any] | CompoundSelect[Any]) -> list[Kept]:
    """The states of touched listings that held at some time of the window, by listing and in order."""
    spans = m.version.c
    held = or_(spans.to_run.is_(None), spans.to_run > window.from_run.sequence)
    return kept_states(connection, window.site, touched, spans.from_run <= window.to_run.sequence, held)


def _last_states(connection: Connection, window: Window, listing_ids: list[int]) -> dict[int, Listing]:
    """The last states, before the window, of listings that were gone when it began."""
    found: dict[int, Listing] = {}
    spans, earlier = m.version.c, _earlier.c
    for start in range(0, len(listing_ids), _CHUNK):
        chunk = listing_ids[start : start + _CHUNK]
        newest = (
            select(earlier.listing_id, func.max(earlier.from_run).label("run"))
            .where(earlier.listing_id.in_(chunk), earlier.from_run <= window.from_run.sequence)
            .group_by(earlier.listing_id)
            .subquery()
        )
        ended = and_(newest.c.listing_id == spans.listing_id, newest.c.run == spans.from_run)
        there = kept_states(connection, window.site, chunk, select(newest).where(ended).exists())
        found |= {state.offer[0]: state for state in there}
    return found


def _story(number: int, chain: list[Kept], window: Window, rules: set[int], last: Listing | None) -> Story:
    head = chain[0]
    first = head if head.offer[1] <= window.from_run.sequence else None
    key = key_of(head)
    step = _one_step(chain, window)
    if step is not None and step[0] not in rules:
        return Story(number, key, one_move(first, *step, last), (), step[0])
    links = _links(chain, window, rules)
    found, corrections = ends(first, links, last)
    moves = [link.run for link in links if not link.correction]
    if found.before is None and found.after is None and len(moves) > 1:
        passed: Passed | None = Passed(Passing.LISTED, chain[-1], moves[0], moves[-1])
    else:
        passed = passed_between(found.before, found.after, links)
    return Story(number, key, found, corrections, moves[-1] if moves else None, passed)


def _one_step(chain: list[Kept], window: Window) -> tuple[int, Kept | None] | None:
    """The run at which a listing became something else, and what, where that happened once in the window: it began,
    ended, or changed. So it is with nearly every listing."""
    _, begun, ended = chain[0].offer[:3]
    before = begun <= window.from_run.sequence
    over = ended is not None and ended <= window.to_run.sequence
    if len(chain) == 1 and before != over:
        return None
    if len(chain) == 1:
        return (ended, None) if over else (begun, chain[0])
    _, follows, lasts = chain[1].offer[:3]
    alone = len(chain) == 2 and before and ended == follows
    return (follows, chain[1]) if alone and (lasts is None or lasts > window.to_run.sequence) else None


def _links(chain: list[Kept], window: Window, rules: set[int]) -> list[Link]:
    """What a listing became within the window, one after the other."""
    start, end = window.from_run.sequence, window.to_run.sequence
    links: list[Link] = []
    last = len(chain) - 1
    for place, state in enumerate(chain):
        from_run, to_run = state.offer[1:3]
        successor = chain[place + 1].offer[1] if place < last else None
        if from_run > start:
            links.append(Link(from_run, state, from_run in rules))
        if to_run is not None and to_run <= end and to_run != successor:
            links.append(Link(to_run, None, to_run in rules))
    return links
