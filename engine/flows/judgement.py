"""Judging clients: reading and replaying without a lock, then writing what follows in one short transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from engine.alerts.decide import Change, Open, decide
from engine.alerts.routing import told_anew
from engine.flows import escalate
from engine.flows.caseload import histories
from engine.model.alert import Alert, AlertEvidence
from engine.model.routing import Policy, RoutingSettings
from engine.model.sms_settings import Detail
from engine.model.span import Span
from engine.rulebook.rulebook import Rulebook
from engine.store import alerts, audit, evaluations
from engine.store.alerts import NewAlert
from engine.store.database import Database
from engine.store.evaluations import Claim

ACTOR = "evaluate"


@dataclass(frozen=True, slots=True)
class Desk:
    """What all evaluations of a run share; `now` and `notify_within` in microseconds."""

    database: Database
    rulebook: Rulebook
    rule_set_id: int
    routing: RoutingSettings
    detail: Detail
    notify_within: int
    now: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be done for a client, provided that nothing has changed since: no event, and none of `stored`."""

    claim: Claim
    stored: Sequence[Alert]
    opens: Sequence[tuple[Open, AlertEvidence]]
    changes: Sequence[Change]
    next_due_at: int | None


@dataclass(slots=True)
class Written:
    """What a transaction wrote: clients, the ids of alerts with the reason of each, and steps taken."""

    clients: int = 0
    opened: list[tuple[int, str]] = field(default_factory=list)
    changed: list[tuple[int, str]] = field(default_factory=list)
    told: list[escalate.Told] = field(default_factory=list)


def judge(desk: Desk, claims: Sequence[Claim]) -> list[Judgement]:
    """Replay these clients over all time and decide about their alerts."""
    ids = [claim.client_id for claim in claims]
    with desk.database.read() as conn:
        caseload = histories(conn, ids)
        stored = alerts.of_clients(conn, ids)
    rules = desk.rulebook.rules
    spans: Mapping[int, list[Span]] = {client_id: [] for client_id in ids}
    for span in desk.rulebook.replay(caseload):
        if rules[span.rule_id].status in {"shadow", "live"}:
            spans[span.client_id].append(span)

    def judged(claim: Claim, own: Sequence[Span], of_client: Sequence[Alert]) -> Judgement:
        decisions = decide(own, of_client, rules, claim.evaluated_to, desk.now, desk.notify_within)
        ends = {(span.rule_id, span.began): span.ended for span in own}
        opens = []
        for one in decisions:
            if isinstance(one, Open):
                rule_id, began = one.span.rule_id, one.span.began
                clears_at = ends[rule_id, began]
                opens.append((one, desk.rulebook.evidence(caseload, claim.client_id, rule_id, began, clears_at)))
        changes = [one for one in decisions if isinstance(one, Change)]
        return Judgement(claim, of_client, opens, changes, _next_due(own, desk.now))

    return [judged(claim, spans[claim.client_id], stored[claim.client_id]) for claim in claims]


def _next_due(spans: Sequence[Span], now: int) -> int | None:
    """The earliest instant ahead at which a span begins or ends, should nothing more happen."""
    boundaries = (at for span in spans for at in (span.began, span.ended))
    return min((at for at in boundaries if at is not None and at > now), default=None)


def write(desk: Desk, judgements: Sequence[Judgement]) -> Written:
    """Write judgements, all or none: alerts, their messages, the audit trail and where each evaluation stands.

    A client of whom something changed since is left as they were, and is due again at once.
    """
    written = Written()
    with desk.database.write() as conn:
        locked = alerts.of_clients(conn, [one.claim.client_id for one in judgements], lock=True)
        for one in judgements:
            evaluated_to = max(desk.now, one.claim.evaluated_to or 0)
            unchanged = locked[one.claim.client_id] == one.stored
            if unchanged and evaluations.finish(conn, one.claim, evaluated_to, one.next_due_at, desk.rulebook.hash):
                written.clients += 1
                _write_one(conn, desk, one, written)
            else:
                evaluations.release(conn, one.claim)
        _audit(conn, desk, written)
    return written


def _write_one(conn: Connection, desk: Desk, one: Judgement, written: Written) -> None:
    opened = alerts.open_all(conn, [_new_alert(desk, *opened) for opened in one.opens], ACTOR)
    reasons = [decision.reason for decision, _ in one.opens]
    written.opened += zip(opened, reasons, strict=True)
    tell = [alert_id for alert_id, (decision, _) in zip(opened, one.opens, strict=True) if decision.tell]
    for change in one.changes:
        alerts.change(conn, change.before, change.after, at=desk.now, actor=ACTOR, why=change.reason)
        written.changed.append((change.after.id, change.reason))
        tell += [change.after.id] if change.tell else []
    written.told += _tell(conn, desk, tell)


def _tell(conn: Connection, desk: Desk, alert_ids: Sequence[int]) -> list[escalate.Told]:
    """Let alerts begin their policies, as these are now, from the first step on."""
    due = []
    for routed in alerts.routed(conn, alert_ids):
        policy, step = told_anew(routed.policy, routed.step, _policy(desk, routed.alert))
        anew = replace(routed, policy=policy, step=step, next_step_at=desk.now + policy[step].after)
        if policy[step].after == 0:
            due.append(anew)
        else:
            alerts.set_route(conn, routed.alert.id, policy, step, anew.next_step_at)
    return escalate.take_steps(conn, due, desk.rulebook.rules, desk.detail, desk.now)


def _new_alert(desk: Desk, decision: Open, evidence: AlertEvidence) -> NewAlert:
    span = decision.span
    alert = Alert(
        id=0,
        client_id=span.client_id,
        rule_id=span.rule_id,
        rule_version=decision.rule.version,
        severity=span.severity,
        state=decision.state,
        began=span.began,
        ended=span.ended,
        opened_at=desk.now,
        historic=decision.historic,
        shadow=decision.shadow,
        resolution="cleared" if decision.state == "resolved" else None,
    )
    return NewAlert(alert, desk.rule_set_id, evidence, _policy(desk, alert), decision.reason)


def _policy(desk: Desk, alert: Alert) -> Policy:
    return desk.routing.policy(alert.severity, desk.rulebook.rules[alert.rule_id].notify)


def _audit(conn: Connection, desk: Desk, written: Written) -> None:
    """What was decided is one row a transaction, by reason, for an import opens thousands at once."""
    for action, changes in (("opened", written.opened), ("changed", written.changed)):
        by_reason: dict[str, list[int]] = defaultdict(list)
        for alert_id, reason in changes:
            by_reason[reason].append(alert_id)
        if by_reason:
            subject = f"rule set {desk.rule_set_id}"
            audit.record(conn, at=desk.now, actor=ACTOR, action=f"alerts {action}", subject=subject, detail=by_reason)
    escalate.record(conn, written.told, desk.now)
