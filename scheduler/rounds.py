"""Rounds: what is due now is done, in order. Sites are crawled, reports are written, and what waits is sent."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from restock import clock
from restock.errors import BusyError, RestockError, SettingsError, UsageError, told
from restock.listing import time_text
from restock.post import PostState
from restock.run import Run
from restock.terms import RunStatus
from restock.watching import Every
from scheduler.alarms import raise_alarms
from scheduler.crawls import CrawlEnd, Crawls
from scheduler.editions import Written, job_name, subscriptions_of, write_edition
from scheduler.feeds import write_feeds
from scheduler.jobs import Job, crawl_jobs, job_of, report_jobs, retention_jobs, standings
from scheduler.posting import Posted, mail_server, post_waiting
from scheduler.retention import thin_evidence
from scheduler.workspace import Workspace

OUTBOX = "outbox"
_PATIENCE = 600.0  # seconds that one process waits for another to finish with the outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one job came to. `result` is a run's status, a letter's state, `error`, or `interrupted`."""

    job: str
    result: str
    about: str = ""
    lines: tuple[str, ...] = ()
    run: Run | None = None
    written: Written | None = None

    @property
    def usable(self) -> bool:
        """Whether something came of it: listings in the catalogue, or a letter that was sent or waits."""
        return self.result in {"complete", "partial", "sent", "waiting"}

    @property
    def whole(self) -> bool:
        """Whether nothing was missing."""
        return self.result in {"complete", "sent"} and not self.lines

    def to_json(self) -> dict[str, Any]:
        return {"job": self.job, "result": self.result, "about": self.about, "at": time_text(clock.now())}


OnDone = Callable[[Done], None]


def _say_nothing(done: Done) -> None:
    """For callers that only want to know the end."""


