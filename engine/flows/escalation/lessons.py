"""Education series: supporters who agreed to one get its messages one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from engine.flows.escalation import supporter_news
from engine.flows.escalation.supporter_news import SupporterText
from engine.model.agreement import LANGUAGES
from engine.model.instant import DAY_US, Instant
from engine.model.message import MessageKind
from engine.model.notify_reason import NotifyReason
from engine.model.questions import EducationSeries
from engine.model.staff import Staff
from engine.store.database.connection import Database
from engine.store.messages import outbox
from engine.store.people import supporters


class DueLesson(NamedTuple):
    """The next message of a series, and the supporter who gets it."""

    person: Staff
    text: SupporterText


def run(database: Database, series: Mapping[str, EducationSeries], now: Instant) -> int:
    """Send each supporter the next message of their series, if it is due.

    After a time without a daemon one message goes, and not all that were missed.

    Args:
        database: The database.
        series: The series that serve, by id.
        now: The present instant.

    Returns:
        How many messages go out.
    """
    if not series:
        return 0
    with database.read() as conn:
        if not list(_due(conn, series, now)):
            return 0
    with database.write() as conn:
        due = list(_due(conn, series, now))
        for one in due:
            supporter_news.enqueue(conn, one.person, one.text, now)
    return len(due)


def _due(
    conn: Connection, series: Mapping[str, EducationSeries], now: Instant
) -> Iterator[DueLesson]:
    people = {one.id: one for one in supporters.everybody(conn)}
    for staff_id, agreed in supporters.agreements(conn, people.keys(), now).items():
        wanted = series.get(agreed.series or "")
        sent = outbox.lessons_since(conn, staff_id, agreed.given_at)
        if wanted is None or sent.number >= len(wanted.messages):
            continue
        if sent.number and now < sent.last_at + wanted.every:
            continue
        message = wanted.messages[sent.number]
        words = {language: message.words(language) for language in LANGUAGES}
        # By the instant, because a later agreement begins the same series again.
        text = SupporterText(MessageKind.LESSON, 0, now, now, now + DAY_US, words)
        allowed = supporter_news.decide(conn, people[staff_id], text, now)
        if allowed is NotifyReason.ALLOWED:
            yield DueLesson(people[staff_id], text)
