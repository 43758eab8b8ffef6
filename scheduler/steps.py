"""Steps: the work of the scheduler piece by piece, the same for `schedule` and for `schedule run-due`.

Their order: crawls; feeds and alarms, which tell of them; what waits in the outbox, then the reports; what was refused
on the way is told to operators; retention. Each stands alone: what goes wrong in one is that one's end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from restock import clock
from restock.errors import BusyError, RestockError, told
from restock.listing import time_text
from restock.post import PostState
from restock.run import Run
from restock.terms import RunStatus
from scheduler.alarms import raise_alarms
from scheduler.crawls import CrawlEnd
from scheduler.editions import Written, subscriptions_of, write_edition
from scheduler.feeds import update_feeds, write_feeds
from scheduler.jobs import Job, JobKind, Standing
from scheduler.posting import Posted, post_waiting
from scheduler.retention import thin_evidence
from scheduler.workspace import Workspace

OUTBOX = "outbox"
_PATIENCE = 600.0  # seconds that one process waits for another to finish with the outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one job came to. `result` is a run's status, a letter's state, `error`, or `interrupted`. With `again` the
    job is still due; with `refused` something was turned down that only a person can put right."""

    job: str
    result: str
    about: str = ""
    lines: tuple[str, ...] = ()
    run: Run | None = None
    written: Written | None = None
    again: bool = False
    refused: bool = False

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
Step = tuple[str, Callable[[Workspace, datetime], object]]
FEEDS: Step = ("feeds", write_feeds)
ALARMS: Step = ("alarms", raise_alarms)
WATCH: tuple[Step, ...] = (("feeds", update_feeds), ALARMS)
"""What is done even where nothing was crawled: goods may have come by hand, and sites go stale by themselves."""


def after_crawls(ends: Sequence[Done]) -> tuple[Step, ...]:
    """Feeds for analysts, where a complete run may have brought something to tell; alarms for operators."""
    news = any(one.run is not None and one.run.status is RunStatus.COMPLETE for one in ends)
    return (FEEDS, ALARMS) if news else (ALARMS,)


def failed(name: str, error: BaseException, *, about: str = "") -> Done:
    """A step that something went wrong in; it is still due."""
    return Done(job=name, result="error", lines=(f"{about}{told(error)}",), again=True)


def settle_crawl(workspace: Workspace, job: Job, crawl: Callable[[], CrawlEnd], now: datetime) -> Done:
    """What a crawl came to. One that was interrupted, or found its site busy, is still due."""
    try:
        done = _crawl_done(workspace, job, crawl())
        if not done.again:
            workspace.catalogue.desk.finish_job(job.name, now, done.result)
    except Exception as error:  # noqa: BLE001  the other crawls go on
        return failed(job.name, error)
    return done


def _crawl_done(workspace: Workspace, job: Job, end: CrawlEnd) -> Done:
    if end.run is not None:
        run = workspace.catalogue.run(end.run)
        lines = tuple(f"{run.site}: {trip.message}" for trip in run.trips) or run.warnings
        shown = lines if run.status is not RunStatus.COMPLETE else ()
        return Done(job=job.name, result=run.status.value, about=run.id, lines=shown, run=run)
    if end.interrupted:
        return Done(job=job.name, result="interrupted", lines=(end.error or "the scheduler was stopped",), again=True)
    return Done(job=job.name, result="error", lines=(end.error or "nothing was said",), again=end.busy)


def crawls_awaited(workspace: Workspace, crawls: Sequence[Standing]) -> dict[str, datetime]:
    """The enabled sites whose crawl is due or under way, with the moment since which it is: a report that is written
    now would miss what it finds."""
    awaited = {one.job.about: one.due for one in crawls if one.job.kind is JobKind.CRAWL and one.due is not None}
    watched = {one.job.about for one in crawls if one.job.kind is JobKind.CRAWL}
    return awaited | {site: begun for site, begun in workspace.catalogue.under_way().items() if site in watched}


@contextmanager
def outbox_held(workspace: Workspace) -> Iterator[None]:
    """Holds the outbox. Raises BusyError where another process keeps it too long."""
    with workspace.held(OUTBOX, wait=_PATIENCE) as held:
        if not held:
            raise BusyError("another process is sending mail from this home")
        yield


def post_and_report(workspace: Workspace, jobs: Sequence[Job], now: datetime, *, all_now: bool) -> Iterator[Done]:
    """A letter that waited goes before a newer one; without `all_now`, one whose pause is over. What was refused for
    good is told to operators in the same step."""
    refused = False
    with outbox_held(workspace):
        for done in _post_and_report(workspace, jobs, now, all_now=all_now):
            refused = refused or done.refused
            yield done
        if refused and raise_alarms(workspace, now):
            yield from (posting_done(posted) for posted in post_waiting(workspace, all_now=False))


def _post_and_report(workspace: Workspace, jobs: Sequence[Job], now: datetime, *, all_now: bool) -> Iterator[Done]:
    for posted in post_waiting(workspace, all_now=all_now):
        yield posting_done(posted)
    for job in jobs:
        try:
            yield from _write_and_post(workspace, job, now)
        except Exception as error:  # noqa: BLE001  one report's trouble must not keep the others from being sent
            yield failed(job.name, error, about=f"{job.about}: the report could not be written: ")


def _write_and_post(workspace: Workspace, job: Job, now: datetime) -> Iterator[Done]:
    """A subscription's report of the window up to now. The caller holds the outbox."""
    written = write_edition(workspace, subscriptions_of(workspace)[job.about], now)
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
        yield Done(job=job.name, result="waiting", about=last.message_id, lines=(line,), again=True)
    else:
        workspace.catalogue.desk.finish_job(job.name, now, "nothing new")


def posting_done(posted: Posted, written: Written | None = None) -> Done:
    """A letter's try as the end of a job."""
    letter = posted.letter
    return Done(
        job=f"{letter.kind.value}:{letter.subscription}",
        result=letter.state.value,
        about=str(written.folder) if written is not None else letter.message_id,
        lines=tuple(posted.lines()),
        written=written,
        again=posted.fault is not None,
        refused=posted.refused,
    )


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
            said = ("the scheduler was stopped",)
            return Done(job=job.name, result="interrupted", about=passed.told(), lines=said, again=True)
        result = "partial" if passed.left else "complete"
        done = Done(job=job.name, result=result, about=passed.told(), lines=tuple(passed.left))
    workspace.catalogue.desk.finish_job(job.name, now, done.result)
    return done
