"""Tells a database that cannot be used from a mistake of ours, in one sentence for the operator."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

_SQLITE = {
    "unable to open database file": "cannot be opened; look at its folder and permissions",
    "attempt to write a readonly database": "is read-only; give Handrail the right to write the file and its folder",
    "file is not a database": "is not a SQLite database; name another file",
    "database disk image is malformed": "is damaged; restore it from a backup",
    "database is locked": "is held by another program; end that one and try again",
    "database or disk is full": "cannot grow, for the disk is full",
    "disk I/O error": "cannot be read or written: disk I/O error",
    "no such table": "has no tables of this version yet; run handrail db upgrade",
}
# By SQLSTATE, longest prefix first: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = {
    "42P01": "has no tables of this version yet; run handrail db upgrade",
    "25006": "is read-only; give Handrail one it may write",
    "28": "refuses this user or password",
    "3D": "does not exist; create it first",
    "53": "has no room or connections left",
    "57P": "is shutting down or starting up",
    "08": "cannot be reached",
}


def outage_in(error: DBAPIError, shown: str) -> str | None:
    """What to tell the operator of the database `shown`; None where the error is our own mistake."""
    said = str(error.orig)
    if type(error.orig).__module__.startswith("sqlite3"):
        about = next((words for phrase, words in _SQLITE.items() if phrase in said), None)
        return about and f"The database {shown} {about}."
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        about = next(
            (words for prefix, words in _POSTGRES.items() if state.startswith(prefix)), None
        )
        return about and f"The database {shown} {about}."
    if type(error.orig).__name__ in {"OperationalError", "ConnectionTimeout"}:
        # Without a state the server never answered; the driver's first line says why and holds no password.
        lines = said.strip().splitlines() or ["no answer"]
        return f"The database {shown} cannot be reached: {lines[0]}"
    return None
