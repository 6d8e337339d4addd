"""Reconciliation asks the carrier for everything that its calls did not tell.

That is the end of silent messages, and texts that did not arrive.
"""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest

from engine.flows.inbound import reconcile
from engine.flows.inbound.reconcile import ON_ITS_WAY_US, SILENT_US
from engine.messaging import answers
from engine.model.inbound import Inbound, ListedTexts
from engine.model.message import Report, Silent
from engine.model.notification_settings import NotificationSettings
from engine.store.database.connection import Database
from engine.store.operations import clock_repair
from engine.store.tables.messages import inbox, outbox
from tests.kit.phones import CASE_MANAGER, SUPERVISOR, Phones, named
from tests.kit.times import DAY, MINUTE, hours


class Records:
    """What the carrier has written down."""

    def __init__(self) -> None:
        self.status: str | None = "delivered"
        self.asked: list[Silent] = []
        self.texts: list[Inbound] | None = []
        self.at = 0  # by the carrier's clock
        self.ahead = 0  # of ours

    def report_on(self, message: Silent) -> Report | None:
        self.asked.append(message)
        return (
            Report(message.id, message.provider_id, self.status, "30005") if self.status else None
        )

    def received(self, since: datetime) -> ListedTexts | None:
        return None if self.texts is None else ListedTexts(self.texts, self.at)


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def phones(database: Database) -> Phones:
    phones = Phones.of(database, 1)
    assert phones.told() == [CASE_MANAGER]
    return phones


def ask(phones: Phones, records: Records, passed: int = 0) -> dict[str, int]:
    phones.now += passed
    records.at = phones.now + records.ahead
    return dict(
        reconcile.run(
            phones.site.database,
            records,
            phones.carrier,
            NotificationSettings(phones.site.routing),
            phones.now,
        )
    )


def test_a_message_that_stays_silent_is_asked_about(phones: Phones, records: Records) -> None:
    assert ask(phones, records, SILENT_US - 1)["reported"] == 0
    assert ask(phones, records, 1) == {"reported": 1, "texts": 0}
    assert records.asked == [Silent(1, "SM1")]
    assert phones.site.rows(outbox)[0].state == "delivered"
    assert ask(phones, records, hours(1))["reported"] == 0


def test_what_is_found_to_have_reached_nobody_sends_the_alert_to_the_next_step(
    phones: Phones, records: Records
) -> None:
    records.status = "undelivered"
    ask(phones, records, SILENT_US)
    assert phones.told() == [SUPERVISOR]


