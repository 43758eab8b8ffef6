"""The root command: its options, and the help that lists every command."""

from importlib.metadata import version
from typing import Annotated

import typer

from cli.commands import PLAIN, CommandGroup
from cli.home import remember_home
from cli.options import Home

app = typer.Typer(
    name="restock",
    cls=CommandGroup,
    no_args_is_help=True,
    **PLAIN,
    help="What restricted goods can be bought, where, since when, at what price, and what changed.\n\n"
    "Example: restock snapshot https://shop.example/catalog --format table",
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"restock {version('restock')}")
        raise typer.Exit


@app.callback()
def _root(
    home: Home = None,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    remember_home(home)
