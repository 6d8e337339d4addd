"""Grouping: messages of the outbox that go to one recipient as one text.

Each message stays a row of its own, because its alert climbs on its own. It ends as the message
that carries it ends. If that one is cancelled, it goes out by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)

from engine.model.instant import Instant
from engine.model.message import (
    FINAL_STATES,
    FOLLOW_UPS,
    NEWS,
    Claimed,
    MessageKind,
    OutboxState,
    Waiting,
)
from engine.model.rule import SEVERITIES, Severity
from engine.store.alerts.alerts import TOLD
from engine.store.database.prepared import prepared
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.operations import alert_storms
from engine.store.tables.people import clients, staff

_GATHERED = (MessageKind.NEWLY, MessageKind.STORM, MessageKind.REACHES_NOBODY)
_NOT_GATHERED = (MessageKind.REACHES_NOBODY, *FOLLOW_UPS, *NEWS)
_carrier = outbox.alias()
# No message carries it, or the one that did will not go out.
ON_ITS_OWN: ColumnElement[bool] = or_(
    outbox.c.bundle_id.is_(None),
    select(_carrier.c.id)
    .where(_carrier.c.id == outbox.c.bundle_id, _carrier.c.state == "cancelled")
    .exists(),
)


_OF_A_STEP = and_(
    outbox.c.state == "queued",
    outbox.c.created_at > bindparam("since"),
    outbox.c.kind == MessageKind.STEP,
    ~outbox.c.to_mentor,
    alerts.c.severity != "urgent",
)
_CLIENTS_WAITING = prepared(
    select(
        func.count(alerts.c.client_id.distinct()),
        select(func.max(alert_storms.c.last_held_at)).scalar_subquery(),
    )
    .join(outbox, outbox.c.alert_id == alerts.c.id)
    .where(_OF_A_STEP)
)
_SENT = prepared(
    select(outbox.c.sent_at, outbox.c.body).where(
        outbox.c.phone == bindparam("phone"),
        outbox.c.sent_at > bindparam("since"),
        outbox.c.id != bindparam("message"),
    )
)
_WAITING = prepared(
    select(outbox.c.id, outbox.c.due_at, outbox.c.kind)
    .join(alerts, alerts.c.id == outbox.c.alert_id)
    .join(staff, staff.c.id == outbox.c.staff_id)
    .where(outbox.c.staff_id == bindparam("staff"))
    .where(or_(outbox.c.id == bindparam("message"), and_(outbox.c.state == "queued", ON_ITS_OWN)))
    .where(alerts.c.state == "open", TOLD)
    .where(alerts.c.severity != "urgent")
    .where(outbox.c.kind.not_in(_NOT_GATHERED))
    .where(staff.c.role != "mentor", ~outbox.c.to_mentor)
    .order_by(outbox.c.id)
    .with_for_update(of=outbox, skip_locked=True)
)
_REACH_NOBODY = prepared(
    select(outbox.c.id, outbox.c.due_at, outbox.c.kind)
    .join(alerts, alerts.c.id == outbox.c.alert_id)
    .where(outbox.c.staff_id == bindparam("staff"))
    .where(or_(outbox.c.id == bindparam("message"), and_(outbox.c.state == "queued", ON_ITS_OWN)))
    .where(outbox.c.kind == MessageKind.REACHES_NOBODY, alerts.c.state != "resolved", TOLD)
    .order_by(outbox.c.id)
    .with_for_update(of=outbox, skip_locked=True)
)
_FOLLOW = prepared(
    update(outbox)
    .where(outbox.c.bundle_id == bindparam("carrier"), outbox.c.state.not_in(FINAL_STATES))
    .values(state=bindparam("to"), updated_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class SentText:
    """When a text was handed over, and its words."""

    at: Instant
    body: str


def sent(conn: Connection, message: Claimed, since: Instant) -> list[SentText]:
    """Return the other texts that went, or may be going, to a message's number since then.

    Recipients who share a number are one phone, and the phone must not buzz too often.
    """
    wanted = {"message": message.id, "phone": message.phone, "since": since}
    return [SentText(*row) for row in conn.execute(_SENT, wanted)]


def waiting(conn: Connection, message: Claimed) -> list[Waiting]:
    """Return the messages that one text may join: the claimed one, if fit, and waiting ones.

    They are locked. Messages that another daemon is claiming are left out, because they would go
    twice.
    """
    nobody = message.kind == MessageKind.REACHES_NOBODY
    wanted = _REACH_NOBODY if nobody else _WAITING
    return [
        Waiting(row.id, row.due_at, row.kind if row.kind in _GATHERED else None)
        for row in conn.execute(wanted, {"message": message.id, "staff": message.staff_id})
    ]


@dataclass(frozen=True, slots=True)
class BundledAlert:
    """An alert in a bundle."""

    alert_id: int
    client_ref: str
    severity: Severity


def bundled_alerts(conn: Connection, message_ids: Collection[int]) -> list[BundledAlert]:
    """Return the alerts of these messages and of those they carry, the most severe first."""
    wanted = (
        select(alerts.c.id, clients.c.ref, alerts.c.severity)
        .distinct()
        .join(outbox, outbox.c.alert_id == alerts.c.id)
        .join(clients, clients.c.id == alerts.c.client_id)
        .where(_with_carried(message_ids))
    )
    found = [BundledAlert(*row) for row in conn.execute(wanted)]
    return sorted(found, key=lambda one: (SEVERITIES.index(one.severity), one.alert_id))


def lately_enqueued(conn: Connection, since: Instant) -> tuple[int, Instant | None]:
    """Count the clients whom the waiting, not urgent messages of steps since then concern.

    Returns:
        The count, and when the storm brake last held; None if it never did.
    """
    clients, last_held_at = conn.execute(_CLIENTS_WAITING, {"since": since}).one()
    return clients, last_held_at


def gather(conn: Connection, since: Instant, due_at: Instant) -> int:
    """Let these messages go together, one text a recipient, not before `due_at`.

    Returns:
        How many messages were gathered.
    """
    theirs = select(outbox.c.id).join(alerts, alerts.c.id == outbox.c.alert_id).where(_OF_A_STEP)
    later = case((outbox.c.due_at > due_at, outbox.c.due_at), else_=due_at)
    gathered = (
        update(outbox).where(outbox.c.id.in_(theirs)).values(kind=MessageKind.STORM, due_at=later)
    )
    return conn.execute(gathered, {"since": since}).rowcount


def carry(conn: Connection, carrier_id: int, carried: Collection[int], body: str) -> None:
    """Let an unsent message with new words carry others and the messages that they carry."""
    conn.execute(update(outbox).where(_with_carried(carried)).values(bundle_id=carrier_id))
    conn.execute(update(outbox).where(outbox.c.id == carrier_id).values(body=body, bundle_id=None))


def follow(conn: Connection, carrier_id: int, state: OutboxState, now: Instant) -> None:
    """Give carried messages the state of their carrier, once it was sent or never will be."""
    if state in {"queued", "claimed", "unknown", "cancelled"}:
        return
    conn.execute(_FOLLOW, {"carrier": carrier_id, "to": state, "now": now})


def with_carried(conn: Connection, message: Claimed) -> list[Claimed]:
    """Return a message and those that it carries, as if they were claimed with it."""
    carried = select(outbox.c.id).where(outbox.c.bundle_id == message.id).order_by(outbox.c.id)
    return [message, *as_if_claimed(conn, message, conn.scalars(carried).all())]


def as_if_claimed(
    conn: Connection, message: Claimed, message_ids: Collection[int]
) -> list[Claimed]:
    """Return other messages to a message's recipient, as if they were claimed with it."""
    if not message_ids:
        return []
    columns = [outbox.c[name] for name in ("id", "alert_id", "step", "kind")]
    wanted = select(*columns).where(outbox.c.id.in_(message_ids)).order_by(outbox.c.id)
    return [replace(message, **row._mapping) for row in conn.execute(wanted)]


def _with_carried(message_ids: Collection[int]) -> ColumnElement[bool]:
    waits_with_one = and_(outbox.c.bundle_id.in_(message_ids), outbox.c.state == "queued")
    return or_(outbox.c.id.in_(message_ids), waits_with_one)
