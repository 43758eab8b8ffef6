"""Opening: fresh, older, newer, foreign, locked and unreachable databases."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from catalog import Catalogue, Search
from restock.errors import CatalogueError, SettingsError
from restock.listing import Listing

Make = Callable[..., Listing]
Sql = Callable[..., None]


def test_an_older_catalogue_asks_for_its_upgrade(empty_url: str, sql: Sql) -> None:
    sql("CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('0000')", on=empty_url)
    with pytest.raises(CatalogueError, match="restock db upgrade"):
        Catalogue.open(empty_url)


def test_an_empty_database_on_a_server_is_not_called_older(new_database: Callable[..., str]) -> None:
    with pytest.raises(CatalogueError, match="the database is empty; run `restock db upgrade` first"):
        Catalogue.open(new_database("postgresql", empty=True))


def test_an_upgrade_makes_a_fresh_database_and_leaves_a_current_one(empty_url: str) -> None:
    Catalogue.upgrade(empty_url)
    Catalogue.upgrade(empty_url)
    with Catalogue.open(empty_url) as opened:
        assert opened.check() == []


@pytest.mark.parametrize("open_", [Catalogue.open, Catalogue.upgrade])
def test_a_newer_or_foreign_database_is_refused(empty_url: str, sql: Sql, open_: Callable[[str], object]) -> None:
    sql("CREATE TABLE somebody_elses (id INTEGER)", on=empty_url)
    with pytest.raises(CatalogueError, match="not a restock catalogue"):
        open_(empty_url)
    sql("CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('9999')", on=empty_url)
    with pytest.raises(CatalogueError, match="newer version"):
        open_(empty_url)


def test_a_catalogue_locked_by_another_is_said(url: str, shop: Any, listing: Make) -> None:
    run = shop.crawl(listing(1))
    with Catalogue.open(url) as other, other._database.write(), Catalogue.open(url, timeout=0.05) as waiting:
        with pytest.raises(CatalogueError, match="locked by another process") as caught:
            type(shop)(waiting).crawl(listing(1, "90"))
        assert "\n" not in str(caught.value)
        assert [item.price for item in waiting.search(Search())] == [100]
    assert [found.id for found in shop.catalogue.runs()] == [run.id]


def test_what_follows_a_write_waits_for_nobody(url: str) -> None:
    """A run clears up after its merge: another writer must not make a failure of it."""
    with Catalogue.open(url) as other, Catalogue.open(url, timeout=0.05) as catalogue:
        database = catalogue._database
        with database.errors(), database.engine.connect() as connection:
            with database.writing(connection):
                pass
            with other._database.write(), connection.begin():
                assert connection.execute(text("SELECT 1")).scalar() == 1


def test_readers_go_on_during_a_write(url: str, shop: Any, listing: Make) -> None:
    shop.crawl(*(listing(number) for number in range(5)))
    reading = shop.catalogue.search(Search())
    first = next(reading)
    shop.crawl(*(listing(number, "90") for number in range(5)))
    assert [first.price, *(item.price for item in reading)] == [100] * 5


def test_passwords_are_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        Catalogue.open("postgres+nonsense://me:secret@host/db")
    assert "secret" not in str(caught.value)
    with pytest.raises(CatalogueError) as unreachable:
        Catalogue.open("postgresql://me:secret@127.0.0.1:1/db", timeout=2)
    assert "secret" not in str(unreachable.value)
    assert "\n" not in str(unreachable.value)
    with pytest.raises(SettingsError, match="SQLite or PostgreSQL"):
        Catalogue.open("mssql+pyodbc://me@host/db")


def test_the_migration_that_hashes_states_finds_those_that_a_merge_writes(
    url: str, catalogue: Catalogue, sql: Callable[..., None], shop: Any, listing: Make
) -> None:
    rows = [listing(1), listing(2, None, brand=None, mpn=None), listing(3, "0.5", quantity=7, sku="Ж-1")]
    shop.crawl(*rows, listing(4))
    shop.crawl(*rows)
    catalogue.close()
    since = ("ALTER TABLE listing DROP COLUMN state", "DROP INDEX ix_sighting_listing_id_run_id")
    sql(*since, "UPDATE alembic_version SET version_num = '0004'")
    with pytest.raises(CatalogueError, match="restock db upgrade"):
        Catalogue.open(url)
    Catalogue.upgrade(url)
    with Catalogue.open(url) as opened:
        assert opened.check() == []
        again = type(shop)(opened, day=shop.day).crawl(*rows)
        assert (again.counts["listings"], again.counts["changed"], again.counts["new"]) == (3, 0, 0)


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_copy_of_a_server_is_its_own_tools_work(backend: str, catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="pg_dump"):
        catalogue.backup(tmp_path / "copy.sqlite")
    assert [*tmp_path.glob("copy*")] == []
