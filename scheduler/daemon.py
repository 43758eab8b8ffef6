"""The long-running scheduler: APScheduler is the clock, the catalogue remembers how far each job has come.

Jobs follow from settings, sites and subscriptions, and are made anew at every look. So a job that was missed while
the scheduler was away is due once when it comes back, and none is lost or doubled in a job store."""

import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Lock

from apscheduler.schedulers.background import BackgroundScheduler

from restock import clock
from restock.errors import RestockError, told
from restock.settings import Settings, load_settings
from scheduler.crawls import Crawls
from scheduler.jobs import Job, JobKind, Standing, crawl_jobs, report_jobs, retention_jobs, standings
from scheduler.patience import Patience
from scheduler.steps import (
    WATCH,
    Done,
    OnDone,
    after_crawls,
    crawls_awaited,
    post_and_report,
    settle_crawl,
    settle_retention,
)
from scheduler.workspace import Workspace

LOOK_EVERY = 30.0  # seconds between two looks at what is due and what waits
WATCH_EVERY = 3600.0  # seconds between two looks at sites that nothing happened to
_POST = "outbox"


class _StillDueError(RestockError):
    """Work that came to nothing as yet."""


class Daemon:
    """Does what is due until it is interrupted; then running crawls are stopped, and mark their runs as failed."""

    def __init__(self, settings: Settings, on_done: OnDone, on_trouble: Callable[[str], None]) -> None:
        self._home: Path = settings.home
        self._on_done = on_done
        self._say = on_trouble
        self._patience = Patience(on_trouble)
        self._crawls = Crawls(settings)
        self._under_way: set[str] = set()
        self._held: dict[str, tuple[datetime | None, float]] = {}
        self._lock = Lock()
        self._stopped = False
        # One hand for mail and what is quick; sites and retention, which take long, have theirs.
        self._desk = ThreadPoolExecutor(1)
        self._hands = ThreadPoolExecutor(settings.schedule.at_once)
        self._clock = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})

    def run(self) -> None:
        """Blocks until this process is interrupted (SIGTERM, Ctrl-C); a second signal changes nothing."""
        now = datetime.now(UTC)
        self._clock.add_job(self._look, "interval", seconds=LOOK_EVERY, next_run_time=now)
        self._clock.add_job(self._watch, "interval", seconds=WATCH_EVERY, next_run_time=now)
        with _signals() as asked:
            self._clock.start()
            asked.get()
            self._stop()

    def _stop(self) -> None:
        with self._lock:
            self._stopped = True  # from here on nothing is begun
        self._crawls.stop()
        self._clock.shutdown(wait=True)
        self._stop_hands()

    def _stop_hands(self) -> None:
        for pool in (self._desk, self._hands):
            pool.shutdown(wait=True, cancel_futures=True)

    def _look(self) -> None:
        """Begins what is due and neither under way, nor resting after a failure, nor waiting for crawls."""
        with self._lock:
            under_way = set(self._under_way)  # before the catalogue is asked: what ends meanwhile is not begun twice
        with self._alone("schedule"), self._workspace() as workspace:
            found = standings(workspace, self._jobs(workspace), clock.now())
            awaited = sorted(crawls_awaited(workspace, found))
            wait = workspace.settings.schedule.report_wait
            for one in found:
                idle = one.job.name not in under_way and not self._patience.rests(one.job.name)
                if one.due is not None and idle and not self._held_back(one, awaited, wait):
                    self._begin(one.job)
        if not self._patience.rests(_POST):
            self._begin(None)  # also where the jobs can't be told

    def _jobs(self, workspace: Workspace) -> list[Job]:
        """Every job. A slip in a definition holds back that site, one in watch lists or subscriptions the reports, and
        nothing else."""
        with self._alone("definitions"):
            workspace.refuse_unusable_definitions()
        reports: list[Job] = []
        with self._alone("subscriptions"):
            reports = report_jobs(workspace)
        return crawl_jobs(workspace) + reports + retention_jobs(workspace)

    def _held_back(self, report: Standing, awaited: Sequence[str], wait: float) -> bool:
        """Whether a report waits for crawls that may still tell something; not for ever."""
        name = report.job.name
        if report.job.kind is not JobKind.REPORT or not awaited:
            self._held.pop(name, None)
            return False
        done, since = self._held.get(name, (None, 0.0))
        if name not in self._held or done != report.done:  # it was done by hand meanwhile: this is another one
            self._say(f"{name}: waits for the crawl of {', '.join(awaited)}")
            since = time.monotonic()
            self._held[name] = report.done, since
        return time.monotonic() - since < wait

    def _begin(self, job: Job | None) -> None:
        """Hands a job (None: what waits in the outbox) to somebody, where nobody is at it."""
        name = job.name if job is not None else _POST
        pool = self._hands if job is not None and job.kind is not JobKind.REPORT else self._desk
        with self._lock:
            if self._stopped or name in self._under_way:
                return
            self._under_way.add(name)
            pool.submit(self._work, name, job)

    def _work(self, name: str, job: Job | None) -> None:
        try:
            with self._alone(name):
                self._tell(self._post() if job is None else self._do(job))
        finally:
            with self._lock:
                self._under_way.discard(name)
        if job is not None and job.kind is JobKind.CRAWL:
            self._look()  # a report may have waited for it

    def _do(self, job: Job) -> Iterator[Done]:
        with self._workspace() as workspace:
            now = clock.now()
            (standing,) = standings(workspace, [job], now)
            if standing.due is None:
                return
            if job.kind is JobKind.CRAWL:
                done = settle_crawl(workspace, job, partial(self._crawls.crawl, job.about), now)
                yield done
                for name, step in after_crawls([done]):
                    with self._alone(name):
                        step(workspace, clock.now())
            elif job.kind is JobKind.RETENTION:
                yield settle_retention(workspace, job, now, lambda: self._stopped)
            else:
                self._held.pop(job.name, None)
                yield from post_and_report(workspace, [job], now, all_now=False)

    def _post(self) -> Iterator[Done]:
        """Tries the letters whose pause is over."""
        with self._workspace() as workspace:
            if workspace.catalogue.desk.waiting(clock.real_now()):
                yield from post_and_report(workspace, [], clock.now(), all_now=False)

    def _watch(self) -> None:
        """Tells operators of sites that went stale without anything happening; and feeds of what came by hand."""
        for name, step in WATCH:
            with self._alone(name), self._workspace() as workspace:
                step(workspace, clock.now())

    def _workspace(self) -> Workspace:
        return Workspace(load_settings(self._home))

    def _tell(self, ends: Iterable[Done]) -> None:
        """What ended is told, and what waited for it may go on. What is still due is said once, and rests. Once the
        scheduler is stopped, no further letter is begun."""
        still_due: list[str] = []
        for done in ends:
            if done.again and not self._stopped:
                still_due += done.lines
            else:
                self._on_done(done)
                self._patience.hurry(done.job)
            if self._stopped:
                break
        if still_due:
            raise _StillDueError("; ".join(still_due))

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """A bad file or a locked database is no end of the scheduler: the next look finds the work due again."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  whatever it is, it is said
            self._patience.failed(name, told(error))
        else:
            self._patience.worked(name)


@contextmanager
def _signals() -> Iterator["SimpleQueue[int]"]:
    """A queue that SIGTERM and Ctrl-C go into, so that neither cuts off what is being done."""
    asked: SimpleQueue[int] = SimpleQueue()
    kinds = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(kind, lambda number, _: asked.put(number)) for kind in kinds]
    try:
        yield asked
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
