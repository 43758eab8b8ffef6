"""`report weekly`: the weekly diff report."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import say
from cli.options import Home
from cli.session import workspace_of
from cli.windows import moment
from restock import clock
from scheduler.weekly import weekly

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
    home: Home = None,
) -> None:
    """The weekly diff report: what is new first, then what moved, then what was not crawled.

    Example: restock report weekly --output reports
    """
    end = moment(until, "--until", end_of_day=True) if until else clock.now()
    with workspace_of(home) as workspace:
        report = weekly(workspace, until=end)
        if output is None:
            typer.echo(report.text)
            return
        for path in report.write(output):
            typer.echo(path)
        say(report.subject)
