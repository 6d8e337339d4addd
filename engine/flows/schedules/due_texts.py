"""Decide which texts go out about one expectation, and when to look again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from engine.messaging import client_replies
from engine.model.agreement import Agreement
from engine.model.client import Client
from engine.model.instant import Instant
from engine.model.local_time import first_reached_in_zones
from engine.model.message import MessageKind
from engine.model.questions import Ask, Notice
from engine.model.schedule import Expectation
from engine.rulebook.plans.plans import Schedule


class DueText(NamedTuple):
    """A text about an expectation; each kind goes out once."""

    kind: MessageKind
    body: str


class TextDecision(NamedTuple):
    """The text that is due now, and when the next one may be; None if there is none."""

    text: DueText | None = None
    look_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class TextFacts:
    """The facts about texts to a client.

    Attributes:
        agreed: What the client agreed to; None if nothing may be sent.
        asked: The ids of expectations whose question went out.
        sent: The kind and expectation of each reminder and notice in the outbox.
    """

    agreed: Agreement | None
    asked: Collection[int]
    sent: Collection[tuple[str, int]]


def texts_due(
    schedule: Schedule, client: Client, facts: TextFacts, one: Expectation, now: Instant
) -> list[TextDecision]:
    """Decide about the question, reminders and the notice of an open expectation.

    Args:
        schedule: Its schedule.
        client: Its client.
        facts: What the client agreed to and has got.
        one: The expectation.
        now: The present instant.
    """
    if one.outcome is not None or one.occurrence.due <= now:
        return []
    found = []
    ahead, kind = schedule.remind_supporters, MessageKind.SUPPORTER_SESSION
    if ahead is not None and (kind, one.id) not in facts.sent:
        # The words depend on each supporter's language.
        found.append(_at(one.occurrence.due - ahead, DueText(kind, ""), one, now))
    if facts.agreed is None:
        return found
    if schedule.ask and one.asked_at is None:
        found.append(_question(schedule.ask, client, facts.agreed, one, now))
    elif schedule.ask:
        found.append(_reminder(schedule.ask, facts.agreed, facts, one, now))
    if schedule.notice and (MessageKind.DUE_NOTICE, one.id) not in facts.sent:
        found.append(_notice(schedule.notice, client, facts.agreed, one, now))
    return found


def _question(
    ask: Ask, client: Client, agreed: Agreement, one: Expectation, now: Instant
) -> TextDecision:
    ask_at = first_reached_in_zones(datetime.combine(one.occurrence.day, ask.at), client.zones)
    text = DueText(MessageKind.ASK, ask.questions.words(agreed.language))
    decision = _at(ask_at, text, one, now)
    if decision.text is None or ask.remind_after is None:
        return decision
    return decision._replace(look_at=now + ask.remind_after)


def _reminder(
    ask: Ask, agreed: Agreement, facts: TextFacts, one: Expectation, now: Instant
) -> TextDecision:
    if ask.remind_after is None or one.asked_at is None or one.id not in facts.asked:
        return TextDecision()
    if (MessageKind.ASK_AGAIN, one.id) in facts.sent:
        return TextDecision()
    missing = len(ask.questions.questions) - len(one.answers)
    body = client_replies.reminder(missing, agreed.language)
    text = DueText(MessageKind.ASK_AGAIN, body)
    return _at(one.asked_at + ask.remind_after, text, one, now)


def _notice(
    notice: Notice, client: Client, agreed: Agreement, one: Expectation, now: Instant
) -> TextDecision:
    if notice.at is not None:
        at = first_reached_in_zones(datetime.combine(one.occurrence.day, notice.at), client.zones)
    else:
        at = one.occurrence.due - notice.before
    text = DueText(MessageKind.DUE_NOTICE, notice.message.words(agreed.language))
    return _at(at, text, one, now)


def _at(at: Instant, text: DueText, one: Expectation, now: Instant) -> TextDecision:
    if at > now:
        return TextDecision(look_at=at)
    # One that is new has no id yet, by which its text is told from others.
    return TextDecision(look_at=now + 1) if one.id == 0 else TextDecision(text)
