"""Sessions of the console: who is signed in, since when and by what."""

from __future__ import annotations

from sqlalchemy import Connection, Row, delete, insert, select, update

from engine.model.account import Session, SignInWay
from engine.model.instant import Instant
from engine.store.tables.access import console_sessions

_HANDLE = 16  # letters of the hash in a session's handle


def begin(
    conn: Connection, token_hash: str, account_id: int, way: SignInWay, browser: str, now: Instant
) -> None:
    """Sign an account in under the hash of a new token."""
    row = {
        "token_hash": token_hash,
        "account_id": account_id,
        "began_at": now,
        "seen_at": now,
        "way": way,
        "browser": browser,
    }
    conn.execute(insert(console_sessions).values(row))


def of_token(conn: Connection, token_hash: str) -> Session | None:
    """Return the session of a token; None if there is none."""
    wanted = console_sessions.c.token_hash == token_hash
    row = conn.execute(select(console_sessions).where(wanted)).first()
    return None if row is None else _read(row)


def unended(conn: Connection, since: Instant, account_id: int | None = None) -> list[Session]:
    """Return the sessions that began since an instant and were not ended, the newest first.

    Args:
        conn: A connection.
        since: The earliest beginning.
        account_id: The account whose sessions are wanted; None for those of all accounts.
    """
    wanted = [console_sessions.c.ended_at.is_(None), console_sessions.c.began_at >= since]
    if account_id is not None:
        wanted.append(console_sessions.c.account_id == account_id)
    newest = select(console_sessions).where(*wanted).order_by(console_sessions.c.began_at.desc())
    return [_read(row) for row in conn.execute(newest)]


def seen(conn: Connection, token_hash: str, now: Instant) -> None:
    """Note that a session asked for something."""
    of_token = console_sessions.c.token_hash == token_hash
    conn.execute(update(console_sessions).where(of_token).values(seen_at=now))


def end(conn: Connection, token_hash: str, now: Instant) -> None:
    """Sign a session out."""
    of_token = console_sessions.c.token_hash == token_hash
    conn.execute(update(console_sessions).where(of_token).values(ended_at=now))


def end_by_handle(conn: Connection, account_id: int, handle: str, now: Instant) -> bool:
    """Sign an account's session out by its handle; return whether there was one."""
    wanted = (
        console_sessions.c.account_id == account_id,
        console_sessions.c.ended_at.is_(None),
        console_sessions.c.token_hash.startswith(handle, autoescape=True),
    )
    if len(handle) != _HANDLE:
        return False
    ended = conn.execute(update(console_sessions).where(*wanted).values(ended_at=now))
    return ended.rowcount > 0


def end_all_of(conn: Connection, account_id: int, now: Instant) -> None:
    """Sign an account out everywhere."""
    open_ones = (
        console_sessions.c.account_id == account_id,
        console_sessions.c.ended_at.is_(None),
    )
    conn.execute(update(console_sessions).where(*open_ones).values(ended_at=now))


def forget(conn: Connection, before: Instant) -> int:
    """Delete the sessions that began before an instant; return how many there were."""
    return conn.execute(
        delete(console_sessions).where(console_sessions.c.began_at < before)
    ).rowcount


def _read(row: Row[tuple[object, ...]]) -> Session:
    return Session(
        row.token_hash[:_HANDLE],
        row.account_id,
        row.began_at,
        row.seen_at,
        row.ended_at,
        row.way,
        row.browser,
    )
