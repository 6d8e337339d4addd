"""Judge clients: replay without a lock, then write the decisions in one short transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from engine.alerts.decide import AlertChange, Decision, Open, decide
from engine.alerts.lifecycle import VOID, Reason
from engine.alerts.routing import told_anew
from engine.flows.escalation import alert_news, steps, supporter_news
from engine.flows.escalation.notifier import Notifier
from engine.flows.evaluation import inhibition
from engine.flows.evaluation.caseload import histories_of
from engine.flows.evaluation.openings import Opening, openings
from engine.flows.schedules import support_words
from engine.flows.schedules.client_plan import ScheduleContext
from engine.measures.histories import Histories
from engine.model.alert import Alert
from engine.model.audit_action import AuditAction
from engine.model.client import Client
from engine.model.instant import Instant
from engine.model.notification_settings import NotificationSettings
from engine.model.questions import ClientMessage
from engine.model.routing import Policy
from engine.model.rule import Rule
from engine.model.spans import Span
from engine.rulebook.core.rulebook import Rulebook
from engine.store.alerts import alerts, due_clients
from engine.store.alerts.alerts import NewAlert, Routed
from engine.store.alerts.due_clients import Claim
from engine.store.database.connection import Database
from engine.store.messages import outbox
from engine.store.operations import audit_log

ACTOR = "evaluate"
# These reasons cancel waiting messages.
_TAKEN_BACK: frozenset[Reason] = VOID | {"rule_goes_shadow", "cleared"}


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """The common facts of all evaluations of a run."""

    database: Database
    rulebook: Rulebook
    rule_set_id: int
    telling: NotificationSettings
    now: Instant
    since: Instant  # when the rule set last began to serve
    read_to: Instant  # when sources were last read

    @property
    def schedules(self) -> ScheduleContext:
        """What decisions about expectations share."""
        live, apart = self.rulebook.plans.live, self.telling.apart
        return ScheduleContext(self.database, live, self.since, self.read_to, self.now, apart)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The decision for a client, which counts if no event and none of `stored` changed since."""

    claim: Claim
    client_ref: str
    stored: Sequence[Alert]
    opens: Sequence[Opening]
    changes: Sequence[AlertChange]
    next_due_at: Instant | None


@dataclass(frozen=True, slots=True)
class Written:
    """The work of a transaction: clients, alerts with their reasons, and steps taken."""

    clients: int
    opened: Sequence[tuple[int, str]]
    changed: Sequence[tuple[int, str]]
    told: Sequence[steps.TakenStep]


@dataclass(frozen=True, slots=True)
class JudgedFacts:
    """The histories of some clients and their alerts, by client id."""

    caseload: Histories
    stored: Mapping[int, Sequence[Alert]]


def read_facts(conn: Connection, clients: Sequence[Client], now: Instant) -> JudgedFacts:
    """Read what rules judge these clients by."""
    ids = [client.id for client in clients]
    return JudgedFacts(histories_of(conn, clients, now), alerts.of_clients(conn, ids))


def judge(
    desk: EvaluationContext,
    claims: Sequence[Claim],
    facts: JudgedFacts,
    due: Mapping[int, Instant],
) -> list[Judgement]:
    """Replay these clients over all time and decide about their alerts.

    `due` is when something is next due of a client, by id, whatever the rules say.
    """
    caseload, stored = facts.caseload, facts.stored
    rules = desk.rulebook.rules
    spans: Mapping[int, list[Span]] = {claim.client_id: [] for claim in claims}
    for span in desk.rulebook.replay(caseload):
        if rules[span.rule_id].status in {"shadow", "live"}:
            spans[span.client_id].append(span)
    within = desk.telling.notify_within
    decided = {
        claim.client_id: decide(
            spans[claim.client_id], stored[claim.client_id], rules, claim.evaluated_to, desk.now,
            within,
        )
        for claim in claims
    }  # fmt: skip
    opens = openings(desk.rulebook, caseload, claims, decided, spans)

    def judged(claim: Claim) -> Judgement:
        client_id = claim.client_id
        decisions, of_client = decided[client_id], stored[client_id]
        changes = [_doubted(one) for one in decisions if isinstance(one, AlertChange)]
        client_ref = caseload.clients[caseload.place[client_id]].ref
        tellings = _next_tellings(decisions, of_client, rules, desk.now)
        others = [due[client_id]] if client_id in due else []
        next_due = _next_due(spans[client_id], [*tellings, *others], desk.now)
        return Judgement(claim, client_ref, of_client, opens[client_id], changes, next_due)

    return [judged(claim) for claim in claims]


def _doubted(change: AlertChange) -> AlertChange:
    """Put an alert in doubt if withdrawn events make it one of inactivity again.

    An outage may be the cause, just as when an alert opens.
    """
    if change.reason == "holds_after_all" and change.after.inactivity == "believed":
        return replace(change, after=replace(change.after, inactivity="unjudged"))
    return change


