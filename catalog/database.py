"""The database behind the catalogue: opening it, its transactions, its migrations, and its errors in one clear line."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from catalog.models import REVISION
from catalog.readonly import is_unwritable, reader_of
from restock.errors import CatalogueError, SettingsError

_MIGRATIONS = Path(__file__).parent / "migrations"
_MERGE_LOCK = 0x7265_7374  # any number that every restock agrees on
_LOST = ("malformed", "not a database", "disk image", "file is encrypted")


class Database:
    """An open database: read and write transactions on it, with every failure as a CatalogueError."""

    def __init__(self, engine: Engine, timeout: float) -> None:
        self.engine = engine
        self.timeout = timeout
        self.url = engine.url

    @classmethod
    def open(cls, address: str, *, timeout: float) -> Self:
        """Opens a database of this version; a fresh SQLite file gets its tables first."""
        database = cls(_engine(_parsed(address), timeout), timeout)
        try:
            with database.errors():
                database._settle()
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def upgrade(cls, address: str, *, timeout: float) -> None:
        """Applies the migrations that a database lacks."""
        database = cls(_engine(_parsed(address), timeout), timeout)
        try:
            with database.errors():
                database._refuse_strangers()
                database._migrate()
        finally:
            database.close()

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def name(self) -> str:
        """What a message calls the database: the file, or the address without its password."""
        if self.is_sqlite:
            return self.url.database or "memory"
        return self.url.render_as_string(hide_password=True)

    @property
    def is_unwritable(self) -> bool:
        """Whether this is a file that can only be read."""
        return self.is_sqlite and is_unwritable(Path(self.url.database or ""))

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the catalogue, whatever is written meanwhile."""
        with self.errors(), self.engine.connect() as connection, self.reading(connection):
            yield connection

    @contextmanager
    def reading(self, connection: Connection) -> Iterator[None]:
        """Such a transaction on an open connection."""
        with connection.begin():
            if not self.is_sqlite:  # where a transaction sees what others commit meanwhile, unless told otherwise
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            yield

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.errors(), self.engine.connect() as connection, self.writing(connection):
            yield connection

    @contextmanager
    def writing(self, connection: Connection) -> Iterator[None]:
        """A write transaction on an open connection; writers wait for each other from its first moment."""
        connection.execution_options(writes=True)
        try:
            with connection.begin():
                if not self.is_sqlite:
                    # How long to wait is said for each transaction: a pool of connections between may share sessions.
                    connection.execute(text(f"SET LOCAL lock_timeout = {int(self.timeout * 1000)}"))
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MERGE_LOCK})
                yield
        finally:
            # The options stay with the connection: what comes after must not wait for other writers.
            connection.execution_options(writes=False)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns what the database says into one line that names it, without its password."""
        try:
            yield
        except SQLAlchemyError as error:
            raise CatalogueError(self._message(error)) from error

    def _message(self, error: SQLAlchemyError) -> str:
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        if self.url.password:
            said = said.replace(str(self.url.password), "***")
        if any(sign in said for sign in _LOST):
            return f"{self.name}: the catalogue is damaged or is not a database ({said})"
        if "locked" in said or "busy" in said or "lock timeout" in said:
            return f"{self.name}: the catalogue is locked by another process ({said})"
        if "disk I/O error" in said or "disk is full" in said:
            return f"{self.name}: the disk is full or broken ({said})"
        if "readonly" in said:
            return f"{self.name}: the catalogue can only be read here ({said})"
        if "unable to open" in said:
            return f"{self.name}: the catalogue can't be opened for writing ({said})"
        return f"{self.name}: {said}"

    def _settle(self) -> None:
        """Makes sure that the database has the tables of this version."""
        found = self._revision()
        if found == REVISION:
            return
        if found is None and self.is_sqlite and self._is_empty():
            self._migrate()
            return
        self._refuse_strangers()
        said = "the database is empty" if found is None else "the catalogue is from an older version"
        raise CatalogueError(f"{self.name}: {said}; run `restock db upgrade` first")

    def _refuse_strangers(self) -> None:
        """Refuses a database that is somebody else's or from a newer version."""
        found = self._revision()
        if found is None and not self._is_empty():
            raise CatalogueError(f"{self.name}: the database is not a restock catalogue")
        if found is not None and found > REVISION:
            raise CatalogueError(f"{self.name}: the catalogue is from a newer version ({found}); update restock")

    def _revision(self) -> str | None:
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return found

    def _is_empty(self) -> bool:
        with self.engine.connect() as connection:
            return not inspect(connection).get_table_names()

    def _migrate(self) -> None:
        # Alembic is slow to import, and an everyday command needs none of it.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        with self.engine.connect() as connection, self.writing(connection):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def backup(database: Database, target: Path) -> None:
    """A consistent copy of an SQLite catalogue, taken while others read and write it; complete or not there at all."""
    if not database.is_sqlite:
        raise CatalogueError(f"{database.name}: a PostgreSQL catalogue is copied with pg_dump")
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        with closing(_plain_connection(database)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
        with part.open("rb") as written:
            os.fsync(written.fileno())  # a name that outlives a power cut must not stand for half a copy
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise CatalogueError(f"{target}: the copy can't be made: {error}") from error


def _plain_connection(database: Database) -> sqlite3.Connection:
    path = Path(database.name)
    return reader_of(path, database.timeout)() if database.is_unwritable else sqlite3.connect(path, database.timeout)


def _parsed(address: str) -> URL:
    """The URL of a database. Raises SettingsError, without repeating a text that may hold a password."""
    try:
        url = make_url(address.replace("postgres://", "postgresql://", 1))
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError):
        raise SettingsError("the database URL can't be read; expected sqlite:///FILE or postgresql://…") from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise SettingsError(f"{url.get_backend_name()}: the catalogue lives in SQLite or PostgreSQL")
    return url


def _engine(url: URL, timeout: float) -> Engine:
    if url.get_backend_name() != "sqlite":
        # A scheduler outlives restarts of its server: a connection that died meanwhile is replaced before it is used.
        return create_engine(url, connect_args={"connect_timeout": max(2, int(timeout))}, pool_pre_ping=True)
    path = Path(url.database or "")
    if is_unwritable(path):
        engine = create_engine(url, creator=reader_of(path, timeout))
        event.listen(engine, "connect", _prepare_reader)
    else:
        engine = create_engine(url, connect_args={"timeout": timeout})
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transactions leave DDL outside; restock begins its transactions itself (see _begin_sqlite).
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "temp_store = FILE"):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_reader(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA temp_store = FILE")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that begins as a reader can't wait for another writer: it fails as soon as both want to write.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
