"""Tell the people who know of a client's text that the client wrote again, but not too often."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from engine.flows.escalation.alert_news import name
from engine.messaging import answers
from engine.model.alert import SUPPORTER_TEXT
from engine.model.instant import DAY_US, MINUTE_US, Instant
from engine.model.message import MessageKind, NewMessage
from engine.model.sms_settings import Detail
from engine.store.alerts.alerts import Routed
from engine.store.messages import outbox

# A client who writes five short texts in a row is one piece of news.
_APART_US = 10 * MINUTE_US
_APART_IN_DANGER_US = MINUTE_US


def tell(conn: Connection, held: Routed, detail: Detail, now: Instant, *, urgent: bool) -> None:
    """Tell the person who has an alert, or else all who were told, that its client wrote again.

    Args:
        conn: The transaction.
        held: The alert, locked.
        detail: How much a text may say.
        now: The present instant.
        urgent: Whether the new words are words of danger.
    """
    known = [held.owner_id] if held.owner_id is not None else outbox.told_of(conn, held.alert.id)
    for staff_id in known:
        tell_one(conn, held, staff_id, detail, now, urgent=urgent)


def tell_one(
    conn: Connection, held: Routed, staff_id: int, detail: Detail, now: Instant, *, urgent: bool
) -> None:
    """Tell one person that a client wrote again; further texts soon after are one more message."""
    last = outbox.newest(conn, held.alert.id, staff_id, MessageKind.WROTE_AGAIN)
    if last is not None and last.state == "queued":
        return
    named = name(conn, held, staff_id, detail, now)
    named = replace(named, urgent=urgent or named.urgent)
    apart = _APART_IN_DANGER_US if named.urgent else _APART_US
    due_at = now if last is None else max(now, last.due_at + apart)
    supporter = held.alert.rule_id == SUPPORTER_TEXT
    body = answers.wrote_again(named, mine=staff_id == held.owner_id, supporter=supporter)
    message = NewMessage(
        held.alert.id, held.step, staff_id, MessageKind.WROTE_AGAIN, body, now, due_at, now + DAY_US
    )
    severity = "urgent" if named.urgent else held.alert.severity
    outbox.enqueue(conn, replace(message, sequence=now, severity=severity))
