"""Statements that come with each transaction or event, run by the driver alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def run_by_driver(conn: Connection, statement: str) -> Any:
    """Run a statement without SQLAlchemy, which takes five times as long, and return the cursor.

    Raises:
        DBAPIError: As SQLAlchemy raises it.
    """
    try:
        return conn.connection.driver_connection.execute(statement)  # type: ignore[union-attr]
    except conn.dialect.loaded_dbapi.Error as error:
        raise DBAPIError(statement, None, error) from error


def insert_by_driver(conn: Connection, statement: str, rows: Sequence[Any]) -> int:
    """Insert rows as the driver takes them, without SQLAlchemy; return how many were inserted.

    Raises:
        DBAPIError: As SQLAlchemy raises it.
    """
    errors = conn.dialect.loaded_dbapi.Error
    try:
        cursor = conn.connection.driver_connection.cursor()  # type: ignore[union-attr]
        cursor.executemany(statement, rows)
    except errors as error:
        raise DBAPIError(statement, None, error, hide_parameters=True) from error
    inserted: int = cursor.rowcount
    return inserted
