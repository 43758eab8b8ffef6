"""`review`: analysts' marks on listings, shown and exported."""

import getpass
import os
from enum import StrEnum
from typing import Annotated

import typer

from cli.console import say, show
from cli.options import Home, OutFormat, Output
from cli.session import workspace_of
from restock.errors import UsageError
from restock.review import Verdict
from scheduler.review import labelled_cases, mark_listing, marks_of, standing_reviews
from scheduler.workspace import Workspace

MARK_COLUMNS = ("site", "key", "mark", "by", "at", "note", "title", "lapsed")


class GivenMark(StrEnum):
    KNOWN = "known"
    FALSE_POSITIVE = "false-positive"
    ESCALATED = "escalated"


def review(
    listing: Annotated[str | None, typer.Argument(help="A listing: its URL, its key, or SITE:KEY.")] = None,
    mark: Annotated[GivenMark | None, typer.Option("--mark", help="What you say of it.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the mark back.")] = False,
    note: Annotated[str, typer.Option("--note", help="Why.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Who says so; else the name of this user.")] = None,
    every: Annotated[bool, typer.Option("--list", help="Show the mark of every listing that has one.")] = False,
    export: Annotated[bool, typer.Option("--export", help="Print the marks as labelled cases.")] = False,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Mark a listing, with who and when; without a mark, show those that it has had.

    Example: restock review nag:00123 --mark false-positive --note "a cable, not the switch"
    """
    if sum((mark is not None, clear, every, export)) > 1 or (listing is None) is not (every or export):
        raise UsageError("name a listing (with --mark, --clear or neither), or give --list or --export alone")
    with workspace_of(home) as workspace:
        if export:
            raise typer.Exit(_export(workspace, format, output))
        if listing is None:
            rows = [reviewed.to_json() for reviewed in standing_reviews(workspace)]
        elif mark is not None or clear:
            verdict = Verdict(mark.value) if mark is not None else Verdict.CLEARED
            rows = [mark_listing(workspace, listing, verdict, note=note, by=by or _user()).to_json()]
        else:
            rows = [reviewed.to_json() for reviewed in marks_of(workspace, listing)]
        if not show(rows, MARK_COLUMNS, format, output):
            say("no mark")


def _export(workspace: Workspace, format: OutFormat, output: Output) -> int:
    """Prints the cases; says of each mark that gives none why. 3 where there is such a one."""
    cases = list(labelled_cases(workspace))
    show((found.case for found in cases if found.case is not None), ("raw", "want", "why"), format, output)
    left = [found for found in cases if found.case is None]
    for found in left:
        say(f"{found.name}: no case: {found.reason}")
    return 3 if left else 0


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
