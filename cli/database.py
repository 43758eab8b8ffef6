"""`db upgrade|check`: the catalogue's schema and its invariants."""

import typer

from catalog import Catalogue
from cli.console import say, show
from cli.options import Home, OutFormat, Output
from cli.session import settings_of, workspace_of

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
