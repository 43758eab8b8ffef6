"""`normalise`: raw listing rows through the same normalisation as a crawl."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Annotated, cast

import typer

from cli.console import LISTING_COLUMNS, Row, fills_terminal, say, show
from cli.home import settings_of
from cli.options import Encoding, Home, OutFormat, Output
from cli.progress import RowMeter
from cli.windows import moment
from pipelines.normalise import Normaliser
from pipelines.rules import load_rules
from restock import clock
from restock.errors import UsageError
from restock.listing import LISTING_FIELDS
from restock.site import checked_market
from scheduler.normalise import normalise_rows
from spiders.pricelists import Tally, checked_encoding

STEP = 1_000  # rows between two reports of progress


def normalise(
    file: Annotated[
        str, typer.Argument(help="JSONL or CSV of any separator; - is standard input.", metavar="[FILE]")
    ] = "-",
    market: Annotated[str, typer.Option("--market", help="The market that the site serves (ISO 3166).")] = "RU",
    observed_at: Annotated[
        str | None, typer.Option("--observed-at", help="Judge by the rules of that day.", metavar="ISO")
    ] = None,
    encoding: Encoding = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Normalise raw listing rows; one row out for each row in, nothing is stored.

    Example: restock normalise raw.jsonl --output listings.xlsx
    """
    on = (moment(observed_at, "--observed-at") if observed_at else clock.now()).date()
    normaliser = Normaliser(load_rules(settings_of(home).home), market=checked_market(market))
    named, tally = checked_encoding(encoding), Tally()
    errors = 0

    def rows(stream: BufferedReader, meter: RowMeter) -> Iterator[Row]:
        nonlocal errors
        for number, row in enumerate(normalise_rows(stream, normaliser, on=on, encoding=named, tally=tally), start=1):
            if "error" in row:
                errors += 1
                say(f"row {row['row']}: {row['error']}")
            if number % STEP == 0:
                meter(number)
            yield row

    with _bytes(file) as stream, RowMeter("normalise", drawn=not fills_terminal(format, output)) as meter:
        show(rows(stream, meter), LISTING_COLUMNS, format, output, whole=(*LISTING_FIELDS, "error", "row"))
    for remark in tally.remarks:
        say(remark)
    raise typer.Exit(3 if errors else 0)


@contextmanager
def _bytes(file: str) -> Iterator[BufferedReader]:
    if file == "-":
        yield cast("BufferedReader", sys.stdin.buffer)
        return
    path = Path(file)
    if not (path.is_file() and os.access(path, os.R_OK)):
        raise UsageError(f"{file}: there is no such file that can be read")
    with path.open("rb") as handle:
        yield handle
