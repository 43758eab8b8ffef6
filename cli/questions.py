"""`search`, `history`, `compare` and `explain`: questions to the catalogue."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from catalog import Search
from cli.console import LISTING_COLUMNS, Row, say, show
from cli.money import amount, currency_of
from cli.options import BrandOption, Home, MaxPrice, MinPrice, MinQuantity, OutFormat, Output, RestrictedOption
from cli.session import questions_of, workspace_of
from cli.windows import moment
from restock import clock
from restock.errors import UsageError
from restock.listing import STANDING_FIELDS, Listing
from scheduler.compare import compare_offers
from scheduler.exchange import worth_of_each
from scheduler.explain import explain as explain_listing
from scheduler.part_numbers import asked_number, read_part_numbers
from scheduler.workspace import Workspace

HISTORY_COLUMNS = (
    "site", "from", "until", "seen", "price", "currency", "price_type", "availability", "quantity", "condition",
)  # fmt: skip
COMPARE_COLUMNS = ("mpn", "brand", "site", "offer", "reported", "rate", "condition", "availability", "cheaper", "note")
SEARCH_COLUMNS = (*LISTING_COLUMNS, "seen")
FINDING_COLUMNS = ("field", "value", "rule", "text", "source", "confidence")


def search(
    text: Annotated[str | None, typer.Argument(help="Words of a title, a brand or a part number.")] = None,
    brand: BrandOption = None,
    mpn: Annotated[str | None, typer.Option("--mpn", help="Only this part number.")] = None,
    site: Annotated[str | None, typer.Option("--site", help="Only this site.")] = None,
    category: Annotated[str | None, typer.Option("--category", help="Only this category.")] = None,
    restricted: RestrictedOption = None,
    min_price: MinPrice = None,
    max_price: MaxPrice = None,
    currency: Annotated[
        str | None, typer.Option("--currency", help="What the price bounds are in, instead.", metavar="CODE")
    ] = None,
    min_quantity: MinQuantity = None,
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
        mpn=asked_number(mpn) if mpn else None,
        site=site,
        category=category,
        restricted=restricted,
        min_price=amount(min_price, "--min-price"),
        max_price=amount(max_price, "--max-price"),
        min_quantity=min_quantity,
        available=available or None,
        undecided=undecided or None,
        at=moment(at, "--at", end_of_day=True) if at else None,
        limit=limit,
    )
    code = currency_of(currency)
    if code is not None and min_price is None and max_price is None:
        raise UsageError("--currency is what --min-price and --max-price are in: neither is given")
    with questions_of(home) as workspace:
        if brand is not None:
            query = replace(query, brand=workspace.brand(brand))
        if code is not None:
            query = _worth(workspace, query, code)
        _show_found(workspace.catalogue.search(query), format, output)


def _show_found(found: Iterable[Listing], format: OutFormat, output: Output) -> None:
    """The listings one by one, then how many of them may be gone."""
    unseen = 0

    def rows() -> Iterator[Row]:
        nonlocal unseen
        for listing in found:
            unseen += listing.in_last_run is False
            yield listing.standing()

    if not show(rows(), SEARCH_COLUMNS, format, output, display=_seen, whole=STANDING_FIELDS):
        say("no listing in the catalogue fits")
    if unseen:
        say(f"{unseen} of these were not seen by their site's last run; last_seen says when they were")


def _worth(workspace: Workspace, query: Search, code: str) -> Search:
    """The search with its price bounds in one currency; says which offers can't be compared with them."""
    on = query.at.date() if isinstance(query.at, datetime) else clock.now().date()
    worth, unknown = worth_of_each(workspace.catalogue, code, on)
    for name in unknown:
        say(f"no exchange rate is known for {name}: its offers are left out")
    return replace(query, worth=worth)


def _seen(row: Row) -> Row:
    """A listing for a table: when it was last seen, where its site's last run missed it, and a price held back."""
    parts = [f"last {row['last_seen'][:10]}"] if row["in_last_run"] is False else []
    parts += [f"held {row['held_price']}"] if row["held_price"] else []
    return row | {"seen": ", ".join(parts)}


def history(
    mpn: Annotated[str, typer.Argument(help="The maker's part number.")],
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Every price and availability over time for one part number, across sites.

    Example: restock history WS-C2960X-48TS-L --format table
    """
    with questions_of(home) as workspace:
        entries = workspace.catalogue.history(asked_number(mpn))
        if not show((entry.to_json() for entry in entries), HISTORY_COLUMNS, format, output, display=_presence):
            say(f"{mpn}: no listing has had this part number")


def _presence(row: Row) -> Row:
    """A span of a history for a table: what is no offer is said in words."""
    told = {True: "", False: "gone", None: "not seen"}[row["present"]]
    return row | {"seen": told or (f"last {row['last_seen'][:10]}" if row["last_seen"] else "")}


def compare(
    mpn: Annotated[str | None, typer.Argument(help="The maker's part number.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="A list of part numbers: one a line, or a column of a CSV.", metavar="LIST"),
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", help="The reporting currency; RUB or the settings'.", metavar="CODE")
    ] = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """The current offers for a part number side by side, cheapest first, in their own currency and in one, with the
    rate and its day. Of a list of part numbers, those that nobody offers have a row that says so.

    Example: restock compare WS-C2960X-48TS-L --format table
    """
    if (mpn is None) == (file is None):
        raise UsageError("either a part number or --file LIST, and not both")
    wanted = read_part_numbers(file) if file else [mpn or ""]
    code = currency_of(currency)
    with questions_of(home) as workspace:
        rows = list(compare_offers(workspace, wanted, code))
        missing = [row for row in rows if row["site"] is None]
        shown = rows if file else [row for row in rows if row["site"]]
        show(shown, COMPARE_COLUMNS, format, output, display=side_by_side)
        for row in missing:
            say(f"{row['asked']}: {row['note']}")
        unrated = {row["currency"] for row in rows if row["price"] and row["reporting_price"] is None}
        for name in sorted(unrated - {None}):
            say(f"no exchange rate is known for {name}: its offers are not compared with the others")


def side_by_side(row: Row) -> Row:
    """An offer for a table: amounts with their currencies, the rate with its day, and by how much it is cheaper than
    the next."""
    vat = {"included": " with VAT", "excluded": " without VAT"}.get(row["vat"] or "", "")
    offer = f"{row['price']} {row['currency'] or ''}{vat}" if row["price"] else row["price_type"] or ""
    return row | {
        "mpn": row["mpn"] or row["asked"],
        "offer": offer,
        "reported": f"{row['reporting_price']} {row['reporting_currency']}" if row["reporting_price"] else "",
        "rate": f"{row['rate']} of {row['rate_day']}" if row["rate"] else "",
        "cheaper": f"{row['cheaper_than_next_pct']}%" if row["cheaper_than_next_pct"] else "",
    }


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
        if found.thinned:
            say(f"{found.thinned}; what only a dropped page showed is not read")
        if found.differs:
            say(f"today's rules read otherwise than the catalogue has it: {', '.join(found.differs)}")
