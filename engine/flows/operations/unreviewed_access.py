"""A text a day to the supervisors while emergency accesses wait for a review."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.flows.escalation import operator_notices
from engine.messaging import operator_texts
from engine.model.emergency_access import ADMINS_AFTER_US, REVIEWED_WITHIN_US
from engine.model.instant import HOUR_US, Instant, from_us
from engine.model.local_time import first_reached
from engine.model.message import MessageKind
from engine.model.staff import Staff
from engine.store.access import emergency
from engine.store.database.connection import Database

# It goes at this hour, by the site's clock.
_HOUR = time(9)
# A daemon that was down for longer says nothing of that day; the next day's text does.
_OF_USE_US = 12 * HOUR_US


def run(database: Database, timezone: str, now: Instant) -> int:
    """Put the day's reminder into the outbox, once its hour has come.

    Args:
        database: The database.
        timezone: The site's.
        now: The present instant.

    Returns:
        How many people get it: the supervisors, and after three days without a review the admins
        too.
    """
    today = from_us(now).astimezone(ZoneInfo(timezone)).date()
    due = first_reached(datetime.combine(today, _HOUR), timezone)
    if not due <= now < due + _OF_USE_US:
        return 0
    with database.read() as conn:
        waiting = emergency.unreviewed(conn, due - REVIEWED_WITHIN_US)
    if not waiting:
        return 0
    old = waiting[0] < due - ADMINS_AFTER_US

    def whom(conn: Connection, at: Instant) -> list[Staff]:
        people = operator_notices.overseers(conn, at)
        known = {one.id for one in people}
        others = operator_notices.admins(conn, at) if old else []
        return people + [one for one in others if one.id not in known]

    return operator_notices.tell_once(
        database, whom, MessageKind.UNREVIEWED_ACCESS,
        operator_texts.unreviewed_access(len(waiting)), due=due, of_use=_OF_USE_US, now=now,
    )  # fmt: skip
