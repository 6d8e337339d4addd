"""A recipient who opts out gets no more texts, and their alerts go to another recipient."""

from __future__ import annotations

from engine.messaging import answers
from engine.model.message import MessageKind
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from engine.store.tables.messages import outbox
from tests.kit.phones import CASE_MANAGER, SUPERVISOR, Phones, named
from tests.kit.times import hours


def test_stop_sends_the_alert_to_the_next_step_and_tells_the_supervisor(phones: Phones) -> None:
    assert phones.text(CASE_MANAGER, "STOP") is None
    sent = phones.go_on()
    assert [number for number, _ in sent] == [SUPERVISOR, SUPERVISOR]
    assert any("staff S-1 gets no texts any more" in words for _, words in sent)
    assert any("C-1 needs you" in words for _, words in sent)
    assert ("opted out", "staff 1") in phones.site.audited
    assert len(phones.site.rows(events)) == 2


def test_who_opted_out_is_passed_over_until_they_say_start(phones: Phones) -> None:
    phones.text(CASE_MANAGER, "Stop.")
    phones.go_on()
    phones.site.caseload.client(2)
    phones.site.assign(2, 1)
    for at in (25, 1):
        phones.site.missed(phones.now - hours(at), 2)
    phones.site.evaluate(phones.now)
    assert phones.told() == [SUPERVISOR]
    assert phones.text(CASE_MANAGER, "START") == answers.STARTED
    assert phones.text(CASE_MANAGER, "start") == answers.not_understood([named(1)])
    phones.text(SUPERVISOR, "2 s")
    phones.site.missed(phones.now, 2)
    assert phones.text(CASE_MANAGER, "1 a") == answers.yours(named(1))


def test_a_second_recipient_of_the_step_keeps_it_from_climbing_at_a_stop(
    database: Database,
) -> None:
    phones = Phones.of(database)
    phones.site.caseload.staff(5, "case_manager", 1)
    for at in (25, 1):
        phones.site.missed(phones.now - hours(at))
    phones.site.evaluate()
    assert len(phones.told()) == 2
    phones.text(CASE_MANAGER, "stop")
    assert [words for _, words in phones.go_on() if "needs you" in words] == []


def test_a_carriers_21610_at_sending_is_the_same_as_a_stop(database: Database) -> None:
    phones = Phones.of(database, 1)
    phones.carrier.moods = ["opted out"]
    phones.go_on()
    sent = phones.go_on()
    assert sum("needs you" in words for number, words in sent if number == SUPERVISOR) == 1
    assert ("opted out", "staff 1") in phones.site.audited
    assert sum(row.kind == MessageKind.OPTED_OUT for row in phones.site.rows(outbox)) == 1


def test_an_opt_out_in_other_words_gets_no_answer_except_in_danger(
    phones: Phones,
) -> None:
    assert phones.text(CASE_MANAGER, "please stop texting me") is None
    assert phones.text(CASE_MANAGER, "hello?") is None
    assert phones.text(CASE_MANAGER, "I want to die") == answers.CRISIS
    assert phones.text(CASE_MANAGER, "start") == answers.STARTED


def test_an_unknown_number_that_starts_again_is_not_answered_either(phones: Phones) -> None:
    assert phones.text("+15550177777", "stop") is None
    assert phones.text("+15550177777", "start") is None
