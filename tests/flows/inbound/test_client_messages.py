"""No word of a client is lost: each text joins an alert, and those told of it hear of it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.messaging import answers
from engine.model.inbound import Inbound
from engine.store.database.connection import Database
from engine.store.messages import inbox
from engine.store.tables.people import clients, opt_outs
from tests.kit.phones import CASE_MANAGER, CLIENT, SUPERVISOR, Phones, named
from tests.kit.times import MINUTE, hours

AGAIN = answers.wrote_again(named(2, "C-1"), mine=False)
AGAIN_MINE = answers.wrote_again(named(2, "C-1"), mine=True)


@pytest.fixture
def phones(database: Database) -> Phones:
    """A client with a phone, and nothing open about them."""
    phones = Phones.of(database, 1)
    with phones.site.database.write() as conn:
        conn.execute(update(clients).where(clients.c.id == 1).values(phone=CLIENT))
    phones.go_on()
    phones.text(CASE_MANAGER, "1 d")
    return phones


def bodies(phones: Phones, alert_id: int) -> list[str]:
    """The texts that belong to an alert."""
    with phones.site.database.read() as conn:
        return [text.body for text in inbox.of_alert(conn, alert_id)]


def test_every_text_of_a_client_belongs_to_the_alert_about_the_first(phones: Phones) -> None:
    for text in ("hello", "please call before noon", "still here"):
        phones.text(CLIENT, text)
    assert bodies(phones, 2) == ["hello", "please call before noon", "still here"]
    assert phones.states() == ["resolved", "open"]


def test_the_recipients_who_were_told_hear_once_that_the_client_wrote_again(
    phones: Phones,
) -> None:
    phones.text(CLIENT, "hello")
    phones.go_on()
    phones.now += MINUTE
    phones.text(CLIENT, "are you there")
    phones.text(CLIENT, "hello?")
    assert phones.go_on() == [(CASE_MANAGER, AGAIN)]


def test_a_text_soon_after_the_last_news_of_one_is_told_a_little_later(phones: Phones) -> None:
    phones.text(CLIENT, "hello")
    phones.go_on()
    phones.now += MINUTE
    phones.text(CLIENT, "are you there")
    phones.go_on()
    for text in ("call me", "please"):
        phones.now += 1
        phones.text(CLIENT, text)
    assert phones.go_on() == [(CASE_MANAGER, AGAIN)]


def test_the_person_who_has_the_alert_hears_of_each_further_text(phones: Phones) -> None:
    phones.text(CLIENT, "hello")
    phones.go_on()
    phones.text(CASE_MANAGER, "2 a")
    phones.text(CLIENT, "still here")
    assert phones.go_on() == [(CASE_MANAGER, AGAIN_MINE)]
    assert bodies(phones, 2) == ["hello", "2 a", "still here"]


def test_taking_an_alert_does_not_take_back_that_its_client_wrote_again(phones: Phones) -> None:
    phones.text(CLIENT, "hello")
    phones.go_on()
    phones.text(CLIENT, "please")
    phones.text(CASE_MANAGER, "2 a")
    assert [number for number, _ in phones.go_on()] == [CASE_MANAGER]


@pytest.mark.parametrize(
    ("texts", "severity"),
    [
        (("hello", "i used last night"), "high"),
        (("hello", "help"), "high"),
        (("hello", "i used last night", "i want to die"), "urgent"),
        (("i want to die", "hello"), "urgent"),
    ],
)
def test_graver_words_raise_the_open_alert_and_lesser_ones_do_not_lower_it(
    phones: Phones, texts: tuple[str, ...], severity: str
) -> None:
    for text in texts:
        phones.text(CLIENT, text)
    assert [row.severity for row in phones.site.alerts[1:]] == [severity]


def test_graver_words_are_told_at_once_from_the_first_step(phones: Phones) -> None:
    phones.text(CLIENT, "hello")
    phones.go_on()
    phones.text(CLIENT, "i want to die")
    ((number, words),) = phones.go_on()
    assert (number, "please call now" in words) == (CASE_MANAGER, True)
    assert SUPERVISOR in phones.told(hours(1))


def test_graver_words_open_again_an_alert_that_was_taken_or_snoozed(phones: Phones) -> None:
    phones.text(CLIENT, "hello")
    phones.go_on()
    for letter in ("a", "s"):
        phones.text(CASE_MANAGER, f"2 {letter}")
    phones.text(CLIENT, "i want to die")
    assert phones.states()[-1] == "open"
    assert phones.told() == [CASE_MANAGER]


def test_words_of_danger_after_words_of_danger_reach_the_person_who_has_the_alert(
    phones: Phones,
) -> None:
    phones.text(CLIENT, "i want to die")
    phones.go_on()
    phones.text(CASE_MANAGER, "2 a")
    phones.text(CLIENT, "i took all my pills")
    ((number, words),) = phones.go_on()
    assert number == CASE_MANAGER
    assert "C-1) wrote again. Please call now" in words


def test_a_text_about_an_alert_whose_owner_is_gone_is_told_to_others(phones: Phones) -> None:
    phones.text(CLIENT, "hello")
    phones.go_on()
    phones.text(CASE_MANAGER, "2 a")
    with phones.site.database.write() as conn:
        conn.execute(opt_outs.insert().values(phone=CASE_MANAGER, at=phones.now))
    phones.text(CLIENT, "is anybody there")
    assert phones.states()[-1] == "open"
    assert phones.told() == [SUPERVISOR]


def test_a_client_who_writes_on_is_thanked_once_and_again_after_graver_words(
    phones: Phones,
) -> None:
    assert phones.text(CLIENT, "hello") == answers.THANKS
    assert phones.text(CLIENT, "please call") is None
    assert phones.text(CLIENT, "before noon") is None
    assert phones.text(CLIENT, "i used last night") == answers.THANKS
    phones.now += hours(1)
    assert phones.text(CLIENT, "hello?") == answers.THANKS


def test_the_carriers_own_word_for_a_text_counts_whatever_the_text_says(phones: Phones) -> None:
    def hand_in(number: str, body: str, keyword: str) -> str | None:
        inbound = Inbound(number, CLIENT, body, keyword=keyword)  # type: ignore[arg-type]
        return phones.take(inbound)

    assert hand_in("K1", "AIDE", "help") == answers.CLIENT_HELP
    assert hand_in("K2", "ARRET", "stop") is None
    assert bodies(phones, 2) == ["AIDE", "ARRET"]
    assert phones.text(CLIENT, "hello") is None
    assert hand_in("K3", "DEBUT", "start") == answers.STARTED


def test_a_client_in_danger_is_answered_although_they_opted_out(phones: Phones) -> None:
    phones.text(CLIENT, "STOP")
    assert phones.text(CLIENT, "i want to die") == answers.CRISIS


def test_a_reaction_to_our_words_is_on_record_and_no_alarm(phones: Phones) -> None:
    phones.text(CLIENT, "hello")
    assert phones.text(CLIENT, f"Liked “{answers.THANKS}”") is None
    assert bodies(phones, 2) == ["hello"]
    with phones.site.database.read() as conn:
        assert [text.understood for text in inbox.received(conn, "C-1")][-1] == "reaction"


def test_a_sentence_in_several_texts_is_read_as_one(phones: Phones) -> None:
    phones.text(CLIENT, "i just want to")
    phones.now += MINUTE
    assert phones.text(CLIENT, "die") == answers.crisis("english")
    assert [alert.severity for alert in phones.site.alerts][1:] == ["urgent"]


def test_texts_of_another_hour_are_no_beginning_of_a_sentence(phones: Phones) -> None:
    phones.text(CLIENT, "i just want to")
    phones.now += hours(1)
    assert phones.text(CLIENT, "die") == answers.thanks("english")
