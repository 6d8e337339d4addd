"""The text of the day goes the whole way to the admins, and its arrival is checked.

If it does not arrive, no other text may arrive either, and no text can tell of that. The watchdog,
`/readyz`, `handrail doctor` and the watch outside show it instead.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.flows.escalation import operator_notices
from engine.messaging import operator_texts
from engine.model.duration import Duration
from engine.model.instant import DAY_US, HOUR_US, MICROSECOND, Instant, from_us
from engine.model.local_time import first_reached
from engine.model.message import REACHED_NOBODY, MessageKind
from engine.store.database.connection import Database
from engine.store.messages import canaries
from engine.store.messages.canaries import Canary

# The carrier reports an arrival within this time.
ARRIVES_WITHIN_US = HOUR_US
# A text of the day that did not go within this time says nothing of today.
_OF_USE_US = 12 * HOUR_US


def run(database: Database, at: Duration, timezone: str, now: Instant) -> int:
    """Put the text of the day into the outbox, once its hour has come.

    Args:
        database: The database.
        at: When it goes, as the time since midnight by the site's clock.
        timezone: The site's.
        now: The present instant.

    Returns:
        How many admins get it.
    """
    today = from_us(now).astimezone(ZoneInfo(timezone)).date()
    due = first_reached(datetime.combine(today, datetime.min.time()) + at * MICROSECOND, timezone)
    return operator_notices.tell_once(
        database, operator_notices.admins, MessageKind.CANARY, operator_texts.canary(),
        due=due, of_use=_OF_USE_US, now=now,
    )  # fmt: skip


def lost(conn: Connection, now: Instant) -> list[str]:
    """Return each text of the day that has not arrived in time, in a few words."""
    return [
        f"the text of the day to {one.staff} has not arrived"
        for one in canaries.newest(conn, now - DAY_US - ARRIVES_WITHIN_US)
        if is_lost(one, now)
    ]


def is_lost(one: Canary, now: Instant) -> bool:
    """Return whether a text of the day never arrives, or should have arrived by now."""
    if one.state == "delivered":
        return False
    return one.state in REACHED_NOBODY or now - one.due_at >= ARRIVES_WITHIN_US


def took(one: Canary) -> timedelta | None:
    """Return the time from the hand-over to the carrier's word that it arrived; None before."""
    if one.state != "delivered" or one.sent_at is None:
        return None
    return (one.updated_at - one.sent_at) * MICROSECOND
