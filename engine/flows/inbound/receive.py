"""Inbox: a text comes in, counts once, and is answered where an answer is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import Connection

from engine.flows.delivery import disclosure_log, opt_out
from engine.flows.escalation import operator_notices
from engine.flows.inbound import alert_actions, client_messages
from engine.messaging import answers, operator_texts, replies
from engine.messaging.danger_words import Language, in_crisis
from engine.messaging.replies import Asks, Reply
from engine.model.audit_action import AuditAction
from engine.model.inbound import Inbound
from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.model.routing import RoutingSettings
from engine.model.staff import Consent, Staff
from engine.store.database.connection import Database
from engine.store.messages import inbox, outbox, reply_codes
from engine.store.messages.reply_codes import Named
from engine.store.operations import audit_log
from engine.store.people import opt_outs, roster, staff

ACTOR = "inbox"
# After so many texts in a row that were not understood, whoever sends them is a machine, or needs no more telling.
PATIENCE = 5


@dataclass(frozen=True, slots=True)
class _Sender:
    phone: str
    staff: Sequence[Staff]
    clients: Sequence[int]

    def who(self, named: Named) -> Staff:
        return next(one for one in self.staff if one.id == named.staff_id)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a text came to, and what of it stands in the audit trail beside the text itself.

    `new` is False where it was taken before; then there is its answer and no more.
    """

    understood: str
    answer: str | None = None
    new: bool = True
    acted: tuple[alert_actions.Acted, Staff, alert_actions.Act] | None = None
    opted_out: Sequence[int] = ()
    opened: Sequence[int] = ()
    about: Sequence[Named] = ()  # the alerts that the answer speaks of

    @property
    def alert_id(self) -> int | None:
        """The alert that it acted on, or opened."""
        return self.acted[0].alert_id if self.acted else next(iter(self.opened), None)


def take(database: Database, inbound: Inbound, routing: RoutingSettings, now: Instant) -> Taken:
    """Do what a text asks for and say what to answer; None where nothing is to be answered.

    A text that was taken before, by the carrier's id, changes nothing and has the same answer. One from an unknown
    number is put on record, and that is all.
    """
    with database.write() as conn:
        inbox_id = inbox.add(conn, inbound, now)
        if inbox_id is None:
            return Taken("before", inbox.answer_to(conn, inbound.provider_id), new=False)
        phone = inbound.sender
        sender = _Sender(
            phone, staff.with_phone(conn, phone), list(roster.clients_with_phone(conn, phone))
        )
        taken = _take(conn, sender, inbound, routing, now)
        # Who opted out gets nothing but the lines that help.
        unwanted = taken.understood != "crisis" and opt_outs.holds(conn, phone)
        if unwanted or (taken.understood == "other" and _tires(conn, sender, inbox_id)):
            taken = replace(taken, answer=None)
        inbox.settle(conn, inbox_id, taken.understood, taken.answer)
        if taken.answer is not None:
            disclosure_log.answered(
                conn, inbox_id, _told_a_mentor(conn, sender, taken.about, now), now
            )
        _record(conn, inbox_id, taken, now)
    return taken


def _take(
    conn: Connection, sender: _Sender, inbound: Inbound, routing: RoutingSettings, now: Instant
) -> Taken:
    body = inbound.body
    reply = replies.read(body)
    if reply.asks == "stop":
        return _stop(conn, sender, body, routing, now)
    started = reply.asks == "start" and opt_outs.remove(conn, sender.phone)
    if not sender.staff and not sender.clients:
        return Taken("unknown")
    if started:
        return Taken("start", answers.STARTED)
    if reply.asks not in {"other", "start", "help"} and sender.staff:
        acted = _act(conn, sender, reply, inbound.sent_at, now)
        if acted is not None:
            return acted
    crisis = in_crisis(body)
    if sender.clients:
        return _of_client(conn, sender, body, reply.asks, crisis, routing, now)
    if crisis:
        _tell_overseers(conn, sender, now)
        return Taken("crisis", answers.crisis(crisis))
    if reply.asks == "help":
        return Taken("help", answers.HELP)
    choice = _open_with(conn, sender, now)
    return Taken("other", _not_understood(reply, [named.code for named in choice]), about=choice)