def _next_due(spans: Sequence[Span], tellings: Iterable[Instant], now: Instant) -> Instant | None:
    """Return the earliest instant ahead at which something changes if no event comes.

    A span then begins, ends or is raised, or people may be told again.
    """
    boundaries = (
        at
        for span in spans
        for at in (span.began, span.ended, *(one.at for one in span.raises))
        if at is not None
    )
    return min((at for at in (*boundaries, *tellings) if at > now), default=None)


def _next_tellings(
    decisions: Sequence[Decision],
    alerts: Sequence[Alert],
    rules: Mapping[str, Rule],
    now: Instant,
) -> Iterator[Instant]:
    """Yield when people may be told again of each rule, after earlier alerts and new ones."""
    told = [(alert.rule_id, alert.notified_at) for alert in alerts]
    told += [
        (one.span.rule_id if isinstance(one, Open) else one.after.rule_id, now)
        for one in decisions
        if one.tell
    ]
    for rule_id, at in told:
        rule = rules.get(rule_id)
        if at is not None and rule is not None and rule.tell_again is not None:
            yield at + rule.tell_again


def write(desk: EvaluationContext, judgements: Sequence[Judgement]) -> Written:
    """Write judgements, all or none: alerts, messages, the audit trail and each evaluation.

    A client whose facts changed meanwhile stays unchanged and is due again at once.
    """
    with desk.database.write() as conn:
        locked = alerts.of_clients(conn, [one.claim.client_id for one in judgements], lock=True)
        current = []
        for one in judgements:
            evaluated_to = max(desk.now, one.claim.evaluated_to or 0)
            unchanged = locked[one.claim.client_id] == one.stored
            if unchanged and due_clients.finish(
                conn, one.claim, evaluated_to, one.next_due_at, desk.rulebook.hash
            ):
                current.append(one)
            else:
                due_clients.release(conn, one.claim)
        written = _write_alerts(conn, desk, current)
        _audit(conn, desk, written)
    return written


def free(desk: EvaluationContext) -> list[steps.TakenStep]:
    """Tell people of alerts whose inhibiting alert was resolved since."""
    with desk.database.write() as conn:
        client_ids = alerts.no_longer_quieted(conn)
        if not client_ids:
            return []
        by_client = alerts.of_clients(conn, client_ids, lock=True)
        tell = inhibition.settle(conn, by_client.values(), [], desk.rulebook.rules, desk.now, ACTOR)
        told = tell_anew(conn, desk, tell)
        steps.record(conn, told, desk.now)
    return told


def _write_alerts(
    conn: Connection, desk: EvaluationContext, judgements: Sequence[Judgement]
) -> Written:
    opens = [opened for one in judgements for opened in one.opens]
    changes = [change for one in judgements for change in one.changes]
    new = [_new_alert(desk, opened) for opened in opens]
    ids = alerts.open_all(conn, new, ACTOR)
    for change in changes:
        alerts.change(
            conn, change.before, change.after, at=desk.now, actor=ACTOR, why=change.reason
        )
    if taken_back := [change.after.id for change in changes if change.reason in _TAKEN_BACK]:
        outbox.cancel(conn, taken_back, desk.now)
    _tell_the_end(conn, desk, changes)
    opened = list(zip(ids, opens, strict=True))
    fresh = [replace(one.alert, id=alert_id) for alert_id, one in zip(ids, new, strict=True)]
    # People are told of inactivity once it is known to be no outage
    # (flows/evaluation/outage_hold.py).
    tell = [alert_id for alert_id, one in opened if one.decision.tell and not one.in_silence]
    tell += [change.after.id for change in changes if change.tell and not change.after.in_doubt]
    by_client = {
        one.claim.client_id: {alert.id: alert for alert in one.stored} for one in judgements
    }
    for after in (*(change.after for change in changes), *fresh):
        by_client[after.client_id][after.id] = after
    theirs = [list(of_client.values()) for of_client in by_client.values()]
    tell = inhibition.settle(conn, theirs, tell, desk.rulebook.rules, desk.now, ACTOR)
    known = _routed(judgements, fresh, new)
    support_words.support(conn, _words_for_clients(desk, fresh, set(tell)), desk.now)
    return Written(
        clients=len(judgements),
        opened=[(alert_id, one.decision.reason) for alert_id, one in opened],
        changed=[(change.after.id, change.reason) for change in changes],
        told=tell_anew(conn, desk, tell, _newly(opened, changes), known) if tell else [],
    )


