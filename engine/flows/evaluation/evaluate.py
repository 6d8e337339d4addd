"""Evaluate: replay due clients, and write the changes of their alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from engine.calendar.machine_clock import awake_for
from engine.errors import StoreUnavailableError
from engine.flows.escalation import departures, drills, reminders, steps
from engine.flows.evaluation import engine_faults, outage_hold, storm_brake
from engine.flows.evaluation.client_evaluation import (
    ACTOR,
    EvaluationContext,
    Judgement,
    free,
    judge,
    read_facts,
    write,
)
from engine.flows.schedules import goals, settle
from engine.model.audit_action import AuditAction
from engine.model.instant import MINUTE_US, SECOND_US, Instant
from engine.model.notification_settings import NotificationSettings
from engine.rulebook.core.rulebook import Rulebook
from engine.store.alerts import alerts, due_clients, follow_ups
from engine.store.alerts.due_clients import Claim
from engine.store.database.connection import Database
from engine.store.intake import histories
from engine.store.operations import audit_log, machine_clock, rule_sets

# An import makes thousands due at once; read and written together they cost a fraction each.
BATCH = 200
# Far longer than a batch takes: only a dead evaluator's claims run out.
LEASE_US = 120 * SECOND_US

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class EvaluationCounts:
    """The counts of a run: clients evaluated and failed, alerts opened and changed, steps taken."""

    clients: int = 0
    failed: int = 0
    opened: int = 0
    changed: int = 0
    steps: int = 0

    def __add__(self, other: EvaluationCounts) -> EvaluationCounts:
        return EvaluationCounts(
            *(
                getattr(self, name) + getattr(other, name)
                for name in EvaluationCounts.__dataclass_fields__
            )
        )


def run(
    database: Database,
    rulebook: Rulebook,
    telling: NotificationSettings,
    *,
    now: Instant,
    owner: str,
    limit: int = 10 * BATCH,
    read_to: Instant | None = None,
) -> EvaluationCounts:
    """Evaluate up to `limit` clients who are due at `now`, and tell people of their alerts.

    `climb` takes the steps that come later. Only the serving rule set
    (store/operations/rule_sets.py) decides. A daemon that still holds another one leaves the
    clients to the others.

    Args:
        database: The database.
        rulebook: The rules of this daemon.
        telling: The settings of notification.
        now: The present instant.
        owner: A name that only this process has.
        limit: How many clients at most.
        read_to: When the sources were last read; None for now.

    Returns:
        The counts of this run.
    """
    counts = EvaluationCounts()
    claimed, all_done = 0, False
    while claimed < limit and not all_done:
        wanted = min(BATCH, limit - claimed)
        # A claim that a power cut undoes is made again.
        with database.write(durable=False) as conn:
            serving = rule_sets.serves(conn, rulebook.hash)
            if serving is None:
                _log.warning("these rules are not the ones that serve", rules=rulebook.hash[:12])
                return counts
            if not claimed:
                due_clients.mark_all_for_rules(conn, rulebook.hash, now)
            clock = machine_clock.read(conn)
            claims = due_clients.claim_due(conn, now, owner, LEASE_US, wanted)
        # Events of a time without a daemon are no old news.
        within = awake_for(telling.notify_within, clock.away if clock else None, now)
        awake = replace(telling, notify_within=within)
        known = now if read_to is None else read_to
        desk = EvaluationContext(database, rulebook, serving.id, awake, now, serving.since, known)
        batch = _evaluate(desk, claims) if claims else EvaluationCounts()
        counts += batch
        claimed += len(claims)
        # A client who is neither done nor failed was changed meanwhile, and is due again.
        all_done = len(claims) < wanted and batch.clients + batch.failed == len(claims)
    engine_faults.tell(database, rulebook.inference.take_problems(), now)
    taken = _follow_up(desk, told=counts.steps > 0, all_judged=all_done)
    return counts + EvaluationCounts(steps=taken)


def climb(
    database: Database, rulebook: Rulebook, telling: NotificationSettings, *, now: Instant
) -> EvaluationCounts:
    """Take the due steps of policies and the due reminders, without judging clients.

    It looks at every open alert, so call it once after many clients were judged.

    Args:
        database: The database.
        rulebook: The rules of this daemon.
        telling: The settings of notification.
        now: The present instant.

    Returns:
        The number of steps and reminders.
    """
    rules = rulebook.rules
    # One look, because most of the time nothing is due.
    with database.read() as conn:
        departed = departures.known_to_nobody(conn, now)
        due = alerts.any_due(conn, now)
        remind_at = reminders.next_due(conn, rules)
        drill = drills.running(conn)
    if drill is not None:
        drills.end_if_over(database, drill, now)
    if departed:
        departures.take_again(database, departed, now)
    told = (database, rules, telling.detail, now)
    taken = 0
    if due or departed:
        taken = steps.run(*told, links=telling.links, follow_ups=telling.follow_ups)
    if departed or (remind_at is not None and remind_at <= now):
        taken += reminders.run(*told, links=telling.links)
    if taken:
        storm_brake.brake(database, telling.outages, now)
    return EvaluationCounts(steps=taken)


def _follow_up(desk: EvaluationContext, *, told: bool, all_judged: bool) -> int:
    """Tell of alerts that waited for other alerts or for the end of an outage; return how many.

    If people were `told` of something, before or here, it may be a storm.
    """
    # One look, because most of the time nothing is due.
    with desk.database.read() as conn:
        waiting = follow_ups.waiting(conn)
        storms = told and storm_brake.rages(conn, desk.telling.outages, desk.now)
    taken = len(free(desk)) if waiting.freed else 0
    taken += len(outage_hold.settle(desk)) if all_judged and waiting.in_doubt else 0
    if storms or taken:
        storm_brake.brake(desk.database, desk.telling.outages, desk.now)
    return taken


def _evaluate(desk: EvaluationContext, claims: Sequence[Claim]) -> EvaluationCounts:
    try:
        written = write(desk, _judgements(desk, claims))
    except StoreUnavailableError:
        raise
    # A fault in one client's data must not keep the others from evaluation.
    except Exception:
        if len(claims) > 1:
            return sum((_evaluate(desk, [claim]) for claim in claims), EvaluationCounts())
        _log.exception("evaluation failed", client=claims[0].client_id)
        _postpone(desk, claims[0])
        return EvaluationCounts(failed=1)
    return EvaluationCounts(
        clients=written.clients,
        opened=len(written.opened),
        changed=len(written.changed),
        steps=len(written.told),
    )


def _judgements(desk: EvaluationContext, claims: Sequence[Claim]) -> list[Judgement]:
    """Settle what the clients were due to do, and judge them with what became of it.

    One snapshot serves both, unless something was settled.
    """
    context, now = desk.schedules, desk.now
    ids = [claim.client_id for claim in claims]
    drawn = settle.seeds(context)
    with desk.database.read() as conn:
        clients = histories.read_clients(conn, ids)
        due = settle.decide_due(conn, context, claims, clients, drawn)
        of_goals = goals.decide_goals(conn, clients, now)
        settled = bool(due.made or of_goals.new or of_goals.gone)
        facts = None if settled else read_facts(conn, clients, now)
    if facts is None:
        with desk.database.write() as conn:
            settle.write(conn, context, claims, due.made)
            goals.write_goals(conn, claims, of_goals, now)
        with desk.database.read() as conn:
            facts = read_facts(conn, histories.read_clients(conn, ids), now)
    look_at = dict(due.look_at)
    for client_id, at in of_goals.look_at.items():
        look_at[client_id] = min(at, look_at.get(client_id, at))
    return judge(desk, claims, facts, look_at)


def _postpone(desk: EvaluationContext, claim: Claim) -> None:
    wait = min(MINUTE_US << min(claim.failures, 10), due_clients.LONGEST_LEASE_US)
    with desk.database.write() as conn:
        due_clients.postpone(conn, claim, desk.now + wait)
        if claim.failures == 0:
            subject, detail = f"client {claim.client_id}", {"rule_set": desk.rule_set_id}
            audit_log.record(
                conn,
                at=desk.now,
                actor=ACTOR,
                action=AuditAction.EVALUATION_FAILED,
                subject=subject,
                detail=detail,
            )
