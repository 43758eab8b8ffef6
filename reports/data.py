"""What a weekly report is made from: nouns of the kernel, gathered by whoever composes the rooms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from restock.change import Change, Correction
from restock.listing import Listing
from restock.review import Mark
from restock.run import Run
from restock.terms import RunStatus
from restock.watching import Every, Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How well one site was seen: its runs within the window, oldest first, and its last complete run ever."""

    site: str
    title: str | None = None
    runs: Sequence[Run] = ()
    last_complete: datetime | None = None

    @property
    def complete_runs(self) -> int:
        return sum(run.status is RunStatus.COMPLETE for run in self.runs)

    @property
    def whole(self) -> bool:
        """Whether every run of the window was complete, and there was one."""
        return bool(self.runs) and self.complete_runs == len(self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Listings of one brand (None: no known brand) at one site at the end of the window."""

    site: str
    brand: str | None
    listings: int
    restricted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a report is for: the subscription's name (None: nobody's in particular), its language, how often it comes,
    and the titles of the watch lists that chose its changes (none: every listing)."""

    name: str | None = None
    language: Language = Language.ENGLISH
    every: Every = Every.WEEK
    lists: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyData:
    """One window and what happened in it.

    `offers` holds the current listings of a product by (brand, MPN), for "cheaper than"; `first_seen` is by
    (site, key); `rates` gives units of the reporting currency for one unit of another. `marks` are what analysts said
    of listings, by (site, key); what they called a false positive is not among the changes, and `false_positives`
    counts those listings.
    """

    since: datetime
    until: datetime
    changes: Sequence[Change] = ()
    corrections: Sequence[Correction] = ()
    coverage: Sequence[Coverage] = ()
    offers: Mapping[tuple[str, str], Sequence[Listing]] = field(default_factory=dict)
    totals: Sequence[Total] = ()
    first_seen: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    reporting_currency: str | None = None
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    audience: Audience = Audience()
    marks: Mapping[tuple[str, str], Mark] = field(default_factory=dict)
    false_positives: int = 0

    def rate(self, currency: str | None) -> Decimal | None:
        """Units of the reporting currency for one unit of `currency`; None where no rate is known."""
        if currency is None or self.reporting_currency is None:
            return None
        return Decimal(1) if currency == self.reporting_currency else self.rates.get(currency)
