"""The people who were told of unresolved alerts and may have left since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, and_, bindparam, exists, or_, select

from engine.model.alert import AlertState
from engine.model.instant import Instant
from engine.model.message import TELLING, MessageKind
from engine.model.routing import Policy
from engine.model.rule import Severity
from engine.store.alerts.alert_json import read_policy
from engine.store.alerts.alerts import TOLD
from engine.store.database.prepared import prepared
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.operations import channel_state
from engine.store.tables.people import absences, assignments, opt_outs, staff

_log = structlog.get_logger()


_KINDS = (
    *TELLING,
    MessageKind.REMINDER,
    MessageKind.SNOOZE_OVER,
    MessageKind.REACHES_NOBODY,
)
_ABSENT = exists().where(
    absences.c.staff_id == staff.c.id,
    absences.c.removed_at.is_(None),
    absences.c.began <= bindparam("now"),
    absences.c.ended > bindparam("now"),
)
_ASSIGNED = exists().where(
    assignments.c.client_id == alerts.c.client_id,
    assignments.c.staff_id == staff.c.id,
    assignments.c.began <= bindparam("now"),
    or_(assignments.c.ended.is_(None), assignments.c.ended > bindparam("now")),
)
# The text lies on a phone that may be a stranger's now.
_MOVED = and_(outbox.c.phone.is_not(None), outbox.c.phone.is_distinct_from(staff.c.phone))
_MAYBE_GONE = or_(
    _MOVED,
    ~staff.c.active,
    staff.c.phone.is_(None),
    staff.c.phone.in_(select(opt_outs.c.phone)),
    and_(
        staff.c.confirmed_phone.is_distinct_from(staff.c.phone),
        exists().where(channel_state.c.verifies_numbers),
    ),
    _ABSENT,
    ~_ASSIGNED,
)
# A text that failed is followed up by delivery; one that was cancelled told nobody.
_TEXTS = and_(outbox.c.kind.in_(_KINDS), outbox.c.state != "cancelled")
_DOUBTED = (
    select(alerts.c.id)
    .join(outbox, outbox.c.alert_id == alerts.c.id)
    .join(staff, staff.c.id == outbox.c.staff_id)
    .where(
        or_(alerts.c.state == "open", alerts.c.state == "acknowledged"),
        TOLD,
        ~alerts.c.historic,
        _TEXTS,
        outbox.c.kind != MessageKind.REACHES_NOBODY,
        _MAYBE_GONE,
    )
)
_WANTED = prepared(
    select(
        alerts.c.id,
        alerts.c.client_id,
        alerts.c.state.label("alert_state"),
        alerts.c.owner_id,
        alerts.c.severity,
        alerts.c.policy,
        alerts.c.told_at,
        outbox.c.staff_id,
        outbox.c.step,
        outbox.c.kind,
        outbox.c.state,
        outbox.c.created_at,
        _MOVED.label("moved"),
    )
    .join(outbox, outbox.c.alert_id == alerts.c.id)
    .outerjoin(staff, staff.c.id == outbox.c.staff_id)
    .where(alerts.c.id.in_(_DOUBTED), _TEXTS)
    .order_by(alerts.c.id, outbox.c.id)
)


@dataclass(frozen=True, slots=True)
class ToldStaff:
    """The people told of an alert: the last policy step of each person, by staff id.

    Attributes:
        owner_id: The person who has taken it.
        moved: Those whose last text went to a number that they have no more.
        since: Those told since people were last told, or since it was taken.
        admins_know: Whether the admins were told last that it reaches nobody.
    """

    alert_id: int
    client_id: int
    state: AlertState
    owner_id: int | None
    severity: Severity
    policy: Policy
    steps: Mapping[int, int]
    moved: frozenset[int]
    since: frozenset[int]
    admins_know: bool


def maybe_gone(conn: Connection, now: Instant) -> list[ToldStaff]:
    """Return the alerts, open or taken, with a recipient who might be gone at `now`."""
    rows = defaultdict(list)
    for row in conn.execute(_WANTED, {"now": now}):
        rows[row.id].append(row)
    found = []
    for alert_id, texts in rows.items():
        try:
            found.append(_told(alert_id, texts))
        except ValueError:  # its policy cannot be read, and the others must still be seen
            _log.error("the policy of an alert cannot be read", alert=alert_id)
    return found


def _told(alert_id: int, texts: Sequence[Any]) -> ToldStaff:
    first = texts[0]
    to_roles = [one for one in texts if one.kind != MessageKind.REACHES_NOBODY]
    waiting = {"queued", "claimed", "unknown"}
    last = max(one.created_at for one in to_roles)
    newest = {one.staff_id: one for one in to_roles}
    return ToldStaff(
        alert_id,
        first.client_id,
        first.alert_state,
        first.owner_id,
        first.severity,
        read_policy(first.policy),
        {staff_id: one.step for staff_id, one in newest.items()},
        frozenset(staff_id for staff_id, one in newest.items() if one.moved),
        frozenset(
            one.staff_id
            for one in to_roles
            if one.created_at >= (first.told_at or 0) or one.state in waiting
        ),
        any(one.created_at >= last for one in texts if one.kind == MessageKind.REACHES_NOBODY),
    )
