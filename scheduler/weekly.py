"""The weekly report: the catalogue's answers for one window, handed to the reports."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal

from catalog import Wanted
from reports.data import Coverage, Total, WeeklyData
from reports.weekly import Report, weekly_report
from restock.change import Change
from restock.listing import Listing
from restock.run import Run
from restock.terms import Event, RunKind
from scheduler.workspace import Workspace

WEEK = timedelta(days=7)


def weekly(workspace: Workspace, *, until: datetime, since: datetime | None = None) -> Report:
    """The report of the week that ends at `until`, over every site."""
    return weekly_report(gather(workspace, since=since or until - WEEK, until=until))


def gather(workspace: Workspace, *, since: datetime, until: datetime) -> WeeklyData:
    catalogue = workspace.catalogue
    found = catalogue.diff(since=since, until=until, wanted=Wanted(events=frozenset(Event)))
    offers = _offers(workspace, found.changes, until)
    currency = workspace.settings.reporting_currency
    return WeeklyData(
        since=since,
        until=until,
        changes=found.changes,
        corrections=found.corrections,
        coverage=_coverage(workspace, since, until),
        offers=offers,
        totals=[Total(**asdict(count)) for count in catalogue.brand_counts(at=until)],
        first_seen=catalogue.first_seen(_keys(found.changes)),
        reporting_currency=currency,
        rates=_rates(workspace, offers, currency, until),
    )


def _keys(changes: Iterable[Change]) -> set[tuple[str, str]]:
    named = (change.listing for change in changes)
    return {(listing.site, listing.key) for listing in named if listing.site and listing.key}


def _offers(
    workspace: Workspace, changes: Iterable[Change], until: datetime
) -> dict[tuple[str, str], Sequence[Listing]]:
    """The offers beside each newly available product at the end of the week, by brand and part number."""
    new = (change.listing for change in changes if change.newly_available)
    products = {(listing.brand, listing.mpn) for listing in new if listing.brand and listing.mpn}
    return {
        (brand, mpn): [offer for offer in workspace.catalogue.offers([mpn], at=until) if offer.brand == brand]
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
