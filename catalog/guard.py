"""The guard: whether a run saw its whole site. What a run that is not complete did not see is never gone.

Every layer is one small function in LAYERS that looks at one kind of breakage and says what tripped it, with figures.
A false "gone" is worse than a day without news: any layer that trips makes the run partial.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median

from restock.run import CrawlOutcome, Trip, Verdict
from restock.site import Guard
from restock.terms import RunStatus

_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Lost:
    """Known listings of one group, and how many of them a run missed, or found without a value that they had."""

    known: int
    missing: int

    @property
    def share(self) -> float:
        return self.missing / self.known if self.known else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that a run is judged by.

    `listings` is the number of listings seen; `known` the site's listings before the run, with those it missed;
    `groups` the same per brand and category (`("brand", "Cisco")`); `missing` are keys of some that it missed.
    `forbidden` known listings may not be seen and count as neither known nor missing: robots.txt forbids their pages.
    `values` are, by field, the known listings seen that had a value, and how many of them have none now; `usual` is
    the largest share of them that one of the recent runs lost, `lost` some of those that lost it; the loss of
    the fields in `forgiven` was accepted. `jumped` are the priced listings seen, and how many of their prices are held
    back, `jumps` some of them in words, `seen_again` the prices that an earlier run held back. `recent` are the listing
    counts of the last complete runs, the latest first; `lists_before` the cards on each list in the last of them.
    `whole` is False for a run over single pages, which
    can't miss anything.
    """

    outcome: CrawlOutcome
    listings: int
    guard: Guard = field(default_factory=Guard)
    known: Lost = Lost(0, 0)
    groups: Mapping[tuple[str, str], Lost] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    forbidden: int = 0
    values: Mapping[str, Lost] = field(default_factory=dict)
    usual: Mapping[str, float] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    forgiven: frozenset[str] = frozenset()
    jumped: Lost = Lost(0, 0)
    seen_again: int = 0
    jumps: tuple[str, ...] = ()
    recent: tuple[int, ...] = ()
    lists_before: Mapping[str, int] = field(default_factory=dict)
    whole: bool = True


Layer = Callable[[Case], Trip | None]


def judge(case: Case, layers: Iterable[Layer] | None = None) -> Verdict:
    """The status of a run, with the layers that tripped."""
    chosen = (LAYERS if case.whole else PAGE_LAYERS) if layers is None else layers
    trips = tuple(trip for layer in chosen if (trip := layer(case)) is not None)
    nothing = case.listings == 0 and (not case.outcome.finished or not case.whole or case.known.known == 0)
    if nothing:
        reason = case.outcome.reason or "the run found no listings"
        return Verdict(RunStatus.FAILED, trips or (Trip("listings", reason),))
    return Verdict(RunStatus.PARTIAL if trips else RunStatus.COMPLETE, trips)


def unfinished(case: Case) -> Trip | None:
    if case.outcome.finished or case.outcome.bound is not None:
        return None
    reason = case.outcome.reason or "it ended before its plan was worked off"
    return Trip("finished", f"the run was not finished: {reason}")


def bound_reached(case: Case) -> Trip | None:
    if case.outcome.bound is None:
        return None
    return Trip("bound", f"the run stopped at a bound: {case.outcome.bound}", {"bound": case.outcome.bound})


def lists_failed(case: Case) -> Trip | None:
    failed = case.outcome.failed_lists
    return _pages("lists_failed", "list page(s) failed", failed) if failed else None


def products_failed(case: Case) -> Trip | None:
    failed, pages = case.outcome.failed_products, case.outcome.pages.get("product", 0)
    allowed = max(1, int(case.guard.failed_share * pages))
    if len(failed) <= allowed:
        return None
    return _pages("products_failed", "product page(s) failed", failed, pages=pages, allowed=allowed)


def walls(case: Case) -> Trip | None:
    # A product page behind a wall is one failed page; a wall that stands elsewhere hides an unknown number of goods.
    found = {url: kind for url, kind in case.outcome.walls.items() if url not in case.outcome.failed_products}
    return _pages("walls", "page(s) were a wall", found) if found else None


def dead_lists(case: Case) -> Trip | None:
    dead = {url: "404 or 410" for url in case.outcome.dead_lists if case.lists_before.get(url, 0) > 0}
    return _pages("dead_lists", "list(s) that had goods in the last complete run are gone", dead) if dead else None


def emptied_lists(case: Case) -> Trip | None:
    empty = {
        url: f"{before} before, none now"
        for url, before in case.lists_before.items()
        if before >= case.guard.emptied_from and case.outcome.lists.get(url) == 0
    }
    return (
        _pages("emptied_lists", "list(s) that had goods in the last complete run are empty", empty) if empty else None
    )


