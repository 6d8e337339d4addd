"""Wrong sign-ins by their source, browsers that are known, and the key for challenges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, insert, select

from engine.model.account import SignInFailures
from engine.model.instant import Instant
from engine.store.database.upsert import insert_of, put_row
from engine.store.tables.access import console_key, known_browsers, sign_in_failures


def failures_of(conn: Connection, sources: Iterable[str]) -> Mapping[str, SignInFailures]:
    """Return the failures of those sources that have any."""
    wanted = select(sign_in_failures).where(sign_in_failures.c.source.in_(list(sources)))
    return {row.source: SignInFailures(row.failures, row.last_at) for row in conn.execute(wanted)}


def set_failures(conn: Connection, failures: Mapping[str, SignInFailures]) -> None:
    """Replace the failures of some sources."""
    for source, one in failures.items():
        row = {"source": source, "failures": one.count, "last_at": one.last_at}
        put_row(conn, sign_in_failures, row)


def forget_failures(conn: Connection, sources: Iterable[str]) -> None:
    """Forget the failures of some sources, because one has signed in."""
    conn.execute(delete(sign_in_failures).where(sign_in_failures.c.source.in_(list(sources))))


def knows_browser(conn: Connection, token_hash: str, account_id: int) -> bool:
    """Return whether an account has signed in by this browser before."""
    wanted = (known_browsers.c.token_hash == token_hash, known_browsers.c.account_id == account_id)
    return conn.scalar(select(known_browsers.c.account_id).where(*wanted)) is not None


def add_browser(conn: Connection, token_hash: str, account_id: int, now: Instant) -> None:
    """Know a browser by the hash of its token."""
    row = {"token_hash": token_hash, "account_id": account_id, "seen_at": now}
    conn.execute(insert(known_browsers).values(row))


def forget_browsers(conn: Connection, before: Instant) -> int:
    """Delete the browsers that are known since before an instant; return how many there were."""
    return conn.execute(delete(known_browsers).where(known_browsers.c.seen_at < before)).rowcount


def key(conn: Connection, new: str) -> str:
    """Return the key of the console; `new` becomes it if there is none yet."""
    wanted = select(console_key.c.key)
    known = conn.scalar(wanted)
    if known is None:
        unless_known = insert_of(conn.dialect.name, console_key).on_conflict_do_nothing()
        conn.execute(unless_known.values(id=1, key=new))
        known = conn.scalar(wanted)
    assert known is not None
    return known
