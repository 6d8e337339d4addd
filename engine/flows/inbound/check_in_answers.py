"""A client's answers to a question become an event, or are asked for again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from engine.messaging import client_replies
from engine.messaging.client_answers import AnswersSort, ReadAnswers, read_answers
from engine.model.agreement import Agreement
from engine.model.event import NewEvent
from engine.model.instant import HOUR_US, Instant
from engine.model.schedule import ANSWERS, Expectation
from engine.rulebook.plans.plans import Plans, Schedule
from engine.store.alerts import due_clients
from engine.store.intake import events
from engine.store.people import agreements
from engine.store.schedules import expectations

# An answer to yesterday's question still says how the client is.
ANSWERED_WITHIN_US = 36 * HOUR_US


@dataclass(frozen=True, slots=True)
class TakenAnswers:
    """The result of a text as an answer: the reply, and whether a person reads it too."""

    understood: str
    answer: str
    for_a_person: bool


def take(
    conn: Connection, client_id: int, body: str, plans: Plans, inbox_id: int, now: Instant
) -> TakenAnswers | None:
    """Take a client's text as answers to the question that was last asked.

    Args:
        conn: The transaction that holds the text.
        client_id: The client.
        body: The text as it came in.
        plans: The plans that serve.
        inbox_id: The text's id.
        now: The present instant.

    Returns:
        What it came to; None if it answers nothing that was asked.
    """
    asked = expectations.last_asked(conn, client_id, now - ANSWERED_WITHIN_US)
    schedule = plans.schedules.get(asked.schedule_id) if asked else None
    agreed = agreements.standing(conn, [client_id]).get(client_id)
    if asked is None or schedule is None or schedule.ask is None or agreed is None:
        return None
    questions = schedule.ask.questions.questions
    read = read_answers(body, questions, asked.answers, agreed.language)
    match read.sort:
        case AnswersSort.COMPLETE:
            _write_event(conn, asked, schedule, read, inbox_id, now)
            expectations.change(conn, [replace(asked, answers=())])
            said = client_replies.answered(agreed.language)
            return TakenAnswers("check_in", said, read.more_words)
        case AnswersSort.PARTIAL:
            expectations.change(conn, [replace(asked, answers=read.answers)])
            missing = len(questions) - len(read.answers)
            return TakenAnswers(
                "part_of_check_in", client_replies.missing(missing, agreed.language), False
            )
        case AnswersSort.UNCLEAR:
            return TakenAnswers("unclear", _again(schedule, agreed), False)
        case AnswersSort.WORDS:
            return None


def _again(schedule: Schedule, agreed: Agreement) -> str:
    assert schedule.ask
    return client_replies.again(len(schedule.ask.questions.questions), agreed.language)


def _write_event(
    conn: Connection,
    asked: Expectation,
    schedule: Schedule,
    read: ReadAnswers,
    inbox_id: int,
    now: Instant,
) -> None:
    assert schedule.ask
    fields = [one.field for one in schedule.ask.questions.questions]
    event = NewEvent(
        asked.client_id,
        schedule.kind,
        now,
        ANSWERS,
        f"text {inbox_id}",
        schedule.answered_fields(dict(zip(fields, read.answers, strict=True))),
        None,
        f"text:{inbox_id}",
    )
    added = events.add(conn, [event], now)
    due_clients.mark_dirty(conn, added.earliest)