def totals(case: Case) -> Trip | None:
    short = {
        url: f"{case.outcome.lists.get(url, 0)} of {total}"
        for url, total in case.outcome.totals.items()
        if total - case.outcome.lists.get(url, 0) > max(1, case.guard.total_share * total)
    }
    return _pages("totals", "list(s) gave fewer goods than the total that the site prints", short) if short else None


def below_recent_runs(case: Case) -> Trip | None:
    if not case.recent or case.known.known < case.guard.lost_from:
        return None
    usual = median(case.recent)
    if case.listings + case.forbidden >= (1 - case.guard.lost_share) * usual:
        return None
    message = f"{case.listings} listings where the median of the last complete runs is {usual:g}"
    return Trip("below_recent_runs", message, {"listings": case.listings, "median": usual, "runs": len(case.recent)})


def known_missing(case: Case) -> Trip | None:
    lost = case.known
    if lost.known < case.guard.lost_from or lost.share < case.guard.lost_share:
        return None
    message = f"{lost.missing} of {lost.known} known listings are missing at once"
    return Trip("known_missing", message, {"known": lost.known, "missing": lost.missing}, case.missing[:_SAMPLES])


def group_missing(case: Case) -> Trip | None:
    lost = {
        f"{kind} {name}": group
        for (kind, name), group in case.groups.items()
        if group.known >= case.guard.group_from and group.share >= case.guard.group_lost_share
    }
    if not lost:
        return None
    worst = sorted(lost, key=lambda name: (-lost[name].share, name))
    message = f"most of one group is missing: {worst[0]}, {lost[worst[0]].missing} of {lost[worst[0]].known}"
    figures = {name: {"known": lost[name].known, "missing": lost[name].missing} for name in worst}
    return Trip("group_missing", message, figures, tuple(worst[:_SAMPLES]))


def emptied_site(case: Case) -> Trip | None:
    if case.listings or not case.known.known:
        return None
    return Trip("emptied_site", f"no listings where {case.known.known} were known", {"known": case.known.known})


def lost_fields(case: Case) -> tuple[str, ...]:
    """Fields that too many listings lost at once: a reader that broke for them, not a market that moved."""
    return tuple(
        name
        for name, lost in sorted(case.values.items())
        if name not in case.forgiven
        and (_lost_at_once(lost, case.guard) or _lost_unusually(lost, case.usual.get(name, 0.0), case.guard))
    )


def _lost_at_once(lost: Lost, guard: Guard) -> bool:
    many = lost.known >= guard.lost_value_from and lost.share >= guard.lost_value_share
    # Of a handful of listings, some may well lose a price in a day, but not nearly all.
    few = lost.known >= guard.few_lost_value_from and lost.share >= guard.few_lost_value_share
    return many or few


def _lost_unusually(lost: Lost, usual: float, guard: Guard) -> bool:
    """A smaller share than what is too much for every site, and far more than this one's recent runs lost."""
    bar = max(guard.unusual_value_share, guard.unusual_value_times * usual)
    return lost.known >= guard.lost_value_from and lost.missing >= guard.unusual_value_from and lost.share >= bar


def fields_lost(case: Case) -> Trip | None:
    names = lost_fields(case)
    if not names:
        return None
    figures = {name: {"known": case.values[name].known, "lost": case.values[name].missing} for name in names}
    told = " and ".join(f"{case.values[name].missing} of {case.values[name].known} their {name}" for name in names)
    return Trip("fields_lost", f"known listings lost values at once: {told}; the last known stay", figures, case.lost)


def prices_jumped(case: Case) -> Trip | None:
    held = case.jumped
    if not _lost_at_once(held, case.guard):
        return None
    message = f"{held.missing} of {held.known} prices jumped at once; the old ones stand until they are seen again"
    return Trip("prices_jumped", message, {"known": held.known, "jumped": held.missing}, case.jumps)


def _pages(layer: str, message: str, found: Mapping[str, str], **figures: int) -> Trip:
    samples = tuple(f"{url}: {reason}" for url, reason in sorted(found.items())[:_SAMPLES])
    return Trip(layer, f"{len(found)} {message}", {"pages_found": len(found)} | figures, samples)


PAGE_LAYERS: tuple[Layer, ...] = (unfinished, bound_reached, lists_failed, products_failed, walls)
LAYERS: tuple[Layer, ...] = (
    *PAGE_LAYERS,
    dead_lists,
    emptied_lists,
    totals,
    below_recent_runs,
    known_missing,
    group_missing,
    emptied_site,
    fields_lost,
    prices_jumped,
)
