"""docs/texts.md tells one night as it happens on phones, and lists every text that can be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import update

from engine.messaging import (
    answers,
    client_replies,
    digest,
    drill_texts,
    operator_texts,
    supporter_words,
    wording,
)
from engine.messaging.listing import Named
from engine.model.alert import Act
from engine.model.instant import from_us
from engine.model.message import MessageKind
from engine.store.database.connection import Database
from engine.store.tables.people import clients
from tests.kit.phones import ADMIN, CASE_MANAGER, CLIENT, SUPERVISOR, Phones
from tests.kit.times import MINUTE
from tests.messaging.test_every_text import kinds

PAGE = (Path(__file__).parents[2] / "docs" / "texts.md").read_text("utf-8")
WHO = {
    CASE_MANAGER: "case manager",
    SUPERVISOR: "supervisor",
    ADMIN: "admin",
    CLIENT: "client C-1",
}
# What happens after so many minutes, by whom and in which words; no words: time passes.
STORY = (
    (0, CASE_MANAGER, ""),
    (4, CASE_MANAGER, "got it"),
    (1, CASE_MANAGER, "yes"),
    (30, CLIENT, "hello"),
    (1, CASE_MANAGER, "2 ?"),
    (2, CLIENT, "i used last night"),
    (1, CLIENT, "i dont want to live anymore"),
    (1, CASE_MANAGER, "on it"),
    (3, CLIENT, "please hurry"),
    (25, CASE_MANAGER, "2 d"),
    (1, CASE_MANAGER, "undo"),
    (9, CASE_MANAGER, "D 2 thanks"),
    (1, CASE_MANAGER, "1 p"),
    (2, SUPERVISOR, "1 a"),
    (5, CASE_MANAGER, "1 a"),
    (1, CASE_MANAGER, "list"),
)
ALERT, URGENT = Named(17, "C-1042"), Named(18, "C-1064", urgent=True)
EXAMPLES = {
    "to_staff": wording.to_staff("C-1042", "missed check-ins", 17, "reason"),
    "to_mentor": wording.to_mentor("Robin", 17),
    "to_supporter": supporter_words.to_supporter(MessageKind.SUPPORTER_MILESTONE, "english"),
    "answer": supporter_words.answer(danger=False, language="english"),
    "who_we_are": supporter_words.who_we_are("english"),
    "ask_number": supporter_words.ask_number("Ann", "4821", "english"),
    "number_confirmed": supporter_words.number_confirmed("english"),
    "drill": drill_texts.drill(17),
    "drill_reaches_nobody": drill_texts.drill_reaches_nobody(17),
    "drill_taken": drill_texts.drill_taken("Sam", 3),
    "drill_yields": drill_texts.drill_yields(),
    "drill_over": drill_texts.drill_over(),
    "of_client": digest.of_client("C-1042", [(17, "missed check-ins"), (18, "")], "reason"),
    "of_many": digest.of_many([ALERT, URGENT], 9, 9, newly=False),
    "of_history": digest.of_history([ALERT, URGENT], 2),
    "reach_nobody": digest.reach_nobody([ALERT, URGENT], 2),
    "reaches_nobody": operator_texts.reaches_nobody(
        "C-1042", "high", "missed check-ins", 17, 31, "reason"
    ),
    "in_danger": operator_texts.in_danger("Sam", 1),
    "peer_wrote": operator_texts.peer_wrote("Sam", 1),
    "stranger_in_danger": operator_texts.stranger_in_danger(),
    "opted_out": operator_texts.opted_out("Sam", 1),
    "opted_in": operator_texts.opted_in("Sam", 1),
    "on_call": operator_texts.on_call("Monday 08:00", 2),
    "trial": operator_texts.trial("Sam"),
    "canary": operator_texts.canary(),
    "monthly_report": operator_texts.monthly_report(),
    "restored": operator_texts.restored("2026-06-02 12:00 UTC"),
    "confirm_phone": operator_texts.confirm_phone("Sam", "4821"),
    "supporter_number": operator_texts.supporter_number("Ann", 4),
    "phone_denied": operator_texts.phone_denied("Sam", 1),
    "emergency_access": operator_texts.emergency_access("Sam", "C-1042", "reason"),
    "unreviewed_access": operator_texts.unreviewed_access(2),
    "held": operator_texts.held(9),
    "judged_in_two_ways": operator_texts.judged_in_two_ways(),
    "news": operator_texts.news(["source detox is silent"]),
    "yours": answers.yours(ALERT),
    "unconfirmed": answers.unconfirmed("4821"),
    "already_taken": answers.already_taken(ALERT, "Sam"),
    "may_take_over": answers.may_take_over(ALERT, "Sam"),
    "passed_on": answers.passed_on(ALERT, "supervisor"),
    "closed": answers.closed(ALERT, "done"),
    "already_closed": answers.already_closed(ALERT, "13:33", "you"),
    "snoozed": answers.snoozed(ALERT),
    "undone": answers.undone(ALERT, Act.DONE),
    "acted": answers.acted([answers.yours(ALERT), answers.yours(URGENT)]),
    "confirm": answers.confirm([(Act.TAKE, ALERT)], only=True),
    "listed": answers.listed([ALERT, URGENT]),
    "which": answers.which([ALERT, URGENT]),
    "not_understood": answers.not_understood([ALERT, URGENT]),
    "details": answers.details(ALERT, "13:33", ["you"], "Next: the supervisor at 14:33."),
    "more": answers.more(ALERT, "Call today. Ask how the week went."),
    "taken_by": answers.taken_by(ALERT, "Sam"),
    "closed_by": answers.closed_by(ALERT, "Sam"),
    "open_again": answers.open_again(ALERT, "Sam"),
    "cleared": answers.cleared(ALERT),
    "void": answers.void(ALERT),
    "void_many": answers.void_many(9),
    "wrote_again": answers.wrote_again(URGENT, mine=True),
    "again": client_replies.again(3, "english"),
    "answered": client_replies.answered("english"),
    "missing": client_replies.missing(2, "english"),
    "reminder": client_replies.reminder(3, "english"),
}
# They choose among constants or are part of other texts.
NO_TEXTS = {"crisis", "client_help", "thanks", "started", "list_page", "name", "sayable"}


def block_after(heading: str) -> list[str]:
    """The lines of the first block under a heading of the page."""
    _, _, rest = PAGE.partition(f"\n## {heading}\n")
    found = re.search(r"```\n(.*?)```", rest, re.DOTALL)
    assert found
    return found[1].splitlines()


def told(phones: Phones) -> Iterator[str]:
    for number, words in phones.go_on():
        yield f"{from_us(phones.now):%H:%M} {WHO[number]} < {words}"


def night(database: Database) -> Iterator[str]:
    """The story line by line."""
    phones = Phones.of(database, 1)
    with phones.site.database.write() as conn:
        conn.execute(update(clients).where(clients.c.id == 1).values(phone=CLIENT))
    for minutes, who, words in STORY:
        phones.now += minutes * MINUTE
        if words:
            at = f"{from_us(phones.now):%H:%M} {WHO[who]}"
            yield f"{at} > {words}"
            answer = phones.text(who, words)
            yield f"{at} < {answer}" if answer else f"{at} < (no answer)"
        yield from told(phones)


def test_the_story_of_one_night_happens_as_it_is_told(sqlite_database: Database) -> None:
    assert block_after("One night on the phone") == list(night(sqlite_database))


def test_every_text_is_listed_with_an_example() -> None:
    texts = [
        EXAMPLES.get(name) or getattr(module, name)
        for module, name in kinds()
        if name not in NO_TEXTS
    ]
    assert block_after("Every text") == [str(text).replace("Handrail: ", "", 1) for text in texts]
