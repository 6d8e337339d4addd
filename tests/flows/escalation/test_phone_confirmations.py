"""Nobody is texted about a client before their number is confirmed, and no alert waits for that."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from engine.errors import UserError
from engine.flows.escalation import phone_confirmations
from engine.flows.operations import trial_text, watchdog
from engine.messaging import answers
from engine.model.notify_reason import NotifyReason
from engine.store.database.connection import Database
from engine.store.operations import channel_state
from engine.store.tables.alerts import skipped_recipients
from engine.store.tables.people import staff
from tests.kit.phones import ADMIN, CASE_MANAGER, SUPERVISOR, Phones, named
from tests.kit.times import MINUTE, hours

STRANGER = "+15550107777"


def verifying(database: Database, *clients: int, confirmed: tuple[int, ...] = (2, 3)) -> Phones:
    """A site that verifies numbers; those of these staff are confirmed."""
    phones = Phones.of(database)
    with database.write() as conn:
        channel_state.set_verifies_numbers(conn, True)
        conn.execute(
            update(staff).where(staff.c.id.in_(confirmed)).values(confirmed_phone=staff.c.phone)
        )
        conn.execute(update(staff).where(staff.c.id == 1).values(call_name="Sam"))
    phones.miss(*clients)
    return phones


def asked(phones: Phones) -> list[tuple[str, str]]:
    phone_confirmations.run(phones.site.database, phones.now)
    return phones.go_on()


def code_in(words: str) -> str:
    found = re.search(r"\d{4}", words)
    assert found
    return found[0]


def test_a_new_number_gets_one_text_that_tells_a_stranger_nothing(database: Database) -> None:
    phones = verifying(database)
    [(number, words)] = asked(phones)
    assert number == CASE_MANAGER
    code = code_in(words)
    assert words == (
        f"Handrail: texts for Sam are to reach this phone. Reply {code} to confirm this phone, "
        "or NO if you are not Sam."
    )
    assert asked(phones) == []


def test_until_then_the_next_step_is_told_at_once_and_it_is_said_why(database: Database) -> None:
    phones = verifying(database, 1)
    assert phones.told() == [SUPERVISOR]
    [skipped] = phones.site.rows(skipped_recipients)
    assert (skipped.staff_id, skipped.reason) == (1, NotifyReason.PHONE_UNCONFIRMED)


def test_where_nobody_else_is_left_the_admins_hear_of_the_alert(database: Database) -> None:
    phones = verifying(database, 1, confirmed=(3,))
    assert [number for number, words in phones.go_on() if "reaches nobody" in words] == [ADMIN]


def test_the_code_confirms_the_phone_and_what_nobody_knows_of_is_told(database: Database) -> None:
    phones = verifying(database, 1, confirmed=())
    code = next(code_in(words) for number, words in asked(phones) if number == CASE_MANAGER)
    assert phones.text(CASE_MANAGER, code) == answers.PHONE_CONFIRMED
    told = phones.go_on(passed=MINUTE)
    assert [number for number, words in told if "C-1 needs you" in words] == [CASE_MANAGER]
    assert phones.text(CASE_MANAGER, "1 a") == answers.yours(named(1))
    assert ("phone confirmed", "staff 1") in phones.site.audited


def test_a_stranger_can_do_nothing_and_learns_nothing(database: Database) -> None:
    phones = verifying(database, 1)
    phones.go_on()
    [(_, words)] = asked(phones)
    said = [phones.text(CASE_MANAGER, words) for words in ("1 a", "list", "help", "who is this?")]
    assert said == [answers.unconfirmed(code_in(words))] * 4
    assert phones.states() == ["open"]


def test_a_phone_that_denies_is_left_alone_and_told_to_the_supervisors(database: Database) -> None:
    phones = verifying(database)
    asked(phones)
    assert phones.text(CASE_MANAGER, "wrong number") == answers.PHONE_DENIED
    told = asked(phones)
    assert [(number, "staff Sam has another phone" in words) for number, words in told] == [
        (SUPERVISOR, True)
    ]
    phones.now += hours(100)
    assert asked(phones) == []
    assert phones.text(CASE_MANAGER, "hello?") is None
    with database.read() as conn:
        promises = watchdog.broken_promises(conn, phones.now)
    assert "the phone of Sam (S-1) is not confirmed" in promises


def test_a_number_that_never_answers_is_asked_three_times_and_named_to_the_admins(
    database: Database,
) -> None:
    phones = verifying(database)
    times = []
    for _ in range(60):
        times += [phones.now for _ in asked(phones)]
        phones.now += hours(1)
    assert len(times) == 3
    with database.read() as conn:
        promises = watchdog.broken_promises(conn, phones.now)
    assert "the phone of Sam (S-1) is not confirmed" in promises


def test_a_moved_number_is_confirmed_anew_and_the_old_one_can_do_nothing(
    database: Database,
) -> None:
    phones = verifying(database, 1, confirmed=(1, 2, 3))
    phones.go_on()
    with database.write() as conn:
        conn.execute(update(staff).where(staff.c.id == 1).values(phone=STRANGER))
    assert [number for number, _ in asked(phones)] == [STRANGER]
    assert phones.text(CASE_MANAGER, "1 a") is None
    assert phones.text(STRANGER, "1 a") != answers.yours(named(1))
    phones.site.evaluate(phones.now + MINUTE)
    assert SUPERVISOR in phones.told(passed=2 * MINUTE)


def test_a_number_that_another_person_had_is_not_theirs_yet(database: Database) -> None:
    phones = verifying(database, confirmed=(1, 2, 3))
    with database.write() as conn:
        conn.execute(update(staff).where(staff.c.id == 1).values(active=False))
    phones.site.caseload.staff(5, "case_manager", 1, phone=CASE_MANAGER)
    phones.miss(1)
    assert phones.told() == [SUPERVISOR]


def test_words_of_danger_from_an_unconfirmed_phone_reach_a_person(database: Database) -> None:
    phones = verifying(database)
    answer = phones.text(CASE_MANAGER, "i want to kill myself")
    assert answer == answers.CRISIS
    assert any("sounds like danger" in words for _, words in phones.go_on())


def test_a_shared_phone_still_answers_for_the_person_who_confirmed_it(database: Database) -> None:
    phones = verifying(database, 1, confirmed=(1, 2, 3))
    phones.site.caseload.staff(5, "admin", phone=CASE_MANAGER)
    phones.go_on()
    assert any("Reply" in words for _, words in asked(phones))
    assert phones.text(CASE_MANAGER, "no") != answers.PHONE_DENIED
    assert phones.text(CASE_MANAGER, "1 a") == answers.yours(named(1))


def test_a_supervisor_can_confirm_from_the_terminal(database: Database) -> None:
    phones = verifying(database)
    phone_confirmations.confirm_by_command(database, "S-1", "S-2", phones.now)
    assert asked(phones) == []
    assert ("phone confirmed", "staff 1") in phones.site.audited
    phones.site.caseload.staff(5, "mentor", phone=None)
    for ref, by, said in (
        ("S-1", "S-1", "S-1 is neither a supervisor nor an admin, who alone can confirm."),
        ("S-5", "S-2", "S-5 has no number in the roster."),
        ("S-9", "S-2", "There is nobody active among the staff called S-9."),
    ):
        with pytest.raises(UserError) as error:
            phone_confirmations.confirm_by_command(database, ref, by, phones.now)
        assert str(error.value) == said


def test_text_me_asks_an_unconfirmed_phone_again_by_the_same_code(database: Database) -> None:
    phones = verifying(database)
    [(_, first)] = asked(phones)
    assert trial_text.enqueue(database, CASE_MANAGER, phones.now + MINUTE) == ["Sam (S-1)"]
    [(number, again)] = phones.go_on(passed=2 * MINUTE)
    assert (number, again) == (CASE_MANAGER, first)


def test_where_numbers_are_not_verified_nobody_is_asked(database: Database) -> None:
    phones = Phones.of(database, 1)
    assert [number for number, words in asked(phones) if "confirm" in words] == []
