"""A client is reminded of a question once, and gets a schedule's words ahead of its time."""

from __future__ import annotations

from datetime import date, time

import pytest

from engine.model.schedule import ChangeKind, ScheduleChange
from engine.store.database.connection import Database
from engine.store.people import opt_outs
from engine.store.schedules import changes
from tests.flows.schedules.test_asking import ENGLISH, PHONE, AskedSite
from tests.kit.schedule_site import ASKED
from tests.kit.times import NOON, clock

REMINDED = ASKED.replace("at: 18:00}", "at: 18:00, remind_after: 1 hour}")
AGAIN = "Handrail: we would still like to hear from you. Please text your {} answers when you can."
WORDS = "Handrail: we expect you later today."
AHEAD = f"""
  - id: one-to-one
    title: One-to-one
    status: live
    expects: {{kind: attendance, where: {{activity: individual}}}}
    every: tuesday
    by: 17:00
    message_client: {{message: soon, WHEN}}
messages:
  - id: soon
    text: {{english: "{WORDS}", spanish: "Handrail: le esperamos hoy."}}
"""
TUESDAY = clock("00:00", 7)


@pytest.fixture
def site(database: Database) -> AskedSite:
    site = AskedSite(database).begin()
    site.plan(REMINDED)
    site.agrees()
    return site


@pytest.fixture
def ahead(database: Database) -> AskedSite:
    site = AskedSite(database).begin()
    site.plan(AHEAD.replace("WHEN", "before: 3 hours"))
    site.agrees()
    return site


def test_a_client_who_does_not_answer_is_reminded_once(site: AskedSite) -> None:
    site.to_client(clock("18:00"))
    assert site.to_client(clock("18:59")) == [ENGLISH]
    assert site.to_client(clock("19:00")) == [ENGLISH, AGAIN.format(3)]
    assert site.to_client(clock("19:59")) == [ENGLISH, AGAIN.format(3)]
    site.at(clock("22:00"))
    assert site.outcomes[0] == ("2026-06-02", "missed")


def test_a_client_who_answers_is_not_reminded(site: AskedSite) -> None:
    site.to_client(clock("18:00"))
    site.says("7 3 n", clock("18:30"))
    assert site.to_client(clock("19:00")) == [ENGLISH]


def test_a_client_who_answers_in_part_is_reminded_of_the_rest(site: AskedSite) -> None:
    site.to_client(clock("18:00"))
    site.says("7", clock("18:30"))
    assert site.to_client(clock("19:00"))[1:] == [AGAIN.format(2)]
    assert site.says("3 n", clock("19:30"))[0] == "check_in"


def test_nobody_is_reminded_of_a_question_that_did_not_arrive(site: AskedSite) -> None:
    site.carrier.works = False
    site.to_client(clock("18:00"))
    site.carrier.works = True
    assert site.to_client(clock("19:00")) == []


def test_after_stop_there_is_no_reminder(site: AskedSite) -> None:
    site.to_client(clock("18:00"))
    with site.database.write() as conn:
        opt_outs.add(conn, PHONE, clock("18:30"))
    assert site.to_client(clock("19:00")) == [ENGLISH]


def test_words_go_ahead_of_what_is_due_and_once(ahead: AskedSite) -> None:
    assert ahead.to_client(clock("13:59")) == []
    assert ahead.to_client(clock("14:00")) == [WORDS]
    assert ahead.to_client(clock("16:00")) == [WORDS]
    assert ahead.to_client(clock("14:00", 7)) == [WORDS] * 2


def test_words_go_at_a_time_of_the_day_too(database: Database) -> None:
    site = AskedSite(database).begin()
    site.plan(AHEAD.replace("WHEN", "at: 9:00"))
    site.agrees(language="spanish")
    assert site.to_client(clock("08:59", 7)) == []
    assert site.to_client(clock("09:00", 7)) == ["Handrail: le esperamos hoy."]


def test_a_one_off_appointment_has_its_own_time(ahead: AskedSite) -> None:
    day = date(2026, 6, 4)
    extra = ScheduleChange(
        1, "one-to-one", ChangeKind.EXTRA, day, day, time(10, 30), "asked for it", "Ana", NOON
    )
    with ahead.database.write() as conn:
        changes.add(conn, extra)
    ahead.to_client(clock("14:00"))
    ahead.to_client(clock("00:00", 2))
    assert ahead.to_client(clock("08:30", 2)) == [WORDS] * 2


def test_a_client_who_came_already_gets_no_words(ahead: AskedSite) -> None:
    ahead.caseload.event(1, "attendance", clock("13:00"), activity="individual", status="attended")
    ahead.at(clock("13:01"))
    assert ahead.to_client(clock("14:00")) == []


def test_without_an_agreement_there_are_no_words(database: Database) -> None:
    site = AskedSite(database).begin()
    site.plan(AHEAD.replace("WHEN", "before: 3 hours"))
    site.at(NOON)
    assert site.to_client(clock("14:00")) == []
