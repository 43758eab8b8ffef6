"""`rates import|list`: exchange rates by date."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.console import say, show
from cli.money import currency_of
from cli.options import Home, OutFormat, Output
from cli.session import workspace_of
from spiders.ratefiles import read_rates

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Exchange rates. Example: restock rates list")

SPAN_COLUMNS = ("currency", "base", "source", "rates", "first", "last")


@app.command("import")
def import_rates(
    file: Annotated[Path, typer.Argument(help="XML of the Bank of Russia or the ECB, or CSV.", metavar="FILE")],
    currency: Annotated[
        str | None, typer.Option("--currency", help="Whose rates they are, where the file doesn't say.", metavar="CODE")
    ] = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Take exchange rates by date: the Bank of Russia's XML (one day, or one currency over time), the European Central
    Bank's (one day, or its history), or CSV with the columns day, currency, base, value. All of a file or none of it.

    Example: restock rates import XML_daily.xml
    """
    rates = read_rates(file, currency_of(currency))
    with workspace_of(home) as workspace:
        done = workspace.catalogue.import_rates(rates)
        days = [rate.day for rate in rates]
        row = {"file": str(file), "source": rates[0].source, "first": min(days), "last": max(days)} | asdict(done)
        show([row], tuple(row), format, output)
    say(f"{file}: {done.new} new rates, {done.changed} changed, {done.known} known already")


@app.command("list")
def list_rates(format: OutFormat = None, output: Output = None, home: Home = None) -> None:
    """Which rates are known: by pair of currencies and source, with the first and the last day.

    Example: restock rates list --format table
    """
    with workspace_of(home) as workspace:
        show((asdict(span) for span in workspace.catalogue.rate_spans()), SPAN_COLUMNS, format, output)
