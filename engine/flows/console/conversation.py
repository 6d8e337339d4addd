"""A client's conversation: reading it, answering, and marking the client's words as seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access
from engine.calendar.quiet_hours import earliest_send
from engine.errors import UserError
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.schedules import client_agreements
from engine.messaging.eligibility import NotifyDecision, may_notify
from engine.messaging.lint import lint
from engine.model.agreement import LANGUAGES
from engine.model.audit_action import AuditAction
from engine.model.conversation import Conversation, TextOfClient, TextToClient
from engine.model.event import Event
from engine.model.instant import DAY_US, Instant
from engine.model.message import MessageKind
from engine.model.notify_reason import NotifyReason
from engine.model.schedule import ANSWERS
from engine.model.staff import RecipientFacts
from engine.store.intake import client_events
from engine.store.messages import client_texts_out, conversation, seen_texts
from engine.store.messages.client_texts_out import NewClientText
from engine.store.operations import audit_log
from engine.store.people import agreements, opt_outs
from engine.store.people.roster import KnownClient

MOST_TEXTS = 200  # of each direction
# An answer that quiet hours or the carrier hold up for longer answers nothing any more.
_OF_USE_US = DAY_US
_SHARED = "would go to a number that two clients share"


@dataclass(frozen=True, slots=True)
class AnswerResult:
    """Whether a person's words are in the outbox; if not, the objections or the reason."""

    queued: bool
    objections: tuple[str, ...] = ()
    reason: NotifyReason = NotifyReason.ALLOWED


