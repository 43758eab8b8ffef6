"""Run by test_kill: does one thing to a catalogue again and again, killed before it first writes, before it writes a
second time, and so on, until it is done. Says on stdout how often it was killed; fails where nothing was done."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import create_engine, event, select

from catalog import Catalogue
from catalog.models import metadata
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.site import Guard
from restock.terms import PriceType

AT = datetime(2026, 11, 9, tzinfo=UTC)
Rows = dict[str, list[str]]


def rows_of(url: str) -> Rows:
    """Everything in a catalogue."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(str(tuple(row)) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found


def listings() -> list[Listing]:
    return [
        Listing(
            site="shop",
            key=None,
            url=f"https://shop.example/p/{number}",
            title=f"Other {number}",
            price=Decimal(number),
            currency="RUB",
            price_type=PriceType.EXACT,
        )
        for number in range(1, 30)
    ]


def finish(catalogue: Catalogue, run: str) -> None:
    catalogue.finish_run(run, listings(), CrawlOutcome(finished=True), guard=Guard(), finished_at=AT)


def accept(catalogue: Catalogue, run: str) -> None:
    catalogue.accept(run)


def correct(catalogue: Catalogue, run: str) -> None:
    catalogue.correct(catalogue.run(run), listings(), rules="rules-2", finished_at=AT)


ACTIONS: dict[str, Callable[[Catalogue, str], None]] = {"finish": finish, "accept": accept, "correct": correct}


def die_at(catalogue: Catalogue, statement: int) -> None:
    """Lets this process be killed before its n-th statement that writes, or commit."""
    numbers = count(1)

    def step(_connection: object, *rest: Any) -> None:
        if rest and not rest[1].startswith(("INSERT", "UPDATE", "DELETE")):
            return
        if next(numbers) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "commit"):
        event.listen(catalogue._database.engine, name, step)


def killed_at(url: str, action: str, run: str, statement: int) -> bool:
    child = os.fork()
    if child == 0:
        with Catalogue.open(url) as catalogue:
            die_at(catalogue, statement)
            ACTIONS[action](catalogue, run)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def main(url: str, action: str, run: str) -> None:
    before = rows_of(url)
    for statement in count(1):
        was_killed = killed_at(url, action, run, statement)
        if rows_of(url) != before:
            sys.stdout.write(str(statement))
            return
        if not was_killed:
            sys.exit(f"{action} ended at statement {statement} and left no trace")


if __name__ == "__main__":
    main(*sys.argv[1:])
