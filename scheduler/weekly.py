"""The weekly report: the catalogue's answers for one window, handed to the reports."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

from catalog import Diff, Wanted
from reports.data import (
    Audience,
    Coverage,
    PriceLine,
    PricePoint,
    Product,
    Total,
    WeeklyData,
    WeekTotals,
)
from reports.watchlists import Watch
from reports.weekly import Report, weekly_report
from restock.change import Change, Correction, Fleeting
from restock.listing import Listing
from restock.review import Mark, Verdict
from restock.run import Run
from restock.terms import Event, RunKind, RunStatus
from restock.watching import Language
from scheduler.changes import market_changes
from scheduler.conversion import day_rates_of, days_of_prices, rates_of
from scheduler.workspace import Workspace

WEEK = timedelta(days=7)
WEEKS = 12
MAX_PRODUCTS = 1000  # of one report whose offers and price lines are looked up; what is newly available comes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """For whom a report is, and which listings it is about."""

    audience: Audience = field(default_factory=Audience)
    watch: Watch = field(default_factory=Watch)


def weekly(
    workspace: Workspace, *, until: datetime, since: datetime | None = None, language: Language = Language.ENGLISH
) -> Report:
    """The report of the week that ends at `until`, over every site."""
    begins = since or until - WEEK
    found = changes_between(workspace, since=begins, until=until)
    edition = Edition(audience=Audience(language=language))
    return weekly_report(gather(workspace, found, since=begins, until=until, edition=edition))


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
    coverage = _coverage(workspace, since, until)
    changes = [change for change in found.changes if chosen.watch.wants(change)]
    kept = [change for change in changes if not is_false_positive(marks, change.listing)]
    passing = [one for one in found.fleeting if chosen.watch.has(one.listing)]
    passed = [one for one in passing if not is_false_positive(marks, one.listing)]
    unconfirmed = [one for one in _unconfirmed(workspace, coverage, until) if chosen.watch.wants(one)]
    unsettled = [one for one in unconfirmed if not is_false_positive(marks, one.listing)]
    products = _products(kept)
    offers = _offers(workspace, products, until, marks)
    currency = workspace.settings.reporting_currency
    looks = catalogue.complete_looks(until)
    cleared = _cleared(workspace, marks, until)
    weeks = _weeks(workspace, until, cleared)
    moved = [change for change in kept if change.event in {Event.PRICE_CHANGED, Event.REAPPEARED}]
    priced_since = days_of_prices(workspace, moved)
    return WeeklyData(
        since=since,
        until=until,
        changes=kept,
        unconfirmed=unsettled,
        fleeting=passed,
        corrections=[one for one in found.corrections if _corrected(one, chosen.watch)],
        coverage=coverage,
        offers=offers,
        lines=_lines(workspace, products, until),
        totals=weeks[-1].totals,
        weeks=weeks,
        first_seen=catalogue.first_seen(_keys(kept)),
        gone_since=catalogue.gone_since(_keys(one for one in [*kept, *unsettled] if _came_back(one)), until),
        looks=looks,
        reporting_currency=currency,
        rates=rates_of(workspace, [*kept, *unsettled], offers, looks, until),
        day_rates=day_rates_of(workspace, moved, priced_since),
        priced_since=priced_since,
        audience=chosen.audience,
        marks=marks,
        false_positives=len(_keys([*changes, *unconfirmed, *passing]) - _keys([*kept, *unsettled, *passed])),
        uncounted=len(cleared),
    )


def _cleared(workspace: Workspace, marks: Mapping[tuple[str, str], Mark], until: datetime) -> set[tuple[str, str]]:
    """The listings that count as not restricted, because an analyst's mark says that they are not, of the goods that
    they were at the window's end."""
    found = {name for name, mark in marks.items() if mark.verdict is Verdict.FALSE_POSITIVE}
    stood = workspace.catalogue.last_states(found, until)
    return {(one.site or "", one.key or "") for one in stood if is_false_positive(marks, one)}


def _came_back(change: Change) -> bool:
    return change.event is Event.REAPPEARED


def _unconfirmed(workspace: Workspace, coverage: Iterable[Coverage], until: datetime) -> Iterator[Change]:
    """What incomplete crawls saw after their site's last complete one, also those of earlier windows."""
    for site in coverage:
        seen = _since_complete(workspace, site, until)
        before = _stood_before(workspace, seen[0], until) if seen else None
        if before is not None:
            wanted = Wanted(events=frozenset(Event))
            found = market_changes(workspace, since=before, until=seen[-1].id, sites=[site.site], wanted=wanted)
            yield from found.changes


def _since_complete(workspace: Workspace, site: Coverage, until: datetime) -> list[Run]:
    """The incomplete looks at a site after its last complete one, the oldest first."""
    if site.last_complete is None:
        return []
    # From just before the complete run, which ends them: another can bear the same moment.
    runs = workspace.catalogue.runs(site.site, after=site.last_complete - timedelta(microseconds=1), until=until)
    looks = [run for run in runs if run.whole_site and run.kind is not RunKind.CORRECTION]
    after = takewhile(lambda run: run.status is not RunStatus.COMPLETE, looks)
    return [run for run in after if run.status is RunStatus.PARTIAL][::-1]


