"""Sessions of the console: who is signed in, and since when."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from engine.model.account import Session
from engine.model.instant import Instant
from engine.store.tables.access import console_sessions


def begin(conn: Connection, token_hash: str, account_id: int, now: Instant) -> None:
    """Sign an account in under the hash of a new token."""
    row = {"token_hash": token_hash, "account_id": account_id, "began_at": now, "seen_at": now}
    conn.execute(insert(console_sessions).values(row))


def of_token(conn: Connection, token_hash: str) -> Session | None:
    """Return the session of a token; None if there is none."""
    wanted = console_sessions.c.token_hash == token_hash
    row = conn.execute(select(console_sessions).where(wanted)).first()
    if row is None:
        return None
    return Session(row.account_id, row.began_at, row.seen_at, row.ended_at)


def seen(conn: Connection, token_hash: str, now: Instant) -> None:
    """Note that a session asked for something."""
    of_token = console_sessions.c.token_hash == token_hash
    conn.execute(update(console_sessions).where(of_token).values(seen_at=now))


def end(conn: Connection, token_hash: str, now: Instant) -> None:
    """Sign a session out."""
    of_token = console_sessions.c.token_hash == token_hash
    conn.execute(update(console_sessions).where(of_token).values(ended_at=now))


def end_all_of(conn: Connection, account_id: int, now: Instant) -> None:
    """Sign an account out everywhere."""
    open_ones = (console_sessions.c.account_id == account_id, console_sessions.c.ended_at.is_(None))
    conn.execute(update(console_sessions).where(*open_ones).values(ended_at=now))
