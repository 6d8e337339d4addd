"""Locks of our own on a whole database; they part transactions that no row's lock does."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, text

_TAKE = text("SELECT pg_advisory_xact_lock(:lock)")


def lock(conn: Connection, what: Literal["hand", "audi", "code", "rule", "send", "cloc"]) -> None:
    """Wait for the lock of these four letters, and hold it until this transaction ends.

    SQLite needs none, because it has one writer at a time.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(_TAKE, {"lock": int.from_bytes(what.encode())})
