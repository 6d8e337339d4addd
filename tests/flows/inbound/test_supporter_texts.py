"""What a supporter writes reaches a person, and what sounds like danger does so at once."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.flows.escalation import phone_confirmations
from engine.messaging import supporter_words
from engine.model.alert import SUPPORTER_TEXT
from engine.store.database.connection import Database
from engine.store.operations import channel_state
from engine.store.tables.messages import outbox
from engine.store.tables.people import staff
from tests.kit.supporter_site import CASE_MANAGER, MOTHER, SupporterSite
from tests.kit.times import NOON, clock

GRAVE = "he is going to kill himself"


@pytest.fixture
def site(sqlite_database: Database) -> SupporterSite:
    site = SupporterSite(sqlite_database).begin()
    site.agrees()
    site.lets_know()
    site.at(NOON)
    return site


def opened(site: SupporterSite) -> list[tuple[int, str, str]]:
    return [(one.client_id, one.rule_id, one.severity) for one in site.alerts]


def test_words_of_danger_about_the_client_are_urgent_at_once_at_any_hour(
    site: SupporterSite,
) -> None:
    understood, answer = site.texts_in(MOTHER, GRAVE, clock("23:30"))
    assert (understood, opened(site)) == ("crisis", [(1, SUPPORTER_TEXT, "urgent")])
    assert answer == supporter_words.answer(danger=True, language="english")
    site.delivered(clock("23:30"))
    (text,) = site.sent_to(CASE_MANAGER)
    assert text.startswith("Handrail: C-1 needs you, please call now (a supporter wrote).")


def test_in_spanish_the_answer_is_in_spanish(site: SupporterSite) -> None:
    _, answer = site.texts_in(MOTHER, "mi hijo se quiere matar", NOON)
    assert answer == supporter_words.answer(danger=True, language="spanish")


def test_they_count_for_each_client_who_named_them_even_after_a_consent_has_ended(
    site: SupporterSite,
) -> None:
    site.caseload.client(2)
    site.lets_know(client_id=2, expires=NOON - 1)
    site.texts_in(MOTHER, GRAVE, NOON)
    assert sorted(client_id for client_id, _, _ in opened(site)) == [1, 2]


def test_a_number_that_nobody_has_confirmed_is_heard_too(site: SupporterSite) -> None:
    with site.database.write() as conn:
        channel_state.set_verifies_numbers(conn, True)
        conn.execute(update(staff).values(confirmed_phone=None))
    site.texts_in(MOTHER, GRAVE, NOON)
    assert opened(site) == [(1, SUPPORTER_TEXT, "urgent")]


def test_words_that_ask_for_nothing_reach_the_case_manager_and_more_of_them_join(
    site: SupporterSite,
) -> None:
    assert site.texts_in(MOTHER, "he has not come home since Monday", NOON)[0] == "text"
    site.delivered(NOON)
    _, answer = site.texts_in(MOTHER, "what can I do", clock("12:02"))
    assert answer is None  # one thanks in half an hour
    assert opened(site) == [(1, SUPPORTER_TEXT, "medium")]
    site.delivered(clock("12:05"))
    assert [text.partition(" Reply")[0] for text in site.sent_to(CASE_MANAGER)] == [
        "Handrail: C-1 needs you (a supporter wrote).",
        "Handrail: 1 (C-1): a supporter wrote again. Please read it: handrail inbox.",
    ]


@pytest.mark.parametrize("thanks", ["thank you so much", "ok", "gracias", "that is great, thanks!"])
def test_a_mere_thank_you_is_no_alarm(site: SupporterSite, thanks: str) -> None:
    assert site.texts_in(MOTHER, thanks, NOON) == ("thanks", None)
    assert opened(site) == []


def test_a_code_and_a_letter_of_a_supporter_act_on_nothing(site: SupporterSite) -> None:
    site.missed(clock("13:00"))
    site.delivered(clock("13:00"))
    site.texts_in(MOTHER, "1 a", clock("13:01"))
    assert [one.state for one in site.alerts] == ["open", "open"]


def test_help_says_why_they_get_texts(site: SupporterSite) -> None:
    assert site.texts_in(MOTHER, "HELP", NOON)[1] == supporter_words.who_we_are("english")


def test_stop_ends_all_texts_and_nobody_has_to_call_them(site: SupporterSite) -> None:
    assert site.texts_in(MOTHER, "STOP", NOON) == ("stop", None)
    site.good_day(clock("13:00"))
    assert site.to_mother(clock("13:00")) == []
    assert {row.staff_id for row in site.rows(outbox)} == {1}


def test_where_numbers_are_verified_they_confirm_theirs_before_any_text(
    site: SupporterSite,
) -> None:
    with site.database.write() as conn:
        channel_state.set_verifies_numbers(conn, True)
        conn.execute(update(staff).where(staff.c.id == 4).values(confirmed_phone=None))
    site.good_day(clock("12:30"))
    phone_confirmations.run(site.database, clock("12:30"))
    (question,) = site.to_mother(clock("12:30"))
    code = "".join(each for each in question if each.isdigit())
    assert question == supporter_words.ask_number("Ann", code, "english")
    said = supporter_words.number_confirmed("english")
    assert site.texts_in(MOTHER, code, clock("12:31")) == ("phone_confirmed", said)


def test_who_has_not_agreed_is_not_even_asked_whose_number_it_is(sqlite_database: Database) -> None:
    site = SupporterSite(sqlite_database).begin()
    with site.database.write() as conn:
        channel_state.set_verifies_numbers(conn, True)
        conn.execute(update(staff).where(staff.c.id == 4).values(confirmed_phone=None))
    phone_confirmations.run(site.database, NOON)
    assert site.to_mother(NOON) == []