@pytest.mark.parametrize("status", [None, "accepted", "sent"])
def test_one_that_stays_silent_is_asked_about_ever_more_rarely(
    phones: Phones, records: Records, status: str | None
) -> None:
    records.status = status
    times = []
    for _ in range(2 * DAY // (30 * MINUTE) + 2):
        before = len(records.asked)
        ask(phones, records, 30 * MINUTE)
        times += [phones.now] * (len(records.asked) - before)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert 5 <= len(times) <= 10
    assert gaps == sorted(gaps)


def missed(phones: Phones, body: str, sender: str = CASE_MANAGER, sid: str = "SMmissed") -> Inbound:
    """A text sent at this moment, which no webhook call reports."""
    return Inbound(sid, sender, body, phones.now)


def test_a_text_that_did_not_reach_us_is_taken_in_and_answered_once(
    phones: Phones, records: Records
) -> None:
    ask(phones, records)
    records.texts = [missed(phones, "1 a")]
    assert ask(phones, records, ON_ITS_WAY_US - 1)["texts"] == 0
    assert ask(phones, records, 1)["texts"] == 1
    assert ask(phones, records, 1)["texts"] == 0
    assert phones.states() == ["acknowledged"]
    assert phones.go_on() == [(CASE_MANAGER, answers.yours(named(1)))]


def test_a_text_that_a_call_told_of_is_left_alone(phones: Phones, records: Records) -> None:
    ask(phones, records)
    records.texts = [missed(phones, "1 a")]
    phones.text(CASE_MANAGER, "1 a", "SMmissed")
    assert ask(phones, records, hours(1) - 1)["texts"] == 0
    assert len(phones.site.rows(inbox)) == 1
    assert phones.told() == []


@pytest.mark.parametrize("off", [10 * DAY, -10 * DAY])
def test_texts_that_come_in_while_our_clock_is_wrong_are_taken_in_once_it_is_right(
    phones: Phones, records: Records, off: int
) -> None:
    ask(phones, records)
    records.texts = [missed(phones, "1 a")]
    records.ahead = -off
    ask(phones, records, off)
    for _ in range(3):
        ask(phones, records, hours(1))
    records.ahead = 0
    ask(phones, records, -off)
    assert phones.states() == ["acknowledged"]
    assert len(phones.site.rows(inbox)) == 1


def test_a_message_asked_about_under_a_wrong_clock_is_asked_about_again_once_it_is_right(
    phones: Phones, records: Records
) -> None:
    records.status = None
    assert ask(phones, records, 10 * DAY)["reported"] == 0
    records.status, was = "delivered", phones.now
    phones.now += hours(1) - 10 * DAY
    with phones.site.database.write() as conn:
        clock_repair.repair(conn, phones.now, was)
    assert ask(phones, records)["reported"] == 1


def test_a_first_request_under_a_wrong_clock_asks_for_the_last_day_again(
    phones: Phones, records: Records
) -> None:
    records.texts = [missed(phones, "1 a")]
    records.ahead = -10 * DAY
    ask(phones, records, 10 * DAY + MINUTE)
    records.ahead = 0
    ask(phones, records, hours(3) - 10 * DAY)
    assert phones.states() == ["acknowledged"]


def test_a_message_that_ended_long_ago_by_our_clock_is_asked_about(
    phones: Phones, records: Records
) -> None:
    assert ask(phones, records, 60 * DAY)["reported"] == 1


def test_the_first_request_asks_for_the_last_day_and_for_nothing_from_before_we_began(
    phones: Phones, records: Records
) -> None:
    before = Inbound("SMbefore", CASE_MANAGER, "1 d", phones.now - 1)
    records.texts = [before, missed(phones, "1 a")]
    assert ask(phones, records, hours(20))["texts"] == 1
    assert phones.states() == ["acknowledged"]


def test_a_text_from_long_before_the_first_time_of_asking_is_left_alone(
    phones: Phones, records: Records
) -> None:
    records.texts = [missed(phones, "1 a")]
    assert ask(phones, records, hours(25) + 1)["texts"] == 0
    assert ask(phones, records, hours(1))["texts"] == 0


@pytest.mark.parametrize("away", [hours(1), hours(72)])
def test_texts_of_the_whole_time_in_which_we_were_away_are_taken_in(
    phones: Phones, records: Records, away: int
) -> None:
    ask(phones, records)
    records.texts = [missed(phones, "1 a")]
    assert ask(phones, records, away)["texts"] == 1


def test_a_list_that_cannot_be_had_the_first_time_loses_no_text(
    phones: Phones, records: Records
) -> None:
    text, records.texts = missed(phones, "1 a"), None
    ask(phones, records)
    ask(phones, records, hours(3))
    records.texts = [text]
    assert ask(phones, records, MINUTE)["texts"] == 1


def test_a_list_that_cannot_be_had_is_asked_for_again_from_where_it_was(
    phones: Phones, records: Records
) -> None:
    ask(phones, records)
    text = missed(phones, "1 a")
    records.texts = None
    ask(phones, records, hours(3))
    records.texts = [text]
    assert ask(phones, records, MINUTE)["texts"] == 1


def test_a_clock_that_was_set_back_hides_no_text(phones: Phones, records: Records) -> None:
    ask(phones, records)
    phones.now -= hours(1)
    records.texts = [missed(phones, "1 a")]
    assert ask(phones, records, ON_ITS_WAY_US)["texts"] == 1


def test_a_letter_alone_does_not_mean_what_was_told_after_it_was_written(
    phones: Phones, records: Records
) -> None:
    # 12:30  The supervisor texts a letter; 13:00 she is told of an alert; 13:02 her text is found.
    ask(phones, records)
    records.texts = [Inbound("SMmissed", SUPERVISOR, "a", phones.now + 30 * MINUTE)]
    assert phones.told(hours(1)) == [SUPERVISOR]
    assert ask(phones, records, ON_ITS_WAY_US)["texts"] == 1
    assert phones.states() == ["open"]
    assert phones.go_on() == [(SUPERVISOR, answers.not_understood([named(1)]))]


def test_a_text_that_cannot_be_taken_in_does_not_keep_the_others_out(
    phones: Phones, records: Records
) -> None:
    ask(phones, records)
    broken = Inbound("SMbroken", CASE_MANAGER, None, phones.now)  # type: ignore[arg-type]
    records.texts = [broken, missed(phones, "1 a")]
    assert ask(phones, records, ON_ITS_WAY_US)["texts"] == 1
    assert phones.states() == ["acknowledged"]
