"""Do what a member of staff or a mentor asks for by a text, and write the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.flows.escalation import next_recipients
from engine.flows.escalation.staff_names import person
from engine.flows.inbound import acting, alert_actions
from engine.flows.inbound.text_sender import Sender, TakenText
from engine.messaging import answers
from engine.messaging.advice import client_text_advice, supporter_text_advice
from engine.messaging.listing import Named
from engine.messaging.names import ROLE_WORDS
from engine.messaging.replies import Asks, Reply, read
from engine.messaging.reply_parts import OpenAlert
from engine.model.alert import CLIENT_TEXT, SUPPORTER_TEXT, Act
from engine.model.inbound import Inbound
from engine.model.instant import MINUTE_US, Instant, from_us
from engine.model.notification_settings import NotificationSettings
from engine.model.staff import Staff
from engine.store.alerts import alert_records, alerts
from engine.store.alerts.alerts import Routed
from engine.store.messages import inbox, outbox, reply_codes
from engine.store.messages.reply_codes import CodedAlert
from engine.store.people import staff

# "Yes" answers our question for this long; later it means something else.
_QUESTION_STANDS_US = 30 * MINUTE_US
Acts = tuple[tuple[Act, int], ...]
_AS_WHAT = {Act.DONE: "done", Act.FALSE_ALARM: "a false alarm"}


@dataclass(frozen=True, slots=True)
class _Desk:
    """A text of staff in progress: its sender, and the alerts that they can name."""

    conn: Connection
    sender: Sender
    inbound: Inbound
    settings: NotificationSettings
    now: Instant
    coded: Mapping[int, CodedAlert]
    aliases: Mapping[int, str]  # by code, of alerts that a mentor knows under an alias

    def named(self, code: int) -> Named:
        """Name an alert as the sender's texts do."""
        coded = self.coded[code]
        ref = self.aliases.get(code, coded.client_ref)
        shown = "" if self.settings.detail == "none" else ref
        taken = coded.state == "acknowledged" and self._is_mine(coded)
        return Named(code, shown, urgent=coded.severity == "urgent", mine=taken)

    def open(self) -> list[CodedAlert]:
        """Return the alerts that the sender can act on, because nobody else has taken them."""
        return [each for each in self.coded.values() if not self._closed(each)]

    def known(self) -> list[OpenAlert]:
        """Return the alerts that the sender may mean, as the reader of answers takes them."""
        return [self._known(each) for each in self.coded.values()]

    def _is_mine(self, coded: CodedAlert) -> bool:
        return coded.owner_id in {one.id for one in self.sender.staff}

    def _known(self, coded: CodedAlert) -> OpenAlert:
        mine = self._is_mine(coded)
        # An alert told after the text was written cannot be meant without its code.
        sent_at = self.inbound.sent_at
        told_since = sent_at is not None and coded.told_at > sent_at
        return OpenAlert(
            coded.code,
            self.aliases.get(coded.code, coded.client_ref),
            urgent=coded.severity == "urgent",
            taken=coded.state == "acknowledged" and mine,
            closed=self._closed(coded) or told_since,
        )

    def _closed(self, coded: CodedAlert) -> bool:
        mine = self._is_mine(coded)
        return coded.state == "resolved" or (coded.state == "acknowledged" and not mine)


def answer(
    conn: Connection,
    sender: Sender,
    inbound: Inbound,
    settings: NotificationSettings,
    now: Instant,
    inbox_id: int,
) -> TakenText:
    """Do what a text of staff or a mentor asks for.

    Args:
        conn: The transaction that holds the text.
        sender: The phone and the staff who have it.
        inbound: The text.
        settings: How much a text may say.
        now: The present instant.
        inbox_id: The text's row.

    Returns:
        The result of the text, with its answer.
    """
    desk = _desk(conn, sender, inbound, settings, now)
    reply = read(inbound.body, desk.known())
    reply = _as_answer_to_our_question(desk, reply, inbox_id)
    about = [desk.coded[code] for _, code in reply.acts]
    match reply.asks:
        case Asks.ACT:
            return _act(desk, reply, inbox_id)
        case Asks.CONFIRM:
            return TakenText("confirm", _question(desk, reply.acts), about=about)
        case Asks.UNDO:
            return _undo(desk, reply)
        case Asks.ASK:
            assert reply.code is not None
            return TakenText("ask", _details(desk, reply.code), about=[desk.coded[reply.code]])
        case Asks.MORE:
            assert reply.code is not None
            return TakenText("more", _more(desk, reply.code), about=[desk.coded[reply.code]])
        case Asks.LIST:
            named = [desk.named(each.code) for each in desk.open()]
            listed = answers.listed(named, inbox.listed_before(conn, sender.phone, inbox_id, now))
            return TakenText("list", listed, about=desk.open())
        case Asks.WHICH:
            which = answers.which([desk.named(each.code) for each in desk.open()])
            return TakenText("which", which, about=desk.open())
        case Asks.HELP:
            return TakenText("help", answers.HELP)
        case Asks.REACTION:
            return TakenText("reaction")
        case _:
            said = answers.not_understood([desk.named(each.code) for each in desk.open()])
            return TakenText("other", said, about=desk.open())


