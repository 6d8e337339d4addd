"""Reminders: when people last heard of an alert or took it, and whom its last step told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.message import REACHED_NOBODY, TELLING
from engine.model.rule import Severity
from engine.store.alerts.alerts import TOLD
from engine.store.database.prepared import prepared
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox

_TOLD_AGAIN = and_(alerts.c.state.in_(["open", "acknowledged"]), TOLD, ~alerts.c.historic)
_LONGEST_AGO = prepared(
    select(alerts.c.rule_id, alerts.c.severity, func.min(alerts.c.told_at))
    .where(_TOLD_AGAIN, alerts.c.told_at.is_not(None))
    .group_by(alerts.c.rule_id, alerts.c.severity)
)
_AGAIN = (
    update(alerts)
    .where(alerts.c.id == bindparam("alert"))
    .values(told_at=bindparam("at"), reminders=bindparam("how_often"))
)
_AT_ONCE = update(alerts).where(alerts.c.id == bindparam("alert")).values(told_at=0)
_LAST_TOLD = select(outbox.c.staff_id, outbox.c.step, outbox.c.created_at).where(
    outbox.c.alert_id == bindparam("alert"),
    outbox.c.kind.in_(TELLING),
    outbox.c.state.not_in(REACHED_NOBODY),
)


@dataclass(frozen=True, slots=True)
class Due:
    """An alert whose people need a reminder, its owner, and the number of earlier reminders."""

    alert_id: int
    owner_id: int | None
    reminders: int


def due(
    conn: Connection,
    by_rule: Mapping[str, Duration],
    by_severity: Mapping[Severity, Duration],
    now: Instant,
    limit: int,
) -> list[Due]:
    """Return the alerts, open or taken, that people were last told of too long ago; lock them.

    Args:
        conn: A connection in a transaction that writes.
        by_rule: The longest wait, by rule id.
        by_severity: The longest wait of all other rules' alerts.
        now: The present instant.
        limit: How many at most.
    """
    of_wait: dict[Duration, list[str]] = defaultdict(list)
    for rule, wait in by_rule.items():
        of_wait[wait].append(rule)
    waited = or_(
        *(
            and_(alerts.c.rule_id.in_(of), alerts.c.told_at <= now - wait)
            for wait, of in of_wait.items()
        ),
        *(
            and_(
                alerts.c.severity == severity,
                alerts.c.rule_id.not_in(list(by_rule)),
                alerts.c.told_at <= now - wait,
            )
            for severity, wait in by_severity.items()
        ),
    )
    wanted = (
        select(alerts.c.id, alerts.c.owner_id, alerts.c.reminders)
        .where(_TOLD_AGAIN, waited)
        .order_by(alerts.c.told_at, alerts.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Due(*row) for row in conn.execute(wanted)]


def longest_ago(conn: Connection) -> list[tuple[str, Severity, Instant]]:
    """Return when people were last told of each waiting alert, by rule id and severity."""
    return [(row[0], row[1], row[2]) for row in conn.execute(_LONGEST_AGO)]


def told_again(conn: Connection, reminder: Due, at: Instant) -> None:
    """Record that people were told again of an alert."""
    conn.execute(
        _AGAIN, {"alert": reminder.alert_id, "at": at, "how_often": reminder.reminders + 1}
    )


def put_off(conn: Connection, reminder: Due, told_at: Instant) -> None:
    """Let the next reminder count from an instant, as if people had been told then."""
    again = {"alert": reminder.alert_id, "at": told_at, "how_often": reminder.reminders}
    conn.execute(_AGAIN, again)


def remind_at_once(conn: Connection, alert_id: int) -> None:
    """Let people be told again of an alert now, because the last reminder reached nobody."""
    conn.execute(_AT_ONCE, {"alert": alert_id})


def ever_told(conn: Connection, alert_id: int) -> set[int]:
    """Return the staff whom a step of an alert's policy told, or may still tell."""
    return {row.staff_id for row in conn.execute(_LAST_TOLD, {"alert": alert_id})}


def last_told(conn: Connection, alert_id: int) -> dict[int, Instant]:
    """Return the people whom an alert's last step told: by staff id, the step that did."""
    rows = conn.execute(_LAST_TOLD, {"alert": alert_id}).all()
    newest = max((row.created_at for row in rows), default=0)
    return {row.staff_id: row.step for row in rows if row.created_at == newest}