def _words_for_clients(
    desk: EvaluationContext, fresh: Sequence[Alert], told: Collection[int]
) -> dict[int, tuple[int, ClientMessage]]:
    """Return by alert the client and the message of its rule, of alerts that people are told of."""
    messages, rules = desk.rulebook.plans.messages, desk.rulebook.rules
    wanted = {alert.id: rules[alert.rule_id].message_client for alert in fresh if alert.id in told}
    clients = {alert.id: alert.client_id for alert in fresh}
    return {
        alert_id: (clients[alert_id], messages[name])
        for alert_id, name in wanted.items()
        if name in messages
    }


def _tell_the_end(
    conn: Connection, desk: EvaluationContext, changes: Sequence[AlertChange]
) -> None:
    """Tell the people who heard of an alert that is void, or who own one that cleared."""
    detail = desk.telling.detail
    void = [one.after.id for one in changes if one.reason == "corrected"]
    alert_news.tell_void(conn, void, detail, desk.now)
    cleared = [
        one.after.id
        for one in changes
        if one.reason == "cleared" and one.before.state in {"acknowledged", "snoozed"}
    ]
    alert_news.tell_cleared(conn, cleared, detail, desk.now)


def _routed(
    judgements: Sequence[Judgement], fresh: Sequence[Alert], new: Sequence[NewAlert]
) -> dict[int, Routed]:
    """Return the alerts that were just opened, by id, as they would be read."""
    refs = {one.claim.client_id: one.client_ref for one in judgements}
    opened = zip(fresh, new, strict=True)
    return {
        alert.id: Routed(alert, refs[alert.client_id], one.policy, 0, None) for alert, one in opened
    }


def _newly(opened: Sequence[tuple[int, Opening]], changes: Sequence[AlertChange]) -> set[int]:
    """Return the alerts that opened because of new or changed rules, without urgent ones."""
    found = {
        alert_id for alert_id, one in opened if one.newly and one.decision.span.severity != "urgent"
    }
    gone_live = (one.after for one in changes if one.reason == "rule_goes_live")
    return found | {alert.id for alert in gone_live if alert.severity != "urgent"}


def tell_anew(
    conn: Connection,
    desk: EvaluationContext,
    alert_ids: Sequence[int],
    newly: Collection[int] = (),
    known: Mapping[int, Routed] | None = None,
) -> list[steps.TakenStep]:
    """Let alerts begin their present policies from the first step on.

    Alerts that are not `known` are read.
    """
    due, found = [], dict(known or {})
    if unknown := [alert_id for alert_id in alert_ids if alert_id not in found]:
        found |= {one.alert.id: one for one in alerts.routed(conn, unknown)}
    for routed in (found[alert_id] for alert_id in alert_ids if alert_id in found):
        policy, step = told_anew(routed.policy, routed.step, _policy(desk, routed.alert))
        anew = replace(routed, policy=policy, step=step, next_step_at=desk.now + policy[step].after)
        if policy[step].after == 0:
            due.append(anew)
        else:
            alerts.set_route(conn, routed.alert.id, policy, step, anew.next_step_at, desk.now)
    alerts.set_notified(conn, alert_ids, desk.now)
    _tell_supporters(conn, desk, [found[one].alert for one in alert_ids if one in found])
    telling = desk.telling
    notifier = Notifier(
        conn, desk.rulebook.rules, telling.detail, desk.now, telling.links, telling.follow_ups
    )
    return steps.take_steps(notifier, due, newly)


def _tell_supporters(conn: Connection, desk: EvaluationContext, told: Sequence[Alert]) -> None:
    """Let supporters hear beside alerts that staff are told of now, never of an urgent one."""
    rules = desk.rulebook.rules
    news = {
        alert.id: (alert.client_id, wanted)
        for alert in told
        if alert.severity != "urgent" and (wanted := rules[alert.rule_id].tell_supporters)
    }
    supporter_news.tell(conn, news, desk.now)


def _new_alert(desk: EvaluationContext, opening: Opening) -> NewAlert:
    decision = opening.decision
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
        inactivity="unjudged" if opening.in_silence else None,
    )
    return NewAlert(
        alert, desk.rule_set_id, opening.evidence, _policy(desk, alert), decision.reason
    )


def _policy(desk: EvaluationContext, alert: Alert) -> Policy:
    return desk.telling.routing.policy(alert.severity, desk.rulebook.rules[alert.rule_id].notify)


def _audit(conn: Connection, desk: EvaluationContext, written: Written) -> None:
    """Write one audit row a transaction, by reason, because an import opens thousands at once."""
    decided = []
    for action, changes in (
        (AuditAction.ALERTS_OPENED, written.opened),
        (AuditAction.ALERTS_CHANGED, written.changed),
    ):
        by_reason: dict[str, list[int]] = defaultdict(list)
        for alert_id, reason in changes:
            by_reason[reason].append(alert_id)
        if by_reason:
            decided.append(
                audit_log.Entry(ACTOR, action, f"rule set {desk.rule_set_id}", by_reason)
            )
    steps.record(conn, written.told, desk.now, also=decided)
