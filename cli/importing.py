"""`import`: a price list as a run of its site."""

from pathlib import Path
from typing import Annotated

import typer

from cli.catching import RUN_COLUMNS, exit_code, report_run
from cli.console import say, show
from cli.options import Encoding, Home, OutFormat, Output
from cli.progress import RowMeter
from cli.session import workspace_of
from cli.windows import moment
from scheduler.importing import import_price_list, preview
from spiders.pricelists import checked_encoding, checked_map

USE_COLUMNS = ("sheet", "column", "name", "field", "sample", "note")


def import_list(
    site: Annotated[str, typer.Argument(help="A site's name; an unknown one is created.", metavar="SITE")],
    file: Annotated[Path, typer.Argument(help="A price list: .xlsx, .csv, .xml (YML) or .jsonl.", metavar="FILE")],
    observed_at: Annotated[
        str | None, typer.Option("--observed-at", help="The date of the list; now by default.", metavar="ISO")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help="Which column fills a field: a header, a letter or a number; - for none. May be repeated.",
            metavar="FIELD=COLUMN",
        ),
    ] = None,
    encoding: Encoding = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what each column is read as; store nothing.")
    ] = False,
    market: Annotated[
        str | None, typer.Option("--market", help="The market that a new site serves (ISO 3166); RU by default.")
    ] = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Take a price list as a run of its site, and print the run.

    Example: restock import meridian price.xlsx --observed-at 2026-11-20 --map mpn=C
    """
    columns, named = checked_map(mapping or []), checked_encoding(encoding)
    dated = moment(observed_at, "--observed-at") if observed_at else None
    with workspace_of(home) as workspace, RowMeter(site) as meter:
        if dry_run:
            found = preview(file, columns, encoding=named, on_rows=meter)
            show((use.to_json() for use in found.columns), USE_COLUMNS, format, output)
            for line in (f"{found.tally.rows} listings; nothing was stored", found.tally.loss, *found.tally.remarks):
                if line:
                    say(line)
            return
        run = import_price_list(
            workspace, site, file, observed_at=dated, mapping=columns, encoding=named, market=market, on_rows=meter
        )
        report_run(run)
        for note in run.outcome.notes if run.outcome else ():
            say(f"{run.site}: note: {note}")
        show([run.to_json()], RUN_COLUMNS, format, output)
    raise typer.Exit(exit_code([run]))
