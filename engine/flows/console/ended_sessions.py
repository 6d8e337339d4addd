"""Delete what nobody signs in by any more; the audit trail keeps who signed in."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.account import KNOWN_BROWSER_US, SESSION_US
from engine.model.instant import DAY_US, Instant
from engine.store.access import attempts, sessions
from engine.store.database.connection import Database

# How long a session that has ended is kept.
_KEPT_US = 30 * DAY_US


def forget(database: Database, now: Instant) -> Mapping[str, int]:
    """Delete sessions that ended long ago, and browsers whose cookie has expired.

    Args:
        database: The database.
        now: The present instant.

    Returns:
        How many of each were deleted.
    """
    with database.write() as conn:
        return {
            "sessions": sessions.forget(conn, now - SESSION_US - _KEPT_US),
            "browsers": attempts.forget_browsers(conn, now - KNOWN_BROWSER_US),
        }
