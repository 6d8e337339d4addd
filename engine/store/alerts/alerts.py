"""Alerts: rows that decisions make and change, with the policy steps at which they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from engine.model.alert import Alert, AlertEvidence, AlertState
from engine.model.instant import Instant
from engine.model.message import FOLLOW_UPS, NEWS, REACHED_NOBODY, MessageKind, urgency_of
from engine.model.routing import Policy
from engine.store.alerts.alert_json import read_policy, write_evidence, write_policy
from engine.store.database.constants import written
from engine.store.database.prepared import prepared
from engine.store.tables.alerts import alert_transitions, alerts
from engine.store.tables.messages import outbox
from engine.store.tables.people import clients

_ALERT = [alerts.c[name] for name in Alert.__dataclass_fields__]
# An alert to tell of: not on trial, not inhibited, and with no doubt about its data.
TOLD: ColumnElement[bool] = and_(
    ~alerts.c.shadow,
    alerts.c.inhibited_by.is_(None),
    or_(alerts.c.inactivity.is_(None), alerts.c.inactivity == "believed"),
)
_OF_CLIENTS = prepared(
    select(*_ALERT)
    .where(alerts.c.client_id.in_(bindparam("client_ids", expanding=True)))
    .order_by(alerts.c.id)
)
_OF_CLIENTS_LOCKED = prepared(_OF_CLIENTS.with_for_update())
_READ_ROUTE = select(
    *_ALERT,
    clients.c.ref,
    alerts.c.policy,
    alerts.c.step,
    alerts.c.next_step_at,
    alerts.c.owner_id,
).join(clients, clients.c.id == alerts.c.client_id)
_WITH_ROUTE = _READ_ROUTE.with_for_update(of=alerts, skip_locked=True)
_THESE = alerts.c.id.in_(bindparam("alert_ids", expanding=True))
_READ = prepared(_READ_ROUTE.where(_THESE).order_by(alerts.c.id))
_ROUTED = prepared(_WITH_ROUTE.where(_THESE).order_by(alerts.c.id))
_DUE = prepared(
    _WITH_ROUTE.where(
        alerts.c.state == bindparam("wanted"), alerts.c.next_step_at <= bindparam("now")
    )
    .order_by(alerts.c.next_step_at, alerts.c.id)
    .limit(bindparam("most"))
)
# Whether its next step or its waking may be due. Not `in_`, because SQLAlchemy writes its values
# into the statement again each time.
WAITS: ColumnElement[bool] = or_(
    alerts.c.state == written("open"), alerts.c.state == written("snoozed")
)
_ANY_DUE = prepared(
    select(alerts.c.id).where(WAITS, alerts.c.next_step_at <= bindparam("now")).limit(1)
)
_quieting = alerts.alias()
NO_LONGER_QUIETED = (
    select(alerts.c.client_id)
    .distinct()
    .join(_quieting, _quieting.c.id == alerts.c.inhibited_by)
    .where(alerts.c.inhibited_by.is_not(None))
    # The other states are listed, because an index leads to them. Nearly all alerts are resolved.
    .where(or_(WAITS, alerts.c.state == written("acknowledged")))
    .where(or_(_quieting.c.state == written("resolved"), _quieting.c.shadow))
    .order_by(alerts.c.client_id)
)
_OPEN = prepared(insert(alerts).returning(alerts.c.id, sort_by_parameter_order=True))
_CHANGED = prepared(insert(alert_transitions))
_MORE_URGENT = (
    update(outbox)
    .where(outbox.c.alert_id == bindparam("alert"), outbox.c.state == "queued")
    .where(outbox.c.kind.not_in((*NEWS, MessageKind.REACHES_NOBODY)))
    .values(urgency=bindparam("new"))
)
_SET_ROUTE = prepared(
    update(alerts)
    .where(alerts.c.id == bindparam("alert_id"))
    .values({name: bindparam(name) for name in ("policy", "step", "next_step_at")})
    .values(step_set_at=bindparam("now"))
    .values(told_at=func.coalesce(bindparam("told"), alerts.c.told_at))
)
_SET_NOTIFIED = prepared(
    update(alerts)
    .where(alerts.c.id.in_(bindparam("alert_ids", expanding=True)))
    .values(notified_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert to open (its id is ignored), its evidence, and the policy for telling people."""

    alert: Alert
    rule_set_id: int
    evidence: AlertEvidence
    policy: Policy
    why: str


