"""Health of the sites: each one's last run against its own history. For operators, never for analysts."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median

from restock.errors import SettingsError, told
from restock.health import SiteHealth, Trouble, Vitals
from restock.post import TURNED_DOWN, Letter, LetterKind, PostState
from restock.terms import RunStatus
from scheduler.editions import subscriptions_of
from scheduler.workspace import Workspace

HISTORY = 10  # runs
_ENOUGH = 3  # complete runs that make a history
_LOST_SHARE = 0.3  # of the listings that used to fill a field
_SLOWER = 4.0
_SLOW_FROM = 60.0  # seconds; below that a factor says nothing
_LETTERS = 2000
_RECENT = timedelta(days=14)  # the last report of a subscription that is no longer there is nobody's trouble
_LATE = timedelta(days=1)


def health_of_sites(workspace: Workspace, now: datetime) -> Iterator[SiteHealth]:
    """How every enabled site is, by name; then those whose definitions can't be used."""
    complete = workspace.catalogue.last_complete(now)
    settings = workspace.settings
    # A crawl begins up to `jitter` later than its time: two that lie so many days apart may lie that much less apart.
    stale_after = timedelta(days=settings.health.stale_days) - timedelta(seconds=settings.schedule.jitter)
    for site in workspace.definitions.sites.values():
        if site.enabled:
            known_since = workspace.catalogue.desk.meet_job(f"crawl:{site.name}", now).first_seen
            last = complete.get(site.name)
            signs = [one for one in workspace.catalogue.vitals(site.name, HISTORY) if one.observed_at <= now]
            overdue = now - (last or known_since) >= stale_after
            yield diagnose(site.name, signs, last, overdue=overdue)
    for name, fault in workspace.definitions.faults.items():
        yield SiteHealth(
            site=name,
            trouble=Trouble.UNREADABLE,
            reasons=(told(fault),),
            last_complete=complete.get(name),
            latest=None,
            usual={},
        )


def health_of_reports(workspace: Workspace, now: datetime) -> Iterator[SiteHealth]:
    """How the last report of each subscription fared: analysts who get nothing don't know that they should."""
    seen: set[str] = set()
    known = _subscribed(workspace)
    for letter in workspace.catalogue.desk.letters(_LETTERS):
        if letter.kind is not LetterKind.REPORT or letter.subscription in seen:
            continue
        seen.add(letter.subscription)
        over = not letter.open and now - letter.created_at > _RECENT
        if over and known is not None and letter.subscription not in known:
            continue
        trouble = _mail_trouble(letter, now)
        answers = [f"{one.target}: {one.answer}" for one in letter.deliveries if one.state is not PostState.SENT]
        yield SiteHealth(
            site=f"report:{letter.subscription}",
            trouble=trouble,
            reasons=tuple(answers) if trouble else (),
            last_complete=None,
            latest=None,
            usual={},
        )


def _subscribed(workspace: Workspace) -> Collection[str] | None:
    """The subscriptions that there are; None where their file can't be read: then no report is forgotten."""
    try:
        return subscriptions_of(workspace).keys()
    except SettingsError:
        return None


def _mail_trouble(letter: Letter, now: datetime) -> Trouble | None:
    """Broken: nobody got it, or will before somebody puts it right. Odd: some did, and some were turned down."""
    states = {one.state for one in letter.deliveries}
    if letter.state is PostState.SENT:
        return Trouble.ODD if states & TURNED_DOWN else None
    late = now - letter.created_at >= _LATE
    return Trouble.BROKEN if states & TURNED_DOWN or (late and letter.open) else None


def diagnose(site: str, signs: Sequence[Vitals], last_complete: datetime | None, *, overdue: bool) -> SiteHealth:
    """What ails a site, from the signs of its runs, the latest first."""
    latest = signs[0] if signs else None
    earlier = [one for one in signs[1:] if one.status is RunStatus.COMPLETE]
    usual = _usual(earlier)
    trouble, reasons = _trouble(latest, earlier, usual)
    if overdue:
        when = f"{last_complete:%Y-%m-%d %H:%M} UTC" if last_complete else "never"
        trouble, reasons = Trouble.STALE, (f"last crawled completely: {when}", *reasons)
    return SiteHealth(
        site=site, trouble=trouble, reasons=reasons, last_complete=last_complete, latest=latest, usual=usual
    )


def _usual(earlier: Sequence[Vitals]) -> dict[str, float]:
    if not earlier:
        return {}
    return {
        "listings": median(one.listings for one in earlier),
        "failed": median(one.failed for one in earlier),
        "seconds": round(median(one.seconds for one in earlier), 1),
    }


def _trouble(
    latest: Vitals | None, earlier: Sequence[Vitals], usual: dict[str, float]
) -> tuple[Trouble | None, tuple[str, ...]]:
    if latest is None:
        return None, ()
    if latest.status is not RunStatus.COMPLETE:
        return Trouble.BROKEN, latest.reasons or ("no reason was recorded",)
    if len(earlier) < _ENOUGH:
        return None, ()
    odd = (*_emptier(latest, earlier), *_slower(latest, usual["seconds"]))
    return (Trouble.ODD if odd else None), odd


def _emptier(latest: Vitals, earlier: Sequence[Vitals]) -> Iterator[str]:
    """The fields that far fewer listings fill than usual."""
    for name in latest.filled:
        shares = [share for one in earlier if (share := one.share(name)) is not None]
        now = latest.share(name)
        if now is not None and shares and median(shares) - now >= _LOST_SHARE:
            yield f"{name} is filled in {now:.0%} of the listings, usually in {median(shares):.0%}"


def _slower(latest: Vitals, usual: float) -> Iterator[str]:
    if latest.seconds > max(_SLOW_FROM, usual * _SLOWER):
        yield f"the crawl took {latest.seconds:.0f} s, usually {usual:.0f} s"
