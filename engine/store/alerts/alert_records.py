"""The full record of alerts that people read: one alert whole, or a list of alerts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, select

from engine.model.alert import Alert, AlertEvidence, AlertState
from engine.model.instant import Instant
from engine.model.message import MessageKind, OutboxState
from engine.model.routing import Policy
from engine.model.staff import Role
from engine.store.alerts.alert_json import read_evidence, read_policy
from engine.store.tables.alerts import alert_transitions, alerts
from engine.store.tables.intake import event_versions, events
from engine.store.tables.messages import outbox
from engine.store.tables.people import clients, staff

_ALERT = [alerts.c[name] for name in Alert.__dataclass_fields__]
_LISTED = (
    select(*_ALERT, clients.c.ref, clients.c.timezone, staff.c.ref.label("owner_ref"))
    .join(clients, clients.c.id == alerts.c.client_id)
    .outerjoin(staff, staff.c.id == alerts.c.owner_id)
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An alert in a list; `timezone` is the client's."""

    alert: Alert
    client_ref: str
    timezone: str
    owner_ref: str | None


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert with its evidence, its rule set and its policy."""

    listed: Listed
    rule_set_id: int
    evidence: AlertEvidence
    policy: Policy
    step: int
    next_step_at: Instant | None


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of an alert's state, or of another part of it."""

    at: Instant
    from_state: AlertState | None
    to_state: AlertState
    actor: str
    why: str


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event behind an alert, without its note.

    `changed_since` says whether it was corrected or withdrawn later. `said_of` is the ref of the
    merged client under whom it came; None if it came under the client's own.
    """

    id: int
    kind: str
    occurred_at: Instant
    fields: str
    origin: str
    changed_since: bool
    said_of: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message about an alert, without its words and number; instants are None until they come."""

    created_at: Instant
    updated_at: Instant
    sent_at: Instant | None
    arrived_at: Instant | None
    step: int
    role: Role
    staff_ref: str
    kind: MessageKind
    sequence: int
    state: OutboxState
    error_code: str | None


def listed(
    conn: Connection,
    states: Collection[str],
    client_ref: str | None = None,
    *,
    held_only: bool = False,
) -> list[Listed]:
    """Return alerts in these states, of one client or of all, or only held ones.

    The alert opened last comes last.
    """
    wanted = _LISTED.where(alerts.c.state.in_(states)).order_by(alerts.c.opened_at, alerts.c.id)
    if client_ref is not None:
        wanted = wanted.where(clients.c.ref == client_ref)
    if held_only:
        wanted = wanted.where(alerts.c.inactivity == "held")
    return [_listed(row) for row in conn.execute(wanted)]


def record_of(conn: Connection, alert_id: int) -> AlertRecord | None:
    """Return one alert and its evidence; None if no alert has this id."""
    rest = [
        alerts.c[name] for name in ("rule_set_id", "evidence", "policy", "step", "next_step_at")
    ]
    row = conn.execute(_LISTED.add_columns(*rest).where(alerts.c.id == alert_id)).first()
    if row is None:
        return None
    return AlertRecord(
        _listed(row),
        row.rule_set_id,
        read_evidence(row.evidence),
        read_policy(row.policy),
        row.step,
        row.next_step_at,
    )


def transitions_of(conn: Connection, alert_id: int) -> list[Transition]:
    """Return the changes of an alert in their order."""
    wanted = select(*[alert_transitions.c[name] for name in Transition.__dataclass_fields__])
    return [
        Transition(*row)
        for row in conn.execute(
            wanted.where(alert_transitions.c.alert_id == alert_id).order_by(alert_transitions.c.id)
        )
    ]


def messages_of(conn: Connection, alert_id: int) -> list[Sent]:
    """Return the messages about an alert, oldest first."""
    wanted = (
        select(
            outbox.c.created_at,
            outbox.c.updated_at,
            outbox.c.sent_at,
            # A delivery is the carrier's last word, so nothing changes the row after it.
            case((outbox.c.state == "delivered", outbox.c.updated_at)),
            outbox.c.step,
            staff.c.role,
            staff.c.ref,
            outbox.c.kind,
            outbox.c.sequence,
            outbox.c.state,
            outbox.c.error_code,
        )
        .join(staff, staff.c.id == outbox.c.staff_id)
        .where(outbox.c.alert_id == alert_id)
        .order_by(outbox.c.id)
    )
    return [Sent(*row) for row in conn.execute(wanted)]


def events_as_of(conn: Connection, event_ids: Collection[int], at: Instant) -> dict[int, SeenEvent]:
    """Return events by id, as they were known at `at`, before later corrections."""
    content = ("kind", "occurred_at", "fields", "origin")
    now = (
        select(events.c.id, *[events.c[name] for name in content], clients.c.ref)
        .outerjoin_from(events, clients, clients.c.id == events.c.said_of)
        .where(events.c.id.in_(event_ids))
    )
    changed = (
        select(
            event_versions.c.event_id, *[event_versions.c[name] for name in content], clients.c.ref
        )
        .outerjoin_from(event_versions, clients, clients.c.id == event_versions.c.said_of)
        .where(event_versions.c.event_id.in_(event_ids), event_versions.c.replaced_at > at)
        .order_by(event_versions.c.replaced_at.desc(), event_versions.c.id.desc())
    )
    found: dict[int, SeenEvent] = {}
    for rows, changed_since in ((conn.execute(now), False), (conn.execute(changed), True)):
        found |= {row[0]: _seen(row, changed_since) for row in rows}
    return found


def _seen(row: Any, changed_since: bool) -> SeenEvent:
    return SeenEvent(
        row[0], row.kind, row.occurred_at, row.fields, row.origin, changed_since, row.ref
    )


def _listed(row: Any) -> Listed:
    return Listed(Alert(*row[: len(_ALERT)]), row.ref, row.timezone, row.owner_ref)
