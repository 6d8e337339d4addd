"""An incoming text counts once, and is answered if an answer is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from sqlalchemy import Connection

from engine.flows.delivery import disclosure_log, opt_out
from engine.flows.escalation import operator_notices, phone_confirmations
from engine.flows.escalation.staff_names import staff_word
from engine.flows.inbound import (
    acting,
    alert_actions,
    check_in_answers,
    client_messages,
    staff_texts,
    supporter_texts,
)
from engine.flows.inbound.text_sender import ANSWERED_WITHIN_US, Sender, TakenText
from engine.messaging import answers, operator_texts, supporter_words
from engine.messaging.auto_replies import is_auto_reply
from engine.messaging.carrier_words import read_carrier_word, says_wrong_number
from engine.messaging.client_words import (
    ONE_SENTENCE_US,
    ClientTextSort,
    language_of,
    read_client_text,
)
from engine.messaging.danger_words import DangerWords, in_crisis
from engine.messaging.phone_confirmation import PhoneReply
from engine.messaging.plain_words import plain
from engine.messaging.reactions import read_reaction
from engine.messaging.use_words import use_words_in
from engine.model.audit_action import AuditAction
from engine.model.inbound import Inbound
from engine.model.instant import DAY_US, HOUR_US, Instant
from engine.model.message import MessageKind
from engine.model.notification_settings import NotificationSettings
from engine.model.staff import Consent
from engine.rulebook.plans.plans import NO_PLANS, Plans
from engine.store.database.connection import Database
from engine.store.messages import inbox
from engine.store.messages.reply_codes import CodedAlert
from engine.store.operations import audit_log
from engine.store.people import opt_outs, roster, staff
from engine.store.people.supporters import SUPPORTER

ACTOR = "inbox"
# After the same words so often a machine sends them. A person who tries other words each time is
# answered for longer.
PATIENCE = 5
LONGEST_PATIENCE = 20
# Unknown numbers whose words of danger are told within an hour.
MOST_STRANGERS = 5


def take(
    database: Database,
    inbound: Inbound,
    settings: NotificationSettings,
    now: Instant,
    plans: Plans = NO_PLANS,
) -> TakenText:
    """Do what a text asks for, once, and write the answer.

    A text that was taken before, by the carrier's id, changes nothing and has the same answer. A
    text from an unknown number is only recorded.

    Args:
        database: The database.
        inbound: The text as the carrier handed it over.
        settings: The routing policies, and how much a text may say.
        now: The present instant.
        plans: The plans that serve, which say what clients were asked.

    Returns:
        The result of the text; its answer is None if it has none.
    """
    with database.write() as conn:
        inbox_id = inbox.add(conn, inbound, now)
        if inbox_id is None:
            return TakenText("before", inbox.answer_to(conn, inbound.provider_id), new=False)
        sender = _sender(conn, inbound.sender)
        taken = _take(conn, sender, inbound, settings, now, inbox_id, plans)
        # A phone that opted out gets nothing but the lines that help.
        unwanted = taken.understood != "crisis" and opt_outs.holds(conn, sender.phone)
        if unwanted or (
            taken.understood == "other" and _tires(conn, sender, inbound.body, inbox_id)
        ):
            taken = replace(taken, answer=None)
        inbox.settle(conn, inbox_id, _read_text(sender, taken))
        if taken.answer is not None:
            disclosure_log.answered(
                conn, inbox_id, _told_a_mentor(conn, sender, taken.about, now), now
            )
        _record(conn, inbox_id, taken, now)
    return taken


def _sender(conn: Connection, phone: str) -> Sender:
    clients = list(roster.clients_with_phone(conn, phone))
    unconfirmed = phone_confirmations.waiting(conn, phone)
    strangers = {one.staff.id for one in unconfirmed}
    known = [one for one in staff.with_phone(conn, phone) if one.id not in strangers]
    return Sender(phone, known, clients, unconfirmed)


def _read_text(sender: Sender, taken: TakenText) -> inbox.ReadText:
    return inbox.ReadText(
        taken.understood,
        taken.answer,
        next(iter(sender.clients), None),
        next((one.id for one in sender.staff), None),
        taken.alert_ids,
    )


def _take(
    conn: Connection,
    sender: Sender,
    inbound: Inbound,
    settings: NotificationSettings,
    now: Instant,
    inbox_id: int,
    plans: Plans,
) -> TakenText:
    # The carrier's own word for help, such as AIDE, is no word of ours.
    body = "help" if inbound.keyword == "help" else inbound.body
    inbound = replace(inbound, body=body)
    if is_auto_reply(body) and (sender.staff or sender.clients or sender.unconfirmed):
        return TakenText("auto_reply")
    since = now - ONE_SENTENCE_US
    earlier = inbox.bodies_since(conn, sender.phone, since, inbox_id) if sender.clients else []
    alone = None if read_reaction(body) else in_crisis(body)
    word = inbound.keyword or (None if alone else read_carrier_word(body))
    # The number of a member of staff or mentor has another owner, to whom nothing may be disclosed.
    passed_on = sender.staff and not sender.clients and says_wrong_number(body)
    if word == "stop" or passed_on:
        return _stop(conn, sender, inbound, earlier, settings, now)
    danger = None if read_reaction(body) else in_crisis(body, earlier)
    started = word == "start" and opt_out.opt_in(conn, sender.phone, now)
    if sender.unconfirmed and not danger and (taken := _confirm(conn, sender, body, now)):
        return taken
    if not (sender.staff or sender.clients or (danger and sender.unconfirmed)):
        return _of_stranger(conn, sender, danger, now)
    if started:
        placed = [
            client_messages.receive(conn, each, body, "medium", settings, now)
            for each in sender.clients
        ]
        return TakenText("start", answers.started(language_of(body)), placed=placed)
    if danger and not sender.clients:
        return _of_colleague_in_danger(conn, sender, body, danger, settings, now)
    if supporter_texts.is_only_theirs(sender):
        return supporter_texts.take(conn, sender, inbound, settings, now, inbox_id)
    if sender.staff and not danger:
        answered = staff_texts.answer(conn, sender, inbound, settings, now, inbox_id)
        if answered.understood == "other" and not sender.clients and use_words_in(body):
            answered = _of_peer(conn, sender, body, inbox_id, now) or answered
        if answered.understood not in {"other", "help"} or not sender.clients:
            return answered
    return _of_client(conn, sender, inbound, earlier, settings, now, inbox_id, plans)


def _confirm(conn: Connection, sender: Sender, body: str, now: Instant) -> TakenText | None:
    """Take a text of a phone with an unconfirmed owner; None if it is for its other owners."""
    shared = bool(sender.staff or sender.clients)
    answer = phone_confirmations.take(conn, sender.unconfirmed, body, now, shared=shared)
    if answer is None:
        return None
    match answer.reply:
        case PhoneReply.CONFIRMS:
            said = answers.PHONE_CONFIRMED
            if answer.about.staff.role == SUPPORTER:
                language = phone_confirmations.language_of(conn, answer.about.staff, now)
                said = supporter_words.number_confirmed(language)
            return TakenText("phone_confirmed", said, phone_answer=answer)
        case PhoneReply.DENIES:
            return TakenText("phone_denied", answers.PHONE_DENIED, phone_answer=answer)
        case _:
            return TakenText("other", answers.unconfirmed(answer.code))


def _stop(
    conn: Connection,
    sender: Sender,
    inbound: Inbound,
    earlier: Sequence[str],
    settings: NotificationSettings,
    now: Instant,
) -> TakenText:
    """Opt a number out. The text has no answer, because the carrier lets nothing more through."""
    opted_out = opt_out.opt_out(conn, sender.phone, now)
    severity = client_messages.severity_of(read_client_text(inbound.body, earlier).sort)
    placed = [
        client_messages.receive(conn, each, inbound.body, severity, settings, now)
        for each in sender.clients
    ]
    return TakenText("stop", None, opted_out=opted_out, placed=placed)


def _of_client(
    conn: Connection,
    sender: Sender,
    inbound: Inbound,
    earlier: Sequence[str],
    settings: NotificationSettings,
    now: Instant,
    inbox_id: int,
    plans: Plans,
) -> TakenText:
    read = read_client_text(inbound.body, earlier)
    if read.sort is ClientTextSort.REACTION:
        return TakenText("reaction")
    # Words of danger and calls for help come before any question that we asked.
    answered = None
    if read.sort in {ClientTextSort.PLAIN, ClientTextSort.USE} and len(sender.clients) == 1:
        (client_id,) = sender.clients
        answered = check_in_answers.take(conn, client_id, inbound.body, plans, inbox_id, now)
    if answered and read.sort is ClientTextSort.PLAIN and not answered.for_a_person:
        return TakenText(answered.understood, answered.answer)
    danger = answered is not None and answered.urgent
    severity = client_messages.severity_of(ClientTextSort.DANGER if danger else read.sort)
    placed = [
        client_messages.receive(conn, each, inbound.body, severity, settings, now)
        for each in sender.clients
    ]
    if read.sort is ClientTextSort.DANGER:
        return TakenText("crisis", answers.crisis(read.language), placed=placed)
    if read.sort is ClientTextSort.HELP:
        return TakenText("help", answers.client_help(read.language), placed=placed)
    if answered and danger:
        return TakenText(answered.understood, answered.answer, placed=placed)
    understood = "use" if read.sort is ClientTextSort.USE else "text"
    if answered:
        return TakenText(understood, answered.answer, placed=placed)
    # A client who writes on in the same minutes has had an answer.
    answered_at = inbox.answered_at(conn, sender.phone, inbox_id)
    silent = answered_at is None or now - answered_at > ANSWERED_WITHIN_US
    thanks = silent or any(one.told for one in placed)
    return TakenText(understood, answers.thanks(read.language) if thanks else None, placed=placed)


def _told_a_mentor(
    conn: Connection, sender: Sender, about: Sequence[CodedAlert], now: Instant
) -> list[tuple[int, Consent]]:
    found = [
        (each.alert_id, acting.decide(conn, sender.who(each), each.client_id, now).consent)
        for each in about
    ]
    return [(alert_id, consent) for alert_id, consent in found if consent is not None]


def _of_stranger(
    conn: Connection, sender: Sender, danger: DangerWords | None, now: Instant
) -> TakenText:
    """Take a text of an unknown number; it may be the new phone of a client in danger.

    Strangers who write the like many times may be a machine, so that few of them are told.
    """
    if danger is None or sender.phone in inbox.strangers_in_danger(conn, now - DAY_US):
        return TakenText("unknown")
    if len(inbox.strangers_in_danger(conn, now - HOUR_US)) >= MOST_STRANGERS:
        return TakenText("unknown")
    body, others = operator_texts.stranger_in_danger(), operator_notices.overseers(conn, now)
    operator_notices.tell(conn, others, MessageKind.DANGER, body, now)
    return TakenText("crisis", answers.crisis(danger.language))


def _of_colleague_in_danger(
    conn: Connection,
    sender: Sender,
    body: str,
    danger: DangerWords,
    settings: NotificationSettings,
    now: Instant,
) -> TakenText:
    """Take words of danger of a supporter, who means a client, or of staff or a mentor."""
    around = supporter_texts.supporters_of(sender)
    placed = supporter_texts.place(conn, around, body, "urgent", settings, now)
    if not placed or len(around) < len(sender.staff) + len(sender.unconfirmed):
        _tell_overseers(conn, sender, now)
    said = answers.crisis(danger.language)
    if placed:
        said = supporter_words.answer(danger=True, language=danger.language)
    return TakenText("crisis", said, placed=placed)


def _tell_overseers(conn: Connection, sender: Sender, now: Instant) -> None:
    """Tell the supervisors, except one who shares the sender's phone."""
    for one in [*sender.staff, *(each.staff for each in sender.unconfirmed)]:
        body = operator_texts.in_danger(staff_word(conn, one), one.id)
        others = operator_notices.overseers(conn, now, but=sender.phone)
        operator_notices.tell(conn, others, MessageKind.DANGER, body, now, subject_id=one.id)


