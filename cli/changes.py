"""`diff`: what changed."""

from typing import Annotated

import typer

from catalog import EVERYDAY, Diff, Wanted
from cli.console import NO_RUN, Row, say, show
from cli.money import amount
from cli.options import (
    BrandOption,
    Home,
    MaxPrice,
    MinPrice,
    MinQuantity,
    OutFormat,
    Output,
    RestrictedOption,
    SiteOption,
)  # fmt: skip
from cli.session import questions_of
from cli.windows import marker
from restock.terms import Event
from scheduler.changes import market_changes

CORRECTION_COLUMNS = ("site", "key", "title", "fields", "run", "at")
FLEETING_COLUMNS = ("what", "site", "mpn", "title", "restricted", "appeared_at", "gone_at")
COLUMNS = ("event", "site", "mpn", "title", "was", "now", "change_pct", "restricted", "new", "day")


def diff(
    since: Annotated[str | None, typer.Option("--since", help="ISO date, date-time or run.", metavar="WHEN")] = None,
    until: Annotated[str | None, typer.Option("--until", help="ISO date, date-time or run.", metavar="WHEN")] = None,
    site: SiteOption = None,
    brand: BrandOption = None,
    restricted: RestrictedOption = None,
    event: Annotated[list[Event] | None, typer.Option("--event", help="Only this event; may be repeated.")] = None,
    category: Annotated[str | None, typer.Option("--category", help="Only this category.")] = None,
    tier: Annotated[str | None, typer.Option("--tier", help="Only this tier of the Common High Priority List.")] = None,
    min_price: MinPrice = None,
    max_price: MaxPrice = None,
    min_quantity: MinQuantity = None,
    newly_available: Annotated[
        bool, typer.Option("--newly-available", help="Only restricted goods that can be had now and could not before.")
    ] = False,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="What changed readers, rules or data files made of listings instead.")
    ] = False,
    inside: Annotated[
        bool, typer.Option("--inside", help="The listings that came and went within the window instead.")
    ] = False,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """What changed: each site's last complete run against the complete run before it, or a window.

    Example: restock diff --since 2026-11-15 --restricted --format table
    """
    with questions_of(home) as workspace:
        wanted = Wanted(
            brand=workspace.brand(brand) if brand else None,
            category=category,
            tier=tier,
            restricted=restricted,
            newly_available=newly_available,
            min_price=amount(min_price, "--min-price"),
            max_price=amount(max_price, "--max-price"),
            min_quantity=min_quantity,
            events=frozenset(event or EVERYDAY),
        )
        found = market_changes(
            workspace,
            since=marker(since, "--since"),
            until=marker(until, "--until", end_of_day=True),
            sites=site,
            wanted=wanted,
        )
        if inside:
            count = show((item.to_json() for item in found.fleeting), FLEETING_COLUMNS, format, output)
        elif corrections:
            count = show((item.to_json() for item in found.corrections), CORRECTION_COLUMNS, format, output)
        else:
            count = show((change.to_json() for change in found.changes), COLUMNS, format, output, display=brief)
        if not count:
            say(_nothing(found))
        _say_besides(found, inside=inside, corrections=corrections)


def _nothing(found: Diff) -> str:
    """Why nothing is shown: an answer that is empty is one, and must not look like none."""
    if found.windows:
        ends = ", ".join(f"{window.from_run.id} and {window.to_run.id}" for window in found.windows[:3])
        more = f" and of {len(found.windows) - 3} more sites" if len(found.windows) > 3 else ""
        return f"nothing of the kind between {ends}{more}"
    return "nothing is compared" if found.notes else NO_RUN


def _say_besides(found: Diff, *, inside: bool, corrections: bool) -> None:
    """What is to be known of a diff, and what of it was not asked for."""
    for note in found.notes:
        say(note)
    if found.fleeting and not inside:
        say(f"{len(found.fleeting)} listings came and went within the window; `restock diff --inside` lists them")
    if found.corrections and not corrections:
        say(f"{len(found.corrections)} corrections by changed readers, rules or data files: no market events")
        say("`restock diff --corrections` lists them")


def brief(change: Row) -> Row:
    """A change for a table: both states in a few words, marks in place of true, and nothing in place of false."""
    return change | {
        "event": change["event"].removesuffix("_changed"),
        "was": offer(change["before"], change["event"]),
        "now": offer(change["after"], change["event"]),
        "restricted": "yes" if change["restricted"] else "",
        "new": "NEW" if change["newly_available"] else "",
        "day": change["at"][:10],
    }


def offer(listing: Row | None, event: str) -> str:
    """What an event speaks about, as one cell: the price, the stock or the title."""
    if listing is None:
        return ""
    price = f"{listing['price']} {listing['currency'] or ''}" if listing["price"] else listing["price_type"] or ""
    stock = f"{listing['availability']} {listing['quantity'] if listing['quantity'] is not None else ''}"
    shown: dict[Event, str] = {
        Event.PRICE_CHANGED: price,
        Event.AVAILABILITY_CHANGED: stock,
        Event.QUANTITY_CHANGED: stock,
        Event.DETAILS_CHANGED: listing["title"],
    }
    return shown.get(Event(event), f"{price}, {stock}").strip(" ,")
