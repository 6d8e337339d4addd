"""Tell an unusable database from a mistake of ours, in one sentence for the operator."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from sqlalchemy.exc import DBAPIError

# By SQLite's primary result code: https://www.sqlite.org/rescode.html
_SQLITE: Mapping[int, str] = {
    sqlite3.SQLITE_PERM: "cannot be opened; look at its folder and permissions",
    sqlite3.SQLITE_BUSY: "is held by another program; end that one and try again",
    sqlite3.SQLITE_LOCKED: "is held by another program; end that one and try again",
    sqlite3.SQLITE_NOMEM: "cannot be used because the machine has no memory left",
    sqlite3.SQLITE_READONLY: (
        "is read-only; give Handrail the right to write the file and its folder"
    ),
    sqlite3.SQLITE_IOERR: "cannot be read or written: disk I/O error",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore it from a backup",
    sqlite3.SQLITE_FULL: "cannot grow because the disk is full",
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened; look at its folder, its permissions and the limit of open files"
    ),
    sqlite3.SQLITE_PROTOCOL: "is held by another program; end that one and try again",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database; name another file",
}
_NO_TABLES = "has no tables of this version yet; run handrail db upgrade"
# By the beginning of the SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES: Mapping[str, str] = {
    "42P01": _NO_TABLES,
    "25P03": "ended a transaction that had been idle for a minute",
    "25006": "is read-only; give Handrail one it may write",
    "28": "refuses this user or password",
    "3D": "does not exist; create it first",
    "40": "was in use by another transaction; try again",
    "53": "has no room or connections left",
    "55P03": "was in use by another transaction; try again",
    "57": "is shutting down or starting up, or ended the statement",
    "58": "cannot be read or written by its server",
    "XX": "is damaged, or its server has a fault; look at the server's log",
    "08": "cannot be reached",
}


def outage_in(error: DBAPIError, shown: str) -> str | None:
    """Say why the database cannot be used.

    Args:
        error: The error as SQLAlchemy raised it.
        shown: The database, as messages may show it.

    Returns:
        A sentence for the operator; None if the error is our own mistake.
    """
    if isinstance(error.orig, sqlite3.Error):
        about = _about_sqlite(error.orig)
        return about and f"The database {shown} {about}."
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        about = next(
            (words for prefix, words in _POSTGRES.items() if state.startswith(prefix)), None
        )
        return about and f"The database {shown} {about}."
    if type(error.orig).__name__ in {"OperationalError", "ConnectionTimeout"}:
        # Without a state the server never answered; the driver's first line says why.
        lines = str(error.orig).strip().splitlines() or ["no answer"]
        return f"The database {shown} cannot be reached: {lines[0]}"
    return None


def _about_sqlite(error: sqlite3.Error) -> str | None:
    # The driver's own errors have none.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    if str(error).startswith("no such table"):
        return _NO_TABLES
    return _SQLITE.get(code & 0xFF)
