"""The watchdog looks for broken promises, and tells the admins of each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy import Connection

from engine.alerts.routing import ends_in_nobody
from engine.flows.escalation import operator_notices, phone_confirmations
from engine.flows.operations import canary, clock_watch, on_call
from engine.flows.operations.audit_anchor import AuditAnchor
from engine.flows.rules import reload
from engine.messaging import operator_texts
from engine.model.audit_action import AuditAction
from engine.model.instant import DAY_US, HOUR_US, SECOND_US, Instant
from engine.model.message import MessageKind
from engine.model.outages import RULE, SOURCE
from engine.model.settings import TickSettings
from engine.store.alerts import alerts, due_clients, outages
from engine.store.alerts.alerts import Routed
from engine.store.database.connection import Database
from engine.store.intake import list_rows, source_health
from engine.store.messages import outbox_delays
from engine.store.operations import (
    alert_storms,
    audit_log,
    channel_state,
    job_runs,
    watchdog_state,
)

ACTOR = "audit"
# Every flow steps far more often, and every claim that ran out is long taken over by then.
GRACE_US = 900 * SECOND_US
# A flow's success is fresh for so long beyond its interval.
FRESH_US = 120 * SECOND_US
# The admins are told for this long after the storm brake last held.
STORM_US = HOUR_US
WEEK_US = 7 * DAY_US
TOO_MANY = "more clients fall silent at once than by themselves"
FLOWS = ("ingest", "evaluate", "deliver")

_log = structlog.get_logger()


def run(database: Database, now: Instant, anchor: AuditAnchor | None = None) -> Mapping[str, int]:
    """Look at everything once, and tell the admins of newly broken promises in one message.

    Each promise that is newly broken, or kept again, gets a row in the audit trail.

    Args:
        database: The database to look at.
        now: The present instant.
        anchor: Compares the audit trail with its copy elsewhere.

    Returns:
        How many promises are broken, and how many of them are newly so.
    """
    with database.read() as conn:
        broken = broken_promises(conn, now)
        if anchor and (problem := anchor.problem(conn)):
            broken = sorted([*broken, problem])
        before = watchdog_state.standing(conn)
    if broken == list(before):
        return {"broken": len(broken), "new": 0}
    with database.write() as conn:
        before = watchdog_state.standing(conn)
        new = [promise for promise in broken if promise not in before]
        watchdog_state.replace_all(conn, {promise: before.get(promise, now) for promise in broken})
        mended = sorted(before.keys() - set(broken))
        _tell_admins(conn, new, MessageKind.PROMISES_BROKEN, now)
        over = [f"over now: {one}" for one in mended if _is_outage(one)]
        _tell_admins(conn, over, MessageKind.PROMISES_MENDED, now)
        for promise in new:
            _log.error("promise broken", promise=promise)
            audit_log.record(
                conn,
                at=now,
                actor=ACTOR,
                action=AuditAction.PROMISE_BROKEN,
                subject=promise,
                detail={},
            )
        for promise in mended:
            audit_log.record(
                conn,
                at=now,
                actor=ACTOR,
                action=AuditAction.PROMISE_RESTORED,
                subject=promise,
                detail={},
            )
    return {"broken": len(broken), "new": len(new)}


def all_is_well(conn: Connection, ticks: TickSettings, now: Instant) -> bool:
    """Return whether every flow had a success just now and no promise stands broken."""
    runs = job_runs.read(conn)
    fresh = all(
        name in runs
        and (at := runs[name].succeeded_at) is not None
        and abs(now - at) <= getattr(ticks, name) + FRESH_US
        for name in (*FLOWS, ACTOR)
    )
    return fresh and not watchdog_state.standing(conn)


def adrift(conn: Connection) -> list[Routed]:
    """Return the alerts that reach nobody and have no next step, except if nobody is meant."""
    found = alerts.read_routed(conn, alerts.adrift(conn))
    return [one for one in found if not ends_in_nobody(one.policy, one.alert.severity)]


def broken_promises(conn: Connection, now: Instant) -> list[str]:
    """Return the broken promises at `now`, each in a few words with ids and no client data."""
    runs = job_runs.read(conn)
    # A flow is late if it was late at the last look too, because after a pause all flows begin at
    # once. If a clock was set back since, its present instant may be the earlier one.
    late = min(runs["audit"].ended_at if "audit" in runs else 0, now) - GRACE_US
    found = [has_nobody(one.alert.id) for one in adrift(conn)]
    found += [f"alert {alert_id} is not escalated" for alert_id in alerts.steps_overdue(conn, late)]
    found += [
        f"client {failing.client_id} cannot be evaluated" for failing in due_clients.failing(conn)
    ]
    if due_clients.overdue(conn, late):
        found.append("an evaluation was given up")
    if outbox_delays.overdue(conn, late):
        found.append("a message was given up")
    if outbox_delays.urgent_overdue(conn, now):
        found.append("an urgent text has waited for more than a minute")
    found += [
        f"texts to {deaf.staff} do not arrive (error {deaf.error_code})"
        for deaf in outbox_delays.deaf_phones(conn, now - WEEK_US)
    ]
    found += [
        f"the phone of {one.staff.shown} is not confirmed"
        for one in phone_confirmations.unanswered(conn, now)
    ]
    found += canary.lost(conn, now)
    found += missing_data(conn)
    storm = alert_storms.last_held_at(conn)
    if storm is not None and now < storm + STORM_US:
        found.append("far more alerts at once than ever")
    found += [
        f"{name} has not run" for name in FLOWS if name in runs and runs[name].ended_at < late
    ]
    if on_call.is_vacant(conn, now):
        found.append("nobody is on call")
    stopped_since = channel_state.read(conn).since
    if stopped_since is not None and stopped_since <= now:
        found.append("texts cannot be sent")
    found += filter(None, (reload.refused(conn), reload.lost(conn)))
    found += clock_watch.broken(conn, now)
    found += [
        f"too much is gone at once from the source {source}, so nothing was ended"
        for source in sorted({each.source for each in list_rows.gone(conn) if each.complete})
    ]
    return sorted(found)


def has_nobody(alert_id: int) -> str:
    """Name an open alert that reaches nobody and has no next step."""
    return f"alert {alert_id} has nobody"


def missing_data(conn: Connection) -> list[str]:
    """Return the data that are missing now, each in a few words."""
    found = [
        f"{SOURCE}{name} {feed.why}"
        for name, feed in source_health.read(conn).items()
        if feed.out_since is not None
    ]
    rules = [
        what
        for what, one in outages.read(conn).items()
        if what.startswith(RULE) and one.over is None
    ]
    return found + ([TOO_MANY] if rules else [])


def _is_outage(promise: str) -> bool:
    return promise.startswith(SOURCE) or promise == TOO_MANY


def _tell_admins(conn: Connection, news: Sequence[str], kind: MessageKind, now: Instant) -> None:
    if news:
        admins = operator_notices.admins(conn, now)
        operator_notices.tell(conn, admins, kind, operator_texts.news(news), now)
