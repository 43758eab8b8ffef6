"""`sellers`: which sites carry a part number or a brand, and since when."""

from typing import Annotated

import typer

from cli.console import say, show
from cli.options import BrandOption, Home, OutFormat, Output
from cli.session import questions_of
from cli.windows import moment
from restock.errors import UsageError
from scheduler.entities import behind
from scheduler.part_numbers import asked_number

SELLER_COLUMNS = ("site", "brand", "mpn", "first_seen", "baseline", "listings", "available", "restricted", "seller")


def sellers(
    mpn: Annotated[str | None, typer.Argument(help="The maker's part number.")] = None,
    brand: BrandOption = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only those that appeared later than that: ISO date.", metavar="WHEN")
    ] = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Which sites carry a part number or a brand, the first of them first, and how many listings of it they have now;
    with who stands behind them, as far as their definitions or their own pages say.

    Example: restock sellers --brand Cisco --since 2026-11-15 --format table
    """
    if mpn is None and brand is None:
        raise UsageError("either a part number or --brand, or both")
    after = moment(since, "--since") if since else None
    with questions_of(home) as workspace:
        found = workspace.catalogue.sellers(
            mpns=[asked_number(mpn)] if mpn else [], brand=workspace.brand(brand) if brand else None, since=after
        )
        rows = behind(workspace, [seller.to_json() for seller in found])
        if not show(rows, SELLER_COLUMNS, format, output):
            say("no such seller is known")
