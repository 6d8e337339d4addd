"""Escalation: an alert's due step tells the people it reaches, or else the admins."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.alerts.lifecycle import move
from engine.alerts.routing import Turn, ends_in_nobody, next_step_at, take_turn, wait_after
from engine.calendar.quiet_hours import earliest_send
from engine.flows.escalation import mutes
from engine.flows.escalation.batch_fallback import together_or_apart
from engine.flows.escalation.notifier import Enqueued, Notifier
from engine.flows.escalation.recipients import ClientRecipients, RecipientResolver
from engine.model.alert import Alert
from engine.model.audit_action import AuditAction
from engine.model.duration import Duration
from engine.model.instant import MINUTE_US, Instant
from engine.model.message import MessageKind
from engine.model.notification_settings import NO_FOLLOW_UPS, FollowUps
from engine.model.notify_reason import NotifyReason
from engine.model.rule import Rule
from engine.model.sms_settings import Detail
from engine.model.staff import SkippedRecipient, Staff
from engine.store.alerts import alert_records, alerts, reminders, skipped_recipients
from engine.store.alerts.alerts import Routed
from engine.store.database.connection import Database
from engine.store.operations import audit_log

ACTOR = "escalate"
# A person whose snooze ends has this long to answer before the next step, if the policy has none.
WAIT_AT_THE_END_US = 30 * MINUTE_US


@dataclass(frozen=True, slots=True)
class TakenStep:
    """A step taken for an alert: the staff who are told, and the roles that reached nobody."""

    alert_id: int
    step: int
    staff: tuple[int, ...]
    passed_over: tuple[str, ...]
    nobody_meant: bool = False  # the policy says `else: nobody`


def run(
    database: Database,
    rules: Mapping[str, Rule],
    detail: Detail,
    now: Instant,
    limit: int = 200,
    links: str = "",
    follow_ups: FollowUps = NO_FOLLOW_UPS,
) -> int:
    """Take up to `limit` steps that are due at `now`, each committed with its messages.

    Returns:
        How many steps were taken.
    """

    def take(only: int | None) -> int:
        with database.write() as conn:
            notifier, reach = (
                Notifier(conn, rules, detail, now, links, follow_ups),
                RecipientResolver(conn, now),
            )
            for routed in mutes.put_off(conn, alerts.woken(conn, now, limit, only), now):
                _wake(notifier, routed, reach)
            told = take_steps(notifier, alerts.with_due_step(conn, now, limit, only))
            record(conn, told, now)
        return len(told)

    def due() -> list[int]:
        with database.read() as conn:
            return alerts.due(conn, now, limit)

    return together_or_apart(take, due)


def take_steps(
    notifier: Notifier, due: Sequence[Routed], newly: Collection[int] = ()
) -> list[TakenStep]:
    """Take the next step of each alert: enqueue its messages, and set the step after it.

    Several alerts about one client become one text to each recipient.

    Args:
        notifier: Puts texts into the outbox, in a transaction that writes.
        due: The alerts, locked.
        newly: The ids of alerts that a newly accepted rule set found. Texts about them wait a
            little for each other.

    Returns:
        The steps taken. `record` is left to the caller, because the audit trail comes last in a
        transaction.
    """
    reach = RecipientResolver(notifier.conn, notifier.now)
    texts: list[Enqueued] = []
    told = []
    for routed in mutes.put_off(notifier.conn, due, notifier.now):
        reached = reach.about(routed.alert.client_id)
        kind = MessageKind.NEWLY if routed.alert.id in newly else MessageKind.STEP
        turn = _take_step(notifier, routed, reached)
        told.append(_told(routed, turn))
        sent = [notifier.tell(routed, step, one, kind) for step, one in turn.told]
        if kind == MessageKind.STEP:
            texts += filter(None, sent)
    notifier.bundle(texts)
    return told


def record(
    conn: Connection, told: Sequence[TakenStep], now: Instant, also: Sequence[audit_log.Entry] = ()
) -> None:
    """Write into the audit trail the entries `also`, and then the steps taken."""
    audit_log.append(conn, [*also, *(_entry(one) for one in told)], now)


def _entry(told: TakenStep) -> audit_log.Entry:
    detail = {"step": told.step, "staff": told.staff, "passed_over": told.passed_over}
    action = AuditAction.TOLD
    if not told.staff:
        action = AuditAction.TELLS_NOBODY if told.nobody_meant else AuditAction.REACHES_NOBODY
    return audit_log.Entry(ACTOR, action, f"alert {told.alert_id}", detail)


def _take_step(notifier: Notifier, routed: Routed, reached: ClientRecipients) -> Turn:
    """Decide whom the next step tells, and record the state of the alert after it."""
    conn, now, alert = notifier.conn, notifier.now, routed.alert
    turn = take_turn(routed.policy, routed.step, reached.told, alert.severity)
    skipped_recipients.add(conn, alert.id, _left_out(routed, turn, reached), now)
    nobody_meant = ends_in_nobody(routed.policy, alert.severity)
    if not (turn.told or nobody_meant or _somebody_knows(conn, routed, reached)):
        # After the last step it may reach nobody again: a person was reminded since, and has left.
        notifier.tell_admins(routed, now)
    people = [recipient.staff for _, recipient in turn.told]
    due_at = next_step_at(turn.after, [_reachable_at(alert, one, now) for one in people] or [now])
    alerts.set_route(conn, alert.id, routed.policy, turn.step, due_at, now, told=True)
    return turn


def _somebody_knows(conn: Connection, routed: Routed, reached: ClientRecipients) -> bool:
    """Return whether a person told by an earlier step can still be told again.

    That no longer counts once a person passed the alert on.
    """
    if alert_records.transitions_of(conn, routed.alert.id)[-1].why == "passed_on":
        return False
    at_hand = {one.staff.id for ones in reached.told.values() for one in ones}
    return not at_hand.isdisjoint(reminders.ever_told(conn, routed.alert.id))


def _left_out(routed: Routed, turn: Turn, reached: ClientRecipients) -> list[SkippedRecipient]:
    """Return the people of the steps looked at who are not told, and why."""
    steps = {*turn.passed_over, *(step for step, _ in turn.told)}
    roles = {routed.policy[step].to for step in steps}
    found = [one for one in reached.left_out if one.role in roles]
    found += [
        SkippedRecipient(role, None, NotifyReason.ROLE_VACANT)
        for role in sorted(roles - reached.told.keys() - {one.role for one in found})
    ]
    if not turn.told and reached.told.keys() & roles == {"mentor"}:
        alone = (one.staff.id for one in reached.told["mentor"])
        found += [SkippedRecipient("mentor", each, NotifyReason.MENTOR_ALONE) for each in alone]
    return found


def _wake(notifier: Notifier, routed: Routed, reach: RecipientResolver) -> None:
    """Open a snoozed alert again.

    The person who snoozed it is asked once more, and then the next step comes.
    """
    conn, now, alert = notifier.conn, notifier.now, routed.alert
    awake = move(alert, "open", "snooze_over")
    alerts.change(conn, alert, awake, at=now, actor=ACTOR, why="snooze_over")
    sleeper = reach.about(alert.client_id).by_id.get(routed.owner_id or 0)
    due_at = now
    if sleeper is not None:
        step = max(0, routed.step - 1)
        notifier.tell(routed, step, sleeper, MessageKind.SNOOZE_OVER, sequence=now)
        due_at = _reachable_at(alert, sleeper.staff, now) + _wait_after_last_step(routed)
    alerts.set_next_step(conn, alert.id, due_at, now)


def _reachable_at(alert: Alert, recipient: Staff, now: Instant) -> Instant:
    return earliest_send(now, recipient, urgent=alert.severity == "urgent")


def _wait_after_last_step(routed: Routed) -> Duration:
    """Return the wait after the last step; half an hour if the policy has no step after it."""
    wait = wait_after(routed.policy, routed.step - 1) if routed.step else None
    return WAIT_AT_THE_END_US if wait is None else wait


def _told(routed: Routed, turn: Turn) -> TakenStep:
    return TakenStep(
        routed.alert.id,
        max((step for step, _ in turn.told), default=routed.step),
        tuple(recipient.staff.id for _, recipient in turn.told),
        tuple(routed.policy[step].to for step in turn.passed_over),
        ends_in_nobody(routed.policy, routed.alert.severity),
    )
