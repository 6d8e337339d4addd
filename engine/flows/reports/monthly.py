"""One text a month to the supervisors: the report of the month that is over is in the console."""

from __future__ import annotations

from engine.flows.escalation import operator_notices
from engine.messaging import operator_texts
from engine.model.instant import DAY_US, HOUR_US, Instant
from engine.model.message import MessageKind
from engine.model.report_month import last_month, period_of_month
from engine.store.database.connection import Database

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
    return operator_notices.tell_once(
        database, operator_notices.overseers,
        MessageKind.MONTHLY_REPORT, operator_texts.monthly_report(),
        due=due, of_use=_OF_USE_US, now=now,
    )  # fmt: skip
