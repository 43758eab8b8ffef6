"""The weekly report: the catalogue's answers for one window, handed to the reports."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from catalog import Diff, Wanted
from reports.data import Audience, Coverage, Total, WeeklyData
from reports.watchlists import Watch
from reports.weekly import Report, weekly_report
from restock.change import Change, Correction
from restock.listing import Listing
from restock.review import Mark, Verdict
from restock.run import Run
from restock.terms import Event, RunKind
from scheduler.changes import market_changes
from scheduler.workspace import Workspace

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """For whom a report is, and which listings it is about."""

    audience: Audience = field(default_factory=Audience)
    watch: Watch = field(default_factory=Watch)


def weekly(workspace: Workspace, *, until: datetime, since: datetime | None = None) -> Report:
    """The report of the week that ends at `until`, over every site."""
    begins = since or until - WEEK
    found = changes_between(workspace, since=begins, until=until)
    return weekly_report(gather(workspace, found, since=begins, until=until))


def changes_between(
    workspace: Workspace, *, since: datetime, until: datetime, starts: Collection[int] | None = None
) -> Diff:
    """Every change of a window, that begins at a moment, or at the runs (`starts`) with which an earlier one ended."""
    wanted = Wanted(events=frozenset(Event))
    return market_changes(workspace, since=since, until=until, starts=starts, wanted=wanted)


def gather(
    workspace: Workspace, found: Diff, *, since: datetime, until: datetime, edition: Edition | None = None
) -> WeeklyData:
    """What the report of a window is made from."""
    catalogue, chosen = workspace.catalogue, edition or Edition()
    marks = standing_marks(workspace)
    changes = [change for change in found.changes if chosen.watch.wants(change)]
    kept = [change for change in changes if not is_false_positive(marks, change.listing)]
    offers = _offers(workspace, kept, until, marks)
    currency = workspace.settings.reporting_currency
    return WeeklyData(
        since=since,
        until=until,
        changes=kept,
        corrections=[one for one in found.corrections if _corrected(one, chosen.watch)],
        coverage=_coverage(workspace, since, until),
        offers=offers,
        totals=[Total(**asdict(count)) for count in catalogue.brand_counts(at=until)],
        first_seen=catalogue.first_seen(_keys(kept)),
        reporting_currency=currency,
        rates=_rates(workspace, offers, currency, until),
        audience=chosen.audience,
        marks=marks,
        false_positives=len(_keys(changes) - _keys(kept)),
    )


def standing_marks(workspace: Workspace) -> dict[tuple[str, str], Mark]:
    """What analysts said of listings, by site and key."""
    return workspace.catalogue.desk.marks()


def is_false_positive(marks: Mapping[tuple[str, str], Mark], listing: Listing) -> bool:
    """Whether an analyst called the listing, as it is now, a false positive."""
    mark = marks.get((listing.site or "", listing.key or ""))
    return mark is not None and mark.verdict is Verdict.FALSE_POSITIVE and not mark.changed(listing)


def _corrected(found: Correction, watch: Watch) -> bool:
    return any(watch.has(listing) for listing in (found.before, found.after) if listing is not None)


def _keys(changes: Iterable[Change]) -> set[tuple[str, str]]:
    named = (change.listing for change in changes)
    return {(listing.site, listing.key) for listing in named if listing.site and listing.key}


def _offers(
    workspace: Workspace, changes: Iterable[Change], until: datetime, marks: Mapping[tuple[str, str], Mark]
) -> dict[tuple[str, str], Sequence[Listing]]:
    """The offers beside each newly available product at the end of the week, by brand and part number."""
    new = (change.listing for change in changes if change.newly_available)
    products = {(listing.brand, listing.mpn) for listing in new if listing.brand and listing.mpn}
    return {
        (brand, mpn): [
            offer
            for offer in workspace.catalogue.offers([mpn], at=until)
            if offer.brand == brand and not is_false_positive(marks, offer)
        ]
        for brand, mpn in sorted(products)
    }


def _rates(
    workspace: Workspace,
    offers: Mapping[tuple[str, str], Sequence[Listing]],
    currency: str,
    until: datetime,
) -> dict[str, Decimal]:
    seen = {offer.currency for several in offers.values() for offer in several if offer.currency}
    known = {name: workspace.catalogue.rate(name, currency, until.date()) for name in seen - {currency}}
    return {name: rate[0] for name, rate in known.items() if rate is not None}


def _coverage(workspace: Workspace, since: datetime, until: datetime) -> list[Coverage]:
    """How each site was seen: those with runs by then, and those enabled that had none in the window."""
    last_complete = workspace.catalogue.last_complete(until)
    runs: dict[str, list[Run]] = {}
    for run in reversed(workspace.catalogue.runs(after=since, until=until)):
        if run.kind is not RunKind.CORRECTION:
            runs.setdefault(run.site, []).append(run)
    names = {*last_complete, *(site.name for site in workspace.sites.values() if site.enabled)}
    described = {name: workspace.sites.get(name) for name in sorted(names)}
    return [
        Coverage(
            site=name,
            title=site.title if site else None,
            runs=runs.get(name, []),
            last_complete=last_complete.get(name),
        )
        for name, site in described.items()
    ]
