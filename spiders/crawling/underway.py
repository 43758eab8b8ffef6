"""What a crawl has asked for and no answer was handed over for yet.

Scrapy may call itself idle between an answer's arrival and its handing over, and would then drop what follows."""

from collections.abc import Callable
from itertools import count
from time import monotonic

from spiders.crawling.frontier import Visit

WAIT = 12.0  # seconds of idleness after which an answer is not on its way any more


class UnderWay:
    """Open visits by the number of their request, which its retries share."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._numbers = count()
        self._open: dict[int, Visit] = {}
        self._idle_since: float | None = None
        self._asked_again: set[str] = set()

    def __len__(self) -> int:
        return len(self._open)

    def begun(self, visit: Visit) -> int:
        number = next(self._numbers)
        self._open[number] = visit
        return number

    def ended(self, number: int) -> None:
        self._idle_since = None
        self._open.pop(number, None)

    def lost(self) -> list[Visit]:
        """Called while Scrapy is idle: what no answer will come for. It is not under way any more."""
        now = self._clock()
        self._idle_since = now if self._idle_since is None else self._idle_since
        if now - self._idle_since < WAIT:
            return []
        found = list(self._open.values())
        self._open.clear()
        self._idle_since = None
        return found

    def may_ask_again(self, visit: Visit) -> bool:
        """Whether a visit that was lost was not asked for again before."""
        new = visit.key not in self._asked_again
        self._asked_again.add(visit.key)
        return new