def _stood_before(workspace: Workspace, first: Run, until: datetime) -> str | None:
    """The run whose state the site stood at before a run, if it was ever crawled completely."""
    earlier = [
        run
        for run in workspace.catalogue.runs(first.site, until=until)
        if run.sequence < first.sequence and run.kind is not RunKind.CORRECTION and run.whole_site
    ]
    if not any(run.status is RunStatus.COMPLETE for run in earlier):
        return None
    return next((run.id for run in earlier if run.status in {RunStatus.COMPLETE, RunStatus.PARTIAL}), None)


def standing_marks(workspace: Workspace) -> dict[tuple[str, str], Mark]:
    """What analysts said of listings, by site and key."""
    return workspace.catalogue.desk.marks()


def is_false_positive(marks: Mapping[tuple[str, str], Mark], listing: Listing) -> bool:
    """Whether an analyst called the listing, as it is now, a false positive."""
    mark = marks.get((listing.site or "", listing.key or ""))
    return mark is not None and mark.verdict is Verdict.FALSE_POSITIVE and not mark.changed(listing)


def _corrected(found: Correction, watch: Watch) -> bool:
    return any(watch.has(listing) for listing in (found.before, found.after) if listing is not None)


def _keys(changes: Iterable[Change | Fleeting]) -> set[tuple[str, str]]:
    named = (change.listing for change in changes)
    return {(listing.site, listing.key) for listing in named if listing.site and listing.key}


def _products(changes: Iterable[Change]) -> list[Product]:
    """The restricted products whose other offers a reader wants to see: those that are newly available, that appeared
    or came back, and those whose price moved, in this order."""
    ranked: dict[Product, int] = {}
    for change in changes:
        listing = change.listing
        if not listing.restricted or listing.brand is None or listing.mpn is None or change.after is None:
            continue
        priced = change.event in {Event.APPEARED, Event.REAPPEARED, Event.PRICE_CHANGED}
        if change.newly_available or priced:
            product = (listing.brand, listing.mpn)
            ranked[product] = min(ranked.get(product, 1), 0 if change.newly_available else 1)
    return sorted(ranked, key=lambda product: (ranked[product], product))[:MAX_PRODUCTS]


def _offers(
    workspace: Workspace, products: Sequence[Product], until: datetime, marks: Mapping[tuple[str, str], Mark]
) -> dict[Product, list[Listing]]:
    """The offers for some products at the end of the week, by brand and part number."""
    found: dict[Product, list[Listing]] = {product: [] for product in products}
    for offer in workspace.catalogue.offers(dict.fromkeys(mpn for _, mpn in products), at=until):
        product = (offer.brand or "", offer.mpn or "")
        if product in found and not is_false_positive(marks, offer):
            found[product].append(offer)
    return found


def _lines(workspace: Workspace, products: Sequence[Product], until: datetime) -> dict[Product, list[PriceLine]]:
    found: dict[Product, list[PriceLine]] = defaultdict(list)
    wanted = set(products)
    for line in workspace.catalogue.price_lines({mpn for _, mpn in products}, until):
        product = (line.brand or "", line.mpn or "")
        if product in wanted:
            points = [PricePoint(**asdict(point)) for point in line.points]
            found[product].append(PriceLine(line.site, line.key, points))
    return dict(found)


def _weeks(workspace: Workspace, until: datetime, cleared: Collection[tuple[str, str]]) -> list[WeekTotals]:
    """What the sites held at the end of this week and of those before it, the oldest first."""
    moments = [until - ago * WEEK for ago in reversed(range(WEEKS))]
    counted = workspace.catalogue.counts_over_time(moments, cleared)
    return [
        WeekTotals(moment, [Total(**asdict(count)) for count in counts])
        for moment, counts in zip(moments, counted, strict=True)
    ]


def _runs_of(workspace: Workspace, since: datetime, until: datetime) -> list[Run]:
    """The runs of a window, the latest first. What was observed at its first moment is of the window before, but for
    the catalogue's very first runs, which have none before them."""
    if workspace.catalogue.first_observed() == since:
        return workspace.catalogue.runs(until=until)
    return workspace.catalogue.runs(after=since, until=until)


def _coverage(workspace: Workspace, since: datetime, until: datetime) -> list[Coverage]:
    """How each site was seen: those with runs by then, and those enabled that had none in the window. One whose
    definition can't be used may be enabled."""
    sites, faults = workspace.definitions.sites, workspace.definitions.faults
    last_complete = workspace.catalogue.last_complete(until)
    runs: dict[str, list[Run]] = {}
    for run in reversed(_runs_of(workspace, since, until)):
        if run.kind is not RunKind.CORRECTION and run.status is not RunStatus.RUNNING:
            runs.setdefault(run.site, []).append(run)
    under_way = {site: begun for site, begun in workspace.catalogue.under_way().items() if begun <= until}
    names = {*last_complete, *(site.name for site in sites.values() if site.enabled), *faults}
    described = {name: sites.get(name) for name in sorted(names)}
    return [
        Coverage(
            site=name,
            title=site.title if site else None,
            seller=site.seller if site else None,
            runs=runs.get(name, []),
            last_complete=last_complete.get(name),
            under_way=under_way.get(name),
            enabled=name in faults or (site is not None and site.enabled),
        )
        for name, site in described.items()
    ]
