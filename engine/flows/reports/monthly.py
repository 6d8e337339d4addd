"""One text a month to the supervisors: the report of the month that is over is in the console."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.flows.escalation import operator_notices
from engine.messaging import operator_texts
from engine.model.instant import DAY_US, HOUR_US, Instant
from engine.model.message import MessageKind, NewMessage
from engine.model.report_month import last_month, period_of_month
from engine.store.database.connection import Database
from engine.store.messages import outbox

# It goes at this hour of the first day of a month, by the site's clock.
_HOUR = 9 * HOUR_US
# A daemon that was down for longer says nothing of that month.
_OF_USE_US = 3 * DAY_US


def run(database: Database, timezone: str, now: Instant) -> int:
    """Put the text of the month into the outbox, once its hour has come.

    Args:
        database: The database.
        timezone: The site's.
        now: The present instant.

    Returns:
        How many supervisors get it; admins, if there are no supervisors.
    """
    _, over = period_of_month(last_month(timezone, now), timezone)
    due = over + _HOUR
    if not due <= now < due + _OF_USE_US:
        return 0
    with database.read() as conn:
        if not _without(conn, due, now):
            return 0
    with database.write() as conn:
        missing = _without(conn, due, now)
        for staff_id in missing:
            message = NewMessage(
                None, 0, staff_id, MessageKind.MONTHLY_REPORT, operator_texts.monthly_report(), now,
                due_at=now, expires_at=due + _OF_USE_US, sequence=due,
            )  # fmt: skip
            outbox.enqueue(conn, message)
    return len(missing)


def _without(conn: Connection, due: Instant, now: Instant) -> list[int]:
    """Return the supervisors who have not got this month's text."""
    return [
        one.id
        for one in operator_notices.overseers(conn, now)
        if not outbox.is_enqueued(conn, one.id, MessageKind.MONTHLY_REPORT, due)
    ]