def _act(
    conn: Connection, sender: _Sender, reply: Reply, sent_at: Instant | None, now: Instant
) -> Taken | None:
    """Do what a reply asks for about an alert; None where the alert is none that the sender may act on.

    What was told after a text was written, as one that was found later may have been, it cannot mean without a code.
    """
    choice = _open_with(conn, sender, now)
    if reply.code is not None:
        named = reply_codes.named(conn, [one.id for one in sender.staff], reply.code)
        if named is None or not _may_act(conn, sender, named, now):
            return None
    else:
        # What they have taken already cannot be meant by taking it.
        meant = [
            each for each in choice if reply.asks != "accept" or each.state == "open"
        ] or choice
        told_since = sent_at is not None and any(each.told_at > sent_at for each in meant)
        if len(meant) != 1 or told_since:
            return (
                Taken("which", answers.which([each.code for each in meant]), about=meant)
                if meant
                else None
            )
        (named,) = meant
    who = sender.who(named)
    if reply.asks == "ask":
        return Taken(
            "ask",
            outbox.last_body(conn, named.alert_id, who.id) or answers.NOTHING_OPEN,
            about=[named],
        )
    what = cast(alert_actions.Act, reply.asks)
    acted = alert_actions.act(conn, named.alert_id, who, what, now)
    assert acted is not None  # alerts are never taken away
    return Taken(what, _answer(acted, what, named.code), acted=(acted, who, what), about=[named])


def _answer(acted: alert_actions.Acted, what: alert_actions.Act, code: int) -> str:
    if acted.outcome == "closed":
        return answers.already_closed(code)
    if acted.by is not None:
        return answers.already_taken(code, acted.by.role)
    match what:
        case "pass_on":
            return answers.passed_on(code)
        case "done":
            return answers.closed(code, "done")
        case "false_alarm":
            return answers.closed(code, "a false alarm")
        case "snooze":
            return answers.snoozed(code)
        case _:
            return answers.yours(code)


def _stop(
    conn: Connection, sender: _Sender, body: str, routing: RoutingSettings, now: Instant
) -> Taken:
    """Nothing is answered: the carrier lets nothing more through."""
    opted_out = opt_out.opt_out(conn, sender.phone, now)
    opened = [
        client_messages.open_alert(conn, each, body, "medium", routing, now)
        for each in sender.clients
    ]
    return Taken("stop", None, opted_out=opted_out, opened=client_messages.opened(opened))


def _of_client(
    conn: Connection,
    sender: _Sender,
    body: str,
    asks: Asks,
    crisis: Language | None,
    routing: RoutingSettings,
    now: Instant,
) -> Taken:
    severity = client_messages.severity_of(asks, crisis is not None)
    found = [
        client_messages.open_alert(conn, each, body, severity, routing, now)
        for each in sender.clients
    ]
    opened = client_messages.opened(found)
    if crisis:
        return Taken("crisis", answers.crisis(crisis), opened=opened)
    if severity == "high":
        return Taken("help", answers.HELP, opened=opened)
    return Taken("text", answers.THANKS if opened else None, opened=opened)


def _open_with(conn: Connection, sender: _Sender, now: Instant) -> list[Named]:
    found = reply_codes.open_with(conn, [one.id for one in sender.staff])
    return [named for named in found if _may_act(conn, sender, named, now)]


def _may_act(conn: Connection, sender: _Sender, named: Named, now: Instant) -> bool:
    """A mentor may under a consent that is valid now alone, for else an alert would wait for a stranger."""
    mentor = sender.who(named).role == "mentor"
    return not mentor or staff.valid_consent(conn, named.client_id, named.staff_id, now) is not None


def _told_a_mentor(
    conn: Connection, sender: _Sender, about: Sequence[Named], now: Instant
) -> list[tuple[int, Consent]]:
    mentors = [each for each in about if sender.who(each).role == "mentor"]
    found = [
        (each.alert_id, staff.valid_consent(conn, each.client_id, each.staff_id, now))
        for each in mentors
    ]
    return [(alert_id, consent) for alert_id, consent in found if consent is not None]


def _not_understood(reply: Reply, codes: Sequence[int]) -> str:
    if reply.code is not None:
        return answers.no_such_code(codes)
    return (
        answers.not_understood(codes) if reply.asks in {"other", "start"} else answers.NOTHING_OPEN
    )


def _tell_overseers(conn: Connection, sender: _Sender, now: Instant) -> None:
    """Whoever shares the sender's phone is no help."""
    for one in sender.staff:
        body = operator_texts.in_danger(one.ref, one.id)
        others = staff.overseers(conn, but=sender.phone)
        operator_notices.tell(conn, others, MessageKind.DANGER, body, now, subject_id=one.id)


def _tires(conn: Connection, sender: _Sender, inbox_id: int) -> bool:
    last = inbox.last_understood(conn, sender.phone, inbox_id, PATIENCE)
    return len(last) == PATIENCE and set(last) == {"other"}


def _record(conn: Connection, inbox_id: int, taken: Taken, now: Instant) -> None:
    detail = {"understood": taken.understood, "opened": list(taken.opened)}
    audit_log.record(
        conn,
        at=now,
        actor=ACTOR,
        action=AuditAction.TEXT_CAME_IN,
        subject=f"text {inbox_id}",
        detail=detail,
    )
    if taken.acted:
        alert_actions.record(conn, *taken.acted, now, by="text")
    opt_out.record(conn, list(taken.opted_out), now, by="text")
