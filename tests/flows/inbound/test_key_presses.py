"""An urgent alert that nobody answers by text is taken by phone, and nothing else is an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import select

from engine.flows.delivery import deliver, delivery_status
from engine.flows.escalation import drills
from engine.flows.evaluation import evaluate
from engine.flows.inbound import key_presses
from engine.model.inbound import KeyPress
from engine.model.instant import MINUTE_US, SECOND_US
from engine.model.message import Outgoing, Report, Way
from engine.model.notification_settings import FollowUps
from engine.model.spoken_words import SpokenWords, call_words, language_of_call, spoken
from engine.store.database.connection import Database
from engine.store.messages import outbox_delays
from engine.store.operations import channel_state
from engine.store.people import staff_attributes
from engine.store.tables.messages import outbox
from tests.kit.carrier import Carrier
from tests.kit.phones import CASE_MANAGER, SUPERVISOR, Phones
from tests.kit.site import Site, routing, rulebook
from tests.kit.times import NOON, hours

AFTER = 5 * MINUTE_US
CALLS = FollowUps(call_after=AFTER)


class UrgentNight:
    """An urgent alert about C-1: the case manager is texted at once, the supervisor after 20 min.

    People who do not answer a text are called five minutes after it.
    """

    def __init__(
        self,
        database: Database,
        severity: str = "urgent",
        follow_ups: FollowUps = CALLS,
        attributes: Mapping[str, str | None] | None = None,
    ) -> None:
        self.site = Site(database, follow_ups=follow_ups).with_people()
        if attributes is not None:
            with database.write() as conn:
                staff_attributes.change(conn, 1, attributes)
        self.site.rules = rulebook(severity=severity)
        self.site.routing = routing(
            {"to": "case_manager"}, {"after": "20 minutes", "to": "supervisor"}
        )
        self.phones = Phones(self.site)
        self.carrier = Carrier()
        self.now = NOON
        self.site.missed(NOON - hours(25))
        self.site.missed(NOON - hours(1))
        self.site.evaluate(NOON)

    def go_on(self, minutes: float = 0) -> list[Outgoing]:
        """Let time pass as the daemon does; return what the carrier was given."""
        seen = len(self.carrier.asked)
        until = self.now + round(minutes * MINUTE_US)
        while True:
            evaluate.climb(self.site.database, self.site.rules, self.site.telling, now=self.now)
            while deliver.run(self.site.database, self.carrier, self.now, "test"):
                pass
            if self.now >= until:
                return self.carrier.asked[seen:]
            self.now = min(until, self.now + 30 * SECOND_US)

    def press(self, call: Outgoing, key: str, sid: str | None = None, to: str | None = None) -> str:
        language = language_of_call(call.body)
        pressed = KeyPress(call.id, sid or f"SM{call.id}", to or call.to, key, language)
        return str(key_presses.take(self.site.database, pressed, "reason", self.now))


@pytest.fixture
def night(sqlite_database: Database) -> UrgentNight:
    return UrgentNight(sqlite_database)


def calls(sent: list[Outgoing]) -> list[tuple[str, bool]]:
    return [(one.to, one.way is Way.CALL) for one in sent]


def called(night: UrgentNight) -> Outgoing:
    """The call to the case manager, who did not answer the text."""
    assert calls(night.go_on()) == [(CASE_MANAGER, False)]
    (call,) = night.go_on(5)
    assert call.way is Way.CALL
    assert call.body == call_words(language_of_call(call.body), drill=False)
    assert "C-1" not in call.body
    return call


def test_a_person_who_does_not_answer_the_text_is_called_and_takes_it_by_a_key(
    night: UrgentNight,
) -> None:
    call = called(night)
    assert night.press(call, "1") == spoken(SpokenWords.YOURS)
    assert night.site.alerts[0].state == "acknowledged"
    assert night.site.transitions[-1] == ("open", "acknowledged", "taken")
    assert ("key pressed", "text 1") in night.site.audited
    assert night.go_on(40) == []  # nobody else is told


@pytest.mark.parametrize("written", ["es", "Spanish", "español"])
def test_a_person_whose_language_is_spanish_is_called_and_answered_in_spanish(
    sqlite_database: Database, written: str
) -> None:
    night = UrgentNight(sqlite_database, attributes={"language": written})
    call = called(night)
    assert call.body == call_words("spanish", drill=False)
    assert night.press(call, "1") == spoken(SpokenWords.YOURS, "spanish")


def test_an_answer_to_the_text_takes_the_call_back(night: UrgentNight) -> None:
    night.go_on()
    night.phones.now = night.now + MINUTE_US
    night.phones.text(CASE_MANAGER, "1 a")
    assert not any(one.way is Way.CALL for one in night.go_on(10))


def test_a_voicemail_or_a_call_cut_off_is_no_answer(night: UrgentNight) -> None:
    call = called(night)
    report = Report(call.id, f"SM{call.id}", "delivered")
    delivery_status.take(night.site.database, report, night.now)
    assert night.site.alerts[0].state == "open"
    assert calls(night.go_on(15)) == [(SUPERVISOR, False)]
    assert calls(night.go_on(5)) == [(SUPERVISOR, True)]


def test_a_call_that_nobody_takes_keeps_no_step_waiting_and_brings_none_forward(
    night: UrgentNight,
) -> None:
    call = called(night)
    report = Report(call.id, f"SM{call.id}", "undelivered", "no-answer")
    delivery_status.take(night.site.database, report, night.now)
    assert night.go_on(14) == []
    assert calls(night.go_on(1)) == [(SUPERVISOR, False)]


def test_a_call_that_waits_or_rings_in_vain_breaks_no_promise(night: UrgentNight) -> None:
    night.go_on()
    report = Report(1, "SM1", "delivered")
    delivery_status.take(night.site.database, report, night.now)
    night.go_on(3)
    with night.site.database.read() as conn:
        assert outbox_delays.urgent_overdue(conn, night.now) == 0
    (call,) = night.go_on(2)
    unheard = Report(call.id, f"SM{call.id}", "undelivered", "no-answer")
    delivery_status.take(night.site.database, unheard, night.now)
    with night.site.database.read() as conn:
        assert outbox_delays.deaf_phones(conn, 0) == []


def test_key_2_passes_it_on_once(night: UrgentNight) -> None:
    call = called(night)
    assert night.press(call, "2") == spoken(SpokenWords.PASSED_ON)
    assert calls(night.go_on()) == [(SUPERVISOR, False)]
    assert night.press(call, "2") == spoken(SpokenWords.PASSED_ON)  # handed over twice
    assert night.go_on(1) == []


def test_other_keys_calls_and_numbers_change_nothing(night: UrgentNight) -> None:
    call = called(night)
    assert night.press(call, "5") == "None"
    assert night.press(call, "1", sid="CA-other") == spoken(SpokenWords.NOT_YOURS)
    assert night.press(call, "1", to=SUPERVISOR) == spoken(SpokenWords.NOT_YOURS)
    text = night.carrier.asked[0]
    assert night.press(text, "1") == spoken(SpokenWords.NOT_YOURS)
    assert night.site.alerts[0].state == "open"


def test_who_comes_second_hears_that_it_is_taken(night: UrgentNight) -> None:
    call = called(night)
    night.go_on(15)
    night.phones.now = night.now
    night.phones.text(SUPERVISOR, "1 a")
    assert night.press(call, "1") == spoken(SpokenWords.TAKEN)


def test_calls_go_although_the_way_of_texts_is_stopped(night: UrgentNight) -> None:
    night.carrier.moods = ["stopped"]
    assert calls(night.go_on()) == [(CASE_MANAGER, False)]
    with night.site.database.read() as conn:
        assert channel_state.read(conn).stopped_until is not None
    night.now += AFTER - 30 * SECOND_US
    with night.site.database.write() as conn:
        stands = channel_state.read(conn)
        channel_state.write(conn, replace(stands, stopped_until=night.now + hours(1)))
    assert (CASE_MANAGER, True) in calls(night.go_on(1))


def test_less_than_urgent_alerts_call_nobody(sqlite_database: Database) -> None:
    night = UrgentNight(sqlite_database, "high")
    night.go_on(60)
    assert not any(one.way is Way.CALL for one in night.carrier.asked)


def test_a_drill_calls_too_and_says_that_it_is_one(night: UrgentNight) -> None:
    night.go_on()
    night.phones.now = night.now
    night.phones.text(CASE_MANAGER, "1 d")
    night.phones.text(CASE_MANAGER, "1 d")
    assert night.site.alerts[0].state == "resolved"
    drills.start(night.site.database, night.site.routing, "UTC", "S-2", "S-1", night.now)
    night.go_on()
    (call,) = (one for one in night.go_on(5) if one.way is Way.CALL)
    assert call.body == call_words(drill=True)
    assert night.press(call, "1") == spoken(SpokenWords.YOURS)
    night.go_on(1)
    with night.site.database.read() as conn:
        report = drills.report(conn)
        kinds = set(conn.scalars(select(outbox.c.kind)))
    assert report.taker is not None
    assert [one.answer for one in report.texts] == ["accept", "accept"]
    assert "call" in {str(kind) for kind in kinds}
