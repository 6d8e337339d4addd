"""How people handled alerts, and which texts they got, as reports of services read them."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, or_, select

from engine.model.alert import DRILL
from engine.model.handled_alert import AlertText, HandledAlert
from engine.model.instant import Instant
from engine.store.tables.alerts import alert_transitions, alerts
from engine.store.tables.messages import outbox
from engine.store.tables.people import staff

_BY_A_PERSON = ("done", "false_alarm")
# Who acts in the console may be quicker than the text, which is then taken back.
_TOLD = func.coalesce(alerts.c.notified_at, alerts.c.opened_at)
_AMONG = (
    alerts.c.rule_id != DRILL,
    ~alerts.c.shadow,
    ~alerts.c.historic,
    bindparam("since") <= _TOLD,
    bindparam("until") > _TOLD,
)
_ALERTS = (
    select(
        alerts.c.id,
        alerts.c.client_id,
        alerts.c.rule_id,
        alerts.c.severity,
        _TOLD,
        alerts.c.notified_at,
        alerts.c.state,
        alerts.c.resolution,
    )
    .where(*_AMONG)
    .order_by(alerts.c.id)
)
_FIRST_ACTS = (
    select(alerts.c.id, func.min(alert_transitions.c.at))
    .join(alert_transitions, alert_transitions.c.alert_id == alerts.c.id)
    .where(
        *_AMONG,
        alert_transitions.c.actor.like("staff %"),
        alert_transitions.c.to_state.in_(("acknowledged", "resolved")),
    )
    .group_by(alerts.c.id)
)
# In the order of their instants, so that the last one of an alert counts.
_CLOSED_BY = (
    select(alerts.c.id, alert_transitions.c.actor)
    .join(alert_transitions, alert_transitions.c.alert_id == alerts.c.id)
    .where(*_AMONG, alert_transitions.c.to_state == "resolved")
    .order_by(alert_transitions.c.at, alert_transitions.c.id)
)
_ROLES = select(staff.c.id, staff.c.role)
_TEXTS = (
    select(staff.c.role, outbox.c.sent_at, staff.c.timezone)
    .join(staff, staff.c.id == outbox.c.staff_id)
    .where(
        outbox.c.alert_id.is_not(None),
        outbox.c.sent_at >= bindparam("since"),
        outbox.c.sent_at < bindparam("until"),
        # A text that another one carries is no text of its own.
        or_(outbox.c.bundle_id.is_(None), outbox.c.bundle_id == outbox.c.id),
    )
)


def handled(conn: Connection, since: Instant, until: Instant) -> list[HandledAlert]:
    """Return the alerts that people were told about, from `since` on and before `until`."""
    period = {"since": since, "until": until}
    acted = {row[0]: row[1] for row in conn.execute(_FIRST_ACTS, period)}
    closed = {row[0]: row[1] for row in conn.execute(_CLOSED_BY, period)}
    roles = {row[0]: row[1] for row in conn.execute(_ROLES)}
    found = []
    for id_, client_id, rule_id, severity, told_at, notified_at, state, resolution in conn.execute(
        _ALERTS, period
    ):
        if notified_at is None and id_ not in acted:
            continue
        by_person = state == "resolved" and resolution in _BY_A_PERSON
        person = _person(closed.get(id_, "")) if by_person else None
        found.append(
            HandledAlert(
                client_id, rule_id, severity, told_at, acted.get(id_), state != "resolved",
                resolution == "false_alarm" if by_person else None,
                person, roles.get(person) if person is not None else None,
            )
        )  # fmt: skip
    return found


def texts(conn: Connection, since: Instant, until: Instant) -> list[AlertText]:
    """Return the texts about alerts that went to members of staff in a period."""
    return [AlertText(*row) for row in conn.execute(_TEXTS, {"since": since, "until": until})]


def _person(actor: str) -> int | None:
    word, _, number = actor.partition(" ")
    return int(number) if word == "staff" and number.isdigit() else None
