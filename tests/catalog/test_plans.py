"""The questions that analysts ask most are answered by index: no table of states is read from end to end."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from catalog import Catalogue, Search, Wanted
from restock.listing import Listing
from restock.terms import Availability

Make = Callable[..., Listing]
_WHOLE = re.compile(
    r"^SCAN (version|details|listing|capture|absence|quarantine|sighting)\b|^SEARCH listing USING .*\(site_id=\?\)$"
)
"""A table from end to end, or all listings of a site."""


@pytest.fixture
def asked(tmp_path: Path, shop_class: Any, listing: Make) -> Iterator[tuple[Catalogue, list[tuple[str, Any]]]]:
    """A catalogue in SQLite, which explains itself, with every statement that it was asked. The site is large enough to
    be measured, and was so when its first run was all there was."""
    url = f"sqlite:///{tmp_path / 'plans.sqlite'}"
    with Catalogue.open(url) as catalogue:
        here = shop_class(catalogue)
        for day in range(1, 4):
            stock = Availability.IN_STOCK if day > 2 else Availability.OUT_OF_STOCK
            moved = [listing(number, str(100 + day), availability=stock) for number in range(20)]
            here.crawl(*moved, *(listing(number) for number in range(20, 3_000)))
    with Catalogue.open(url) as catalogue:
        statements: list[tuple[str, Any]] = []

        @event.listens_for(catalogue._database.engine, "before_cursor_execute")
        def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
            statements.append((statement, values))

        yield catalogue, statements


START, WEEK = datetime(2026, 11, 1, tzinfo=UTC), timedelta(days=7)
QUESTIONS: dict[str, Callable[[Catalogue], Any]] = {
    "history": lambda catalogue: catalogue.history("WS-1"),
    "offers": lambda catalogue: catalogue.offers(["WS-1", "WS-2"]),
    "last offers": lambda catalogue: catalogue.last_offers(["WS-1"]),
    "sellers": lambda catalogue: catalogue.sellers(mpns=["WS-1"]),
    "search": lambda catalogue: list(catalogue.search(Search(mpn="WS-1"))),
    "listing": lambda catalogue: catalogue.listing("shop.example/p/1"),
    "diff": lambda catalogue: catalogue.diff().changes,
    "newly available": lambda catalogue: catalogue.diff(wanted=Wanted(newly_available=True)).changes,
    "first seen": lambda catalogue: catalogue.first_seen({("shop", "https://shop.example/p/1")}),
    "price lines": lambda catalogue: catalogue.price_lines(["WS-1"], START + WEEK),
    "priced since": lambda catalogue: catalogue.priced_since(catalogue.offers(["WS-1"])),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_reads_a_whole_table(name: str, asked: tuple[Catalogue, list[tuple[str, Any]]]) -> None:
    catalogue, statements = asked
    assert QUESTIONS[name](catalogue)
    with catalogue._database.read() as connection:
        plans = [
            (statement, row[3])
            for statement, values in list(statements)
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert plans
    assert [found for found in plans if _WHOLE.match(found[1])] == []


def test_many_listings_of_a_large_site_are_looked_up_too(
    asked: tuple[Catalogue, list[tuple[str, Any]]], shop_class: Any, listing: Make
) -> None:
    catalogue, statements = asked
    large = shop_class(catalogue, name="large")
    large.crawl(*(listing(number, site="large", url=f"https://large.example/p/{number}") for number in range(1_000)))
    statements.clear()
    keys = {("large", f"https://large.example/p/{number}") for number in range(500)}
    assert len(catalogue.first_seen(keys)) == 500
    statement, values = next(found for found in statements if "key_hash" in found[0])
    with catalogue._database.read() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert [found for found in plan if _WHOLE.match(found)] == []
