"""Rows in bulk: driver values by the driver's own way in and out, without a look at each of them in between."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.exc import DBAPIError

Values = tuple[Any, ...]  # as the driver takes them: terms as numbers, money as millionths, moments as seconds


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Appends rows to a table."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608
        return
    driver = connection.connection.driver_connection
    assert driver is not None
    command = f"COPY {table.name} ({names}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise DBAPIError(command, None, error) from error


def fetch_rows(connection: Connection, query: Select[Any]) -> list[Values]:
    """All rows of a query as the driver gives them."""
    result = connection.execute(query)
    rows: Any = result.cursor.fetchall()
    result.close()
    return list(rows)