def _desk(
    conn: Connection,
    sender: Sender,
    inbound: Inbound,
    settings: NotificationSettings,
    now: Instant,
) -> _Desk:
    coded, aliases = {}, {}
    for each in reply_codes.known(conn, sender.phone, {one.id for one in sender.staff}, now):
        decision = acting.decide(conn, sender.who(each), each.client_id, now)
        # Otherwise the alert would wait for a person who must not be told of it.
        if decision.allowed:
            coded[each.code] = each
        if decision.consent is not None:
            aliases[each.code] = decision.consent.alias
    return _Desk(conn, sender, inbound, settings, now, coded, aliases)


def _as_answer_to_our_question(desk: _Desk, reply: Reply, inbox_id: int) -> Reply:
    """Return the request of a text that answers the question in our last answer to its phone.

    A yes answers any question, the same words once more answer theirs. An urgent alert is closed by
    neither, so the question stands.
    """
    last = inbox.last_answer(desk.conn, desk.sender.phone, inbox_id)
    if last is None or desk.now - last.received_at > _QUESTION_STANDS_US:
        return reply
    asked = [reply.acts] if reply.asks is Asks.CONFIRM else []
    asked += _possible_questions(desk) if reply.affirms else []
    for acts in asked:
        if last.answer == _question(desk, acts):
            sure = not any(
                act in _AS_WHAT and desk.coded[code].severity == "urgent" for act, code in acts
            )
            return Reply(Asks.ACT if sure else Asks.CONFIRM, acts)
    return reply


def _possible_questions(desk: _Desk) -> list[Acts]:
    """Return what our questions can be about now: each act on each alert, or taking them all."""
    every = tuple((Act.TAKE, one.code) for one in desk.known() if not (one.closed or one.taken))
    each: list[Acts] = [((act, one.code),) for one in desk.open() for act in Act]
    return [every, *each] if every else each


def _question(desk: _Desk, acts: Acts) -> str:
    named = [(act, desk.named(code)) for act, code in acts]
    return answers.confirm(named, only=len(desk.open()) == 1)


def _act(desk: _Desk, reply: Reply, inbox_id: int) -> TakenText:
    done, lines = [], []
    for act, code in reply.acts:
        coded = desk.coded[code]
        who = desk.sender.who(coded)
        acted = alert_actions.act(
            desk.conn, coded.alert_id, who, act, desk.now, detail=desk.settings.detail
        )
        assert acted is not None  # alerts are never taken away
        if acted.by and act is Act.TAKE and who.role == "supervisor":
            offer = answers.may_take_over(desk.named(code), person(desk.conn, acted.by))
            if not _just_said(desk, offer, inbox_id):
                lines.append(offer)
                continue
            acted = alert_actions.act(
                desk.conn, coded.alert_id, who, act, desk.now,
                detail=desk.settings.detail, insists=True,
            )  # fmt: skip
            assert acted is not None
        done.append((acted, who, act))
        lines.append(_said(desk, acted, act, code))
    about = [desk.coded[code] for _, code in reply.acts]
    said = lines[0] if len(lines) == 1 else answers.acted(lines)
    return TakenText(reply.acts[0][0].value, said, acted=tuple(done), about=about)


def _just_said(desk: _Desk, said: str, inbox_id: int) -> bool:
    last = inbox.last_answer(desk.conn, desk.sender.phone, inbox_id)
    recent = last is not None and desk.now - last.received_at <= _QUESTION_STANDS_US
    return last is not None and recent and last.answer == said


def _said(desk: _Desk, acted: alert_actions.Acted, act: Act, code: int) -> str:
    named = desk.named(code)
    if acted.outcome == "closed":
        return _was_closed(desk, code)
    if acted.by is not None and not acted.took_over:
        return answers.already_taken(named, person(desk.conn, acted.by))
    match act:
        case Act.PASS:
            following = acted.following
            assert following is not None  # the act counted
            ends, who = following.muted_until, desk.sender.who(desk.coded[code])
            muted = "" if ends is None else _clock(ends, who, desk.now)
            return answers.passed_on(named, following.role, muted, admins=following.admins)
        case Act.DONE | Act.FALSE_ALARM:
            return answers.closed(named, _AS_WHAT[act])
        case Act.SNOOZE:
            return answers.snoozed(named)
        case _:
            return answers.yours(named)


