"""A text acts once, if its sender may act, and gets an answer; the other recipients hear of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from engine.flows.delivery import deliver
from engine.messaging import answers, operator_texts
from engine.messaging.lint import lint
from engine.messaging.listing import Named
from engine.messaging.names import ROLE_WORDS
from engine.model.alert import Act
from engine.store.database.connection import Database
from engine.store.messages import reply_codes
from engine.store.tables.alerts import alert_transitions
from engine.store.tables.messages import inbox, outbox
from engine.store.tables.operations import audit
from engine.store.tables.people import clients, consents, staff
from tests.flows.inbound.receiving import give_number, last_transition, with_client_phone
from tests.kit.phones import ADMIN, CASE_MANAGER, CLIENT, SUPERVISOR, Phones, named
from tests.kit.times import hours


def test_taking_it_stops_the_escalation_and_says_who_has_it(phones: Phones) -> None:
    assert phones.text(CASE_MANAGER, "1 a") == answers.yours(named(1))
    (alert,) = phones.site.alerts
    assert (alert.state, alert.owner_id, alert.next_step_at) == ("acknowledged", 1, None)
    assert last_transition(phones) == ("open", "acknowledged", "staff 1", "taken")
    assert ("taken", "alert 1") in phones.site.audited
    assert phones.told(hours(5)) == []


def test_the_same_text_handed_over_again_changes_nothing_and_has_the_same_answer(
    phones: Phones,
) -> None:
    first = phones.text(CASE_MANAGER, "1 p", "SMx")
    phones.go_on()
    before = len(phones.site.rows(audit))
    assert (
        phones.text(CASE_MANAGER, "1 p", "SMx")
        == first
        == answers.passed_on(named(1), "supervisor")
    )
    assert len(phones.site.rows(audit)) == before
    assert len(phones.site.rows(inbox)) == 1


def test_the_same_text_many_times_at_once_counts_once(phones: Phones) -> None:
    with ThreadPoolExecutor(8) as pool:
        answered = list(pool.map(lambda _: phones.text(CASE_MANAGER, "1 a", "SMx"), range(40)))
    assert set(answered) == {answers.yours(named(1))}
    assert [row.why for row in phones.site.rows(alert_transitions)] == ["began", "taken"]


def test_two_who_take_it_at_once_cannot_both_have_it(phones: Phones) -> None:
    phones.go_on(hours(1))
    with ThreadPoolExecutor(2) as pool:
        answered = list(
            pool.map(lambda number: phones.text(number, "1 a"), [CASE_MANAGER, SUPERVISOR])
        )
    assert answers.yours(named(1)) in answered
    taken_by = {
        answers.may_take_over(named(1), "the case manager"),
        answers.already_taken(named(1), "the supervisor"),
    }
    assert len(taken_by & set(answered)) == 1


def test_the_others_who_were_told_are_told_once_that_it_is_taken(phones: Phones) -> None:
    assert phones.told(hours(1)) == [SUPERVISOR]
    phones.text(CASE_MANAGER, "1a")
    assert phones.go_on() == [(SUPERVISOR, answers.taken_by(named(1), "the case manager"))]
    assert phones.text(SUPERVISOR, "1 a") == answers.may_take_over(named(1), "the case manager")
    phones.text(CASE_MANAGER, "1 d")
    assert phones.go_on(hours(2)) == []


def test_what_still_waits_to_be_sent_is_taken_back(phones: Phones) -> None:
    give_number(phones, staff, 2, quiet_from="00:00", quiet_to="23:59")
    assert phones.told(hours(1)) == []
    phones.text(CASE_MANAGER, "1 a")
    assert [row.state for row in phones.site.rows(outbox)] == ["accepted", "cancelled"]


def test_passing_on_takes_the_next_step_at_once(phones: Phones) -> None:
    assert phones.text(CASE_MANAGER, "1 p") == answers.passed_on(named(1), "supervisor")
    assert phones.told() == [SUPERVISOR]
    assert last_transition(phones) == ("open", "open", "staff 1", "passed_on")


def test_who_has_taken_it_can_pass_it_on_after_all(phones: Phones) -> None:
    phones.text(CASE_MANAGER, "1 a")
    phones.text(CASE_MANAGER, "1 p")
    assert phones.told() == [SUPERVISOR]
    assert phones.site.alerts[0].owner_id is None
    assert phones.text(SUPERVISOR, "1 a") == answers.yours(named(1))


def test_passing_on_where_nobody_comes_after_tells_the_admin(phones: Phones) -> None:
    phones.text(CASE_MANAGER, "1 p")
    phones.go_on()
    phones.text(SUPERVISOR, "1 p")
    ((number, words),) = phones.go_on()
    assert number == ADMIN
    assert "reaches nobody" in words
    assert phones.text(ADMIN, "1 a") == answers.yours(named(1))


@pytest.mark.parametrize(("letter", "resolution"), [("d", "done"), ("f", "false_alarm")])
def test_closing_it_keeps_why(phones: Phones, letter: str, resolution: str) -> None:
    phones.text(CASE_MANAGER, "1 a")
    answer = phones.text(CASE_MANAGER, f"1 {letter}")
    assert answer
    assert "closed" in answer
    (alert,) = phones.site.alerts
    assert (alert.state, alert.resolution) == ("resolved", resolution)
    assert phones.text(CASE_MANAGER, "1 a") == answers.already_closed(named(1), "12:00", "you")


def test_it_can_be_closed_without_being_taken_and_the_others_hear_of_it(phones: Phones) -> None:
    phones.go_on(hours(1))
    phones.text(SUPERVISOR, "1 f")
    assert phones.go_on() == [(CASE_MANAGER, answers.closed_by(named(1), "the supervisor"))]


def test_a_snoozed_alert_asks_again_after_two_hours_and_then_climbs(phones: Phones) -> None:
    assert phones.text(CASE_MANAGER, "1 s") == answers.snoozed(named(1))
    assert phones.states() == ["snoozed"]
    assert phones.told(hours(2) - 1) == []
    ((number, words),) = phones.go_on(1)
    assert number == CASE_MANAGER
    assert "C-1 needs you (missed check-ins). Reply 1 A" in words
    assert phones.states() == ["open"]
    assert phones.told(hours(1) - 1) == []
    assert phones.told(1) == [SUPERVISOR]


def test_a_snoozed_alert_whose_sleeper_has_left_goes_to_the_next_step(phones: Phones) -> None:
    phones.text(CASE_MANAGER, "1 s")
    give_number(phones, staff, 1, active=False)
    assert phones.told(hours(2)) == [SUPERVISOR]


def test_asking_says_since_when_who_was_told_and_who_is_next_and_changes_nothing(
    phones: Phones,
) -> None:
    for asked in ("1?", "w1", "1"):
        answer = phones.text(CASE_MANAGER, asked)
        assert answer == answers.details(
            named(1), "11:00", ["you"], "Next: the supervisor at 13:00."
        )
    assert phones.states() == ["open"]


def test_a_bare_letter_counts_where_exactly_one_alert_is_open(phones: Phones) -> None:
    assert phones.text(CASE_MANAGER, "a") == answers.yours(named(1))
    assert phones.text(CASE_MANAGER, "d") == answers.closed(named(1), "done")
    assert phones.text(CASE_MANAGER, "a") == answers.not_understood([])


def test_a_bare_letter_with_two_alerts_open_is_answered_with_the_codes(database: Database) -> None:
    phones = Phones.of(database, 1, 2)
    assert phones.text(CASE_MANAGER, "a") == answers.which([named(1), named(2)])
    assert phones.states() == ["open", "open"]
    assert phones.text(CASE_MANAGER, "2 a") == answers.yours(named(2))
    mine = replace(named(2), mine=True)
    assert phones.text(CASE_MANAGER, "d") == answers.which([named(1), mine])
    assert phones.text(CASE_MANAGER, "a") == answers.yours(named(1))


def test_the_code_of_another_recipient_is_none(phones: Phones) -> None:
    assert phones.text(SUPERVISOR, "1 a") == answers.not_understood([])
    assert phones.text(CASE_MANAGER, "44 a") == answers.not_understood([named(1)])
    assert phones.states() == ["open"]


def test_what_is_not_understood_is_told_so_five_times_and_no_more(phones: Phones) -> None:
    said = [phones.text(CASE_MANAGER, "hm 🙂") for _ in range(7)]
    assert said == [answers.not_understood([named(1)])] * 5 + [None, None]
    assert phones.text(CASE_MANAGER, "1?")
    assert phones.text(CASE_MANAGER, "hm") == answers.not_understood([named(1)])


def test_a_person_who_tries_other_words_is_answered_for_longer(phones: Phones) -> None:
    said = [phones.text(CASE_MANAGER, f"hm{'m' * tries}") for tries in range(22)]
    assert said == [answers.not_understood([named(1)])] * 20 + [None, None]


def test_what_the_sender_has_taken_is_listed_as_theirs(phones: Phones) -> None:
    phones.text(CASE_MANAGER, "1 a")
    said = phones.text(CASE_MANAGER, "is she ok") or ""
    assert said == answers.not_understood([replace(named(1), mine=True)])
    assert said.endswith("Open: 1 C-1 (yours). Reply 1 D when done.")


def test_a_number_of_a_client_is_no_number_of_pills(phones: Phones) -> None:
    assert phones.text(CASE_MANAGER, "who took 1071") == answers.not_understood([named(1)])
    assert phones.text(CASE_MANAGER, "i took 40") == answers.CRISIS


def test_a_mentor_whose_consent_was_revoked_can_do_nothing_any_more(phones: Phones) -> None:
    phones.site.caseload.staff(4, "mentor", 1, phone="+15550144444")
    phones.site.caseload.consent(1, 4)
    with phones.site.database.write() as conn:
        reply_codes.give(conn, 4, 1, phones.now)
        conn.execute(update(consents).values(revoked_at=phones.now))
    assert phones.text("+15550144444", "1 a") == answers.not_understood([])
    assert phones.states() == ["open"]


def test_a_mentors_own_words_of_use_reach_the_supervisors_once_an_hour(phones: Phones) -> None:
    phones.site.caseload.staff(4, "mentor", phone="+15550144444")
    assert phones.text("+15550144444", "i had a drink") == answers.THANKS
    assert phones.text("+15550144444", "i relapsed") == answers.THANKS
    told = [
        (row.staff_id, row.body) for row in phones.site.rows(outbox) if row.kind == "peer_wrote"
    ]
    assert told == [(2, operator_texts.peer_wrote("S-4", 4))]
    phones.now += hours(2)
    phones.text("+15550144444", "i had a drink")
    assert [row.kind for row in phones.site.rows(outbox)].count("peer_wrote") == 2


def test_a_case_managers_words_about_a_client_are_no_such_words(phones: Phones) -> None:
    phones.text(CASE_MANAGER, "she relapsed")
    assert "peer_wrote" not in {row.kind for row in phones.site.rows(outbox)}


def test_no_words_and_no_number_get_into_the_audit_trail(phones: Phones) -> None:
    with_client_phone(phones)
    phones.text(CLIENT, "my secret")
    phones.text(CASE_MANAGER, "STOP")
    trail = str([row.detail + row.subject + row.actor for row in phones.site.rows(audit)])
    assert "secret" not in trail
    assert "5550" not in trail


def fixed_answers() -> list[str]:
    return [
        *(answers.HELP, answers.CRISIS, answers.CRISIS_IN_SPANISH, answers.CLIENT_HELP),
        *(answers.CLIENT_HELP_IN_SPANISH, answers.THANKS, answers.THANKS_IN_SPANISH),
        *(answers.STARTED, answers.STARTED_IN_SPANISH, answers.NOTHING_OPEN),
        answers.NOTHING_TO_UNDO,
    ]


@settings(deadline=None)
@given(
    st.lists(
        st.builds(Named, st.integers(1, 99_999), st.text(max_size=64), st.booleans()), max_size=40
    ),
    st.sampled_from(["mentor", "prescriber", "on_call", "admin"]),
    st.sampled_from(list(Act)),
)
def test_every_answer_may_be_sent_whatever_the_codes_and_refs(
    alerts: list[Named], role: Any, act: Act
) -> None:
    said = [*fixed_answers(), answers.not_understood(alerts), answers.listed(alerts)]
    said += [answers.which(alerts)] if alerts else []
    for alert in alerts[:3]:
        said += [answers.yours(alert), answers.already_taken(alert, ROLE_WORDS[role])]
        said += [answers.may_take_over(alert, ROLE_WORDS[role])]
        said += [answers.passed_on(alert, role), answers.passed_on(alert, None)]
        said += [answers.closed(alert, "a false alarm"), answers.snoozed(alert)]
        said += [answers.already_closed(alert, "Mon 13:33", "the supervisor")]
        said += [answers.taken_by(alert, "W" * 15), answers.closed_by(alert, ROLE_WORDS[role])]
        said += [answers.wrote_again(alert, mine=True), answers.open_again(alert, ROLE_WORDS[role])]
        said += [answers.undone(alert, act), answers.confirm([(act, alert)], only=True)]
        said += [answers.details(alert, "Mon 13:33", ["you", "the mentor"] * 9, "It is yours.")]
    if len(alerts) > 1:
        said.append(answers.confirm([(act, alert) for alert in alerts], only=False))
        said.append(answers.acted([answers.yours(alert) for alert in alerts]))
    assert [lint(text) for text in said] == [[]] * len(said)


def test_recipients_who_share_a_number_are_one_phone_that_does_not_buzz_too_often(
    database: Database,
) -> None:
    phones = Phones.of(database)
    phones.site.caseload.staff(5, "case_manager", 1, phone=CASE_MANAGER)
    for at in (25, 1):
        phones.site.missed(phones.now - hours(at))
    phones.site.evaluate()
    deliver.run(database, phones.carrier, phones.now, "test")
    deliver.run(database, phones.carrier, phones.now, "test")
    assert [message.to for message in phones.carrier.asked] == [CASE_MANAGER]
    assert phones.told() == [CASE_MANAGER, CASE_MANAGER]


@pytest.mark.parametrize("gone", [{"active": False}, {"phone": None}])
def test_others_may_take_an_alert_whose_owner_can_be_told_no_more(
    phones: Phones, gone: dict[str, Any]
) -> None:
    phones.go_on(hours(1))
    phones.text(CASE_MANAGER, "1 A")
    assert phones.text(SUPERVISOR, "1 A") == answers.may_take_over(named(1), "the case manager")
    phones.now += hours(1)  # the offer to take it over is stale
    give_number(phones, staff, 1, **gone)
    assert phones.text(SUPERVISOR, "1 A") == answers.yours(named(1))
    assert phones.states() == ["acknowledged"]
    assert [row.owner_id for row in phones.site.alerts] == [2]


def test_what_a_mentor_has_whose_consent_was_revoked_others_may_take(phones: Phones) -> None:
    phones.go_on(hours(1))
    phones.text(CASE_MANAGER, "1 A")
    give_number(phones, staff, 1, role="mentor")
    phones.site.caseload.consent(1, 1)
    assert phones.text(SUPERVISOR, "1 A") == answers.may_take_over(named(1), "the mentor")
    phones.now += hours(1)  # the offer to take it over is stale
    with phones.site.database.write() as conn:
        conn.execute(update(consents).values(revoked_at=phones.now))
    assert phones.text(SUPERVISOR, "1 A") == answers.yours(named(1))


def test_the_supervisors_hear_that_a_number_opted_in_again_as_they_heard_that_it_opted_out(
    phones: Phones,
) -> None:
    phones.text(CASE_MANAGER, "STOP")
    assert (SUPERVISOR, operator_texts.opted_out("S-1", 1)) in phones.go_on()
    assert phones.text(CASE_MANAGER, "START") == answers.STARTED
    assert (SUPERVISOR, operator_texts.opted_in("S-1", 1)) in phones.go_on()
    assert phones.text(CASE_MANAGER, "START") != answers.STARTED


AUTO_REPLIES = (
    "I'm driving with Do Not Disturb While Driving turned on. I'll see your message when I get "
    "where "
    "I'm going.",
    '(I\'m not receiving notifications. If this is urgent, reply "urgent" to send a notification '
    "through with your original message.)",
    "Automatic reply: I am out of the office. For an emergency call 911.",
    "I'm driving right now - Sent from My Car",
    "I am away until Monday. This is an automated response.",
    "Respuesta automática: en caso de emergencia llame al 911",
)


@pytest.mark.parametrize("body", AUTO_REPLIES)
def test_what_a_phone_answers_by_itself_is_not_answered(phones: Phones, body: str) -> None:
    give_number(phones, clients, 1, phone=CLIENT)
    for _ in range(7):
        assert phones.text(CASE_MANAGER, body) is None
        assert phones.text(CLIENT, body) is None
    assert phones.states() == ["open"]
    assert phones.go_on() == []
    assert phones.text(CASE_MANAGER, "what") is not None


@pytest.mark.parametrize("body", ["I'm driving", "i cant drive, call 911", "out of pills"])
def test_words_of_a_person_are_no_automatic_reply(phones: Phones, body: str) -> None:
    give_number(phones, clients, 1, phone=CLIENT)
    assert phones.text(CLIENT, body) is not None


@pytest.mark.parametrize(
    "body", ["Wrong number", "sorry, you have the wrong number!", "número equivocado"]
)
def test_a_number_with_another_owner_is_told_nothing_more(phones: Phones, body: str) -> None:
    assert phones.text(CASE_MANAGER, body) is None
    said = operator_texts.opted_out("S-1", 1)
    assert (SUPERVISOR, said) in phones.go_on()
    assert CASE_MANAGER not in [number for number, _ in phones.told(hours(30))]
