"""A key pressed in a call acts on the call's alert, once; everything else is no answer."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.flows.inbound import acting, alert_actions
from engine.model.alert import Act
from engine.model.audit_action import AuditAction
from engine.model.inbound import Inbound, KeyPress
from engine.model.instant import Instant
from engine.model.message import Claimed, MessageKind
from engine.model.sms_settings import Detail
from engine.model.spoken_words import KEYS, SpokenWords, spoken
from engine.model.staff import Staff
from engine.store.alerts import alerts
from engine.store.database.connection import Database
from engine.store.messages import inbox, outbox_claims
from engine.store.operations import audit_log
from engine.store.people import staff


def take(database: Database, pressed: KeyPress, detail: Detail, now: Instant) -> str | None:
    """Do what a key asks for, once for each call, and return the words of the answer.

    Args:
        database: The database.
        pressed: The key as the carrier hands it over.
        detail: How much a text to the others may say.
        now: The present instant.

    Returns:
        The words; None if the key means nothing, so that the question is asked again.
    """
    what = KEYS.get(pressed.key)
    if what is None:
        return None
    with database.write() as conn:
        message = outbox_claims.reported_on(conn, pressed.message_id, pressed.provider_id)
        who = _called(conn, message, pressed)
        if message is None or message.alert_id is None or who is None:
            return spoken(SpokenWords.NOT_YOURS, pressed.language)
        # One key a call counts: the carrier may hand it over twice.
        text = Inbound(pressed.provider_id, pressed.called, f"key {pressed.key}")
        inbox_id = inbox.add(conn, text, now)
        if inbox_id is None:
            return inbox.answer_to(conn, pressed.provider_id)
        acted = _act(conn, message.alert_id, who, what, detail, now)
        answer = spoken(_answer(acted, what), pressed.language)
        counted = [message.alert_id] if acted is not None else []
        read = inbox.ReadText(what.value, answer, None, who.id, counted)
        inbox.settle(conn, inbox_id, read)
        audit_log.record(
            conn, at=now, actor="inbox", action=AuditAction.KEY_PRESSED, subject=f"text {inbox_id}",
            detail={"message": message.id, "key": pressed.key},
        )  # fmt: skip
        if acted is not None:
            alert_actions.record(conn, acted, who, what, now, by="call")
    return answer


def _called(conn: Connection, message: Claimed | None, pressed: KeyPress) -> Staff | None:
    """Return the person whom the call was to; None if it is no call of ours to their number."""
    if message is None or message.kind is not MessageKind.CALL:
        return None
    if message.phone != pressed.called:
        return None
    who = staff.by_id(conn, message.staff_id)
    return who if who is not None and who.active and who.phone == pressed.called else None


def _act(
    conn: Connection, alert_id: int, who: Staff, what: Act, detail: Detail, now: Instant
) -> alert_actions.Acted | None:
    """Act on the alert; None if the person must not any more."""
    (routed,) = alerts.read_routed(conn, [alert_id])
    if not acting.decide(conn, who, routed.alert.client_id, now).allowed:
        return None
    return alert_actions.act(conn, alert_id, who, what, now, detail=detail)


def _answer(acted: alert_actions.Acted | None, what: Act) -> SpokenWords:
    if acted is None:
        return SpokenWords.NOT_YOURS
    if acted.outcome == "closed":
        return SpokenWords.CLOSED
    if acted.by is not None:
        return SpokenWords.TAKEN
    return SpokenWords.YOURS if what is Act.TAKE else SpokenWords.PASSED_ON
