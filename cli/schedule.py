"""`schedule`: the scheduler, and its jobs one by one."""

from contextlib import suppress
from typing import Annotated

import typer

from cli.commands import PLAIN
from cli.console import say, show
from cli.home import remember_home
from cli.options import Home, OutFormat, Output
from cli.session import tell_unusable_definitions, workspace_of
from restock import clock
from restock.errors import BusyError, SettingsError
from restock.listing import time_text
from scheduler.daemon import Daemon
from scheduler.jobs import Job, JobKind, Standing, job_of, jobs_of, standings
from scheduler.rounds import Round, exit_code
from scheduler.steps import Done
from scheduler.watching import doubts_of
from scheduler.workspace import Workspace

app = typer.Typer(
    **PLAIN,
    help="Run the scheduler until it is stopped: crawls, reports, and what waits to be sent. Example: restock schedule",
)

JOB_COLUMNS = ("job", "next", "due", "done", "result")
DONE_COLUMNS = ("job", "result", "about", "at")
SCHEDULE = "schedule"


@app.callback(invoke_without_command=True)
def schedule(context: typer.Context, home: Home = None) -> None:
    """Without a sub-command: the scheduler itself."""
    if context.invoked_subcommand is not None:
        if home is not None:
            remember_home(home)
        return
    with workspace_of(home) as workspace, workspace.held(SCHEDULE, wait=0) as held:
        if not held:
            raise BusyError("another scheduler works in this home")
        jobs = jobs_of(workspace)
        say(f"{len(jobs)} job(s); `restock schedule list` shows them; Ctrl-C or SIGTERM stops the scheduler")
        Daemon(workspace.settings, tell, say).run()
        say("the scheduler was stopped")


@app.command("list")
def list_jobs(format: OutFormat = None, output: Output = None, home: Home = None) -> None:
    """The next run of each job, whether it is due, and how it last went.

    Example: restock schedule list --format table
    """
    with workspace_of(home) as workspace:
        found = standings(workspace, jobs_of(workspace), clock.now())
        tell_unusable_definitions(workspace)
        tell_doubts(workspace)
        show((_row(standing) for standing in found), JOB_COLUMNS, format, output)
        if not found:
            say("no job: no site is enabled, and nobody is to be sent a report")


def _row(standing: Standing) -> dict[str, object]:
    return {
        "job": standing.job.name,
        "next": time_text(standing.next),
        "due": time_text(standing.due),
        "done": time_text(standing.done),
        "result": standing.result,
    }


@app.command("run-due")
def run_due(format: OutFormat = None, output: Output = None, home: Home = None) -> None:
    """Do what is due now and exit: crawl sites, write reports, send what waits, thin old evidence. For cron.

    Example: restock schedule run-due
    """
    with workspace_of(home) as workspace, workspace.held(SCHEDULE, wait=0) as held:
        if not held:
            say("another scheduler works in this home; nothing was done")
            return
        with suppress(SettingsError):  # a bad watch list is said when the rest of the round is done
            tell_doubts(workspace)
        at_work = Round(workspace, clock.now(), tell)
        try:
            done = at_work.run()
        finally:
            show((one.to_json() for one in at_work.done), DONE_COLUMNS, format, output)
        if not done:
            say("nothing is due")
    raise typer.Exit(exit_code(done))


@app.command("run-now")
def run_now(
    job: Annotated[str, typer.Argument(help="A job's name, as `schedule list` shows it.", metavar="JOB")],
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Do one job now, whether it is due or not.

    Example: restock schedule run-now crawl:nag
    """
    with workspace_of(home) as workspace:
        done = _run_job(workspace, job_of(workspace, job))
        show((one.to_json() for one in done), DONE_COLUMNS, format, output)
    raise typer.Exit(exit_code(done))


def _run_job(workspace: Workspace, job: Job) -> list[Done]:
    at_work = Round(workspace, clock.now(), tell)
    if job.kind is JobKind.CRAWL:
        at_work.crawl([job])
    elif job.kind is JobKind.RETENTION:
        at_work.retain([job])
    else:
        at_work.report([job])
    return at_work.done


def tell_doubts(workspace: Workspace) -> None:
    """What watch lists name that is not there as yet."""
    for doubt in doubts_of(workspace):
        say(f"warning: {doubt}")


def tell(done: Done) -> None:
    """How a job went, as it ends."""
    say(f"{done.job}: {done.result}{f' ({done.about})' if done.about else ''}")
    for line in done.lines:
        say(line)
