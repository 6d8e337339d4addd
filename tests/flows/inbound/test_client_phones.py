"""Texts of clients and of unknown numbers, and words of danger."""

from __future__ import annotations

from engine.messaging import answers, operator_texts
from engine.store.messages import reply_codes
from engine.store.tables.intake import events
from engine.store.tables.messages import inbox
from engine.store.tables.people import clients, staff
from tests.flows.inbound.receiving import give_number, with_client_phone
from tests.kit.phones import ADMIN, CASE_MANAGER, CLIENT, SUPERVISOR, Phones, named
from tests.kit.times import hours


def test_an_unknown_number_is_put_on_record_and_not_answered(phones: Phones) -> None:
    for body in ("1 a", "HELP", "hello", "STOP", "x" * 1600, "\x00\ud800"):
        assert phones.text("+15550177777", body) is None
    assert phones.states() == ["open"]
    assert [row.understood for row in phones.site.rows(inbox)] == [
        *["unknown"] * 3,
        "stop",
        *["unknown"] * 2,
    ]


def test_a_clients_text_reaches_their_case_manager_without_its_words(phones: Phones) -> None:
    with_client_phone(phones)
    assert phones.text(CLIENT, "could somebody call me? it is about tuesday") == answers.THANKS
    ((number, words),) = phones.go_on()
    assert number == CASE_MANAGER
    assert words.startswith("Handrail: C-1 needs you (sent a text). Reply 2 A to take it")


def test_a_clients_text_survives_the_next_evaluation(phones: Phones) -> None:
    with_client_phone(phones)
    phones.text(CLIENT, "hi")
    phones.site.missed(phones.now)
    phones.site.evaluate(phones.now + 1)
    assert phones.states()[-1] == "open"


def test_words_of_danger_are_urgent_and_the_answer_names_the_lines_that_help(
    phones: Phones,
) -> None:
    with_client_phone(phones)
    phones.text(CLIENT, "hi")
    answer = phones.text(CLIENT, "I can't go on, i want to die")
    assert answer == answers.CRISIS
    assert "988" in answer
    assert "911" in answer
    assert [row.severity for row in phones.site.alerts[1:]] == ["urgent"]


def test_help_names_the_lines_and_reaches_a_person_for_a_client_alone(phones: Phones) -> None:
    assert phones.text(CASE_MANAGER, "HELP") == answers.HELP
    assert len(phones.states()) == 1
    with_client_phone(phones)
    assert phones.text(CLIENT, "help") == answers.CLIENT_HELP
    assert phones.site.alerts[-1].severity == "high"


def test_a_clients_stop_is_no_event_and_reaches_a_person(phones: Phones) -> None:
    with_client_phone(phones)
    before = len(phones.site.rows(events))
    assert phones.text(CLIENT, "STOP") is None
    assert len(phones.site.rows(events)) == before
    assert phones.told() == [CASE_MANAGER]


def test_danger_in_the_words_of_staff_reaches_the_supervisor(phones: Phones) -> None:
    assert phones.text(CASE_MANAGER, "I want to die") == answers.CRISIS
    ((number, words),) = phones.go_on()
    assert number == SUPERVISOR
    assert "S-1" in words


def test_a_number_of_a_client_and_a_mentor_acts_as_the_mentor_by_code_and_else_as_the_client(
    phones: Phones,
) -> None:
    phones.site.caseload.staff(4, "mentor", phone=CLIENT)
    phones.site.caseload.client(9, phone=CLIENT)
    phones.site.assign(1, 4, "mentor")
    phones.site.caseload.consent(1, 4)
    with phones.site.database.write() as conn:
        assert reply_codes.give(conn, 4, 1, phones.now) == 1
    assert phones.text(CLIENT, "what is on today") == answers.THANKS
    assert phones.site.alerts[-1].client_id == 9
    assert phones.text(CLIENT, "1 a") == answers.yours(named(1, "your friend"))
    assert phones.site.alerts[0].owner_id == 4


def test_a_supervisor_in_danger_is_not_the_one_who_is_told_and_quiet_hours_do_not_matter(
    phones: Phones,
) -> None:
    give_number(phones, staff, 3, quiet_from="00:00", quiet_to="23:59")
    assert phones.text(SUPERVISOR, "im going to kill myself") == answers.CRISIS
    assert phones.go_on() == [(ADMIN, operator_texts.in_danger("S-2", 2))]


def test_help_in_other_words_from_a_client_reaches_a_person_as_help_does(phones: Phones) -> None:
    with_client_phone(phones)
    assert phones.text(CLIENT, "please help me") == answers.CLIENT_HELP
    assert phones.site.alerts[-1].severity == "high"


def test_danger_in_spanish_is_answered_in_spanish(phones: Phones) -> None:
    with_client_phone(phones)
    answer = phones.text(CLIENT, "Ya no puedo más, me quiero morir")
    assert answer == answers.CRISIS_IN_SPANISH
    assert "988" in answer
    assert "911" in answer
    assert phones.site.alerts[-1].severity == "urgent"


def test_a_client_who_says_wrong_number_is_read_by_a_person(phones: Phones) -> None:
    give_number(phones, clients, 1, phone=CLIENT)
    assert phones.text(CLIENT, "wrong number") == answers.thanks("english")


def test_words_of_danger_from_an_unknown_number_reach_the_supervisor_once_a_day(
    phones: Phones,
) -> None:
    said = operator_texts.stranger_in_danger()
    assert phones.text("+15550109999", "its me, i want to die") == answers.crisis("english")
    assert (SUPERVISOR, said) in phones.go_on()
    assert phones.text("+15550109999", "i want to die") is None
    assert said not in [words for _, words in phones.go_on(hours(1))]
    phones.now += hours(24)
    assert phones.text("+15550109999", "i want to die") == answers.crisis("english")


def test_a_flood_of_unknown_numbers_does_not_flood_the_supervisor(phones: Phones) -> None:
    for number in range(30):
        phones.text(f"+155501090{number:02}", "i want to die")
    said = operator_texts.stranger_in_danger()
    assert len([words for _, words in phones.go_on(hours(2)) if words == said]) <= 5
