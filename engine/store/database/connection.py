"""The database: SQLite in a file by default, PostgreSQL by URL, with the same tables and code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, String, column, create_engine, event, select, table, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.pool import StaticPool

from engine.errors import StoreUnavailableError, UserError
from engine.fair_lock import FairLock
from engine.model.redaction import hide, is_secret_name
from engine.store.database.db_errors import outage_in
from engine.store.database.driver import run_by_driver
from engine.store.database.prepared import DirectConnection

# The newest migration. A test compares it with the migrations folder, so that commands know whether
# the tables are theirs without importing Alembic.
HEAD = "0049"
_VERSION = table("alembic_version", column("version_num", String))
BUSY_SECONDS = 30
# A suspended daemon must not hold its locks for longer, and its decisions would be out of date.
_GIVE_UP = "SET LOCAL idle_in_transaction_session_timeout = '60s'"
CONNECT_SECONDS = 10


class Database:
    """One database, shared by all threads of a process.

    Connections come from `read` and `write`. `before_commit` looks at each transaction that writes,
    and refuses it by an error.
    """

    def __init__(self, url: URL, engine: Engine) -> None:
        self.url = url
        self.engine = engine
        self._file = _identity(url)
        self._mark: int | None = None  # a descriptor
        self._busy_seconds = BUSY_SECONDS
        self.writing = FairLock()  # of the threads of this process, on SQLite
        self.before_commit: Callable[[Connection], None] = lambda _: None

    @classmethod
    def open(
        cls, url: str, *, busy_seconds: int = BUSY_SECONDS, connections: int | None = None
    ) -> Database:
        """Prepare a database, `sqlite:///path` or `postgresql://…`; nothing is connected yet.

        Creates the folder of a SQLite file.

        Args:
            url: The address of the database.
            busy_seconds: How long to wait for another writer, or for one of our own connections.
            connections: The largest number of connections; None for the usual number.

        Raises:
            UserError: The URL is not one of these two.
        """
        parsed = _parse(url)
        pool: dict[str, Any] = {"pool_timeout": busy_seconds}
        if connections is not None:
            pool |= {"pool_size": connections, "max_overflow": 0}
        if parsed.get_backend_name() == "sqlite":
            _make_folder(parsed)
            found = cls(parsed, _sqlite_engine(parsed, busy_seconds, **pool))
            found._busy_seconds = busy_seconds
            return found
        engine = create_engine(
            parsed,
            connect_args={"connect_timeout": CONNECT_SECONDS},
            pool_pre_ping=True,
            hide_parameters=True,
            **pool,
        )
        return cls(parsed, engine)

    def again(self, *, busy_seconds: int, connections: int) -> Database:
        """Open the same database once more, and no SQLite file that took its place since.

        Args:
            busy_seconds: As `open` takes it.
            connections: As `open` takes it.
        """
        url = self.url.render_as_string(hide_password=False)
        other = Database.open(url, busy_seconds=busy_seconds, connections=connections)
        other._file, other.before_commit = self._file, self.before_commit
        return other

    @classmethod
    def in_memory(cls) -> Database:
        """Open a SQLite database of this process alone, without tables, until it is closed."""
        url = make_url("sqlite://")
        return cls(url, _sqlite_engine(url, poolclass=StaticPool))

    @classmethod
    def ready(cls, url: str) -> Database:
        """Open a database that can be written and has this version's tables.

        A missing SQLite file is made. Tables that hold data change only by `handrail db upgrade`,
        because a backup comes first.

        Raises:
            StoreUnavailableError: The database cannot be used, or has another version's tables.
        """
        database = cls.open(url)
        database.check()
        if database.dialect == "sqlite" and database.version() is None:
            database.upgrade()
        return database._of_this_version()

    @classmethod
    def existing(cls, url: str, *, of_any_version: bool = False) -> Database:
        """Open as `ready` does, but make nothing, because a missing file may be mistyped.

        Args:
            url: As `open` takes it.
            of_any_version: Whether the tables may be those of another version.

        Raises:
            StoreUnavailableError: The file is missing, or the database cannot be used.
        """
        parsed = _parse(url)
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
            raise StoreUnavailableError(
                f"There is no database {_shown(parsed)}; handrail run makes it, unless its path is "
                "mistyped "
                "(database: in the configuration, or HANDRAIL_DATABASE_URL)."
            )
        database = cls.open(url)
        database.check()
        return database if of_any_version else database._of_this_version()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @property
    def shown(self) -> str:
        """The database for messages and logs: a file, or a host, port and name."""
        return _shown(self.url)

    def write(self, *, durable: bool = True) -> AbstractContextManager[Connection]:
        """Return a connection in a transaction that commits on leaving, or rolls back on an error.

        On SQLite it is the only writer from its first moment, so that nothing read in it goes
        stale. A transaction that is not `durable` does not wait for the disk. A power cut may undo
        it as if it had never been; a killed process does not.
        """
        if self.dialect == "sqlite":
            self._still_there()
            # FULL, because a message that a power cut erased would be sent again.
            return self._alone(
                f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}", "BEGIN IMMEDIATE"
            )
        first = _GIVE_UP if durable else f"{_GIVE_UP}; SET LOCAL synchronous_commit = off"
        return self._transaction(first, check=self.before_commit)

    def read(self) -> AbstractContextManager[Connection]:
        """Return a connection for reading, which sees one consistent snapshot throughout."""
        if self.dialect == "sqlite":
            self._still_there()
            return self._transaction("BEGIN")
        return self._transaction(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def upgrade(self) -> None:
        """Bring the tables to the newest version.

        It is safe to run twice, or from two processes at once.
        """
        from engine.store.migrations import upgrade  # noqa: PLC0415 - Alembic takes long to import

        with self.write() as conn:
            upgrade(conn)

    def version(self) -> str | None:
        """Return the migration of the tables; None if there are none."""
        with self.read() as conn:
            if not conn.dialect.has_table(conn, "alembic_version"):
                return None
            return conn.scalar(select(_VERSION.c.version_num))

    def outdated(self) -> str | None:
        """Say in one sentence why this Handrail cannot use the tables; None if it can."""
        version = self.version()
        if version == HEAD:
            return None
        if version and version > HEAD:
            return (
                f"The database {self.shown} has the tables of version {version}, and this Handrail "
                f"knows them up to version {HEAD}; install the newer Handrail that made them."
            )
        has = f"the tables of version {version}" if version else "no tables yet"
        return (
            f"The database {self.shown} has {has}, but this Handrail needs version {HEAD}; run "
            "handrail db upgrade."
        )

    def _of_this_version(self) -> Database:
        if outdated := self.outdated():
            self.close()
            raise StoreUnavailableError(outdated)
        return self

    def _still_there(self) -> None:
        """Refuse a file that was deleted or replaced, because new rows in it would be lost."""
        found = _identity(self.url)
        if self._file is None:
            self._file = found
        elif found != self._file:
            raise StoreUnavailableError(
                f"The database {self.shown} was deleted or replaced while Handrail ran; "
                "restore it from a backup and start Handrail again."
            )

    def check(self) -> None:
        """Check that the database can be reached and written.

        Raises:
            StoreUnavailableError: It cannot be reached or written.
        """
        with self.write() as conn:
            if (
                self.dialect == "postgresql"
                and conn.scalar(text("SHOW transaction_read_only")) == "on"
            ):
                raise StoreUnavailableError(
                    f"The database {self.shown} is read-only; give Handrail one it may write."
                )

    def mark_served(self) -> None:
        """Let other processes see, until this database is closed, that a daemon uses the file."""
        if self.dialect == "sqlite" and self._mark is None:
            self._mark = self._mark_file()
            flock(self._mark, LOCK_SH)

    def is_served(self) -> bool:
        """Return whether a daemon of another process uses this SQLite file."""
        mark = self._mark_file()
        try:
            flock(mark, LOCK_EX | LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(mark)
        return False

    def _mark_file(self) -> int:
        # A file of its own: to close the database's would end SQLite's own locks on it.
        return os.open(f"{self.url.database}-daemon", os.O_RDWR | os.O_CREAT, 0o600)

    def close(self) -> None:
        """Close every connection; the next use may find another file."""
        self.engine.dispose()
        if self._mark is not None:
            os.close(self._mark)
            self._mark = None
        self._file = None

    def _connect(self) -> Connection:
        return DirectConnection(self.engine) if self.dialect == "sqlite" else self.engine.connect()

    @contextmanager
    def _alone(self, *first: str) -> Iterator[Connection]:
        """Open a transaction that no other thread of this process writes beside.

        SQLite lets a writer look again now and then whether the file is free. While senders write
        one text after another, the others would hardly ever find it so. The lock is fair, because
        a sender asks for it again as soon as it has released it.
        """
        if not self.writing.take(self._busy_seconds):
            raise StoreUnavailableError(
                f"The database {self.shown} is too busy: another part of Handrail writes to it."
            )
        try:
            with self._transaction(*first, check=self.before_commit) as conn:
                yield conn
        finally:
            self.writing.release()

    @contextmanager
    def _transaction(
        self, *first: str, check: Callable[[Connection], None] | None = None, **options: Any
    ) -> Iterator[Connection]:
        """Open a transaction with these options and first statements, and a check at its end.

        On SQLite no other statement begins it.
        """
        try:
            with self._connect() as conn:
                if options:
                    conn.execution_options(**options)
                with conn.begin():
                    for statement in first:
                        run_by_driver(conn, statement)
                    yield conn
                    if check is not None:
                        check(conn)
        except NoConnectionLeft as error:
            raise StoreUnavailableError(
                f"The database {self.shown} is too busy: all connections are in use."
            ) from error
        except DBAPIError as error:
            sentence = outage_in(error, self.shown)
            # The driver may repeat any part of the URL.
            sentence = sentence and hide(sentence, _secrets(self.url))
            if sentence is None:
                raise
            raise StoreUnavailableError(sentence) from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The text is not repeated, because it may hold a password.
        raise UserError(
            "The database URL cannot be read; write sqlite:///FILE or postgresql://…"
        ) from None
    scheme = parsed.drivername
    if scheme == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed
    if scheme == "sqlite":
        raise UserError("The database URL sqlite:// names no file; write sqlite:///FILE")
    if "@" in (parsed.host or "") or "/" in (parsed.username or ""):
        # Part of the password was read as the host, and would be shown.
        raise UserError(
            "The user or the password in the database URL holds an @, : or /; "
            "write %40, %3A or %2F for it."
        )
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    # Its beginning is not repeated, because it may be part of a password.
    raise UserError(
        "The database URL has another beginning than sqlite:///FILE and postgresql://…; "
        "Handrail knows these two."
    )


def _shown(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.render_as_string(hide_password=True)
    host = URL.create("postgresql", host=url.host, port=url.port, database=url.database)
    return host.render_as_string()


def _secrets(url: URL) -> list[str]:
    values = [value for name, value in url.query.items() if is_secret_name(name)]
    lists = [[value] if isinstance(value, str) else list(value) for value in values]
    return [str(url.password or ""), *(each for values in lists for each in values)]


def _make_folder(url: URL) -> None:
    assert url.database
    folder = Path(url.database).parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailableError(
            f"The folder {folder} cannot be made: {error.strerror}."
        ) from None


def _identity(url: URL) -> tuple[int, int] | None:
    """Return the file that a SQLite URL names now; None if it is missing, or is no file."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    try:
        # A Path takes far longer, and each transaction asks.
        found = os.stat(url.database)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _sqlite_engine(url: URL, busy_seconds: int = BUSY_SECONDS, **options: Any) -> Engine:
    # Hidden here and above, because a logged error must hold no note, text or name.
    # The driver keeps that many statements ready: more than a daemon has.
    driver = {"timeout": busy_seconds, "cached_statements": 1000}
    engine = create_engine(url, connect_args=driver, hide_parameters=True, **options)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        # The driver's own BEGIN comes late, after the first read. Ours (see _transaction) comes
        # first.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    return engine
