"""The clock of the database's server, which all daemons on it share."""

from __future__ import annotations

from sqlalchemy import Connection, text

from engine.errors import UserError
from engine.model.instant import MINUTE_US, Instant, from_us

_NOW = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
_APART_US = 5 * MINUTE_US


def read(conn: Connection) -> Instant | None:
    """Return the present instant by the server; None on SQLite, which has no clock of its own."""
    return conn.scalar(_NOW) if conn.dialect.name == "postgresql" else None


def refuse_another(conn: Connection, now: Instant) -> None:
    """Refuse to write by a machine's clock that differs from the server's.

    Args:
        conn: The transaction, before it commits.
        now: The present instant by the machine's clock.

    Raises:
        UserError: The two are more than five minutes apart.
    """
    theirs = read(conn)
    if theirs is not None and abs(now - theirs) > _APART_US:
        ours, servers = f"{from_us(now):%Y-%m-%d %H:%M}", f"{from_us(theirs):%Y-%m-%d %H:%M}"
        raise UserError(
            f"This machine's clock says {ours} UTC, and that of the database says {servers}; set "
            "this machine's clock right. Nothing was changed."
        )
