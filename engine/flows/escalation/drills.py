"""Exercises: an urgent alert about nobody goes the whole way, and a real alert ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from engine.alerts.drills import DrillEnd, drill_end
from engine.alerts.lifecycle import Reason, move
from engine.errors import UserError
from engine.flows.escalation import alert_news
from engine.flows.escalation.staff_names import person
from engine.messaging import drill_texts
from engine.model.alert import DRILL, Alert, AlertEvidence, FindingSeen
from engine.model.audit_action import AuditAction
from engine.model.instant import MINUTE_US, Instant
from engine.model.routing import RoutingSettings
from engine.model.staff import Staff
from engine.store.alerts import alert_records, alerts, drills
from engine.store.alerts.alert_records import Transition
from engine.store.alerts.alerts import NewAlert
from engine.store.alerts.drills import STAND_IN, DrillText
from engine.store.database.connection import Database
from engine.store.intake import histories
from engine.store.messages import outbox
from engine.store.operations import audit_log, rule_sets
from engine.store.people import roster, staff

ACTOR = "drill"
_ROLE = "case_manager"
_REASONS: Mapping[DrillEnd, Reason] = {
    DrillEnd.REAL_ALERT: "real_alert",
    DrillEnd.TAKEN: "drill_taken",
    DrillEnd.TIME_OVER: "drill_over",
}


@dataclass(frozen=True, slots=True)
class DrillReport:
    """An exercise: when it began, how it stands, and who answered when.

    Attributes:
        ended_at: When it ended; None while it runs.
        end: Why it ended.
        taker: Who took it; None if nobody did.
        taken_at: When they took it.
    """

    alert_id: int
    began_at: Instant
    ended_at: Instant | None
    end: str | None
    taker: Staff | None
    taken_at: Instant | None
    texts: tuple[DrillText, ...]


def start(
    database: Database,
    routing: RoutingSettings,
    timezone: str,
    by: str,
    case_manager: str | None,
    now: Instant,
) -> int:
    """Begin an exercise by the policy of urgent alerts.

    Args:
        database: The database.
        routing: The routing policies.
        timezone: The site's timezone.
        by: The ref of the member of staff who begins it.
        case_manager: The ref of the member of staff whose turn as case manager is tried; None for
            a policy that begins with the next role.
        now: The present instant.

    Returns:
        The id of its alert.

    Raises:
        UserError: One runs already, a real alert waits, a client has the name, no rules were ever
            accepted, or there is no such person.
    """
    with database.write() as conn:
        starter = _person(conn, by)
        manager = _person(conn, case_manager) if case_manager else None
        serving = rule_sets.serving(conn)
        if serving is None:
            raise UserError("No rules have ever served; start handrail run first.")
        if drills.running(conn) is not None:
            raise UserError("A drill runs already; handrail drill report shows it.")
        if drills.urgent_alert_waits(conn):
            raise UserError("An urgent alert waits for a person; take it before you try a drill.")
        client_id = _stand_in(conn, timezone, manager, now)
        alert_id = _open(conn, client_id, starter, serving.id, routing, now)
        audit_log.record(
            conn, at=now, actor=f"staff {starter.id}", action=AuditAction.DRILL_BEGAN,
            subject=f"alert {alert_id}", detail={"case_manager": manager.id if manager else None},
        )  # fmt: skip
    return alert_id


def running(conn: Connection) -> int | None:
    """Return the alert of the exercise that runs; None if none does."""
    return drills.running(conn)


def end_if_over(database: Database, alert_id: int, now: Instant) -> None:
    """End an exercise that a person took, that a real alert overtakes, or whose time is over."""
    with database.write() as conn:
        held = alerts.held(conn, alert_id)
        if held is None or held.alert.state == "resolved":
            return
        real = drills.real_alert_since(conn, held.alert.opened_at)
        end = drill_end(held.alert, real_alert=real, now=now)
        if end is not DrillEnd.GOES_ON:
            _end(conn, alert_id, end, now)


def stop(database: Database, by: str, now: Instant) -> int:
    """End the exercise that runs, because a person says so; return the id of its alert.

    Raises:
        UserError: None runs, or there is no such person.
    """
    with database.write() as conn:
        _person(conn, by)
        alert_id = drills.running(conn)
        if alert_id is None:
            raise UserError("No drill runs.")
        _end(conn, alert_id, DrillEnd.TIME_OVER, now)
    return alert_id


def report(conn: Connection, alert_id: int | None = None) -> DrillReport:
    """Say of an exercise who was told and who answered when.

    Args:
        conn: A connection.
        alert_id: Its alert; None for the newest exercise.

    Raises:
        UserError: There was no such exercise.
    """
    wanted = drills.newest(conn) if alert_id is None else alert_id
    found = alerts.read_routed(conn, [wanted]) if wanted is not None else []
    if not found or found[0].alert.rule_id != DRILL:
        raise UserError("There was no such drill.")
    alert = found[0].alert
    changes = alert_records.transitions_of(conn, alert.id)
    taken = next((one for one in changes if one.to_state == "acknowledged"), None)
    over = changes[-1] if alert.state == "resolved" else None
    # Who closes an exercise without taking it has answered it too.
    taken = taken or (over if over and over.actor.startswith("staff ") else None)
    return DrillReport(
        alert.id,
        alert.opened_at,
        over.at if over else None,
        over.why if over else None,
        _actor(conn, taken),
        taken.at if taken else None,
        tuple(drills.texts_of(conn, alert.id)),
    )


def _actor(conn: Connection, change: Transition | None) -> Staff | None:
    kind, _, number = change.actor.partition(" ") if change else ("", "", "")
    return staff.by_id(conn, int(number)) if kind == "staff" else None


def _stand_in(conn: Connection, timezone: str, manager: Staff | None, now: Instant) -> int:
    """Return the stand-in for a client, whose case manager is this one alone."""
    client_id = drills.stand_in(conn, timezone)
    (client,) = histories.read_clients(conn, [client_id])
    if client.record:
        raise UserError(f"A client is called {STAND_IN}, so no drill can stand in for one.")
    for one in staff.assignments_of(conn, [client_id]):
        roster.end_assignment(conn, client_id, one.staff_id, one.role, None, now)
    if manager is not None:
        roster.assign(conn, client_id, manager.id, _ROLE, now, {}, now)
    return client_id


def _open(
    conn: Connection,
    client_id: int,
    starter: Staff,
    rule_set_id: int,
    routing: RoutingSettings,
    now: Instant,
) -> int:
    alert = Alert(0, client_id, DRILL, "1", "urgent", "open", began=now, ended=None, opened_at=now)
    seen = FindingSeen("a drill was begun", f"by {starter.shown}", "any", True, ())
    evidence = AlertEvidence(now, (seen,), "A person takes it, or it ends by itself.", None)
    policy = routing.policy("urgent", None)
    (alert_id,) = alerts.open_all(
        conn, [NewAlert(alert, rule_set_id, evidence, policy, "began")], ACTOR
    )
    alerts.set_notified(conn, [alert_id], now)
    alerts.set_route(conn, alert_id, policy, 0, now + policy[0].after, now)
    return alert_id


def _end(conn: Connection, alert_id: int, end: DrillEnd, now: Instant) -> None:
    held = alerts.held(conn, alert_id)
    assert held is not None
    before = held.alert
    reason, body = _REASONS[end], _last_words(conn, held.owner_id, before, end)
    after = replace(move(before, "resolved", reason), ended=now)
    alerts.change(conn, before, after, at=now, actor=ACTOR, why=reason)
    told = outbox.told_of(conn, alert_id)
    outbox.cancel(conn, [alert_id], now)
    for staff_id in told:
        alert_news.tell(conn, alert_id, held.step, staff_id, body, now)
    audit_log.record(
        conn, at=now, actor=ACTOR, action=AuditAction.DRILL_ENDED, subject=f"alert {alert_id}",
        detail={"why": reason},
    )  # fmt: skip


def _last_words(conn: Connection, owner_id: int | None, alert: Alert, end: DrillEnd) -> str:
    owner = staff.by_id(conn, owner_id) if owner_id is not None else None
    if end is DrillEnd.REAL_ALERT:
        return drill_texts.drill_yields()
    if end is DrillEnd.TAKEN and owner is not None:
        taken = alert_records.transitions_of(conn, alert.id)[-1].at
        minutes = (taken - alert.opened_at) // MINUTE_US
        return drill_texts.drill_taken(person(conn, owner), minutes)
    return drill_texts.drill_over()


def _person(conn: Connection, ref: str) -> Staff:
    found = staff.with_ref(conn, ref)
    if found is None or not found.active or not found.works_here:
        raise UserError(f"There is nobody active among the staff called {ref}.")
    return found