def _undo(desk: _Desk, reply: Reply) -> TakenText:
    alert_id = None if reply.code is None else desk.coded[reply.code].alert_id
    for who in desk.sender.staff:
        undone = alert_actions.undo(desk.conn, who, alert_id, desk.now, desk.settings.detail)
        if undone is not None:
            code = next(
                (each.code for each in desk.coded.values() if each.alert_id == undone.alert_id),
                None,
            )
            if code is None:
                break
            said = answers.undone(desk.named(code), undone.act)
            return TakenText("undo", said, undone=(undone, who), about=[desk.coded[code]])
    return TakenText("undo", answers.NOTHING_TO_UNDO)


def _was_closed(desk: _Desk, code: int) -> str:
    """Say when and by whom an alert was closed."""
    coded = desk.coded[code]
    last = alert_records.transitions_of(desk.conn, coded.alert_id)[-1]
    kind, _, number = last.actor.partition(" ")
    by = "itself, because the reason is over"
    if kind == "staff":
        closer = staff.by_id(desk.conn, int(number))
        mine = closer is not None and closer.id in {one.id for one in desk.sender.staff}
        by = "you" if mine or closer is None else person(desk.conn, closer)
    elif last.why == "corrected":
        by = "corrected data, because it was an error"
    return answers.already_closed(
        desk.named(code), _clock(last.at, desk.sender.who(coded), desk.now), by
    )


def _details(desk: _Desk, code: int) -> str:
    """Say since when an alert is open, who was told, and who is next."""
    coded = desk.coded[code]
    who = desk.sender.who(coded)
    held = alerts.held(desk.conn, coded.alert_id)
    assert held is not None  # alerts are never taken away
    if held.alert.state == "resolved":
        return _was_closed(desk, code)
    told = [staff.by_id(desk.conn, each) for each in outbox.told_of(desk.conn, coded.alert_id)]
    mine = {one.id for one in desk.sender.staff}
    people = [
        "you" if one.id in mine else person(desk.conn, one) for one in told if one is not None
    ]
    since = _clock(held.alert.began, who, desk.now)
    following = _following(desk, held, who, desk.now)
    has_it = held.owner_id in mine
    return answers.details(desk.named(code), since, people, following, mine=has_it)


def _more(desk: _Desk, code: int) -> str:
    """Give the advice of the alert's rule; a mentor reads nothing but whom to help."""
    coded = desk.coded[code]
    held = alerts.held(desk.conn, coded.alert_id)
    assert held is not None  # alerts are never taken away
    advice = desk.settings.advice.get(held.alert.rule_id, "")
    if held.alert.rule_id == CLIENT_TEXT:
        advice = client_text_advice(held.alert.severity)
    if held.alert.rule_id == SUPPORTER_TEXT:
        advice = supporter_text_advice(held.alert.severity)
    may_say = desk.settings.detail == "reason" and code not in desk.aliases
    return answers.more(desk.named(code), advice if may_say else "")


def _following(desk: _Desk, held: Routed, who: Staff, now: Instant) -> str:
    owner = staff.by_id(desk.conn, held.owner_id) if held.owner_id is not None else None
    if owner is not None:
        mine = owner.id in {one.id for one in desk.sender.staff}
        return "It is yours." if mine else f"{person(desk.conn, owner)} has it."
    if held.next_step_at is None or held.step >= len(held.policy):
        return "Nobody else is next."
    following = next_recipients.after(desk.conn, held.alert, held.policy, held.step, now)
    if following.role is None:
        return "Nobody else is next."
    at = max(held.next_step_at, following.muted_until or held.next_step_at)
    return f"Next: {ROLE_WORDS[following.role]} at {_clock(at, who, now)}."


def _clock(at: Instant, who: Staff, now: Instant) -> str:
    """Return a local time as a person reads it, with the day unless it is today."""
    zone = ZoneInfo(who.timezone)
    local, today = from_us(at).astimezone(zone), from_us(now).astimezone(zone)
    return _day(local, today) + local.strftime("%H:%M")


def _day(local: datetime, today: datetime) -> str:
    if local.date() == today.date():
        return ""
    near = abs((local.date() - today.date()).days) < 7
    return local.strftime("%a ") if near else local.strftime("%b %d ")
