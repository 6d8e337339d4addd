"""Statements that come with each transaction, run by the driver alone."""

from __future__ import annotations

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
