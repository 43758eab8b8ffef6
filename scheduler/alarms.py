"""Alarms: operators hear when a site breaks, now and then while it stays broken, and when it is well again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reports.mail import Envelope, new_message_id, text_message
from reports.safety import shown
from restock import clock
from restock.health import Alarm, SiteHealth
from restock.post import Letter, LetterKind
from restock.settings import Settings, mail_addresses
from scheduler.editions import deliveries_for, sender_of
from scheduler.health import health_of_reports, health_of_sites
from scheduler.workspace import Workspace

OPERATORS = "operators"
MAX_NAMED = 3  # sites in a subject


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told, a line or two for each site, and what has then been told of each (None: it is well).
    `recovered` are the sites that are well again."""

    lines: list[str] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)
    alarms: dict[str, Alarm | None] = field(default_factory=dict)


def raise_alarms(workspace: Workspace, now: datetime) -> list[str]:
    """Queues one alert for all that is news to the operators; gives its lines. Where nobody is to be told, nothing
    counts as told."""
    settings = workspace.settings
    deliveries = deliveries_for(mail_addresses(settings.health.mail_to), settings.health.notify)
    if not deliveries:
        return []
    desk = workspace.catalogue.desk
    with workspace.held(OPERATORS, wait=60) as alone:
        if not alone:
            return []  # another process is telling them
        found = [*health_of_sites(workspace, now), *health_of_reports(workspace, now)]
        news = news_of(found, desk.alarms(), now, settings.health.remind_days)
        if news.alarms:
            desk.tell(alert(settings, news) if news.lines else None, news.alarms)
    return news.lines


def news_of(found: Sequence[SiteHealth], told: Mapping[str, Alarm], now: datetime, remind_days: int) -> News:
    """What of the sites' health operators don't know yet, or are to be reminded of."""
    news = News()
    for site in found:
        alarm = told.get(site.site)
        if site.trouble is None:
            if alarm is not None:
                news.lines.append(f"{site.site}: well again, after trouble since {alarm.since:%Y-%m-%d %H:%M} UTC")
                news.recovered.append(site.site)
                news.alarms[site.site] = None
            continue
        since = alarm.since if alarm else now
        told_already = alarm if alarm is not None and alarm.trouble == site.trouble.value else None
        if told_already is not None and now - told_already.told_at < timedelta(days=remind_days):
            continue
        news.lines.extend(_lines(site, since, reminder=told_already is not None))
        news.alarms[site.site] = Alarm(site.site, site.trouble.value, since, now)
    gone = told.keys() - {site.site for site in found}
    news.alarms.update(dict.fromkeys(gone))  # no longer watched: nothing to tell
    return news


def _lines(site: SiteHealth, since: datetime, *, reminder: bool) -> list[str]:
    still = f"still {site.trouble}, since {since:%Y-%m-%d %H:%M} UTC" if reminder else f"{site.trouble}"
    run = f" (run {site.latest.run})" if site.latest else ""
    return [f"{site.site}: {still}{run}", *(f"  {shown(reason, 300)}" for reason in site.reasons)]


def alert(settings: Settings, news: News) -> Letter:
    sender = sender_of(settings)
    to = mail_addresses(settings.health.mail_to)
    envelope = Envelope(sender, to, new_message_id(sender), clock.now())
    subject = _subject(news)
    text = "\n".join(news.lines) + "\n\n`restock health` shows each site beside its own history.\n"
    return Letter(
        kind=LetterKind.ALERT,
        subscription=OPERATORS,
        message_id=envelope.message_id,
        subject=subject,
        summary=text,
        body=text_message(subject, text, envelope),
        created_at=clock.now(),
        deliveries=deliveries_for(to, settings.health.notify),
    )


def _subject(news: News) -> str:
    """Which sites it is about, as far as a line holds them."""
    ill = [site for site, alarm in news.alarms.items() if alarm is not None]
    parts = ((ill, "in trouble"), (news.recovered, "well again"))
    return "restock: " + ", ".join(f"{len(sites)} {what} ({_named(sites)})" for sites, what in parts if sites)


def _named(sites: Sequence[str]) -> str:
    more = "" if len(sites) <= MAX_NAMED else " …"
    return ", ".join(shown(site, 40) for site in sites[:MAX_NAMED]) + more