@dataclass(frozen=True, slots=True)
class Routed:
    """An alert with the policy that was copied onto it, and the step that comes next."""

    alert: Alert
    client_ref: str
    policy: Policy
    step: int
    next_step_at: Instant | None
    owner_id: int | None = None  # the staff who has taken it, or snoozed it


def of_clients(
    conn: Connection, client_ids: Sequence[int], *, lock: bool = False
) -> Mapping[int, list[Alert]]:
    """Return every alert of these clients, by client id and in the order of ids.

    `lock` keeps others from changing them.
    """
    found: dict[int, list[Alert]] = {client_id: [] for client_id in client_ids}
    for row in conn.execute(
        _OF_CLIENTS_LOCKED if lock else _OF_CLIENTS, {"client_ids": list(client_ids)}
    ):
        alert = Alert(*row)
        found[alert.client_id].append(alert)
    return found


def open_all(conn: Connection, new: Sequence[NewAlert], actor: str) -> list[int]:
    """Open alerts; return their ids in the same order."""
    if not new:
        return []
    ids = conn.scalars(
        _OPEN,
        [
            {
                **{
                    name: getattr(one.alert, name)
                    for name in Alert.__dataclass_fields__
                    if name != "id"
                },
                "rule_set_id": one.rule_set_id,
                "evidence": write_evidence(one.evidence),
                "policy": write_policy(one.policy),
            }
            for one in new
        ],
    ).all()
    _record(
        conn,
        [(alert_id, None, one.alert, one.why) for alert_id, one in zip(ids, new, strict=True)],
        actor,
    )
    return list(ids)


def change(
    conn: Connection, before: Alert, after: Alert, *, at: Instant, actor: str, why: str
) -> None:
    """Change a locked alert from `before` to `after`; only an alert to tell of has a next step.

    A snoozed alert's next step is its waking.
    """
    changed: dict[str, Any] = {
        name: getattr(after, name)
        for name in Alert.__dataclass_fields__
        if getattr(after, name) != getattr(before, name)
    }
    untold = after.shadow or after.inhibited_by is not None or after.in_doubt
    if after.state in {"acknowledged", "resolved"} or (after.state == "open" and untold):
        changed["next_step_at"] = None
    if after.state == "open" and before.state != "open":
        changed["owner_id"] = None
    if after.state == "open" and before.state in {"acknowledged", "snoozed"}:
        changed["notified_at"] = at  # people are asked once more
    if after.state == "acknowledged" and before.state != after.state:
        changed["told_at"] = at
    if changed:
        conn.execute(update(alerts).where(alerts.c.id == after.id).values(changed))
    if "severity" in changed:
        conn.execute(
            _MORE_URGENT,
            {"alert": after.id, "new": urgency_of(MessageKind.STEP, after.severity)},
        )
    _record(conn, [(after.id, before.state, after, why)], actor, at)


def set_route(
    conn: Connection,
    alert_id: int,
    policy: Policy,
    step: int,
    next_step_at: Instant | None,
    now: Instant,
    *,
    told: bool = False,
) -> None:
    """Record an alert's policy, its step in it, and that people are told now, if they are."""
    values = {
        "policy": write_policy(policy),
        "step": step,
        "next_step_at": next_step_at,
        "now": now,
        "told": now if told else None,
    }
    conn.execute(_SET_ROUTE, {"alert_id": alert_id, **values})


def set_notified(conn: Connection, alert_ids: Sequence[int], at: Instant) -> None:
    """Record that people begin to be told of some alerts."""
    if alert_ids:
        conn.execute(_SET_NOTIFIED, {"alert_ids": list(alert_ids), "at": at})


def set_owner(conn: Connection, alert_id: int, staff_id: int) -> None:
    """Record who has taken an alert, or snoozed it."""
    conn.execute(update(alerts).where(alerts.c.id == alert_id).values(owner_id=staff_id))


def set_next_step(conn: Connection, alert_id: int, at: Instant, now: Instant) -> None:
    """Set when an open alert's next step is taken, or when a snoozed one wakes."""
    settled = {"next_step_at": at, "step_set_at": now}
    conn.execute(update(alerts).where(alerts.c.id == alert_id).values(settled))


def held(conn: Connection, alert_id: int) -> Routed | None:
    """Return one alert with its policy, locked; wait for another lock to end."""
    wanted = _WITH_ROUTE.with_for_update(of=alerts).where(alerts.c.id == alert_id)
    return next(iter(_routed(conn, wanted)), None)


def woken(conn: Connection, now: Instant, limit: int, only: int | None = None) -> list[Routed]:
    """Return up to `limit` snoozed alerts that have waited long enough, or `only` one.

    They are locked; alerts that others have locked are left out.
    """
    return _due(conn, "snoozed", now, limit, only)