def _of_peer(
    conn: Connection, sender: Sender, body: str, inbox_id: int, now: Instant
) -> TakenText | None:
    """Tell the supervisors that a mentor may have used, once an hour; None if it is no mentor.

    Mentors are in recovery themselves, and no case manager looks after them here.
    """
    mentors = [one for one in sender.staff if one.role == "mentor"]
    if not mentors:
        return None
    earlier = inbox.bodies_since(conn, sender.phone, now - HOUR_US, inbox_id)
    if not any(use_words_in(each) for each in earlier):
        others = operator_notices.overseers(conn, now, but=sender.phone)
        for one in mentors:
            said = operator_texts.peer_wrote(staff_word(conn, one), one.id)
            operator_notices.tell(
                conn, others, MessageKind.PEER_WROTE, said, now, subject_id=one.id
            )
    return TakenText("use", answers.thanks(language_of(body)))


def _tires(conn: Connection, sender: Sender, body: str, inbox_id: int) -> bool:
    """Tell whether a machine answers us: the same words again and again, or no end of any words."""
    last = inbox.last_texts(conn, sender.phone, inbox_id, LONGEST_PATIENCE)
    unheard = list(takewhile(lambda one: one.understood == "other", last))
    same = list(takewhile(lambda one: plain(one.body) == plain(body), unheard))
    return len(same) >= PATIENCE or len(unheard) >= LONGEST_PATIENCE


def _record(conn: Connection, inbox_id: int, taken: TakenText, now: Instant) -> None:
    detail = {"understood": taken.understood, "alerts": taken.alert_ids}
    audit_log.record(
        conn,
        at=now,
        actor=ACTOR,
        action=AuditAction.TEXT_CAME_IN,
        subject=f"text {inbox_id}",
        detail=detail,
    )
    for acted, who, act in taken.acted:
        alert_actions.record(conn, acted, who, act, now, by="text")
    if taken.undone:
        alert_actions.record_undone(conn, *taken.undone, now)
    if taken.phone_answer:
        phone_confirmations.record(conn, taken.phone_answer, now)
    opt_out.record(conn, list(taken.opted_out), now, by="text")
