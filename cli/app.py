"""The tree of commands."""

from importlib.metadata import version
from typing import Annotated

import typer

from cli import catching, changes, database, demo, evidence, importing, normalise, questions, report, runs, sites
from cli.options import Home
from cli.session import remember_home

app = typer.Typer(
    name="restock",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
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


app.command("demo")(demo.demo)
app.command("snapshot")(catching.snapshot)
app.command("crawl")(catching.crawl)
app.command("import")(importing.import_list)
app.command("normalise")(normalise.normalise)
app.command("diff")(changes.diff)
app.command("search")(questions.search)
app.command("history")(questions.history)
app.command("compare")(questions.compare)
app.command("explain")(questions.explain)
app.command("reparse")(evidence.reparse)
app.command("verify")(evidence.verify)
app.add_typer(report.app, name="report")
app.add_typer(sites.app, name="sites")
app.add_typer(runs.app, name="runs")
app.add_typer(database.app, name="db")
