"""Invariants: each one, broken by hand, is named by `check`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from catalog import Catalogue
from restock.listing import Component, Listing
from restock.post import Delivery, Letter, LetterKind
from restock.run import CrawlOutcome
from restock.terms import RunKind, RunStatus

Make = Callable[..., Listing]
NewDatabase = Callable[..., str]
Sql = Callable[..., None]
BROKEN = CrawlOutcome(finished=False, reason="broken")
PARTS = (Component("Intel", None, "Intel inside"),)

LETTER = Letter(
    kind=LetterKind.REPORT,
    subscription="anna",
    message_id="<1@example.org>",
    subject="news",
    summary="little",
    body=b"bytes",
    created_at=datetime(2026, 11, 9, tzinfo=UTC),
    deliveries=(Delivery(target="anna@example.org"),),
)

BREAKS = [
    (
        "UPDATE version SET to_run = from_run WHERE listing_id = ONE AND to_run = 2",
        "versions that end before they begin",
    ),
    ("UPDATE absence SET to_run = from_run", "absences that end before they begin"),
    ("UPDATE version SET to_run = NULL", "versions of one listing that overlap"),
    ("UPDATE version SET to_run = NULL", "listings with more than one open version"),
    ("INSERT INTO absence VALUES (THREE, 2, 4)", "absences of one listing that overlap"),
    ("DELETE FROM version WHERE listing_id = ONE", "listings without any version"),
    ("DELETE FROM version WHERE listing_id = ONE", "details that no version rests on"),
    ("UPDATE listing SET key = 'x'", "two listings with one key"),
    ("UPDATE listing SET key = 'x' WHERE id = ONE", "a listing that its key_hash doesn't find"),
    ("UPDATE fact SET body = '[]'", "a fact that its hash doesn't find"),
    ("DELETE FROM details WHERE listing_id = ONE", "versions whose details are missing"),
    ("UPDATE version SET details_run = 3 WHERE from_run = 2", "versions whose details are missing"),
    ("UPDATE run SET status = 'failed' WHERE id = 1", "versions of a run that was never merged"),
    ("UPDATE run SET status = 'failed' WHERE id = 1", "details of versions of a run that was never merged"),
    ("UPDATE run SET status = 'failed' WHERE id = 3", "absences of a run that was never merged"),
    ("UPDATE run SET status = 'failed' WHERE id = 5", "sightings of a run that was never merged"),
    ("UPDATE listing SET site_id = 2 WHERE id = ONE", "versions of another site's run"),
    ("UPDATE run SET status = 'partial' WHERE id = 4", "taken away by a run that can't say so"),
    ("UPDATE listing SET state = 7 WHERE id = FOUR", "gone and have the hash of a state"),
    ("UPDATE listing SET state = 7 WHERE id = ONE", "whose state is not what its hash says"),
    ("UPDATE listing SET state = NULL WHERE id = ONE", "whose state is not what its hash says"),
    ("UPDATE version SET price = price + 1 WHERE listing_id = ONE", "whose state is not what its hash says"),
    ("INSERT INTO absence VALUES (FOUR, 4, NULL)", "absences of listings that are gone"),
    ("INSERT INTO absence VALUES (FOUR, 2, NULL)", "absences of listings that are gone"),
    ("INSERT INTO absence VALUES (ONE, 2, 4)", "listings both seen and absent"),
    ("UPDATE run SET whole = TRUE", "sightings of a run over a whole site"),
    ("UPDATE run SET baseline = TRUE", "baseline is not their first complete run"),
    ("UPDATE run SET baseline = FALSE", "baseline is not their first complete run"),
    ("UPDATE run SET finished_at = NULL", "runs that ended at no time"),
    ("UPDATE run SET base_id = 1 WHERE id = 2", "corrections of no run of theirs"),
    ("UPDATE run SET kind = 'correction' WHERE id = 2", "corrections of no run of theirs"),
    ("UPDATE version SET availability = 99 WHERE listing_id = ONE", "a version with an unknown availability"),
    ("UPDATE details SET relation = -1 WHERE listing_id = ONE", "a details with an unknown relation"),
    ("UPDATE run SET counts = '{}' WHERE id = 2", "counts of a run"),
    ("DELETE FROM sighting", "counts of a run"),
    ("DELETE FROM absence", "counts of a run"),
    ("INSERT INTO absence VALUES (99, 1, NULL)", "a row of absence points at a listing that is not there"),
    (
        "UPDATE version SET capture_id = 99 WHERE listing_id = ONE",
        "a row of version points at a capture that is not there",
    ),
    ("UPDATE run SET base_id = 99", "a row of run points at a run that is not there"),
    ("UPDATE letter SET state = 'sent'", "letters whose state is not that of their deliveries"),
    ("UPDATE delivery SET state = 'refused'", "letters whose state is not that of their deliveries"),
    ("UPDATE letter SET body = NULL", "letters that wait and have no body"),
    ("DELETE FROM letter", "a row of delivery points at a letter that is not there"),
]


def with_numbers(statement: str) -> str:
    """A statement in which ONE stands for the number of the listing at …/1."""
    for place, word in enumerate(("ONE", "TWO", "THREE", "FOUR"), 1):
        statement = statement.replace(word, f"(SELECT id FROM listing WHERE key LIKE '%/{place}')")
    return statement


def days(shop: Any, make: Make) -> None:
    """Five runs and a letter that leave a row in every table that is checked."""
    shop.catalogue.desk.queue(LETTER)
    shop.crawl(make(1), make(2), make(3, components=PARTS), make(4))
    shop.crawl(make(1, "90"), make(2), make(3, components=PARTS), make(4))
    shop.crawl(make(1, "90"), make(2), make(4), outcome=BROKEN)
    shop.crawl(make(1, "90"), make(2), make(3, components=PARTS))
    shop.crawl(make(2, "80"), kind=RunKind.SNAPSHOT, whole_site=False)
    type(shop)(shop.catalogue, name="other", day=shop.day).crawl(make(9, site="other"))


def test_sound_days_break_no_invariant(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    days(shop, listing)
    shop.correct(catalogue.run("shop-0004"), listing(1, "900"), listing(2))
    shop.crawl(listing(1, "900"), outcome=BROKEN)
    accepted = catalogue.accept(shop.crawl(listing(1, "900"), outcome=BROKEN).id)
    assert accepted.status is RunStatus.COMPLETE
    assert catalogue.check() == []


def test_each_invariant_is_checked(new_database: NewDatabase, backend: str, sql: Sql, shop: Any, listing: Make) -> None:
    url = new_database(backend)
    with Catalogue.open(url) as broken:
        days(type(shop)(broken), listing)
        tables = (
            "delivery", "letter",
            "version", "absence", "sighting", "details", "capture", "warc", "fact", "listing", "run",
        )  # fmt: skip
        sql(*(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}" for table in tables), on=url)
        for statement, found in BREAKS:
            sql(with_numbers(statement), on=url)
            assert any(found in line for line in broken.check()), (statement, found, broken.check())
            sql(*(f"DELETE FROM {table}" for table in tables), on=url)
            sql(*(f"INSERT INTO {table} SELECT * FROM kept_{table}" for table in reversed(tables)), on=url)
        assert broken.check() == []
