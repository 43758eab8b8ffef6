"""Rounds: what is due now is done, in order. Sites are crawled, reports are written, and what waits is sent."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from restock import clock
from restock.errors import SettingsError, UsageError, told
from restock.watching import Every
from scheduler.crawls import Crawls
from scheduler.editions import job_name, subscriptions_of
from scheduler.jobs import Job, Standing, crawl_jobs, job_of, report_jobs, retention_jobs, standings
from scheduler.posting import mail_server
from scheduler.steps import (
    WATCH,
    Done,
    OnDone,
    after_crawls,
    crawls_awaited,
    failed,
    post_and_report,
    settle_crawl,
    settle_retention,
)
from scheduler.workspace import Workspace


def _say_nothing(done: Done) -> None:
    """For callers that only want to know the end."""


@dataclass(slots=True)
class Round:
    """One round over a home: everything that is due at `now`."""

    workspace: Workspace
    now: datetime
    on_done: OnDone = _say_nothing
    done: list[Done] = field(default_factory=list)
    _faults: list[SettingsError] = field(default_factory=list)

    def run(self) -> list[Done]:
        """Crawls come first, so that the reports tell of them; a letter that waited goes before a newer one.

        Raises CatalogueError where there is no catalogue to work with, and, when everything else is done, SettingsError
        for a bad definition, watch list or subscription: a slip in these files must not cost a day's crawl."""
        _ = self.workspace.catalogue
        self._alone("definitions", self.workspace.refuse_unusable_definitions)
        self._alone("crawls", lambda: self.crawl(self._due(crawl_jobs(self.workspace))))
        self.now = max(self.now, clock.now())  # what the crawls saw is news to the rest of the round
        # By name: what a crawl of this round brought is written in any case, and nothing twice.
        for name, step in dict([*WATCH, *after_crawls(self.done)]).items():
            self._alone(name, partial(step, self.workspace, self.now))
        self._alone("mail", partial(mail_server, self.workspace.settings))
        self._alone("reports", self._report_due)
        self._alone("retention", lambda: self.retain(self._due(retention_jobs(self.workspace))))
        if self._faults:
            raise SettingsError("; ".join(dict.fromkeys(map(told, self._faults))))
        return self.done

    def _due(self, jobs: Sequence[Job]) -> list[Job]:
        return [one.job for one in self._standings(jobs) if one.due is not None]

    def _standings(self, jobs: Sequence[Job]) -> list[Standing]:
        return standings(self.workspace, jobs, self.now)

    def _alone(self, name: str, work: Callable[[], object]) -> None:
        """What goes wrong in one step must not keep the others back."""
        try:
            work()
        except SettingsError as error:
            self._faults.append(error)
        except Exception as error:  # noqa: BLE001  whatever it is, it is said
            self._tell(failed(name, error))

    def crawl(self, jobs: Sequence[Job]) -> None:
        """Some sites, a bounded number at once. What interrupts this process stops the crawls before it goes on."""
        if not jobs:
            return
        crawls = Crawls(self.workspace.settings)
        with ThreadPoolExecutor(self.workspace.settings.schedule.at_once) as pool:
            try:
                under_way = {pool.submit(crawls.crawl, job.about): job for job in jobs}
                for ended in as_completed(under_way):
                    self._tell(settle_crawl(self.workspace, under_way[ended], ended.result, self.now))
            except BaseException:
                crawls.stop()
                pool.shutdown(cancel_futures=True)
                raise

    def _report_due(self) -> None:
        """What waits is sent even where no report can be written."""
        due: list[Standing] = []
        try:
            due = [one for one in self._standings(report_jobs(self.workspace)) if one.due is not None]
        except SettingsError as error:
            self._faults.append(error)
        self.report([one.job for one in due if not self._held_back(one)])

    def _held_back(self, report: Standing) -> bool:
        """Whether a crawl that another process is at may still tell something. The next round looks again."""
        awaited = crawls_awaited(self.workspace, self._standings(crawl_jobs(self.workspace)))
        if report.due is None or not awaited:
            return False
        since = max(report.due, *awaited.values())
        if self.now - since >= timedelta(seconds=self.workspace.settings.schedule.report_wait):
            return False
        line = f"{report.job.about}: the report waits for the crawl of {', '.join(sorted(awaited))}"
        self._tell(Done(job=report.job.name, result="waiting", lines=(line,), again=True))
        return True

    def report(self, jobs: Sequence[Job]) -> None:
        """Sends what waits, writes the reports of some subscriptions, and sends these."""
        self._tell_all(post_and_report(self.workspace, jobs, self.now, all_now=True))

    def retain(self, jobs: Sequence[Job]) -> None:
        self._tell_all(settle_retention(self.workspace, job, self.now) for job in jobs)

    def _tell_all(self, ends: Iterable[Done]) -> None:
        for done in ends:
            self._tell(done)

    def _tell(self, done: Done) -> None:
        self.done.append(done)
        self.on_done(done)


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
