"""What passed within a window: what was so between its two ends and at neither of them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from catalog.events import Link
from restock.change import Passing, came_in
from restock.listing import Listing


class Passed(NamedTuple):
    """What was so from one run (by sequence) until another, and the state that it is said of."""

    what: Passing
    listing: Listing
    from_run: int
    to_run: int


def passed_between(before: Listing | None, after: Listing | None, links: Sequence[Link]) -> Passed | None:
    """What restricted goods went through between the ends of a window: that they could be had, and, where they stood at
    both ends, that far more of them came in, or that they were gone. Where rules had a hand in it, nothing is told."""
    ends = [end for end in (before, after) if end is not None]
    if not ends or not ends[-1].restricted or len(links) < 2 or any(link.correction for link in links):
        return None
    if not any(end.availability.obtainable for end in ends):
        had = _first(links, lambda state: state is not None and state.availability.obtainable)
        if had is not None:
            return Passed(Passing.AVAILABLE, had[0].state or ends[-1], *had[1])
    if before is None or after is None:
        return None
    most = max((end.quantity for end in ends if end.quantity is not None), default=None)
    stocked = _first(links, lambda state: state is not None and came_in(most, state.quantity))
    if stocked is not None:
        return Passed(Passing.STOCKED, stocked[0].state or after, *stocked[1])
    absent = _first(links, lambda state: state is None)
    return Passed(Passing.ABSENT, after, *absent[1]) if absent is not None else None


def _first(links: Sequence[Link], holds: Callable[[Listing | None], bool]) -> tuple[Link, tuple[int, int]] | None:
    """The first state of which something holds, and the runs from which and until which it does."""
    start = next((place for place, link in enumerate(links) if holds(link.state)), None)
    if start is None:
        return None
    until = next((link.run for link in links[start:] if not holds(link.state)), links[-1].run)
    return links[start], (links[start].run, until)
