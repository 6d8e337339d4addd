"""Asks the database, read-only, within a time limit, and says in plain words why it cannot."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from connectors.sql.settings import QUOTED, SqlSettings
from engine.errors import UserError
from engine.model.instant import SECOND_US

# So many rows are read, and committed, at a time.
AT_ONCE = 5000
_CONNECT_TIMEOUT = 10  # seconds
_STEPS = 10_000  # of SQLite's machine between two looks at the clock


class ResultPart(NamedTuple):
    """A part of a query's result: its column names, some rows, and whether they are the last."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    last: bool


class SourceDatabase:
    """The database of one source; each reading has a connection of its own."""

    def __init__(self, settings: SqlSettings) -> None:
        """Keep the settings; nothing is opened."""
        self._settings = settings

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that cannot write.

        Raises:
            UserError: The database cannot be reached, or refuses a query.
        """
        engine = self._engine()
        try:
            with engine.connect() as conn:
                if conn.dialect.name == "postgresql":
                    conn.execution_options(postgresql_readonly=True)
                    limit = self._settings.time_limit // 1000
                    conn.exec_driver_sql(f"SET LOCAL statement_timeout = {limit}")
                yield conn
                conn.rollback()
        except SQLAlchemyError as error:
            raise UserError(_told(error)) from None
        finally:
            engine.dispose()

    def _engine(self) -> Engine:
        url = self._url()
        try:
            engine = create_engine(url, poolclass=NullPool, connect_args=_arguments(url))
        except NoSuchModuleError:
            raise UserError(
                f"There is no driver for a database of the kind {url.drivername}."
            ) from None
        except ImportError as error:
            raise UserError(f"The driver {error.name} is not installed; install it.") from None
        if url.get_backend_name() == "sqlite":
            event.listen(engine, "connect", self._limit)
        return engine

    def _url(self) -> URL:
        address = self._settings.sql
        if address.sqlite is not None:
            if not address.sqlite.is_file():
                raise UserError(f"The file {address.sqlite} is not there.")
            path = f"file:{address.sqlite.as_uri().removeprefix('file://')}"
            return URL.create("sqlite", database=path, query={"mode": "ro", "uri": "true"})
        assert address.url is not None
        try:
            url = make_url(address.url.read(os.environ))
        except ArgumentError:
            raise UserError(
                f"The url: of the source {self._settings.name} is none; it must be written as "
                "postgresql://user:password@host/database."
            ) from None
        # The driver that Handrail itself uses.
        is_plain = url.drivername in {"postgresql", "postgres"}
        return url.set(drivername="postgresql+psycopg") if is_plain else url

    def _limit(self, raw: sqlite3.Connection, _: object) -> None:
        ends = time.monotonic() + self._settings.time_limit / SECOND_US
        raw.execute("PRAGMA query_only = ON")
        raw.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)


def run_query(conn: Connection, query: str, since: Any) -> Iterator[ResultPart]:
    """Yield the result of a query in stretches; an empty result is one stretch without rows.

    Args:
        conn: A connection of SourceDatabase.
        query: The query.
        since: The value of `:since`; None if the query does not name it.
    """
    streamed = conn.execution_options(stream_results=True, yield_per=AT_ONCE)
    # In a text of the query a colon begins no parameter.
    asked = text(QUOTED.sub(lambda quoted: quoted[0].replace(":", r"\:"), query))
    with streamed.execute(asked, {} if since is None else {"since": since}) as result:
        columns, held = tuple(result.keys()), None
        for rows in result.partitions(AT_ONCE):
            if held is not None:
                yield ResultPart(columns, held, False)
            held = rows
        yield ResultPart(columns, held or (), True)


def examine(settings: SqlSettings) -> tuple[bool, str]:
    """Return whether the database answers, and a sentence about it."""
    try:
        with SourceDatabase(settings).connect() as conn:
            conn.exec_driver_sql("SELECT 1")
    except UserError as error:
        return False, str(error)
    return True, f"The database of the source {settings.name} answers."


def _arguments(url: URL) -> dict[str, Any]:
    name = "timeout" if url.get_backend_name() == "sqlite" else "connect_timeout"
    return {name: _CONNECT_TIMEOUT} if url.get_backend_name() in {"sqlite", "postgresql"} else {}


def _told(error: SQLAlchemyError) -> str:
    """Return why the database cannot be read, without the query's values."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return f"The query cannot be run: {type(error).__name__}."
    kind = type(error.orig).__name__
    if "interrupted" in str(error.orig) or kind == "QueryCanceled":
        return "The query took longer than its time_limit:; make it faster or the limit longer."
    # The server's words about a value would quote it, and it may be personal.
    if kind in {"DataError", "InvalidTextRepresentation", "InvalidDatetimeFormat"}:
        return f"The database refuses a value of the query ({kind})."
    first = str(error.orig).strip().partition("\n")[0]
    return f"The database says: {first}."
