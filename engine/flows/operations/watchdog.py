"""Audit: looks for broken promises, and tells the admins of each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy import Connection

from engine.flows.escalation import operator_notices
from engine.flows.escalation.recipients import RecipientResolver
from engine.flows.rules import reload
from engine.messaging import operator_texts
from engine.model.audit_action import AuditAction
from engine.model.instant import HOUR_US, SECOND_US, Instant
from engine.model.message import MessageKind
from engine.model.outages import RULE, SOURCE
from engine.store.alerts import alerts, evaluations, inactivity
from engine.store.database.connection import Database
from engine.store.intake import source_health
from engine.store.messages import outbox
from engine.store.operations import audit_log, heartbeats
from engine.store.people import on_call, staff

ACTOR = "audit"
STANDING = "broken promises"  # its heartbeat holds what was found last time, and since when
# Every flow steps far more often, and every claim that ran out is long taken over by then.
GRACE_US = 900 * SECOND_US
# For so long after the storm brake last held it is told of.
STORM_US = HOUR_US
TOO_MANY = "more clients fall silent at once than by themselves"
FLOWS = ("ingest", "evaluate", "deliver")

_log = structlog.get_logger()


def run(database: Database, now: Instant) -> Mapping[str, int]:
    """Look at everything once; how many promises are broken, and how many of them were not before.

    What is newly broken, and what is mended, gets a row in the audit trail; the admins get one message a run.
    """
    with database.read() as conn:
        broken = broken_promises(conn, now)
        before = standing(conn)
    if broken == list(before):
        return {"broken": len(broken), "new": 0}
    with database.write() as conn:
        before = standing(conn)
        new = [promise for promise in broken if promise not in before]
        heartbeats.beat(
            conn, STANDING, now, {promise: before.get(promise, now) for promise in broken}
        )
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


def broken_promises(conn: Connection, now: Instant) -> list[str]:
    """What is wrong at `now` (microseconds since 1970), each in a few words that hold ids and nothing of a client."""
    beats = heartbeats.read(conn)
    channel = beats.get("sms")
    # Late is what was so when the last audit looked: after a pause of the whole daemon its flows begin all at once.
    # A clock that was set back since may show an earlier instant by now.
    late = min(beats["audit"].at if "audit" in beats else 0, now) - GRACE_US
    found = [f"alert {alert_id} has nobody" for alert_id in alerts.adrift(conn)]
    found += [f"alert {alert_id} is not escalated" for alert_id in alerts.steps_overdue(conn, late)]
    found += [
        f"client {failing.client_id} cannot be evaluated" for failing in evaluations.failing(conn)
    ]
    if evaluations.overdue(conn, late):
        found.append("an evaluation was given up")
    if outbox.overdue(conn, late):
        found.append("a message was given up")
    found += outages(conn)
    if "storm" in beats and now < beats["storm"].at + STORM_US:
        found.append("far more alerts at once than ever")
    found += [f"{name} has not run" for name in FLOWS if name in beats and beats[name].at < late]
    if on_call.serving(conn) and not RecipientResolver(conn, now).on_call():
        found.append("nobody is on call")
    if channel and int(str(channel.detail.get("since", now + 1))) <= now:
        found.append("texts cannot be sent")
    if problem := reload.refused(conn):
        found.append(problem)
    return sorted(found)


def outages(conn: Connection) -> list[str]:
    """What data are missing for now, each in a few words."""
    found = [
        f"{SOURCE}{name} {feed.why}"
        for name, feed in source_health.read(conn).items()
        if feed.out_since is not None
    ]
    rules = [
        what
        for what, one in inactivity.outages(conn).items()
        if what.startswith(RULE) and one.over is None
    ]
    return found + ([TOO_MANY] if rules else [])


def standing(conn: Connection) -> Mapping[str, int]:
    """The promises that the last run found broken, and since when each has been."""
    beat = heartbeats.last(conn, STANDING)
    return (
        {promise: int(str(since)) for promise, since in sorted(beat.detail.items())} if beat else {}
    )


def _is_outage(promise: str) -> bool:
    return promise.startswith(SOURCE) or promise == TOO_MANY


def _tell_admins(conn: Connection, news: Sequence[str], kind: MessageKind, now: Instant) -> None:
    if news:
        operator_notices.tell(conn, staff.admins(conn), kind, operator_texts.news(news), now)
