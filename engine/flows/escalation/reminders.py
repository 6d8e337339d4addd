"""Reminders: people are told again of an alert that stays unresolved for too long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from engine.alerts.muting import muted_until
from engine.alerts.reminders import ReminderWaits, reminded
from engine.alerts.routing import ends_in_nobody
from engine.flows.escalation import steps
from engine.flows.escalation.batch_fallback import together_or_apart
from engine.flows.escalation.notifier import Notifier
from engine.flows.escalation.recipients import RecipientResolver
from engine.flows.escalation.steps import TakenStep
from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.model.rule import Rule
from engine.model.sms_settings import Detail
from engine.store.alerts import alerts, mutes, reminders
from engine.store.alerts.reminders import Due
from engine.store.database.connection import Database
from engine.store.messages import outbox


def next_due(conn: Connection, rules: Mapping[str, Rule]) -> Instant | None:
    """Return when people are next told again of an alert; None if never."""
    waits = ReminderWaits.of_rules(rules)
    due = (
        at + waits.of(rule_id, severity) for rule_id, severity, at in reminders.longest_ago(conn)
    )
    return min(due, default=None)


def run(
    database: Database,
    rules: Mapping[str, Rule],
    detail: Detail,
    now: Instant,
    limit: int = 200,
    links: str = "",
) -> int:
    """Tell again of alerts that nobody has resolved; all are committed together.

    Args:
        database: The database.
        rules: The rules that serve.
        detail: How much a text may say.
        now: The present instant.
        limit: How many alerts at most.
        links: The beginning of the links of texts; "" if they hold none.

    Returns:
        The number of alerts that people were told of again.
    """
    waits = ReminderWaits.of_rules(rules)

    def take(only: int | None) -> int:
        with database.write() as conn:
            notifier, reach = (
                Notifier(conn, rules, detail, now, links),
                RecipientResolver(conn, now),
            )
            due = [
                one
                for one in reminders.due(conn, waits.by_rule, waits.by_severity, now, limit)
                if only in {None, one.alert_id}
            ]
            loud = _put_off(conn, due, waits, now)
            told = [_remind(notifier, one, reach) for one in loud]
            steps.record(conn, told, now)
        return len(told)

    def due() -> list[int]:
        with database.write() as conn:
            return [
                one.alert_id
                for one in reminders.due(conn, waits.by_rule, waits.by_severity, now, limit)
            ]

    return together_or_apart(take, due)


def _put_off(conn: Connection, due: Sequence[Due], waits: ReminderWaits, now: Instant) -> list[Due]:
    """Let the reminders of muted alerts come at the end of their mutes; return the others."""
    lasting = mutes.lasting(conn, now)
    if not lasting:
        return list(due)
    found = alerts.read_routed(conn, [one.alert_id for one in due])
    about = {routed.alert.id: routed.alert for routed in found}
    loud = []
    for one in due:
        alert = about[one.alert_id]
        ends = muted_until(alert, lasting)
        if ends is None:
            loud.append(one)
        else:
            reminders.put_off(conn, one, ends - waits.of(alert.rule_id, alert.severity))
    return loud


def _remind(notifier: Notifier, due: Due, reach: RecipientResolver) -> TakenStep:
    conn, number = notifier.conn, due.reminders + 1
    (routed,) = alerts.routed(conn, [due.alert_id])
    reached = reach.about(routed.alert.client_id)
    again = reminded(
        due.owner_id,
        reminders.last_told(conn, due.alert_id),
        routed.policy,
        reached.told,
        reached.by_id,
        routed.alert.severity,
    )
    for step, recipient in again:
        # A phone with quiet hours gets one text about the alert after them, not its reminders too.
        if not outbox.waits(conn, due.alert_id, recipient.staff.id, notifier.now):
            notifier.tell(routed, step, recipient, MessageKind.REMINDER, number)
    nobody_meant = ends_in_nobody(routed.policy, routed.alert.severity)
    if not (again or nobody_meant):
        notifier.tell_admins(routed, number)
    reminders.told_again(conn, due, notifier.now)
    return TakenStep(
        due.alert_id,
        routed.step,
        tuple(recipient.staff.id for _, recipient in again),
        (),
        nobody_meant,
    )
