"""Migrations: forward from every released schema with data in it, and to the very tables that the models describe."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Connection, Date, MetaData, create_engine, insert, text

import catalog.migrations
from catalog import Catalogue, Search, Wanted
from catalog.models import REVISION, metadata
from restock.errors import CatalogueError
from restock.terms import Event, RunStatus

RELEASED = Path(__file__).parent / "released"
EVERYTHING = Wanted(events=tuple(Event))
Json = dict[str, Any]
RUN_KEYS = ("run", "kind", "status", "observed_at", "baseline", "accepted", "counts", "warnings")


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(Path(catalog.migrations.__file__).parent))
    return found


def revisions() -> list[str]:
    """Every revision, the first one first."""
    return [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()][::-1]


def migrate(connection: Connection, revision: str) -> None:
    chosen = config()
    chosen.attributes["connection"] = connection
    command.upgrade(chosen, revision)


def fill(connection: Connection, tables: Json) -> None:
    """Writes rows as they were written under the schema that is there."""
    found = MetaData()
    found.reflect(connection)
    for name, content in tables.items():
        columns = [found.tables[name].c[column] for column in content["columns"]]
        rows = [
            {column.name: stored(column.type, value) for column, value in zip(columns, row, strict=True)}
            for row in content["rows"]
        ]
        connection.execute(insert(found.tables[name]), rows)
    if connection.dialect.name == "postgresql":
        for name in ("site", "run", "warc", "rate"):
            connection.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))


def stored(kind: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    if value is not None and isinstance(kind, Boolean):
        return bool(value)
    return date.fromisoformat(value) if value is not None and isinstance(kind, Date) else value


def answers(catalogue: Catalogue) -> Json:
    """What the catalogue says of the days that are kept in `released`."""
    found = catalogue.diff(since="2026-11-01", wanted=EVERYTHING)
    rate = catalogue.rate("USD", "RUB", date(2026, 11, 5))
    return {
        "search": [item.to_json() for item in catalogue.search(Search())],
        "search_at": {
            day: {
                f"{item.site}:{item.key}": [str(item.price), item.availability.value, item.title]
                for item in catalogue.search(Search(at=day))
            }
            for day in (f"2026-11-0{number}" for number in range(1, 8))
        },
        "diff": [
            [
                change.event.value,
                change.listing.key,
                str(change.change_pct),
                change.newly_available,
                change.at.isoformat(),
            ]
            for change in found.changes
        ],
        "corrections": [[item.run, item.after and item.after.key, list(item.fields)] for item in found.corrections],
        "runs": [{name: run.to_json()[name] for name in RUN_KEYS} for run in catalogue.runs()],
        "rate": str(rate and rate[0]),
    }


def test_the_newest_migration_is_the_one_the_models_name() -> None:
    assert revisions()[-1] == REVISION
    assert ScriptDirectory.from_config(config()).get_heads() == [REVISION]


@pytest.mark.parametrize("released", sorted(RELEASED.glob("*.json")), ids=lambda path: path.stem)
def test_a_released_catalogue_says_the_same_after_every_migration(
    released: Path, empty_url: str, shop: Any, listing: Callable[..., Any]
) -> None:
    kept = json.loads(released.read_text(encoding="utf-8"))
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        migrate(connection, kept["revision"])
        fill(connection, kept["tables"])
    following = revisions()[revisions().index(kept["revision"]) + 1 :]
    for revision in following:
        with pytest.raises(CatalogueError, match="restock db upgrade"):
            Catalogue.open(empty_url)
        with engine.begin() as connection:
            migrate(connection, revision)
    engine.dispose()
    with Catalogue.open(empty_url) as opened:
        assert opened.check() == []
        assert answers(opened) == kept["answers"]
        after = type(shop)(opened, rules="rules-2", day=20).crawl(listing(1, "70"), listing(2, "82"))
        assert (after.status, after.counts["changed"], after.counts["gone"]) == (RunStatus.COMPLETE, 2, 6)
        assert opened.check() == []


def test_migrations_make_the_tables_that_the_models_describe(
    empty_url: str, backend: str, new_database: Callable[..., str]
) -> None:
    Catalogue.upgrade(empty_url)
    described = create_engine(new_database(backend, empty=True))
    metadata.create_all(described)
    migrated = create_engine(empty_url)
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        found = schema_of(connection)
    with described.connect() as connection:
        assert found == schema_of(connection)
    migrated.dispose()
    described.dispose()


def schema_of(connection: Connection) -> set[str]:
    """What the database itself says of its tables: more than Alembic compares."""
    if connection.dialect.name == "sqlite":
        query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '%alembic%'"
        # Constraints stand in any order.
        return {" ".join(sorted(re.split(r"[\s(),]+", sql))) for (sql,) in connection.execute(text(query))}
    columns = "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    queries = (
        f"{columns} WHERE table_schema = 'public'",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint",
    )
    rows = (str(tuple(row)) for query in queries for row in connection.execute(text(query)))
    return {row for row in rows if "alembic" not in row}
