"""Mutes: an alert that nobody is told of for a time waits, and is told when the mute ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from engine.alerts.muting import muted_until
from engine.alerts.routing import told_anew
from engine.errors import UserError
from engine.model.alert import WRITTEN, Alert
from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.message import Claimed, MessageKind
from engine.model.mute import LONGEST_US, Mute
from engine.model.nearest_word import did_you_mean
from engine.model.rule import Rule
from engine.store.alerts import alerts, due_clients, reminders
from engine.store.alerts import mutes as store
from engine.store.alerts.alerts import Routed
from engine.store.messages import grouping, outbox
from engine.store.operations import audit_log
from engine.store.people import roster, staff

_LONGEST_WHY = 200  # as wide as its column


def put_off(conn: Connection, due: Sequence[Routed], now: Instant) -> list[Routed]:
    """Let the next steps of muted alerts, or their waking, come at the end of their mutes.

    Returns:
        The alerts that are not muted.
    """
    lasting = store.lasting(conn, now)
    loud = []
    for routed in due:
        ends = muted_until(routed.alert, lasting)
        if ends is None:
            loud.append(routed)
        else:
            alerts.set_route(conn, routed.alert.id, routed.policy, routed.step, ends, now)
    return loud


def put_off_text(conn: Connection, message: Claimed, ends: Instant, now: Instant) -> None:
    """Let the step of a text that a mute holds back be taken again at the end of the mute."""
    for each in grouping.with_carried(conn, message):
        if each.alert_id is None:
            continue
        if each.kind == MessageKind.REMINDER:
            reminders.remind_at_once(conn, each.alert_id)
        elif outbox.bring_next_step_forward(conn, each, now):
            for routed in alerts.routed(conn, [each.alert_id]):
                fresh = routed.policy[each.step :]
                # The steps are numbered on, so that the new text differs from the old one.
                policy, step = told_anew(routed.policy, routed.step, fresh)
                alerts.set_route(conn, routed.alert.id, policy, step, ends, now)


def mute(
    conn: Connection,
    subject: str,
    until: Instant,
    why: str,
    by: str | None,
    rules: Mapping[str, Rule],
    now: Instant,
) -> Mute:
    """Mute a client or a rule.

    Args:
        conn: The transaction.
        subject: The client's ref or the rule's id.
        until: When the mute ends.
        why: The reason.
        by: The ref of the member of staff who mutes, if known.
        rules: The rules that serve.
        now: The present instant.

    Raises:
        UserError: There is no such client, rule or member of staff. The rule's alerts are urgent.
            The end is past or too far away, or there is no reason.
    """
    if until <= now:
        raise UserError("--until is over already.")
    if until > now + LONGEST_US:
        raise UserError(
            "A mute lasts 30 days at most. For longer, end a rule with status: retired or try it "
            "with status: shadow; a client has leave in the roster."
        )
    if not 0 < len(why.strip()) <= _LONGEST_WHY:
        raise UserError(f"--why needs a reason of at most {_LONGEST_WHY} characters.")
    client_id, rule_id = _subject(conn, subject, rules)
    who = staff.with_ref(conn, by) if by else None
    if by and (who is None or not who.active):
        raise UserError(f"There is nobody active among the staff called {by}.")
    made = store.add(conn, client_id, rule_id, until, why.strip(), now)
    # What a muted alert inhibited may notify now.
    due_clients.mark_dirty(conn, dict.fromkeys(store.clients_of(conn, made), now))
    detail = {"client": client_id, "rule": rule_id, "until": until, "by": who and who.id}
    _record(conn, AuditAction.MUTED, made, detail, now)
    return made


def unmute(conn: Connection, subject: str, rules: Collection[str], now: Instant) -> int:
    """End every mute of a client or a rule, and tell what waited for it.

    Returns:
        How many mutes are ended.

    Raises:
        UserError: The client or rule is not muted.
    """
    client = roster.find_clients(conn, [subject]).get(subject)
    ended = [
        one
        for one in store.lasting(conn, now)
        if one.rule_id == subject or (client is not None and one.client_id == client.id)
    ]
    if not ended:
        near = "" if client or subject in rules else did_you_mean(subject, rules)
        raise UserError(f"{subject} is not muted; handrail mute lists all mutes{near}.")
    for one in ended:
        store.remove(conn, one, now)
        _record(conn, AuditAction.UNMUTED, one, {}, now)
    return len(ended)


def until(conn: Connection, alert: Alert | None, now: Instant) -> Instant | None:
    """Return until when an alert is muted; None if it is not."""
    return muted_until(alert, store.lasting(conn, now)) if alert else None


def _subject(
    conn: Connection, subject: str, rules: Mapping[str, Rule]
) -> tuple[int | None, str | None]:
    client = roster.find_clients(conn, [subject]).get(subject)
    if client is not None:
        return client.id, None
    if subject in WRITTEN:
        raise UserError("Texts of clients are never muted, because a client waits for an answer.")
    rule = rules.get(subject)
    if rule is None:
        near = did_you_mean(subject, rules)
        raise UserError(f"There is no client and no rule called {subject}{near}.")
    if rule.severity == "urgent":
        raise UserError(f"The alerts of {subject} are urgent, and urgent alerts are never muted.")
    return None, subject


def _record(
    conn: Connection,
    action: AuditAction,
    one: Mute,
    detail: Mapping[str, object],
    now: Instant,
) -> None:
    subject = f"mute {one.id}"
    audit_log.record(
        conn, at=now, actor="command", action=action, subject=subject, detail=dict(detail)
    )
