"""Editions: one subscription and one window, which begins where that subscription's last sent report ended."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from reports.data import Audience
from reports.files import whole_file
from reports.mail import Envelope, new_message_id, report_message
from reports.watchlists import Watch, load_subscriptions
from reports.weekly import Report, weekly_report
from restock import clock
from restock.post import Delivery, Letter, LetterKind, PostState
from restock.settings import Settings, mail_addresses
from restock.watching import Every, Subscription, WatchList
from scheduler.watching import watchlists_of
from scheduler.weekly import Edition, changes_between, gather
from scheduler.workspace import Workspace

EVERYBODY = "mail_to"
"""The subscription of those whom only the settings name."""
CHAT = "notify:"
_PERIODS = {Every.DAY: timedelta(days=1), Every.WEEK: timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class Written:
    """A report that was written: laid out, its files in the home's `reports/`, and its letter in the outbox."""

    report: Report
    folder: Path
    letter: Letter


def subscriptions_of(workspace: Workspace) -> dict[str, Subscription]:
    """The home's subscriptions by name; where there is none, RESTOCK_MAIL_TO gets the weekly report.

    Raises SettingsError for an entry that can't be used."""
    settings = workspace.settings
    found = load_subscriptions(settings.home, watchlists_of(workspace), settings.notify)
    if not found and settings.mail_to is not None:
        return {EVERYBODY: Subscription(name=EVERYBODY, to=mail_addresses(settings.mail_to))}
    return found


def job_name(subscription: Subscription) -> str:
    return f"report:{subscription.name}"


def write_edition(workspace: Workspace, subscription: Subscription, until: datetime) -> Written | None:
    """Writes the report of a subscription's next window, and queues its letter. None where the window is empty, or
    where an earlier report still waits: its window must be sent first. The caller holds the outbox's lock."""
    desk = workspace.catalogue.desk
    if (last := desk.last_report(subscription.name)) is not None and last.state is PostState.WAITING:
        return None
    first_seen = desk.meet_job(job_name(subscription), clock.now()).first_seen
    sent = desk.last_report(subscription.name, sent=True)
    laid_out = _lay_out(workspace, subscription, until, _next_window(workspace, subscription, until, sent, first_seen))
    if laid_out is None:
        return None
    report, ends = laid_out
    folder = workspace.settings.home / _folder(subscription.name, until)
    files = report.write(folder)
    letter = _letter(workspace, subscription, report, files, ends)
    return Written(report, folder, desk.queue(letter))


def preview_edition(workspace: Workspace, subscription: Subscription, until: datetime) -> Report | None:
    """The report that `write_edition` would write, of which nothing is kept or sent; an earlier one that still waits
    is taken for sent. None where the window is empty."""
    desk = workspace.catalogue.desk
    last = desk.last_report(subscription.name)
    if last is None or last.state is not PostState.WAITING:
        last = desk.last_report(subscription.name, sent=True)
    met = desk.job(job_name(subscription))
    first_seen = met.first_seen if met else clock.now()
    window = _next_window(workspace, subscription, until, last, first_seen)
    laid_out = _lay_out(workspace, subscription, until, window)
    return laid_out[0] if laid_out else None


def write_preview(workspace: Workspace, subscription: Subscription, report: Report, folder: Path) -> list[Path]:
    """Writes a report and the message that its subscription's addresses would get."""
    files = report.write(folder)
    letter = folder / "letter.eml"
    with whole_file(letter) as part:
        part.write_bytes(report_message(report, files, _envelope(workspace, subscription)))
    return [*files, letter]


def _envelope(workspace: Workspace, subscription: Subscription) -> Envelope:
    sender = sender_of(workspace.settings)
    return Envelope(sender, subscription.to, new_message_id(sender), clock.now())


def _folder(subscription: str, until: datetime) -> str:
    return f"reports/{subscription}/{until.strftime('%Y-%m-%dT%H%M%SZ')}"


def files_of(letter: Letter) -> str:
    """The folder of a report's files, within the home."""
    return _folder(letter.subscription, letter.until) if letter.until else "reports"


@dataclass(frozen=True, slots=True)
class _Window:
    """Where a window begins: for people a moment, for each site the run that the last sent report ended with."""

    since: datetime
    starts: tuple[int, ...] | None


def _lay_out(
    workspace: Workspace, subscription: Subscription, until: datetime, window: _Window
) -> tuple[Report, tuple[int, ...]] | None:
    """The report of a window, and the runs that it ends with."""
    if window.since >= until:
        return None
    found = changes_between(workspace, since=window.since, until=until, starts=window.starts)
    edition = _edition(workspace, subscription, until)
    report = weekly_report(gather(workspace, found, since=window.since, until=until, edition=edition))
    return report, tuple(found.ends)


def _next_window(
    workspace: Workspace, subscription: Subscription, until: datetime, last: Letter | None, first_seen: datetime
) -> _Window:
    """The window that follows the last report. The first one reaches back over one period from when the subscription
    was first seen, at most to the beginning of the catalogue."""
    if last is not None and last.until is not None:
        return _Window(last.until, last.ends)
    earliest = min(first_seen, until) - _PERIODS[subscription.every]
    begun = workspace.catalogue.first_observed()
    if begun is None or begun < earliest:
        return _Window(earliest, None)
    return _Window(begun if begun < until else earliest, ())


def _edition(workspace: Workspace, subscription: Subscription, until: datetime) -> Edition:
    known = watchlists_of(workspace)
    lists = [known[name] for name in subscription.lists]
    audience = Audience(
        name=subscription.name,
        language=subscription.language,
        every=subscription.every,
        lists=[watchlist.title or watchlist.name for watchlist in lists],
    )
    return Edition(audience=audience, watch=watch_over(workspace, lists, until))


def watch_over(workspace: Workspace, lists: list[WatchList], at: datetime) -> Watch:
    """Some watch lists at work, with the sellers that the definitions name and the rates of a day.

    Raises SettingsError where a list chooses by seller and a definition can't be used: its goods might be wanted."""
    if any(wanted.seller for one in lists for wanted in (*one.any, *one.none)):
        workspace.refuse_unusable_definitions()
    sellers = {site.name: site.seller for site in workspace.definitions.sites.values() if site.seller}
    known: dict[tuple[str, str], Decimal | None] = {}

    def rate(currency: str, into: str) -> Decimal | None:
        if (currency, into) not in known:
            found = workspace.catalogue.rate(currency, into, at.date())
            known[currency, into] = found[0] if found else None
        return known[currency, into]

    return Watch(lists, sellers, rate)


def _letter(
    workspace: Workspace, subscription: Subscription, report: Report, files: list[Path], ends: tuple[int, ...]
) -> Letter:
    envelope = _envelope(workspace, subscription)
    return Letter(
        kind=LetterKind.REPORT,
        subscription=subscription.name,
        message_id=envelope.message_id,
        subject=report.subject,
        summary=report.summary,
        body=report_message(report, files, envelope),
        created_at=clock.now(),
        since=report.data.since,
        until=report.data.until,
        ends=ends,
        deliveries=deliveries_for(subscription.to, subscription.notify),
    )


def deliveries_for(addresses: Sequence[str], chats: Sequence[str]) -> tuple[Delivery, ...]:
    targets = (*addresses, *(f"{CHAT}{name}" for name in chats))
    return tuple(Delivery(target=target) for target in dict.fromkeys(targets))


def sender_of(settings: Settings) -> str:
    """Whom mail is from: RESTOCK_MAIL_FROM, else restock at this machine."""
    return settings.mail_from or f"restock@{socket.gethostname()}"
