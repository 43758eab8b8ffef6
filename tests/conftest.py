"""Databases for every room's tests: SQLite files, and a real PostgreSQL server that the tests start and take away."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from benchmarks.postgres_server import PostgresServer, postgres_server
from catalog import Catalogue

pytest_plugins = [
    "browsers",
    "drawn_shop",
    "house",
    "mail_servers",
    "page_shop",
    "small_shop",
]  # in tests/servers, which pyproject.toml puts on the path

NewDatabase = Callable[..., str]
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server(_FAST) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh catalogue, migrated once and copied for every test."""
    path = tmp_path_factory.mktemp("catalogue") / "template.sqlite"
    Catalogue.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewDatabase]:
    """Makes databases of either kind, empty or with the catalogue's tables; gives their URLs."""
    numbers, made = count(1), []

    def make(kind: str, *, empty: bool = False) -> str:
        if kind == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            made.append(server.create(empty=empty))
            return server.url(made[-1])
        number = next(numbers)
        path = tmp_path / ("restock.sqlite" if number == 1 else f"restock-{number}.sqlite")
        if not empty:
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"

    yield make
    for name in made:
        request.getfixturevalue("postgres").drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database that a test runs on: each in turn."""
    kind: str = request.param
    return kind
