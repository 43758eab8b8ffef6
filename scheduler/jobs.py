"""Jobs: what the scheduler does when. They follow from the settings, the sites and the subscriptions; only how far
each has come is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from restock.errors import UsageError
from restock.site import Site
from restock.watching import Every, Subscription
from scheduler.editions import job_name, subscriptions_of
from scheduler.timetable import Timetable
from scheduler.workspace import Workspace


class JobKind(StrEnum):
    CRAWL = "crawl"
    REPORT = "report"
    RETENTION = "retention"


RETENTION = JobKind.RETENTION.value


@dataclass(frozen=True, slots=True)
class Job:
    """A site's crawl, a subscription's report, or the home's retention; `about` is the name of the site or the
    subscription."""

    name: str
    kind: JobKind
    about: str
    timetable: Timetable


@dataclass(frozen=True, slots=True)
class Standing:
    """How a job stands at a moment: since when it is due (None: it isn't), when it comes next, how it last went."""

    job: Job
    due: datetime | None
    next: datetime
    done: datetime | None
    result: str | None


def jobs_of(workspace: Workspace) -> list[Job]:
    """Every job of a home: crawls of the enabled sites, reports of the subscriptions, then retention."""
    return crawl_jobs(workspace) + report_jobs(workspace) + retention_jobs(workspace)


def crawl_jobs(workspace: Workspace) -> list[Job]:
    """The crawls of the enabled sites whose definitions can be used."""
    return [_crawl(workspace, site) for site in workspace.definitions.sites.values() if site.enabled]


def report_jobs(workspace: Workspace) -> list[Job]:
    """Raises SettingsError for a watch list or subscription that can't be used."""
    return [_report(workspace, one) for one in subscriptions_of(workspace).values()]


def retention_jobs(workspace: Workspace) -> list[Job]:
    """None where evidence is kept for ever."""
    plan = workspace.settings.schedule
    if workspace.settings.evidence.keep_days is None:
        return []
    return [Job(RETENTION, JobKind.RETENTION, "", Timetable(RETENTION, (plan.retain_at,), plan.timezone))]


def job_of(workspace: Workspace, name: str) -> Job:
    """The job of that name. Raises UsageError where there is none."""
    known = {job.name: job for job in jobs_of(workspace)}
    if name == RETENTION and name not in known:
        raise UsageError("retention: evidence.keep_days is not set, so evidence is kept whole for ever")
    if fault := workspace.definitions.faults.get(name.removeprefix("crawl:")):
        raise fault
    if name not in known:
        raise UsageError(f"{name}: no such job; there are {', '.join(known) or 'none'} (`restock schedule list`)")
    return known[name]


def _crawl(workspace: Workspace, site: Site) -> Job:
    plan = workspace.settings.schedule
    name = f"crawl:{site.name}"
    times = site.crawl_at or plan.crawl_at
    return Job(name, JobKind.CRAWL, site.name, Timetable(name, times, plan.timezone, jitter=plan.jitter))


def _report(workspace: Workspace, subscription: Subscription) -> Job:
    plan = workspace.settings.schedule
    day = plan.report_day if subscription.every is Every.WEEK else None
    timetable = Timetable(job_name(subscription), (plan.report_at,), plan.timezone, day)
    return Job(timetable.name, JobKind.REPORT, subscription.name, timetable)


def standings(workspace: Workspace, jobs: Sequence[Job], now: datetime) -> list[Standing]:
    """How jobs stand. A job is due once since its last time, however many of them were missed."""
    complete = workspace.catalogue.last_complete(now)
    begun = workspace.catalogue.first_observed()
    found = []
    for job in jobs:
        state = workspace.catalogue.desk.meet_job(job.name, now)
        if job.kind is JobKind.CRAWL:
            found.append(_standing(job, now, _latest(state.done_at, complete.get(job.about)), None, state.result))
        elif job.kind is JobKind.RETENTION:
            found.append(_standing(job, now, state.done_at, None, state.result))
        else:
            # Done up to its last report, sent or waiting: one that a crash left in the outbox is not written again.
            last = workspace.catalogue.desk.last_report(job.about)
            done = _latest(state.done_at, last.until if last else None)
            known_since = min(state.first_seen, begun or state.first_seen)
            found.append(_standing(job, now, done, known_since, last.state.value if last else state.result))
    return found


def _standing(
    job: Job, now: datetime, done: datetime | None, known_since: datetime | None, result: str | None
) -> Standing:
    """A job that was never done is due at once, or, with `known_since`, at its first time after that."""
    since = done or known_since
    last = job.timetable.last(now) if since is not None else now
    due = last if since is None or last > since else None
    return Standing(job, due, job.timetable.next(now), done, result)


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
