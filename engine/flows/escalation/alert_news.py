"""News about an alert to people who know of it: its name in their texts, and that it is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from engine.messaging import answers
from engine.messaging.consent import consent_to
from engine.messaging.listing import Named
from engine.model.instant import DAY_US, Instant
from engine.model.message import MessageKind, NewMessage
from engine.model.sms_settings import Detail
from engine.store.alerts import alerts
from engine.store.alerts.alerts import Routed
from engine.store.messages import outbox, reply_codes
from engine.store.people import staff

_ONE_BY_ONE = 3  # this many alerts that were errors are told each by itself


def name(conn: Connection, held: Routed, staff_id: int, detail: Detail, now: Instant) -> Named:
    """Name an alert to a person as their texts do: a mentor knows the client by an alias."""
    code = reply_codes.give(conn, staff_id, held.alert.id, now)
    ref = held.client_ref if detail != "none" else ""
    who = staff.by_id(conn, staff_id)
    if who is not None and who.role == "mentor":
        consent = consent_to(staff.consents_for(conn, held.alert.client_id, staff_id), now)
        ref = consent.alias if consent else ""
    return Named(code, ref, urgent=held.alert.severity == "urgent")


def tell(
    conn: Connection, alert_id: int, step: int, staff_id: int, body: str, now: Instant
) -> None:
    """Tell a person the outcome of an alert that they know of."""
    message = NewMessage(alert_id, step, staff_id, MessageKind.NOTICE, body, now, due_at=now)
    outbox.enqueue(conn, replace(message, sequence=now, expires_at=now + DAY_US))


def tell_cleared(conn: Connection, alert_ids: Sequence[int], detail: Detail, now: Instant) -> None:
    """Tell the people who have these alerts that the reason is over.

    Args:
        conn: The transaction.
        alert_ids: Alerts that a person had taken or snoozed, and that cleared by themselves.
        detail: How much a text may say.
        now: The present instant.
    """
    for held in alerts.routed(conn, alert_ids):
        if held.owner_id is not None:
            body = answers.cleared(name(conn, held, held.owner_id, detail, now))
            tell(conn, held.alert.id, held.step, held.owner_id, body, now)


def tell_void(conn: Connection, alert_ids: Sequence[int], detail: Detail, now: Instant) -> None:
    """Tell everybody who was told of these alerts that corrected data took their reason away.

    Args:
        conn: The transaction.
        alert_ids: The alerts that never should have been.
        detail: How much a text may say.
        now: The present instant.
    """
    known: dict[int, list[Routed]] = defaultdict(list)
    for held in alerts.routed(conn, alert_ids):
        owner = [] if held.owner_id is None else [held.owner_id]
        for staff_id in {*outbox.told_of(conn, held.alert.id), *owner}:
            known[staff_id].append(held)
    for staff_id, void in sorted(known.items()):
        if len(void) > _ONE_BY_ONE:
            body = answers.void_many(len(void))
            tell(conn, void[0].alert.id, void[0].step, staff_id, body, now)
            continue
        for held in void:
            body = answers.void(name(conn, held, staff_id, detail, now))
            tell(conn, held.alert.id, held.step, staff_id, body, now)
