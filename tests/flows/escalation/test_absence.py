"""An absent recipient gets no text; the alert goes at once to the stand-in or the next step."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.flows.operations.why import explain
from engine.messaging import answers
from engine.model.event_kinds import BUILT_IN
from engine.model.notify_reason import NotifyReason
from engine.store.database.connection import Database
from engine.store.people import absences
from engine.store.tables.people import staff
from tests.kit.phones import ADMIN, CASE_MANAGER, SUPERVISOR, Phones, named
from tests.kit.site import rulebook
from tests.kit.times import MINUTE, NOON, hours

STAND_IN = "+15550100008"


@pytest.fixture
def phones(database: Database) -> Phones:
    """The case manager has quiet hours until half past twelve.

    Staff member 8 is a colleague who does not know the client.
    """
    phones = Phones.of(database)
    phones.site.caseload.staff(8, "case_manager")
    with database.write() as conn:
        conn.execute(
            update(staff).where(staff.c.id == 1).values(quiet_from="11:00", quiet_to="12:30")
        )
    phones.site.missed(NOON - hours(25))
    phones.site.missed(NOON - hours(1))
    return phones


def away(phones: Phones, staff_id: int = 1, stand_in: int | None = None) -> None:
    with phones.site.database.write() as conn:
        absences.add(conn, staff_id, phones.now, phones.now + hours(48), stand_in)


def passed_over(phones: Phones) -> list[tuple[str, str | None, str]]:
    with phones.site.database.read() as conn:
        return [
            (one.to, one.staff, one.reason) for one in explain(conn, 1, BUILT_IN, NOON).passed_over
        ]


def later(phones: Phones) -> list[tuple[str, str]]:
    """The texts sent just after the quiet hours, long before the next step is due by itself."""
    phones.now += 31 * MINUTE
    return [*phones.go_on(), *phones.go_on()]


def test_who_goes_away_between_alert_and_send_is_passed_over(phones: Phones) -> None:
    phones.site.evaluate()
    assert phones.go_on() == []
    away(phones)
    ((number, words),) = later(phones)
    assert number == SUPERVISOR
    assert "C-1 needs you" in words
    assert passed_over(phones) == [("case_manager", "S-1", NotifyReason.ABSENT)]


def test_the_stand_in_at_that_time_is_told_with_a_code_of_their_own(
    phones: Phones,
) -> None:
    phones.site.evaluate()
    away(phones, stand_in=8)
    ((number, words),) = later(phones)
    assert number == STAND_IN
    assert words.startswith("Handrail: C-1 needs you (missed check-ins). Reply 1 A to take it")
    assert passed_over(phones)[0] == ("case_manager", "S-1", NotifyReason.ABSENT)
    with phones.site.database.read() as conn:
        assert explain(conn, 1, BUILT_IN, NOON).passed_over[0].stand_in == "S-8"
    assert phones.text(STAND_IN, "1 a") == answers.yours(named(1))
    assert phones.told(hours(3)) == []


def test_a_stand_in_who_is_away_too_has_a_stand_in_of_their_own(phones: Phones) -> None:
    phones.site.caseload.staff(9, "case_manager")
    phones.site.evaluate()
    away(phones, stand_in=8)
    away(phones, 8, stand_in=9)
    ((number, _),) = later(phones)
    assert number == "+15550100009"


def test_people_who_stand_in_for_each_other_lead_to_the_next_step(phones: Phones) -> None:
    phones.site.evaluate()
    away(phones, stand_in=8)
    away(phones, 8, stand_in=1)
    ((number, _),) = later(phones)
    assert number == SUPERVISOR


def test_a_stand_in_who_does_nothing_is_followed_by_the_next_step(phones: Phones) -> None:
    phones.site.evaluate()
    away(phones, stand_in=8)
    later(phones)
    assert phones.told(hours(1)) == [SUPERVISOR]


def test_a_recipient_absent_when_the_alert_opens_is_passed_over_visibly(phones: Phones) -> None:
    away(phones)
    phones.site.evaluate()
    assert phones.told() == [SUPERVISOR]
    assert passed_over(phones) == [("case_manager", "S-1", NotifyReason.ABSENT)]


def test_a_role_that_nobody_has_is_passed_over_visibly(phones: Phones) -> None:
    phones.site.caseload.client(7)
    phones.site.missed(NOON - hours(25), 7)
    phones.site.missed(NOON - hours(1), 7)
    phones.site.evaluate()
    (alert,) = [row.id for row in phones.site.alerts if row.client_id == 7]
    with phones.site.database.read() as conn:
        found = explain(conn, alert, BUILT_IN, NOON).passed_over
    assert [(one.to, one.staff, one.reason) for one in found] == [
        ("case_manager", None, NotifyReason.ROLE_VACANT)
    ]


def test_a_second_recipient_of_the_step_keeps_their_time_to_answer(
    phones: Phones,
) -> None:
    phones.site.caseload.staff(5, "case_manager", 1)
    phones.site.evaluate()
    assert phones.told() == ["+15550100005"]
    away(phones, stand_in=8)
    assert later(phones) == []
    assert phones.told(29 * MINUTE) == [SUPERVISOR]


def test_a_reminder_reaches_the_stand_in_of_the_owner(database: Database) -> None:
    phones = Phones.of(database)
    phones.site.caseload.staff(8, "case_manager")
    phones.site.serve(rulebook(remind="2 hours"))
    phones.site.missed(NOON - hours(25))
    phones.site.missed(NOON - hours(1))
    phones.site.evaluate()
    phones.go_on()
    phones.text(CASE_MANAGER, "1 a")
    away(phones, stand_in=8)
    phones.now += hours(2)
    phones.site.evaluate(phones.now)
    assert phones.told() == [STAND_IN]


def test_what_reaches_nobody_is_told_an_admin_though_they_are_away(phones: Phones) -> None:
    for staff_id in (1, 2, 3):
        away(phones, staff_id)
    phones.site.evaluate()
    assert phones.told() == [ADMIN]
