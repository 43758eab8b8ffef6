"""The long-running scheduler: APScheduler is the clock, the catalogue remembers how far each job has come.

Jobs follow from settings, sites and subscriptions, and are made anew at every look. So a job that was missed while
the scheduler was away is due once when it comes back, and none is lost or doubled in a job store."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_SUBMITTED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from restock import clock
from restock.errors import BusyError, SettingsError, told
from restock.settings import Settings, load_settings
from scheduler.alarms import raise_alarms
from scheduler.crawls import Crawls
from scheduler.feeds import write_feeds
from scheduler.jobs import Job, JobKind, crawl_jobs, report_jobs, retention_jobs, standings
from scheduler.posting import post_waiting
from scheduler.rounds import (
    OUTBOX,
    OnDone,
    outbox_held,
    posting_done,
    settle_crawl,
    settle_retention,
    write_and_post,
)
from scheduler.timetable import TimetableTrigger
from scheduler.workspace import Workspace

OnTrouble = Callable[[str], None]
LOOK_EVERY = 30.0  # seconds between two looks at what is due and what waits
WATCH_EVERY = 3600.0  # seconds between two looks at sites that nothing happened to
_OWN = {"look": LOOK_EVERY, "post": LOOK_EVERY, "watch": WATCH_EVERY}


class Daemon:
    """Does what is due until it is interrupted; then running crawls are stopped, and mark their runs as failed."""

    def __init__(self, settings: Settings, on_done: OnDone, on_trouble: OnTrouble) -> None:
        self._home: Path = settings.home
        self._on_done = on_done
        self._on_trouble = on_trouble
        self._crawls = Crawls(settings)
        self._busy: set[str] = set()
        self._lock = Lock()
        self._stopping = Event()
        self._said = ""
        executors = {"default": ThreadPoolExecutor(1), "crawls": ThreadPoolExecutor(settings.schedule.at_once)}
        # Whatever was missed while all hands were busy is done once, however late.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._clock = BlockingScheduler(executors=executors, job_defaults=defaults, timezone=UTC)
        self._clock.add_listener(self._note_begun, EVENT_JOB_SUBMITTED)
        self._clock.add_listener(self._note_ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    def run(self) -> None:
        """Blocks until this process is interrupted (SIGTERM, Ctrl-C)."""
        now = datetime.now(UTC)
        for (name, seconds), work in zip(_OWN.items(), (self._look, self._post, self._watch), strict=True):
            self._clock.add_job(work, "interval", seconds=seconds, id=name, next_run_time=now)
        with suppress(KeyboardInterrupt, SystemExit):
            self._clock.start()
        self._stopping.set()
        self._crawls.stop()
        if self._clock.running:
            self._clock.shutdown(wait=True)

    def _look(self) -> None:
        """Brings the clock's jobs in line with settings, sites and subscriptions, and starts what is due."""
        try:
            with self._workspace() as workspace:
                found = {one.job.name: one for one in standings(workspace, self._jobs(workspace), clock.now())}
        except Exception as error:  # noqa: BLE001  a bad file or a locked database is no end of the scheduler
            self._trouble(error)
            return
        for name in {job.id for job in self._clock.get_jobs()} - found.keys() - set(_OWN):
            self._clock.remove_job(name)
        for standing in found.values():
            self._set(standing.job, due=standing.due is not None)

    def _jobs(self, workspace: Workspace) -> list[Job]:
        """Every job. A slip in watch lists or subscriptions holds back the reports, and nothing else."""
        try:
            reports = report_jobs(workspace)
            self._said = ""
        except SettingsError as error:
            self._trouble(error)
            reports = []
        return crawl_jobs(workspace) + reports + retention_jobs(workspace)

    def _set(self, job: Job, *, due: bool) -> None:
        known = self._clock.get_job(job.name)
        if known is not None and known.trigger.timetable != job.timetable:
            self._clock.remove_job(job.name)
            known = None
        if known is None:
            # The default hand looks at what is due and sends mail: it must not be kept long.
            executor = "default" if job.kind is JobKind.REPORT else "crawls"
            trigger = TimetableTrigger(job.timetable)
            self._clock.add_job(self._do, trigger, args=[job], id=job.name, executor=executor)
        with self._lock:
            busy = job.name in self._busy
        if due and not busy:
            self._clock.modify_job(job.name, next_run_time=datetime.now(UTC))

    def _do(self, job: Job) -> None:
        try:
            with self._workspace() as workspace:
                now = clock.now()
                (standing,) = standings(workspace, [job], now)
                if standing.due is None:
                    return
                if job.kind is JobKind.CRAWL:
                    self._on_done(settle_crawl(workspace, job, self._crawls.crawl(job.about), now))
                    raise_alarms(workspace, clock.now())
                    write_feeds(workspace, clock.now())
                    return
                if job.kind is JobKind.RETENTION:
                    self._on_done(settle_retention(workspace, job, now, self._stopping.is_set))
                    return
                with outbox_held(workspace):
                    for done in write_and_post(workspace, job, now):
                        self._on_done(done)
        except Exception as error:  # noqa: BLE001  the next look finds it due again
            self._trouble(error)

    def _post(self) -> None:
        """Tries the letters whose pause is over; where another process is at the outbox, it does so itself."""
        try:
            with self._workspace() as workspace, workspace.held(OUTBOX, wait=0) as held:
                for posted in post_waiting(workspace, all_now=False) if held else ():
                    self._on_done(posting_done(posted))
        except Exception as error:  # noqa: BLE001  as above
            self._trouble(error)

    def _watch(self) -> None:
        """Tells operators of sites that went stale without anything happening."""
        try:
            with self._workspace() as workspace:
                raise_alarms(workspace, clock.now())
        except Exception as error:  # noqa: BLE001  as above
            self._trouble(error)

    def _workspace(self) -> Workspace:
        return Workspace(load_settings(self._home))

    def _trouble(self, error: Exception) -> None:
        """Says what is wrong, once as long as it stays the same."""
        said = told(error)
        if said != self._said and not isinstance(error, BusyError):
            self._on_trouble(said)
        self._said = said

    def _note_begun(self, event: JobEvent) -> None:
        with self._lock:
            self._busy.add(event.job_id)

    def _note_ended(self, event: JobEvent) -> None:
        with self._lock:
            self._busy.discard(event.job_id)
