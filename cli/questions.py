"""`search`, `history`, `compare` and `explain`: questions to the catalogue."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from catalog import Search
from cli.console import LISTING_COLUMNS, say, show
from cli.options import BrandOption, Home, OutFormat, Output, RestrictedOption
from cli.session import workspace_of
from cli.windows import moment
from restock.errors import UsageError
from restock.listing import LISTING_FIELDS
from scheduler.compare import compare_offers
from scheduler.explain import explain as explain_listing

HISTORY_COLUMNS = ("site", "from", "until", "price", "currency", "price_type", "availability", "quantity", "condition")
COMPARE_COLUMNS = (
    "mpn", "brand", "site", "price", "currency", "reporting_price", "reporting_currency", "vat", "condition",
    "availability", "cheaper_than_next_pct", "url",
)  # fmt: skip
FINDING_COLUMNS = ("field", "value", "rule", "text", "source", "confidence")


def search(
    text: Annotated[str | None, typer.Argument(help="Words of a title, a brand or a part number.")] = None,
    brand: BrandOption = None,
    mpn: Annotated[str | None, typer.Option("--mpn", help="Only this part number.")] = None,
    site: Annotated[str | None, typer.Option("--site", help="Only this site.")] = None,
    category: Annotated[str | None, typer.Option("--category", help="Only this category.")] = None,
    restricted: RestrictedOption = None,
    min_price: Annotated[str | None, typer.Option("--min-price", help="In the offer's own currency.")] = None,
    max_price: Annotated[str | None, typer.Option("--max-price", help="In the offer's own currency.")] = None,
    min_quantity: Annotated[
        int | None, typer.Option("--min-quantity", min=0, help="At least so many in stock.")
    ] = None,
    available: Annotated[bool, typer.Option("--available", help="Only what can be had now.")] = False,
    undecided: Annotated[bool, typer.Option("--undecided", help="Only what might be restricted.")] = False,
    at: Annotated[str | None, typer.Option("--at", help="As they were then: ISO date or date-time.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many rows.")] = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Listings in the catalogue, as they are now or as they were.

    Example: restock search --brand Cisco --restricted --available --max-price 100000
    """
    query = Search(
        text=text,
        brand=brand,
        mpn=mpn,
        site=site,
        category=category,
        restricted=restricted,
        min_price=_amount(min_price, "--min-price"),
        max_price=_amount(max_price, "--max-price"),
        min_quantity=min_quantity,
        available=available or None,
        undecided=undecided or None,
        at=moment(at, "--at", end_of_day=True) if at else None,
        limit=limit,
    )
    with workspace_of(home) as workspace:
        rows = (listing.to_json() for listing in workspace.catalogue.search(query))
        if not show(rows, LISTING_COLUMNS, format, output, whole=LISTING_FIELDS):
            say("no listing in the catalogue fits")


def _amount(text: str | None, option: str) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise UsageError(f"{option}: not an amount: {text!r}") from None
    if not amount.is_finite():
        raise UsageError(f"{option}: not an amount: {text!r}")
    return amount


def history(
    mpn: Annotated[str, typer.Argument(help="The maker's part number.")],
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Every price and availability over time for one part number, across sites.

    Example: restock history WS-C2960X-48TS-L --format table
    """
    with workspace_of(home) as workspace:
        entries = workspace.catalogue.history(mpn)
        if not show((entry.to_json() for entry in entries), HISTORY_COLUMNS, format, output):
            say(f"{mpn}: no listing has had this part number")


def compare(
    mpn: Annotated[str | None, typer.Argument(help="The maker's part number.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="A list of part numbers, one a line.", metavar="LIST")
    ] = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """The current offers for a part number side by side, cheapest first.

    Example: restock compare WS-C2960X-48TS-L --format table
    """
    wanted = _part_numbers(mpn, file)
    with workspace_of(home) as workspace:
        rows = list(compare_offers(workspace, wanted))
        show(rows, COMPARE_COLUMNS, format, output)
        for missing in dict.fromkeys(wanted):
            if not any(row["asked"] == missing for row in rows):
                say(f"{missing}: no offer")
        unrated = {row["currency"] for row in rows if row["price"] and row["reporting_price"] is None}
        for currency in sorted(unrated - {None}):
            say(f"no exchange rate is known for {currency}: its offers are not compared with the others")


def _part_numbers(mpn: str | None, file: Path | None) -> list[str]:
    if (mpn is None) == (file is None):
        raise UsageError("either a part number or --file LIST, and not both")
    if file is None:
        return [mpn or ""]
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: can't be read: {error}") from None
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def explain(
    listing: Annotated[str, typer.Argument(help="A listing: its URL, its key, or SITE:KEY.")],
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Why a listing has its brand, its part number and its restricted flag, rule by rule with the evidence.

    Example: restock explain nag:00123 --format table
    """
    with workspace_of(home) as workspace:
        found = explain_listing(workspace, listing)
        show((finding.to_json() for finding in found.findings), FINDING_COLUMNS, format, output)
        proof: Any = found.listing.evidence
        if proof is not None:
            say(f"evidence: {proof.warc} {proof.record_id} sha256 {proof.sha256}")
        if found.differs:
            say(f"today's rules read otherwise than the catalogue has it: {', '.join(found.differs)}")
