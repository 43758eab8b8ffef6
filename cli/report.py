"""`report weekly`: the weekly diff report; `report preview`: what a subscription would be sent."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.console import say
from cli.options import Home
from cli.schedule import tell, tell_doubts
from cli.session import tell_unusable_definitions, workspace_of
from cli.windows import moment
from restock import clock
from restock.errors import UsageError
from restock.watching import Language
from scheduler.editions import preview_edition, subscriptions_of, write_preview
from scheduler.rounds import exit_code, send_weekly
from scheduler.weekly import weekly
from scheduler.workspace import Workspace

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Reports. Example: restock report weekly")


@app.callback()
def _group() -> None:
    """Reports."""


@app.command("weekly")
def weekly_report(
    until: Annotated[str | None, typer.Option("--until", help="The last day of the week.", metavar="DATE")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Write HTML, text and attachments there.", metavar="DIR")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Mail it to whom subscriptions or RESTOCK_MAIL_TO name, and try at once.")
    ] = False,
    language: Annotated[
        Language, typer.Option("--language", help="What it is written in; with --send, subscriptions say it.")
    ] = Language.ENGLISH,
    home: Home = None,
) -> None:
    """The weekly diff report: what is new first, then what moved, then what was not crawled.

    Example: restock report weekly --output reports
    """
    end = _end(until)
    with workspace_of(home) as workspace:
        tell_unusable_definitions(workspace)
        tell_doubts(workspace)
        if send:
            raise typer.Exit(_send(workspace, min(end, clock.now()), output))
        report = weekly(workspace, until=end, language=language)
        if output is None:
            typer.echo(report.text)
            return
        for path in report.write(output):
            typer.echo(path)
        say(report.subject)


@app.command("preview")
def preview(
    subscription: Annotated[str, typer.Argument(help="The subscription's name.", metavar="SUBSCRIPTION")],
    until: Annotated[str | None, typer.Option("--until", help="The last day of the window.", metavar="DATE")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="Write the letter and its files there.", metavar="DIR")
    ] = None,
    home: Home = None,
) -> None:
    """What a subscription would be sent now: nothing is sent, and nothing is recorded.

    Example: restock report preview anna --output preview
    """
    end = min(moment(until, "--until", end_of_day=True), clock.now()) if until else clock.now()
    with workspace_of(home) as workspace:
        tell_unusable_definitions(workspace)
        tell_doubts(workspace)
        known = subscriptions_of(workspace)
        if subscription not in known:
            names = ", ".join(sorted(known)) or "none; subscriptions.yaml or RESTOCK_MAIL_TO names them"
            raise UsageError(f"{subscription}: no such subscription (known: {names})")
        report = preview_edition(workspace, known[subscription], end)
        if report is None:
            raise UsageError(f"{subscription}: its next window has not begun at {end:%Y-%m-%d %H:%M} UTC")
        if output is None:
            typer.echo(report.text)
            return
        for path in write_preview(workspace, known[subscription], report, output):
            typer.echo(path)
        say(report.subject)


def _send(workspace: Workspace, until: datetime, output: Path | None) -> int:
    """Sends the report of each subscription's next window, and shows what was written."""
    done = send_weekly(workspace, until, tell)
    written = [one.written for one in done if one.written is not None]
    for one in written:
        if output is None:
            typer.echo(one.report.text)
            continue
        folder = output if len(written) == 1 else output / one.letter.subscription
        for path in one.report.write(folder):
            typer.echo(path)
    if not written:
        say("no report was written: nothing is newer than the last one, or an earlier one still waits")
    return exit_code(done)


def _end(until: str | None) -> datetime:
    """The end of the window. A day that has begun counts to its end; of one that has not, nothing is known."""
    if until is None:
        return clock.now()
    if moment(until, "--until") > clock.now():
        raise UsageError(f"--until {until}: that lies in the future, and nothing is known of it")
    return moment(until, "--until", end_of_day=True)
