"""SQLite files that can't be written (a copy on a read-only disk, somebody else's home) can be asked all the same."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from restock.errors import CatalogueError

_NO_PLACE = ("unable to open", "readonly")  # what SQLite says where it can't keep its files beside the database
Connect = Callable[[], sqlite3.Connection]


def is_unwritable(path: Path) -> bool:
    """Whether a database is there and can only be read: its folder counts too, where SQLite keeps what is not yet in
    the file."""
    return path.is_file() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def reader_of(path: Path, timeout: float) -> Connect:
    """What opens such a database. Raises CatalogueError where the file alone doesn't have all that was written."""
    modes = "mode=ro"
    log = path.with_name(f"{path.name}-wal")
    if not _opens(_opener(path, modes, timeout)):
        if log.is_file() and log.stat().st_size:
            raise CatalogueError(
                f"{path}: its last changes still stand in {log.name}, which can only be read where the folder can be"
                " written; copy both files there"
            )
        modes = "mode=ro&immutable=1"
    return _opener(path, modes, timeout)


def _opener(path: Path, modes: str, timeout: float) -> Connect:
    address = f"file:{quote(str(path.absolute()))}?{modes}"
    return lambda: sqlite3.connect(address, uri=True, timeout=timeout, check_same_thread=False)


def _opens(connect: Connect) -> bool:
    try:
        with closing(connect()) as connection:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        return not any(sign in str(error) for sign in _NO_PLACE)
    return True
