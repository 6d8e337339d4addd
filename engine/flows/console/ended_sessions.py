"""Delete what nobody signs in by or follows any more; the audit trail keeps who signed in."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.account import KNOWN_BROWSER_US, SESSION_US
from engine.model.instant import DAY_US, Instant
from engine.store.access import accounts, attempts, sessions
from engine.store.database.connection import Database
from engine.store.messages import alert_links

# How long a session or a link that leads nowhere any more is kept.
_KEPT_US = 30 * DAY_US


def forget(database: Database, now: Instant) -> Mapping[str, int]:
    """Delete sessions and links that ended long ago, and browsers whose cookie has expired.

    Args:
        database: The database.
        now: The present instant.

    Returns:
        How many of each were deleted.
    """
    with database.write() as conn:
        return {
            "sessions": sessions.forget(conn, now - SESSION_US - _KEPT_US),
            "sign-in links": accounts.forget_links(conn, now - _KEPT_US),
            "links to alerts": alert_links.forget(conn, now - _KEPT_US),
            "browsers": attempts.forget_browsers(conn, now - KNOWN_BROWSER_US),
        }