@dataclass(slots=True)
class Round:
    """One round over a home: everything that is due at `now`."""

    workspace: Workspace
    now: datetime
    on_done: OnDone = _say_nothing
    done: list[Done] = field(default_factory=list)

    def run(self) -> list[Done]:
        """Crawls come first, so that the reports tell of them; a letter that waited goes before a newer one.

        Raises SettingsError for a bad watch list or subscription, when everything else is done: a slip in these files
        must not cost a day's crawl."""
        crawls = self._due(crawl_jobs(self.workspace))
        self.crawl(crawls)
        self.now = max(self.now, clock.now())  # what the crawls saw is news to the rest of the round
        if crawls:
            self._aside("feeds", lambda: write_feeds(self.workspace, self.now))
        self._aside("alarms", lambda: raise_alarms(self.workspace, self.now))
        try:
            reports, fault = self._due(report_jobs(self.workspace)), None
        except SettingsError as error:
            reports, fault = [], error
        self.report(reports)
        self.retain(self._due(retention_jobs(self.workspace)))
        if fault is not None:
            raise fault
        return self.done

    def _due(self, jobs: Sequence[Job]) -> list[Job]:
        return [one.job for one in standings(self.workspace, jobs, self.now) if one.due is not None]

    def _aside(self, name: str, work: Callable[[], object]) -> None:
        """What goes wrong beside the reports must not keep them back."""
        try:
            work()
        except SettingsError:
            return  # a bad watch list: said at the end of the round
        except Exception as error:  # noqa: BLE001  whatever it is, it is said
            self._tell(Done(job=name, result="error", lines=(told(error),)))

    def crawl(self, jobs: Sequence[Job]) -> None:
        """Some sites, a bounded number at once. What interrupts this process stops the crawls before it goes on."""
        if not jobs:
            return
        crawls = Crawls(self.workspace.settings)
        with ThreadPoolExecutor(self.workspace.settings.schedule.at_once) as pool:
            try:
                under_way = {pool.submit(crawls.crawl, job.about): job for job in jobs}
                for ended in as_completed(under_way):
                    self._tell(settle_crawl(self.workspace, under_way[ended], ended.result(), self.now))
            except BaseException:
                crawls.stop()
                pool.shutdown(cancel_futures=True)
                raise

    def report(self, jobs: Sequence[Job]) -> None:
        """Sends what waits, writes the reports of some subscriptions, and sends these."""
        with outbox_held(self.workspace):
            for posted in post_waiting(self.workspace, all_now=True):
                self._tell(posting_done(posted))
            for job in jobs:
                for done in write_and_post(self.workspace, job, self.now):
                    self._tell(done)

    def retain(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._tell(settle_retention(self.workspace, job, self.now))

    def _tell(self, done: Done) -> None:
        self.done.append(done)
        self.on_done(done)


def settle_retention(
    workspace: Workspace, job: Job, now: datetime, stopped: Callable[[], bool] = lambda: False
) -> Done:
    """What a pass of retention came to. One that was stopped is still due; one that failed is done for that time."""
    try:
        passed = thin_evidence(workspace, now, stopped)
    except (RestockError, OSError) as error:
        done = Done(job=job.name, result="error", lines=(told(error),))
    else:
        if stopped():
            return Done(job=job.name, result="interrupted", about=passed.told(), lines=("the scheduler was stopped",))
        result = "partial" if passed.left else "complete"
        done = Done(job=job.name, result=result, about=passed.told(), lines=tuple(passed.left))
    workspace.catalogue.desk.finish_job(job.name, now, done.result)
    return done


@contextmanager
def outbox_held(workspace: Workspace) -> Iterator[None]:
    """Holds the outbox. Raises BusyError where another process keeps it too long."""
    with workspace.held(OUTBOX, wait=_PATIENCE) as held:
        if not held:
            raise BusyError("another process is sending mail from this home")
        yield


def settle_crawl(workspace: Workspace, job: Job, end: CrawlEnd, now: datetime) -> Done:
    """What a crawl came to. One that was interrupted, or found its site busy, is still due."""
    if end.run is not None:
        run = workspace.catalogue.run(end.run)
        lines = tuple(f"{run.site}: {trip.message}" for trip in run.trips) or run.warnings
        shown = lines if run.status is not RunStatus.COMPLETE else ()
        done = Done(job=job.name, result=run.status.value, about=run.id, lines=shown, run=run)
    elif end.interrupted:
        return Done(job=job.name, result="interrupted", lines=(end.error or "the scheduler was stopped",))
    else:
        done = Done(job=job.name, result="error", lines=(end.error or "nothing was said",))
    if not end.busy:
        workspace.catalogue.desk.finish_job(job.name, now, done.result)
    return done


def write_and_post(workspace: Workspace, job: Job, now: datetime) -> Iterator[Done]:
    """A subscription's report of the window up to now. The caller holds the outbox."""
    try:
        written = write_edition(workspace, subscriptions_of(workspace)[job.about], now)
    except Exception as error:  # noqa: BLE001  one report's trouble must not keep the others from being sent
        yield Done(
            job=job.name, result="error", lines=(f"{job.about}: the report could not be written: {told(error)}",)
        )
        return
    if written is None:
        yield from _nothing_written(workspace, job, now)
        return
    workspace.catalogue.desk.finish_job(job.name, now, "written")
    for posted in post_waiting(workspace, all_now=False):
        done = posting_done(posted, written if posted.letter.id == written.letter.id else None)
        if posted.letter.id == written.letter.id:
            workspace.catalogue.desk.finish_job(job.name, now, done.result)
        yield done


def _nothing_written(workspace: Workspace, job: Job, now: datetime) -> Iterator[Done]:
    last = workspace.catalogue.desk.last_report(job.about)
    if last is not None and last.state is PostState.WAITING:
        line = f"{job.about}: an earlier report still waits to be sent; this one is written when that is"
        yield Done(job=job.name, result="waiting", about=last.message_id, lines=(line,))
    else:
        workspace.catalogue.desk.finish_job(job.name, now, "nothing new")


def posting_done(posted: Posted, written: Written | None = None) -> Done:
    """A letter's try as the end of a job."""
    letter = posted.letter
    lines = tuple(posted.lines())
    job = f"{letter.kind.value}:{letter.subscription}"
    about = str(written.folder) if written is not None else letter.message_id
    return Done(job=job, result=letter.state.value, about=about, lines=lines, written=written)


def send_weekly(workspace: Workspace, until: datetime, on_done: OnDone = _say_nothing) -> list[Done]:
    """Sends what waits, then writes the weekly reports up to a moment and tries them at once.

    Raises UsageError where there is nobody to send to, SettingsError where there is no mail server."""
    weekly = [one for one in subscriptions_of(workspace).values() if one.every is Every.WEEK]
    if not weekly:
        raise UsageError("nobody gets the weekly report: set RESTOCK_MAIL_TO, or write subscriptions.yaml")
    if any(one.to for one in weekly) and mail_server(workspace.settings) is None:
        raise SettingsError("RESTOCK_SMTP_URL is not set: there is no server to hand mail to")
    at_work = Round(workspace, until, on_done)
    at_work.report([job_of(workspace, job_name(one)) for one in weekly])
    return at_work.done


def exit_code(done: Sequence[Done]) -> int:
    """0 all done, 1 nothing usable came of it, 3 anything between."""
    if all(one.whole for one in done):
        return 0
    return 3 if any(one.usable for one in done) else 1
