"""`db upgrade|check|backup`: the catalogue's schema, its invariants, and copies of it."""

from pathlib import Path
from typing import Annotated

import typer

from catalog import Catalogue
from cli.console import say, show
from cli.home import settings_of
from cli.options import Home, OutFormat, Output
from cli.session import workspace_of
from restock.errors import UsageError

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The catalogue. Example: restock db check")


@app.command("upgrade")
def upgrade(home: Home = None) -> None:
    """Apply the migrations that the catalogue lacks.

    Example: restock db upgrade
    """
    Catalogue.upgrade(settings_of(home).database)
    say("the catalogue is up to date")


@app.command("check")
def check(format: OutFormat = None, output: Output = None, home: Home = None) -> None:
    """Verify the catalogue's invariants.

    Example: restock db check
    """
    with workspace_of(home) as workspace:
        broken = show(({"problem": problem} for problem in workspace.catalogue.check()), ["problem"], format, output)
    say(f"{broken} invariants are broken" if broken else "the catalogue is sound")
    raise typer.Exit(1 if broken else 0)


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy goes; nothing may be there yet.", metavar="FILE")],
    home: Home = None,
) -> None:
    """Write a consistent copy of the catalogue, while others may use it.

    Example: restock db backup restock-2026-11-20.sqlite
    """
    if file.exists():
        raise UsageError(f"{file}: it is there already; a copy overwrites nothing")
    with workspace_of(home) as workspace:
        workspace.catalogue.backup(file)
    say(f"the catalogue was copied to {file}")
