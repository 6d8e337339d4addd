"""Outage hold: alerts of inactivity wait while data are missing, until the data are back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog
from sqlalchemy import Connection

from engine.alerts import outage_hold
from engine.alerts.lifecycle import move
from engine.alerts.outage_hold import HoldVerdict
from engine.flows.escalation import operator_notices, steps
from engine.flows.evaluation import inhibition
from engine.flows.evaluation.client_evaluation import ACTOR, EvaluationContext, tell_anew
from engine.messaging import operator_texts
from engine.model.alert import Alert
from engine.model.audit_action import AuditAction
from engine.model.duration import Duration
from engine.model.instant import MINUTE_US, SECOND_US, Instant
from engine.model.message import MessageKind
from engine.model.outages import Feed, Outages
from engine.model.rule import SEVERITIES
from engine.store.alerts import alerts, inactivity, outages
from engine.store.intake import source_health
from engine.store.messages import outbox
from engine.store.operations import audit_log

# An alert waits at most this long for clients still being judged, because an outage shows in all of
# them together. It also waits for a daemon half-way through a source, because events not read yet
# look like inactivity.
PATIENCE_US = MINUTE_US
HALF_READ_US = 600 * SECOND_US

_log = structlog.get_logger()


def settle(desk: EvaluationContext) -> list[steps.TakenStep]:
    """Hold, believe or withdraw alerts of inactivity by the present outages.

    Call it when all due clients were judged. Believed alerts begin their policies. If they had been
    held, each recipient gets one text about them.
    """
    with desk.database.write() as conn:
        standing, verdict = _judge(conn, desk)
        told = _carry_out(conn, desk, verdict)
        long_held = _tell_of_long_held(conn, desk)
        _record(conn, desk, verdict, long_held, standing)
        steps.record(conn, told, desk.now)
    return told


def _out_since(sources: Mapping[str, Feed]) -> list[Instant]:
    return [feed.out_since for feed in sources.values() if feed.out_since is not None]


def _judge(conn: Connection, desk: EvaluationContext) -> tuple[Outages, HoldVerdict]:
    settings, looks_at, now = desk.telling.outages, desk.rulebook.kinds, desk.now
    before, sources = outages.read(conn), source_health.read(conn)
    silent = inactivity.unresolved(conn, min([now - settings.within, *_out_since(sources)]))
    active = (
        inactivity.active_clients(conn, now, settings.enough(len(silent)))
        if len(silent) >= settings.at_least
        else 0
    )
    standing = outage_hold.outages(before, sources, silent, looks_at, active, settings, now)
    if standing != before:
        outages.replace_all(conn, standing)
    verdict = outage_hold.judge(silent, standing, looks_at, settings)
    patience = _patience(conn, sources, now)
    if patience:
        long_ago = [
            one
            for one in verdict.believe
            if one.inactivity == "unjudged" and one.opened_at <= now - patience
        ]
        verdict = HoldVerdict(verdict.hold, tuple(long_ago))
    return standing, _unchanged(conn, verdict)


def _patience(conn: Connection, sources: Mapping[str, Feed], now: Instant) -> Duration:
    """Return how old inactivity must be before it is believed; 0 if nothing is expected."""
    if any(
        now - feed.half_read_since < HALF_READ_US
        for feed in sources.values()
        if feed.half_read_since is not None
    ):
        return HALF_READ_US
    return PATIENCE_US if inactivity.still_judging(conn, now) else 0


def _unchanged(conn: Connection, verdict: HoldVerdict) -> HoldVerdict:
    """Return the part of a verdict that still holds, with its clients' alerts locked in order."""
    named = [alert for part in (verdict.hold, verdict.believe, verdict.take_back) for alert in part]
    locked = alerts.of_clients(conn, sorted({alert.client_id for alert in named}), lock=True)
    now = {alert.id: alert for of_client in locked.values() for alert in of_client}

    def same(part: Sequence[Alert]) -> tuple[Alert, ...]:
        return tuple(alert for alert in part if now[alert.id] == alert)

    return HoldVerdict(same(verdict.hold), same(verdict.believe), same(verdict.take_back))


def _carry_out(
    conn: Connection, desk: EvaluationContext, verdict: HoldVerdict
) -> list[steps.TakenStep]:
    for alert in verdict.hold:
        held = replace(alert, inactivity="held", held_at=desk.now)
        alerts.change(conn, alert, held, at=desk.now, actor=ACTOR, why="held: data are missing")
    outbox.cancel(conn, [alert.id for alert in verdict.hold], desk.now)
    for alert in verdict.take_back:
        after = replace(move(alert, "resolved", "cleared"), inactivity="believed", held_at=None)
        alerts.change(conn, alert, after, at=desk.now, actor=ACTOR, why="cleared")
    were_held = [alert for alert in verdict.believe if alert.inactivity == "held"]
    for alert in were_held:
        after = replace(alert, inactivity="believed", held_at=None)
        alerts.change(
            conn, alert, after, at=desk.now, actor=ACTOR, why="data are back, and it still holds"
        )
    inactivity.believe(
        conn, [alert.id for alert in verdict.believe if alert.inactivity == "unjudged"]
    )
    concerned = [*verdict.hold, *verdict.take_back, *verdict.believe]
    by_client = alerts.of_clients(conn, sorted({alert.client_id for alert in concerned}))
    tell = [alert.id for alert in verdict.believe if alert.state == "open"]
    tell = inhibition.settle(conn, by_client.values(), tell, desk.rulebook.rules, desk.now, ACTOR)
    return tell_anew(
        conn, desk, tell, {alert.id for alert in were_held if alert.severity != "urgent"}
    )


def _tell_of_long_held(conn: Connection, desk: EvaluationContext) -> list[Alert]:
    """Text the supervisors how many clients have no data, because some may be in need."""
    waits = {severity: desk.telling.outages.tell_of(severity) for severity in SEVERITIES}
    held = inactivity.long_held(conn, waits, desk.now)
    if held:
        body = operator_texts.held(len({alert.client_id for alert in held}))
        urgent = any(alert.severity == "urgent" for alert in held)
        kind = MessageKind.HELD_URGENT if urgent else MessageKind.HELD
        operator_notices.tell(
            conn, operator_notices.overseers(conn, desk.now), kind, body, desk.now
        )
        inactivity.told(conn, [alert.id for alert in held], desk.now)
    return held


def _record(
    conn: Connection,
    desk: EvaluationContext,
    verdict: HoldVerdict,
    long_held: Sequence[Alert],
    standing: Outages,
) -> None:
    done = {
        AuditAction.ALERTS_HELD: verdict.hold,
        AuditAction.ALERTS_TAKEN_BACK: verdict.take_back,
        AuditAction.ALERTS_LET_GO: [
            alert for alert in verdict.believe if alert.inactivity == "held"
        ],
        AuditAction.TOLD_OF_ALERTS_HELD: long_held,
    }
    for action, concerned in done.items():
        if concerned:
            ids = [alert.id for alert in concerned]
            detail = {"alerts": ids, "outages": sorted(standing)}
            _log.info(action.value, alerts=len(ids), outages=sorted(standing))
            audit_log.record(
                conn, at=desk.now, actor=ACTOR, action=action, subject="outages", detail=detail
            )
