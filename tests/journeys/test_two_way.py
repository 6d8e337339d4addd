"""Stories of an alert and the people who answer it by text."""

from __future__ import annotations

from engine.messaging import answers
from engine.store.database.connection import Database
from tests.kit.phones import ADMIN, CASE_MANAGER, SUPERVISOR, Phones, named
from tests.kit.times import MINUTE, hours

REPLIES = "Reply 1 A to take it, 1 P to pass on, 1 D when done, 1 F if a false alarm."
ASKED = f"Handrail: C-1 needs you (missed check-ins). {REPLIES}"


def test_taken_at_once(database: Database) -> None:
    phones = Phones.of(database, 1)
    # 12:00  Two check-ins are missed, and the case manager is told.
    assert phones.go_on() == [(CASE_MANAGER, ASKED)]
    # 12:02  She takes it with three keystrokes; from then on nobody else is asked.
    phones.now += 2 * MINUTE
    assert phones.text(CASE_MANAGER, "1 a") == answers.yours(named(1))
    assert phones.go_on(hours(6)) == []
    # 18:10  She has talked to the client.
    phones.now += 8 * MINUTE
    assert phones.text(CASE_MANAGER, "1 D") == answers.closed(named(1), "done")
    assert phones.go_on(hours(24)) == []
    assert [(row.state, row.resolution, row.owner_id) for row in phones.site.alerts] == [
        ("resolved", "done", 1)
    ]


def test_passed_on(database: Database) -> None:
    phones = Phones.of(database, 1)
    phones.go_on()
    # 12:05  The case manager is on a train and passes it on: the supervisor is asked now, not at
    # 13:00.
    phones.now += 5 * MINUTE
    assert phones.text(CASE_MANAGER, "p 1") == answers.passed_on(named(1), "supervisor")
    assert phones.go_on() == [(SUPERVISOR, ASKED)]
    # 12:09  The supervisor takes it; the case manager is told so, once.
    phones.now += 4 * MINUTE
    assert phones.text(SUPERVISOR, "1 A") == answers.yours(named(1))
    assert phones.go_on() == [(CASE_MANAGER, answers.taken_by(named(1), "the supervisor"))]
    # 12:30  The train arrives too late.
    assert phones.go_on(21 * MINUTE) == []
    assert phones.text(CASE_MANAGER, "1 a") == answers.already_taken(named(1), "the supervisor")
    assert phones.site.alerts[0].owner_id == 2


def test_stop_by_the_case_manager(database: Database) -> None:
    phones = Phones.of(database, 1)
    phones.go_on()
    # 12:20  He wants no texts any more. The client is not left alone: the supervisor is asked, and
    # told about him.
    phones.now += 20 * MINUTE
    assert phones.text(CASE_MANAGER, "STOP") is None
    sent = phones.go_on()
    assert {number for number, _ in sent} == {SUPERVISOR}
    assert ASKED in [words for _, words in sent]
    assert "Handrail: staff S-1 gets no texts any more: the number opted out. Please call." in [
        w for _, w in sent
    ]
    # 12:25  Nor does he hear that she has taken it.
    phones.now += 5 * MINUTE
    phones.text(SUPERVISOR, "1 a")
    assert phones.go_on(hours(3)) == []
    # 15:25  He thinks better of it.
    assert phones.text(CASE_MANAGER, "start") == answers.STARTED


def test_two_alerts_open_and_a_bare_a(database: Database) -> None:
    phones = Phones.of(database, 1, 2)
    # 12:00  Two clients, two codes.
    assert [words.split(". ")[0] for _, words in phones.go_on()] == [
        "Handrail: C-1 needs you (missed check-ins)",
        "Handrail: C-2 needs you (missed check-ins)",
    ]
    # 12:01  Which one is meant nobody can know, and nobody guesses.
    phones.now += MINUTE
    assert phones.text(CASE_MANAGER, "a") == answers.which([named(1), named(2)])
    assert phones.states() == ["open", "open"]
    # 12:02  The case manager asks about code 2.
    phones.now += MINUTE
    assert (phones.text(CASE_MANAGER, "2?") or "").startswith("Handrail: 2 (C-2) since 11:00.")
    assert phones.text(CASE_MANAGER, "2 a") == answers.yours(named(2))
    # 12:03  Now there is one left that is open.
    phones.now += MINUTE
    assert phones.text(CASE_MANAGER, "A") == answers.yours(named(1))
    assert phones.told(hours(2)) == []


def test_passed_on_by_everybody_it_reaches_the_admin(database: Database) -> None:
    phones = Phones.of(database, 1)
    for number in (CASE_MANAGER, SUPERVISOR):
        assert phones.told() == [number]
        phones.text(number, "1 p")
    ((number, words),) = phones.go_on()
    assert (number, "reaches nobody" in words) == (ADMIN, True)
    assert phones.text(ADMIN, "1 a") == answers.yours(named(1))
