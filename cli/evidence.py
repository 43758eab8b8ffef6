"""`verify`, `reparse` and `evidence`: stored evidence, checked, read again, and handed on."""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import LISTING_COLUMNS, say, show
from cli.options import Home, OutFormat, Output
from cli.session import workspace_of
from restock.listing import LISTING_FIELDS
from scheduler.evidence import verify_runs
from scheduler.proof import write_proof
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


def evidence(
    listing: Annotated[str, typer.Argument(help="A listing: its URL, its key, or SITE:KEY.")],
    output: Annotated[Path, typer.Option("--output", help="A new or empty folder.", metavar="DIR")],
    home: Home = None,
) -> None:
    """Write one row's proof for a third party into a folder: page, headers, hashes, records, reasons, screenshot, and
    how to check them.

    Example: restock evidence nag:00123 --output proof
    """
    with workspace_of(home) as workspace:
        proof = write_proof(workspace, listing, output)
    for path in proof.files:
        typer.echo(path)
    for line in proof.missing:
        say(f"missing: {line}")
    raise typer.Exit(3 if proof.missing else 0)