def open_page(desk: Desk, who: SignedIn, ref: str) -> Conversation | Access | None:
    """Return a client's conversation, and write down that the account saw it.

    Returns:
        The conversation, or why the account must not see it; None if there is no such client.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.read() as conn:
        reach = _reach(conn, known.id, now)
        texts = tuple(conversation.read(conn, known.id, MOST_TEXTS))
        found = Conversation(
            ref,
            known.zones,
            now,
            texts,
            conversation.newest(conn, known.id),
            seen_texts.unseen_of(conn, known.id),
            viewing.may_act(who, Ability.ANSWER_CLIENT),
            reach.reason,
            reach.until,
            agreements.standing(conn, [known.id]).get(known.id),
            _answers(conn, known.id, texts, now),
        )
    viewing.record(desk, who, "conversation", f"client {known.id}", now)
    return found


def _answers(
    conn: Connection, client_id: int, texts: Sequence[TextOfClient | TextToClient], now: Instant
) -> Mapping[int, tuple[Event, ...]]:
    """Return the events that texts of the client became as answers to questions."""
    if not texts:
        return {}
    found: dict[int, tuple[Event, ...]] = {}
    for one in client_events.in_period(conn, client_id, texts[0].at - 1, now):
        words = one.key.split()
        if one.source == ANSWERS and words[0] == "text" and words[1].isdecimal():
            found[int(words[1])] = (*found.get(int(words[1]), ()), one)
    return found


def answer(
    desk: Desk, who: SignedIn, ref: str, words: str, form: int, newest: int
) -> AnswerResult | Access | None:
    """Put a person's words to a client into the outbox, and mark what they answer as seen.

    Args:
        desk: The engine as pages see it.
        who: Who writes.
        ref: The client's ref.
        words: The words.
        form: The number of the form, so that a form that is sent twice sends one text.
        newest: The id of the newest text that the person was shown.

    Returns:
        The result, or why the account must not; None if there is no such client.
    """
    now, words = desk.now(), words.strip()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    objections = lint(words) if words else ["is empty"]
    with desk.database.write() as conn:
        person = viewing.acts_as(conn, who, Ability.ANSWER_CLIENT, known.id, now)
        if person is None:
            return Access.NOT_THEIR_ROLE
        reach = _reach(conn, known.id, now)
        if reach.reason not in {NotifyReason.ALLOWED, NotifyReason.QUIET_HOURS}:
            return AnswerResult(queued=False, reason=reach.reason)
        if not agreements.reachable(conn, [known.id]):
            objections = [_SHARED]
        if objections:
            return AnswerResult(queued=False, objections=tuple(objections))
        answer = NewClientText(
            known.id, MessageKind.ANSWER, form, words, now + _OF_USE_US, writer=person.id
        )
        message = client_texts_out.enqueue(conn, answer, now)
        seen = seen_texts.mark(conn, known.id, newest, who.account.id, now)
        if message is not None:
            detail = {"message": message, "seen": seen}
            _record(conn, who, AuditAction.CLIENT_ANSWERED, known.id, detail, now)
    desk.wake("deliver")
    return AnswerResult(queued=True)


def agree(desk: Desk, who: SignedIn, ref: str, typed: Mapping[str, str]) -> str | Access | None:
    """Record that a client agreed to get texts.

    Args:
        desk: The engine as pages see it.
        who: Who records it.
        ref: The client's ref.
        typed: How it was given, to which words, the language and the quiet hours, as typed.

    Returns:
        The mistake, empty if it is recorded; or why the account must not. None if there is no
        such client.
    """

    def record(conn: Connection, now: Instant) -> None:
        language = next((one for one in LANGUAGES if one == typed.get("language")), None)
        how, wording = typed.get("how", "").strip(), typed.get("wording", "").strip()
        if not how or not wording or language is None:
            raise UserError("Say how it was given, to which words, and the language.")
        quiet = _time(typed, "quiet_from"), _time(typed, "quiet_to")
        client_agreements.agree(conn, ref, how, wording, language, quiet, now, who.actor)

    return _agreement(desk, who, ref, record)


def withdraw_agreement(desk: Desk, who: SignedIn, ref: str) -> str | Access | None:
    """Record that a client agrees to texts no more; returned is the same as by `agree`."""

    def record(conn: Connection, now: Instant) -> None:
        client_agreements.withdraw(conn, ref, now, who.actor)

    return _agreement(desk, who, ref, record)


def _agreement(
    desk: Desk, who: SignedIn, ref: str, record: Callable[[Connection, Instant], None]
) -> str | Access | None:
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    try:
        with desk.database.write() as conn:
            if viewing.acts_as(conn, who, Ability.ANSWER_CLIENT, known.id, now) is None:
                return Access.NOT_THEIR_ROLE
            record(conn, now)
    except UserError as error:
        return str(error)
    return ""


def _time(typed: Mapping[str, str], name: str) -> time:
    try:
        return time.fromisoformat(typed.get(name, ""))
    except ValueError:
        raise UserError(f"'{typed.get(name, '')}' is not a time of day such as 21:00.") from None


def mark_seen(desk: Desk, who: SignedIn, ref: str, newest: int) -> int | Access | None:
    """Mark a client's texts as seen by the account, up to the newest one that it was shown.

    Returns:
        How many no person had seen, or why the account must not; None without such a client.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.write() as conn:
        if viewing.acts_as(conn, who, Ability.ANSWER_CLIENT, known.id, now) is None:
            return Access.NOT_THEIR_ROLE
        seen = seen_texts.mark(conn, known.id, newest, who.account.id, now)
        if seen:
            _record(conn, who, AuditAction.TEXTS_SEEN, known.id, {"texts": seen}, now)
    return len(seen)


def _reach(conn: Connection, client_id: int, now: Instant) -> NotifyDecision:
    """Decide whether a text may reach a client now, as delivery decides it."""
    client = agreements.contact(conn, client_id, now)
    opted_out = client.phone is not None and opt_outs.holds(conn, client.phone)
    facts = RecipientFacts(client, opted_out=opted_out)
    return may_notify(facts, now, sendable_at=earliest_send(now, client, urgent=False))


def _record(
    conn: Connection,
    who: SignedIn,
    action: AuditAction,
    client_id: int,
    detail: dict[str, object],
    now: Instant,
) -> None:
    subject = f"client {client_id}"
    audit_log.record(conn, at=now, actor=who.actor, action=action, subject=subject, detail=detail)
