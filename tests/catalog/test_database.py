"""Opening: fresh, older, newer, foreign, damaged, locked and unwritable databases; copies; invariants."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import catalog.migrations
from catalog import Catalogue, Search
from catalog.models import REVISION, metadata
from restock.errors import CatalogueError, SettingsError
from restock.listing import Listing

Make = Callable[..., Listing]


def run_sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "restock.sqlite"


def test_a_fresh_file_gets_the_tables_that_the_models_describe(url: str) -> None:
    Catalogue.open(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_newest_migration_is_the_one_the_models_name() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(catalog.migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_an_older_catalogue_asks_for_its_upgrade(url: str, path: Path) -> None:
    run_sql(path, "CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('0000')")
    with pytest.raises(CatalogueError, match="restock db upgrade"):
        Catalogue.open(url)


def test_an_upgrade_makes_a_fresh_database_and_leaves_a_current_one(url: str) -> None:
    Catalogue.upgrade(url)
    Catalogue.upgrade(url)
    with Catalogue.open(url) as opened:
        assert opened.check() == []


@pytest.mark.parametrize("open_", [Catalogue.open, Catalogue.upgrade])
def test_a_newer_or_foreign_database_is_refused(url: str, path: Path, open_: Callable[[str], object]) -> None:
    run_sql(path, "CREATE TABLE somebody_elses (id INTEGER)")
    with pytest.raises(CatalogueError, match="not a restock catalogue"):
        open_(url)
    run_sql(path, "CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('9999')")
    with pytest.raises(CatalogueError, match="newer version"):
        open_(url)


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough" * 50, b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_damaged_file_is_said_in_one_line(url: str, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(CatalogueError, match=r"restock\.sqlite: the catalogue is damaged") as caught:
        Catalogue.open(url)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_damage_within_a_catalogue_is_found(url: str, path: Path, shop: Any, listing: Make) -> None:
    shop.crawl(*(listing(number) for number in range(200)))
    shop.catalogue.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    broken = path.with_name("broken.sqlite")
    content = bytearray(path.read_bytes())
    content[len(content) * 3 // 4 : len(content) * 3 // 4 + 8192] = os.urandom(8192)
    broken.write_bytes(content)
    with Catalogue.open(f"sqlite:///{broken}") as opened:
        assert opened.check() != []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="can't be opened"):
        Catalogue.open(f"sqlite:///{tmp_path / 'nowhere' / 'restock.sqlite'}")


def test_a_catalogue_locked_by_another_is_said(url: str, path: Path, shop: Any, listing: Make) -> None:
    run = shop.crawl(listing(1))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Catalogue.open(url, timeout=0.05) as waiting:
            with pytest.raises(CatalogueError, match="locked"):
                type(shop)(waiting).crawl(listing(1, "90"))
            assert [item.price for item in waiting.search(Search())] == [100]
        other.execute("ROLLBACK")
    assert [found.id for found in shop.catalogue.runs()] == [run.id]


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


def test_a_copy_is_whole_and_replaces_an_older_one(tmp_path: Path, shop: Any, listing: Make) -> None:
    target = tmp_path / "copy.sqlite"
    shop.crawl(listing(1))
    shop.catalogue.backup(target)
    shop.crawl(listing(1, "90"))
    shop.catalogue.backup(target)
    with Catalogue.open(f"sqlite:///{target}") as copy:
        assert [item.price for item in copy.search(Search())] == [90]
    assert sorted(found.name for found in tmp_path.glob("copy*.part")) == []
    with pytest.raises(CatalogueError, match="can't be made"):
        shop.catalogue.backup(tmp_path / "nowhere" / "copy.sqlite")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE version SET to_run = from_run WHERE listing_id = 1", "end before they begin"),
        ("UPDATE version SET to_run = NULL", "overlap"),
        ("DELETE FROM details WHERE listing_id = 1", "details are missing"),
        ("DELETE FROM version WHERE listing_id = 1", "without any version"),
        ("UPDATE listing SET key = 'x'", "one key"),
        ("UPDATE run SET status = 'failed' WHERE id = 1", "never merged"),
        ("INSERT INTO absence VALUES (99, 1, NULL)", "not there"),
        ("UPDATE run SET baseline = 1", "more than one baseline"),
    ],
)
def test_each_invariant_is_checked(tmp_path: Path, statement: str, found: str, shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(1, "90"), listing(2, "90"))
    copy = tmp_path / "copy.sqlite"
    shop.catalogue.backup(copy)
    run_sql(copy, statement)
    with Catalogue.open(f"sqlite:///{copy}") as opened:
        assert any(found in line for line in opened.check())
