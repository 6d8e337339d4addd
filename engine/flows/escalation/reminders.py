"""Remind: what is still not resolved so long after people were last told, or somebody took it, is told again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from engine.alerts.reminders import reminded
from engine.flows.escalation import steps
from engine.flows.escalation.batch_fallback import together_or_apart
from engine.flows.escalation.notifier import Notifier
from engine.flows.escalation.recipients import RecipientResolver
from engine.flows.escalation.steps import TakenStep
from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.model.rule import Rule
from engine.model.sms_settings import Detail
from engine.store.alerts import alerts, reminders
from engine.store.alerts.reminders import Due
from engine.store.database.connection import Database


def waits(rules: Mapping[str, Rule]) -> dict[str, Duration]:
    """After how long (microseconds) alerts of each rule are told again, where they are."""
    return {
        rule.id: rule.remind for rule in rules.values() if rule.remind and rule.status == "live"
    }


def wanted(conn: Connection, rules: Mapping[str, Rule], now: Instant) -> bool:
    """Whether people are to be told again of an alert by `now`."""
    due_at = reminders.next_due(conn, waits(rules))
    return due_at is not None and due_at <= now


def run(
    database: Database, rules: Mapping[str, Rule], detail: Detail, now: Instant, limit: int = 200
) -> int:
    """Tell again of up to `limit` alerts whose rule wants it so by `now`; of how many. All are committed together."""
    reminded_of = waits(rules)
    if not reminded_of:
        return 0

    def take(only: int | None) -> int:
        with database.write() as conn:
            notifier, reach = Notifier(conn, rules, detail, now), RecipientResolver(conn, now)
            due = [
                one
                for one in reminders.due(conn, reminded_of, now, limit)
                if only in {None, one.alert_id}
            ]
            told = [_remind(notifier, one, reach) for one in due]
            steps.record(conn, told, now)
        return len(told)

    def due() -> list[int]:
        with database.write() as conn:
            return [one.alert_id for one in reminders.due(conn, reminded_of, now, limit)]

    return together_or_apart(take, due)


def _remind(notifier: Notifier, due: Due, reach: RecipientResolver) -> TakenStep:
    conn, number = notifier.conn, due.reminders + 1
    (routed,) = alerts.routed(conn, [due.alert_id])
    reached = reach.about(routed.alert.client_id)
    again = reminded(due.owner_id, reminders.last_told(conn, due.alert_id), reached.by_id)
    for step, recipient in again:
        notifier.tell(routed, step, recipient, MessageKind.REMINDER, number)
    if not again:
        notifier.tell_admins(routed, number)
    reminders.told_again(conn, due, notifier.now)
    return TakenStep(
        due.alert_id, routed.step, tuple(recipient.staff.id for _, recipient in again), ()
    )
