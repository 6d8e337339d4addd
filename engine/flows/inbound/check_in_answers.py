"""A client's answers to a question become an event, or are asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import Connection

from engine.messaging import answers, client_replies
from engine.messaging.client_answers import Answer, AnswersSort, read_answers
from engine.model.event import NewEvent, write_fields
from engine.model.event_kinds import SCORED_KIND
from engine.model.instant import HOUR_US, Instant
from engine.model.questions import QuestionSet
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
    """The result of a text as an answer.

    Attributes:
        understood: What the text was, in a word.
        answer: The reply.
        for_a_person: Whether a person reads it too.
        urgent: Whether the answers are a sign of danger.
    """

    understood: str
    answer: str
    for_a_person: bool = False
    urgent: bool = False


class _Asked(NamedTuple):
    """The question set that is open: the answers to it so far, and those to the sets before it."""

    questions: QuestionSet
    before: tuple[Answer, ...]
    given: tuple[Answer, ...]


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
    expectation = expectations.last_asked(conn, client_id, now - ANSWERED_WITHIN_US)
    schedule = plans.schedules.get(expectation.schedule_id) if expectation else None
    agreed = agreements.standing(conn, [client_id]).get(client_id)
    if expectation is None or schedule is None or schedule.ask is None or agreed is None:
        return None
    asked = _asked(schedule.ask.questions, expectation.answers, plans)
    language, questions = agreed.language, asked.questions.questions
    read = read_answers(body, questions, asked.given, language)
    match read.sort:
        case AnswersSort.COMPLETE:
            every = (*asked.before, *read.answers)
            _write_events(conn, expectation, schedule, asked, read.answers, inbox_id, now)
            follow_up = _follow_up(asked.questions, read.answers, plans)
            kept = every if follow_up else ()
            expectations.change(conn, [replace(expectation, answers=kept)])
            if _is_danger(asked.questions, read.answers):
                return TakenAnswers("crisis", answers.crisis(language), True, urgent=True)
            said = follow_up.words(language) if follow_up else client_replies.answered(language)
            return TakenAnswers("check_in", said, read.more_words)
        case AnswersSort.PARTIAL:
            so_far = (*asked.before, *read.answers)
            expectations.change(conn, [replace(expectation, answers=so_far)])
            missing = len(questions) - len(read.answers)
            return TakenAnswers("part_of_check_in", client_replies.missing(missing, language))
        case AnswersSort.UNCLEAR:
            return TakenAnswers("unclear", client_replies.again(len(questions), language))
        case AnswersSort.WORDS:
            return None


def _asked(first: QuestionSet, given: Sequence[Answer], plans: Plans) -> _Asked:
    """Return the set that is open after some answers: the first one, or one that follows it."""
    open_set, rest = first, tuple(given)
    done: tuple[Answer, ...] = ()
    while len(rest) >= len(open_set.questions):
        own = rest[: len(open_set.questions)]
        following = _follow_up(open_set, own, plans)
        if following is None:  # the plans have changed since
            return _Asked(first, (), ())
        open_set, rest, done = following, rest[len(own) :], (*done, *own)
    return _Asked(open_set, done, rest)


def _follow_up(one: QuestionSet, given: Sequence[Answer], plans: Plans) -> QuestionSet | None:
    """Return the set that is asked after these answers; None if they were the last."""
    if one.then is None or sum(given) < one.then.at_least:
        return None
    return plans.questions.get(one.then.questions)


def _is_danger(one: QuestionSet, given: Sequence[Answer]) -> bool:
    danger = one.scoring.danger if one.scoring else ()
    return any(
        answer > 0 and question.field in danger
        for question, answer in zip(one.questions, given, strict=True)
    )


def _write_events(
    conn: Connection,
    expectation: Expectation,
    schedule: Schedule,
    asked: _Asked,
    given: Sequence[Answer],
    inbox_id: int,
    now: Instant,
) -> None:
    """Write the check-in that answers make, or the scores of an instrument."""
    fields = dict(zip((one.field for one in asked.questions.questions), given, strict=True))
    scoring = asked.questions.scoring
    made: list[tuple[str, str, str]] = []  # kind, key and fields of each event
    if scoring is None:
        made.append((schedule.kind, f"text {inbox_id}", schedule.answered_fields(fields)))
    else:
        sums = {scoring.total: sum(given), scoring.running_total: sum((*asked.before, *given))}
        scores = {**fields, **{item: score for item, score in sums.items() if item is not None}}
        for item, score in scores.items():
            filled = write_fields(
                {"instrument": scoring.instrument, "item": item, "score": float(score)}
            )
            made.append((SCORED_KIND, f"text {inbox_id} {item}", filled))
    origin = f"text:{inbox_id}"
    new = [
        NewEvent(expectation.client_id, kind, now, ANSWERS, key, filled, None, origin)
        for kind, key, filled in made
    ]
    due_clients.mark_dirty(conn, events.add(conn, new, now).earliest)
