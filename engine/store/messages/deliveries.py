"""Texts of the outbox as a list, the newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, or_, select, union_all

from engine.model.instant import Instant
from engine.model.message import REACHED_NOBODY
from engine.model.site_pages import OutboxText
from engine.model.staff import shown
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.operations import audit
from engine.store.tables.people import assignments, clients, staff

_ABOUT = func.coalesce(outbox.c.client_id, alerts.c.client_id)
_of_alert, _to_client = outbox.alias(), outbox.alias()
_COLUMNS = [
    *(outbox.c[name] for name in ("id", "kind", "alert_id", "state", "created_at", "due_at")),
    *(outbox.c[name] for name in ("sent_at", "updated_at", "error_code")),
    staff.c.ref.label("staff_ref"),
    staff.c.call_name,
    clients.c.id.label("client"),
    clients.c.ref.label("client_ref"),
]
_LISTED = (
    select(*_COLUMNS)
    .outerjoin(alerts, alerts.c.id == outbox.c.alert_id)
    .outerjoin(staff, staff.c.id == outbox.c.staff_id)
    .outerjoin(clients, clients.c.id == _ABOUT)
    .order_by(outbox.c.id.desc())
    .limit(bindparam("most"))
)
_LOST = outbox.c.state.in_(REACHED_NOBODY - {"cancelled"})
_REASONS = (
    select(audit.c.subject, audit.c.detail)
    .where(audit.c.subject.in_(bindparam("subjects", expanding=True)))
    .order_by(audit.c.id)
)


def listed(
    conn: Connection, before: int | None, most: int, *, lost_only: bool, staff_id: int | None,
    now: Instant,
) -> list[OutboxText]:  # fmt: skip
    """Return texts, the newest first.

    Args:
        conn: A connection.
        before: Only texts that are older than this one; None for the newest.
        most: How many at most.
        lost_only: Only those that certainly reached nobody.
        staff_id: Only texts about clients who are assigned to this person at `now`; None for all.
        now: The present instant.
    """
    wanted: Select[Any] = _LISTED
    if before is not None:
        wanted = wanted.where(outbox.c.id < before)
    if lost_only:
        wanted = wanted.where(_LOST)
    if staff_id is not None:
        lasts = and_(
            assignments.c.staff_id == staff_id,
            assignments.c.began <= now,
            or_(assignments.c.ended.is_(None), assignments.c.ended > now),
        )
        own = select(assignments.c.client_id).where(lasts)
        # From the clients on, so that it does not matter how many texts are about others.
        of_alerts = select(_of_alert.c.id).join(alerts, alerts.c.id == _of_alert.c.alert_id)
        to_clients = select(_to_client.c.id).where(_to_client.c.client_id.in_(own))
        texts = union_all(of_alerts.where(alerts.c.client_id.in_(own)), to_clients)
        wanted = wanted.where(outbox.c.id.in_(texts))
    rows = conn.execute(wanted, {"most": most}).all()
    why = _reasons(conn, [row.id for row in rows if row.state in REACHED_NOBODY])
    return [
        OutboxText(
            row.id, row.kind, row.staff_ref and shown(row.staff_ref, row.call_name), row.client,
            row.client_ref, row.alert_id, row.state, row.created_at, row.due_at, row.sent_at,
            row.updated_at, row.error_code, why.get(row.id),
        )
        for row in rows
    ]  # fmt: skip


def _reasons(conn: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Return why messages did not go out, as the audit trail has it; the last word counts."""
    if not ids:
        return {}
    found = conn.execute(_REASONS, {"subjects": [f"message {id_}" for id_ in ids]})
    said = {int(subject.split()[1]): json.loads(detail).get("why") for subject, detail in found}
    return {id_: why for id_, why in said.items() if isinstance(why, str)}
