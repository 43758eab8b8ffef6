"""`normalise`: raw listing rows through the same normalisation as a crawl."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from cli.catching import LISTING_COLUMNS
from cli.console import Row, say, show
from cli.options import Home, OutFormat, Output
from cli.session import settings_of
from cli.windows import moment
from pipelines.normalise import Normaliser
from pipelines.rules import load_rules
from restock import clock
from restock.errors import UsageError
from scheduler.normalise import normalise_rows


def normalise(
    file: Annotated[str, typer.Argument(help="JSONL or CSV; - is standard input.", metavar="[FILE]")] = "-",
    market: Annotated[str, typer.Option("--market", help="The market that the site serves (ISO 3166).")] = "RU",
    observed_at: Annotated[
        str | None, typer.Option("--observed-at", help="Judge by the rules of that day.", metavar="ISO")
    ] = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Normalise raw listing rows; one row out for each row in, nothing is stored.

    Example: restock normalise raw.jsonl --output listings.xlsx
    """
    on = (moment(observed_at, "--observed-at") if observed_at else clock.now()).date()
    normaliser = Normaliser(load_rules(settings_of(home).home), market=market)
    errors = 0

    def rows(lines: TextIO) -> Iterator[Row]:
        nonlocal errors
        for row in normalise_rows(lines, normaliser, on=on):
            if "error" in row:
                errors += 1
                say(f"row {row['row']}: {row['error']}")
            yield row

    with _lines(file) as lines:
        show(rows(lines), LISTING_COLUMNS, format, output)
    raise typer.Exit(3 if errors else 0)


@contextmanager
def _lines(file: str) -> Iterator[TextIO]:
    if file == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        yield sys.stdin
        return
    path = Path(file)
    if not (path.is_file() and os.access(path, os.R_OK)):
        raise UsageError(f"{file}: there is no such file that can be read")
    with path.open(encoding="utf-8", errors="replace", newline="") as handle:
        yield handle
