"""Exercises: the stand-in for a client, the one that runs, and how people answered it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, or_, select

from engine.model.alert import DRILL
from engine.model.instant import Instant
from engine.model.message import FOLLOW_UPS, NEWS, OutboxState, Way, way_of
from engine.model.staff import Role
from engine.store.alerts.alerts import TOLD
from engine.store.database.prepared import prepared
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import inbox, inbox_alerts, outbox
from engine.store.tables.people import clients, staff

# No client: it is never enrolled, so no rule, schedule or report sees it.
STAND_IN = "DRILL"
_STAND_IN = select(clients.c.id).where(clients.c.ref == STAND_IN)
_RUNNING = prepared(
    select(alerts.c.id)
    .join(clients, clients.c.id == alerts.c.client_id)
    .where(clients.c.ref == STAND_IN, alerts.c.rule_id == DRILL, alerts.c.state != "resolved")
    .order_by(alerts.c.id)
)
_REAL = select(alerts.c.id).where(alerts.c.rule_id != DRILL, ~alerts.c.historic, TOLD).limit(1)
_WAITS = _REAL.where(alerts.c.state == "open", alerts.c.severity == "urgent")
_CAME = _REAL.where(
    or_(alerts.c.state == "open", alerts.c.state == "acknowledged"),
    alerts.c.severity.in_(("urgent", "high")),
    alerts.c.opened_at >= bindparam("since"),
)
_NEWEST = select(alerts.c.id).where(alerts.c.rule_id == DRILL, alerts.c.client_id.in_(_STAND_IN))
_ASKED = (
    select(
        staff.c.ref,
        staff.c.call_name,
        staff.c.role,
        outbox.c.staff_id,
        outbox.c.step,
        outbox.c.kind,
        outbox.c.sent_at,
        outbox.c.created_at,
        outbox.c.state,
        outbox.c.updated_at,
    )
    .join(staff, staff.c.id == outbox.c.staff_id)
    .where(outbox.c.alert_id == bindparam("alert"), outbox.c.kind.not_in(NEWS))
    # An answer takes calls and e-mails back before they go.
    .where(or_(outbox.c.kind.not_in(FOLLOW_UPS), outbox.c.state != "cancelled"))
    .order_by(outbox.c.id)
)
_ANSWERS = (
    select(inbox.c.staff_id, inbox.c.received_at, inbox.c.understood)
    .join(inbox_alerts, inbox_alerts.c.inbox_id == inbox.c.id)
    .where(inbox_alerts.c.alert_id == bindparam("alert"))
    .order_by(inbox.c.id.desc())
)


@dataclass(frozen=True, slots=True)
class DrillText:
    """A text, call or e-mail of an exercise to a person, and their first answer after it."""

    staff_ref: str
    call_name: str | None
    role: Role
    staff_id: int
    step: int
    way: Way
    told_at: Instant
    state: OutboxState
    arrived_at: Instant | None
    answered_at: Instant | None
    answer: str | None  # how it was understood


def stand_in(conn: Connection, timezone: str) -> int:
    """Return the id of the stand-in for a client, which is made if it is not there."""
    known = conn.scalar(_STAND_IN)
    if known is None:
        row = {"ref": STAND_IN, "timezone": timezone}
        known = conn.scalar(insert(clients).values(row).returning(clients.c.id))
    assert known is not None
    return known


def running(conn: Connection) -> int | None:
    """Return the alert of the exercise that runs; None if none does."""
    return conn.scalar(_RUNNING)


def urgent_alert_waits(conn: Connection) -> bool:
    """Return whether an urgent alert about a client waits for a person."""
    return conn.scalar(_WAITS) is not None


def real_alert_since(conn: Connection, since: Instant) -> bool:
    """Return whether an urgent or high alert about a client has opened since, and is unresolved."""
    return conn.scalar(_CAME, {"since": since}) is not None


def newest(conn: Connection) -> int | None:
    """Return the alert of the newest exercise; None if there was none."""
    return conn.scalar(_NEWEST.order_by(alerts.c.id.desc()).limit(1))


def texts_of(conn: Connection, alert_id: int) -> list[DrillText]:
    """Return each text of an exercise with its first answer, in the order of telling."""
    answers = conn.execute(_ANSWERS, {"alert": alert_id}).all()
    found = []
    for row in conn.execute(_ASKED, {"alert": alert_id}):
        first = next(
            (
                one
                for one in reversed(answers)
                if one.staff_id == row.staff_id and one.received_at >= row.created_at
            ),
            None,
        )
        arrived = row.updated_at if row.state == "delivered" else None
        found.append(
            DrillText(
                row.ref, row.call_name, row.role, row.staff_id, row.step,
                way_of(row.kind), row.sent_at or row.created_at,
                row.state, arrived, first and first.received_at, first and first.understood,
            )
        )  # fmt: skip
    return found
