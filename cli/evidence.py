"""`verify` and `reparse`: stored evidence, checked and read again."""

from typing import Annotated

import typer

from cli.console import LISTING_COLUMNS, say, show
from cli.options import Home, OutFormat, Output
from cli.session import workspace_of
from restock.listing import LISTING_FIELDS
from scheduler.evidence import verify_runs
from scheduler.reparse import Reparsed

FAULT_COLUMNS = ("run", "message", "record_id", "file")


def verify(
    run: Annotated[str | None, typer.Argument(help="A run's id; all runs by default.", metavar="[RUN]")] = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Hash the stored evidence again, and say what is missing or altered.

    Example: restock verify
    """
    with workspace_of(home) as workspace:
        faults = show(verify_runs(workspace, run), FAULT_COLUMNS, format, output)
        runs = 1 if run else len(workspace.catalogue.runs())
    say(f"{faults} faults in the stored evidence" if faults else f"the stored evidence of {runs} runs is whole")
    raise typer.Exit(1 if faults else 0)


def reparse(
    run: Annotated[str, typer.Argument(help="A run's id.", metavar="RUN")],
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Extract and normalise a run again from its stored evidence, without the network, and say what differs from what
    is stored.

    Example: restock reparse nag-000017
    """
    with workspace_of(home) as workspace:
        found = Reparsed(workspace, run)
        show((listing.to_json() for listing in found), LISTING_COLUMNS, format, output, whole=LISTING_FIELDS)
        for line in found.told():
            say(f"{run}: {line}")
