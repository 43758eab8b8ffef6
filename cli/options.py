"""The options that every command shares."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of all state (else RESTOCK_HOME, else the user data folder).", metavar="DIR"),
]
OutFormat = Annotated[
    Format | None, typer.Option("--format", help="How rows are printed: a table on a terminal, jsonl otherwise.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", help="Write the rows to a file: .jsonl, .json, .csv or .xlsx.", metavar="FILE"),
]
Delay = Annotated[
    float | None, typer.Option("--delay", min=0, help="Seconds between requests to a host.", metavar="SECONDS")
]
Concurrency = Annotated[
    int | None, typer.Option("--concurrency", min=1, max=64, help="Requests at once to a host.", metavar="N")
]
SiteOption = Annotated[list[str] | None, typer.Option("--site", help="Only this site; may be repeated.")]
BrandOption = Annotated[str | None, typer.Option("--brand", help="Only this brand.")]
MinPrice = Annotated[str | None, typer.Option("--min-price", help="In the offer's own currency.")]
MaxPrice = Annotated[str | None, typer.Option("--max-price", help="In the offer's own currency.")]
MinQuantity = Annotated[int | None, typer.Option("--min-quantity", min=0, help="At least so many in stock.")]
RestrictedOption = Annotated[
    bool | None, typer.Option("--restricted/--not-restricted", help="Only restricted goods, or only the others.")
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding", help="The encoding of a table of text, where its letters don't tell it.", metavar="NAME"
    ),
]
