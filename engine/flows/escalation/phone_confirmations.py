"""Asks numbers of staff and mentors whether they are theirs, and takes the answer."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.errors import UserError
from engine.flows.escalation import departures, operator_notices
from engine.flows.escalation.staff_names import staff_word
from engine.messaging import operator_texts, supporter_words
from engine.messaging.listing import sayable
from engine.messaging.phone_confirmation import (
    PhoneQuestion,
    PhoneReply,
    next_question,
    read_reply,
)
from engine.model.agreement import TextLanguage
from engine.model.audit_action import AuditAction
from engine.model.instant import DAY_US, Instant
from engine.model.message import MessageKind, NewMessage
from engine.model.staff import Staff
from engine.store.database.connection import Database
from engine.store.messages import outbox
from engine.store.operations import audit_log, channel_state
from engine.store.people import phone_codes, staff, supporters
from engine.store.people.phone_codes import UnconfirmedPhone
from engine.store.people.supporters import SUPPORTER

_MAY_CONFIRM = ("supervisor", "admin")


@dataclass(frozen=True, slots=True)
class PhoneAnswer:
    """What a phone said to the question whether it is that of a person.

    `code` confirms the number; it is the one to repeat if the reply was unclear.
    """

    reply: PhoneReply
    about: UnconfirmedPhone
    code: str


def run(database: Database, now: Instant) -> int:
    """Ask the numbers that nobody has confirmed, at sensible times.

    Args:
        database: The database.
        now: The present instant.

    Returns:
        How many numbers are asked.
    """
    with database.read() as conn:
        if not list(_due(conn, now)):
            return 0
    with database.write() as conn:
        due = list(_due(conn, now))
        for one in due:
            ask(conn, one, now)
    return len(due)


def ask(conn: Connection, one: UnconfirmedPhone, now: Instant) -> None:
    """Put the question to a number into the outbox; a repeated one has the same code."""
    code = one.code or f"{1000 + secrets.randbelow(9000)}"
    phone_codes.note_asked(conn, one, code, now)
    called = sayable(one.staff.call_name or "")
    body = operator_texts.confirm_phone(called, code)
    if one.staff.role == SUPPORTER:
        body = supporter_words.ask_number(called, code, language_of(conn, one.staff, now))
    kind, ends = MessageKind.CONFIRM_PHONE, now + DAY_US
    message = NewMessage(None, 0, one.staff.id, kind, body, now, now, ends, sequence=now)
    outbox.enqueue(conn, message)


def language_of(conn: Connection, one: Staff, now: Instant) -> TextLanguage:
    """Return the language of a supporter's agreement; English if none stands."""
    agreed = supporters.agreements(conn, [one.id], now).get(one.id)
    return agreed.language if agreed else "english"


def waiting(conn: Connection, phone: str | None = None) -> list[UnconfirmedPhone]:
    """Read the numbers that nobody may be texted at yet; none where numbers are not verified.

    Args:
        conn: The connection to read from.
        phone: Only those who have this number.
    """
    return phone_codes.unconfirmed(conn, phone) if channel_state.verifies_numbers(conn) else []


def unanswered(conn: Connection, now: Instant) -> Iterator[UnconfirmedPhone]:
    """Return the numbers that a person must see to: they deny, or never answer."""
    for one in waiting(conn):
        question = next_question(one.asked, one.asked_at, now)
        if one.denied or (question is PhoneQuestion.UNANSWERED and not one.opted_out):
            yield one


def take(
    conn: Connection,
    asked: Sequence[UnconfirmedPhone],
    body: str,
    now: Instant,
    *,
    shared: bool,
) -> PhoneAnswer | None:
    """Take the reply of a phone that was asked.

    Args:
        conn: The transaction that holds the text.
        asked: The people who are said to have the phone and have not confirmed it.
        body: The text.
        now: The present instant.
        shared: Whether the phone has other owners, who may mean something else by any other text.

    Returns:
        What it said; None if the phone was never asked, or only its other owners can mean the text.
        `record` is left to the caller, because the audit log comes last in a transaction.
    """
    answers = [
        PhoneAnswer(read_reply(body, one.code), one, one.code)
        for one in asked
        if one.code is not None and not one.denied
    ]
    said = next((one for one in answers if one.reply is PhoneReply.CONFIRMS), None)
    if said is not None:
        confirm(conn, said.about.staff, now)
        return said
    if shared or not answers:
        return None
    for answer in answers:
        if answer.reply is PhoneReply.DENIES:
            _deny(conn, answer.about, now)
    return answers[0]


def _deny(conn: Connection, one: UnconfirmedPhone, now: Instant) -> None:
    phone_codes.deny(conn, one, now)
    body = operator_texts.phone_denied(staff_word(conn, one.staff), one.staff.id)
    overseers = operator_notices.overseers(conn, now, but=one.phone)
    kind, subject_id = MessageKind.PHONE_DENIED, one.staff.id
    operator_notices.tell(conn, overseers, kind, body, now, subject_id=subject_id)


def confirm(conn: Connection, one: Staff, now: Instant) -> None:
    """Take a number as the person's from now on, and tell it of alerts that reached nobody."""
    phone_codes.confirm(conn, one)
    departures.tell_the_untold(conn, now)


def record(conn: Connection, answer: PhoneAnswer, now: Instant) -> None:
    """Write into the audit log that a phone confirmed itself, or denied."""
    actions = {
        PhoneReply.CONFIRMS: AuditAction.PHONE_CONFIRMED,
        PhoneReply.DENIES: AuditAction.PHONE_DENIED,
    }
    if action := actions.get(answer.reply):
        _record(conn, action, answer.about.staff, "text", now)


def confirm_by_command(database: Database, ref: str, by: str, now: Instant) -> Staff:
    """Confirm a person's number in the name of a supervisor or admin.

    Args:
        database: The database.
        ref: The person whose number it is.
        by: The ref of the supervisor or admin.
        now: The present instant.

    Returns:
        The person.

    Raises:
        UserError: Nobody active has one of the refs, the person has no number, or `by` is neither
            supervisor nor admin.
    """
    with database.write() as conn:
        one, vouching = _active(conn, ref), _active(conn, by)
        if vouching.role not in _MAY_CONFIRM:
            raise UserError(f"{by} is neither a supervisor nor an admin, who alone can confirm.")
        if one.phone is None:
            raise UserError(f"{ref} has no number in the roster.")
        confirm(conn, one, now)
        _record(conn, AuditAction.PHONE_CONFIRMED, one, f"staff {vouching.id}", now)
    return one


def _due(conn: Connection, now: Instant) -> Iterator[UnconfirmedPhone]:
    for one in waiting(conn):
        reachable = not (one.denied or one.opted_out) and _may_be_asked(conn, one.staff, now)
        if reachable and next_question(one.asked, one.asked_at, now) is PhoneQuestion.ASK:
            yield one


def _may_be_asked(conn: Connection, one: Staff, now: Instant) -> bool:
    """Whether a person may get the question: a supporter must have agreed to texts before."""
    return one.role != SUPPORTER or one.id in supporters.agreements(conn, [one.id], now)


def _active(conn: Connection, ref: str) -> Staff:
    one = staff.with_ref(conn, ref)
    if one is None or not one.active:
        raise UserError(f"There is nobody active among the staff called {ref}.")
    return one


def _record(conn: Connection, action: AuditAction, one: Staff, by: str, now: Instant) -> None:
    actor, subject = "phone confirmation", f"staff {one.id}"
    audit_log.record(conn, at=now, actor=actor, action=action, subject=subject, detail={"by": by})
