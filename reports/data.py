"""What a weekly report is made from: nouns of the kernel, gathered by whoever composes the rooms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from reports.speech import Speech, speech
from restock.change import Change, Correction, Fleeting
from restock.listing import Listing
from restock.review import Mark, Verdict
from restock.run import Run
from restock.terms import RunStatus
from restock.watching import Every, Language

Product = tuple[str, str]
"""Brand and part number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How well one site was seen: its runs within the window, oldest first, and its last complete run ever; since when
    a run is `under_way` that the report did not wait for; whether its definition lets it be crawled at all
    (`enabled`)."""

    site: str
    title: str | None = None
    seller: str | None = None
    runs: Sequence[Run] = ()
    last_complete: datetime | None = None
    under_way: datetime | None = None
    enabled: bool = True

    @property
    def looks(self) -> Sequence[Run]:
        """The runs over the whole site. One over single pages says nothing of the rest, however complete it was."""
        return [run for run in self.runs if run.whole_site]

    @property
    def complete_looks(self) -> int:
        return sum(run.status is RunStatus.COMPLETE for run in self.looks)

    @property
    def whole(self) -> bool:
        """Whether every look of the window was complete, and there was one."""
        return bool(self.looks) and self.complete_looks == len(self.looks)

    @property
    def compared(self) -> bool:
        """Whether the window's end is known beside what was there before: the last look at the whole site was complete,
        and not the first one."""
        last = next(reversed(self.looks), None)
        return last is not None and last.status is RunStatus.COMPLETE and not last.baseline

    @property
    def begun(self) -> Run | None:
        """The site's first complete look, if it is of this window: what is compared with from then on."""
        return next((run for run in self.looks if run.baseline), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Listings of one brand (None: no known brand) at one site at one time."""

    site: str
    brand: str | None
    listings: int
    restricted: int


@dataclass(frozen=True, slots=True)
class WeekTotals:
    """What the sites held at the end of one week. A site that had no run by then is not among them."""

    until: datetime
    totals: Sequence[Total]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePoint:
    """An offer's price (None: gone, unseen or on request) from one moment until another (None: it stands)."""

    since: datetime
    until: datetime | None
    price: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class PriceLine:
    """How the price of one listing went, in order of time."""

    site: str
    key: str
    points: Sequence[PricePoint]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a report is for: the subscription's name (None: nobody's in particular), its language, how often it comes,
    and the titles of the watch lists that chose its changes (none: every listing)."""

    name: str | None = None
    language: Language = Language.ENGLISH
    every: Every = Every.WEEK
    lists: Sequence[str] = ()


ListingName = tuple[str, str]
"""A listing's site and key."""

StateName = tuple[str, str, str]
"""A state's site, its listing's key, and the run that it began with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyData:
    """One window and what happened in it.

    `unconfirmed` is what incomplete crawls saw after the last complete one of their site; it becomes a change once a
    complete crawl sees it. `fleeting` are listings that came and went inside the window. `offers` holds the current
    listings of a product, for "cheaper than"; `lines` how their prices went. `first_seen` is by (site, key), and so is
    `gone_since`: when those that came back were first found gone. `looks` are each site's complete crawls up to the
    window's end, the oldest first. `rates` gives, for a currency and a day, units of the reporting currency for one
    unit, and the day of that rate; `day_rates` one currency in another on a day, and `priced_since` the days on which
    the prices that moved, and those that they moved to, were first seen. `weeks` are the totals of the last weeks, the
    oldest first. `marks` are what analysts said of listings, by (site, key); what they called a false positive is not
    among the changes, and `false_positives` counts those listings; `uncounted` are all that are left out of the weeks'
    restricted listings for that reason.
    """

    since: datetime
    until: datetime
    changes: Sequence[Change] = ()
    unconfirmed: Sequence[Change] = ()
    fleeting: Sequence[Fleeting] = ()
    corrections: Sequence[Correction] = ()
    coverage: Sequence[Coverage] = ()
    offers: Mapping[Product, Sequence[Listing]] = field(default_factory=dict)
    lines: Mapping[Product, Sequence[PriceLine]] = field(default_factory=dict)
    totals: Sequence[Total] = ()
    weeks: Sequence[WeekTotals] = ()
    first_seen: Mapping[ListingName, datetime] = field(default_factory=dict)
    gone_since: Mapping[ListingName, datetime] = field(default_factory=dict)
    looks: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    reporting_currency: str | None = None
    rates: Mapping[tuple[str, date], tuple[Decimal, date]] = field(default_factory=dict)
    day_rates: Mapping[tuple[str, str, date], Decimal] = field(default_factory=dict)
    priced_since: Mapping[StateName, date] = field(default_factory=dict)
    audience: Audience = Audience()
    marks: Mapping[ListingName, Mark] = field(default_factory=dict)
    false_positives: int = 0
    uncounted: int = 0

    @property
    def words(self) -> Speech:
        return speech(self.audience.language)

    def rate(self, listing: Listing) -> tuple[Decimal, date] | None:
        """Units of the reporting currency for one unit of the listing's, by the rate of the day on which it was last
        seen, and the day of that rate; None where none is known."""
        if listing.currency is None or self.reporting_currency is None:
            return None
        day = last_seen(listing, self.looks, self.until).date()
        if listing.currency == self.reporting_currency:
            return Decimal(1), day
        return self.rates.get((listing.currency, day))

    def mark(self, listing: Listing) -> Mark | None:
        return self.marks.get(name_of(listing))

    def known(self, listing: Listing) -> bool:
        """Whether an analyst called the listing, as it is now, known."""
        mark = self.mark(listing)
        return mark is not None and mark.verdict is Verdict.KNOWN and not mark.changed(listing)

    def look_before(self, site: str | None, moment: datetime) -> datetime | None:
        """When the site was last crawled completely before a moment."""
        return max((look for look in self.looks.get(site or "", ()) if look < moment), default=None)

    def shop(self, site: str | None) -> Coverage | None:
        return next((one for one in self.coverage if one.site == site), None)


def last_seen(listing: Listing, looks: Mapping[str, Sequence[datetime]], until: datetime) -> datetime:
    """When a listing that stands was last seen: by its site's last complete crawl, where nothing else is known."""
    if listing.last_seen is not None:
        return listing.last_seen
    known = [*looks.get(listing.site or "", ())[-1:], *([listing.observed_at] if listing.observed_at else [])]
    return max(known, default=until)


def name_of(listing: Listing) -> ListingName:
    return listing.site or "", listing.key or ""