def unresolved_of(conn: Connection, client_id: int, rule_id: str) -> list[Routed]:
    """Return a client's alerts of one rule that are not resolved, locked."""
    theirs = and_(
        alerts.c.client_id == client_id, alerts.c.rule_id == rule_id, alerts.c.state != "resolved"
    )
    return _routed(conn, _WITH_ROUTE.with_for_update(of=alerts).where(theirs).order_by(alerts.c.id))


def routed(conn: Connection, alert_ids: Sequence[int]) -> list[Routed]:
    """Return these alerts with their policies, in the order of ids, locked."""
    return _routed(conn, _ROUTED, {"alert_ids": list(alert_ids)}) if alert_ids else []


def read_routed(conn: Connection, alert_ids: Sequence[int]) -> list[Routed]:
    """Return these alerts with their policies, in the order of ids, without a lock."""
    return _routed(conn, _READ, {"alert_ids": list(alert_ids)})


def with_due_step(
    conn: Connection, now: Instant, limit: int, only: int | None = None
) -> list[Routed]:
    """Return up to `limit` open alerts whose next step is due, or `only` one.

    The longest due come first; they are locked as in `woken`.
    """
    return _due(conn, "open", now, limit, only)


def due(conn: Connection, now: Instant, limit: int) -> list[int]:
    """Return the ids of up to `limit` alerts whose next step or waking is due, the oldest first."""
    wanted = select(alerts.c.id).where(WAITS, alerts.c.next_step_at <= now)
    return list(conn.scalars(wanted.order_by(alerts.c.next_step_at, alerts.c.id).limit(limit)))


def no_longer_quieted(conn: Connection) -> list[int]:
    """Return clients with an alert whose inhibiting alert is resolved or on trial."""
    return list(conn.scalars(NO_LONGER_QUIETED))


def count_open(conn: Connection) -> int:
    """Return how many alerts are open and to tell of."""
    waiting = and_(alerts.c.state == "open", ~alerts.c.historic, TOLD)
    return conn.scalar(select(func.count()).select_from(alerts).where(waiting)) or 0


def any_due(conn: Connection, now: Instant) -> bool:
    """Return whether an open alert's next step, or the waking of a snoozed one, is due."""
    return conn.scalar(_ANY_DUE, {"now": now}) is not None


def adrift(conn: Connection) -> list[int]:
    """Return open alerts to tell of that have no next step, owner, or message on its way."""
    reaching = select(outbox.c.id).where(
        outbox.c.alert_id == alerts.c.id,
        outbox.c.state.not_in(REACHED_NOBODY),
        outbox.c.kind.not_in(FOLLOW_UPS),
    )
    lost = and_(
        alerts.c.state == "open",
        alerts.c.next_step_at.is_(None),
        alerts.c.owner_id.is_(None),
        ~alerts.c.historic,
        TOLD,
        ~reaching.exists(),
    )
    return list(conn.scalars(select(alerts.c.id).where(lost).order_by(alerts.c.id)))


def steps_overdue(conn: Connection, before: Instant) -> list[int]:
    """Return the alerts whose next step or waking was due before `before` and did not come."""
    late = and_(WAITS, alerts.c.next_step_at < before)
    return list(conn.scalars(select(alerts.c.id).where(late).order_by(alerts.c.id)))


def _due(
    conn: Connection, state: AlertState, now: Instant, limit: int, only: int | None
) -> list[Routed]:
    wanted = _DUE if only is None else _DUE.where(alerts.c.id == only)
    return _routed(conn, wanted, {"wanted": state, "now": now, "most": limit})


def _routed(
    conn: Connection, wanted: Select[Any], named: Mapping[str, Any] | None = None
) -> list[Routed]:
    return [
        Routed(
            Alert(*row[: len(_ALERT)]),
            row.ref,
            read_policy(row.policy),
            row.step,
            row.next_step_at,
            row.owner_id,
        )
        for row in conn.execute(wanted, named)
    ]


def _record(
    conn: Connection,
    changes: Iterable[tuple[int, str | None, Alert, str]],
    actor: str,
    at: Instant | None = None,
) -> None:
    conn.execute(
        _CHANGED,
        [
            {
                "alert_id": alert_id,
                "at": alert.opened_at if at is None else at,
                "from_state": state_before,
                "to_state": alert.state,
                "actor": actor,
                "why": why,
            }
            for alert_id, state_before, alert, why in changes
        ],
    )
