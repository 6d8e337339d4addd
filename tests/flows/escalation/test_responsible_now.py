"""A text or reminder goes to the person who is assigned and on call when it goes."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from engine.flows.delivery import deliver
from engine.flows.inbound import receive
from engine.model.inbound import Inbound
from engine.model.notification_settings import NotificationSettings
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.people import assignments, clients, staff
from tests.kit.carrier import Carrier
from tests.kit.phones import ADMIN, CASE_MANAGER, CLIENT, SUPERVISOR
from tests.kit.site import Site
from tests.kit.times import MINUTE, NOON, hours

COLLEAGUE = "+15550100008"


@pytest.fixture
def site(database: Database) -> Site:
    """Case manager 1 has quiet hours until half past twelve; 8 is a colleague."""
    site = Site(database).with_people()
    site.caseload.staff(8, "case_manager")
    with database.write() as conn:
        quiet = {"quiet_from": "11:00", "quiet_to": "12:30"}
        conn.execute(update(staff).where(staff.c.id == 1).values(quiet))
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    return site


def reassign(site: Site, at: int) -> None:
    """The client is the colleague's from now on."""
    new = {"client_id": 1, "staff_id": 8, "role": "case_manager", "began": at}
    with site.database.write() as conn:
        conn.execute(update(assignments).where(assignments.c.staff_id == 1).values(ended=at))
        conn.execute(insert(assignments), new)


def told(site: Site, at: int) -> list[str]:
    """Evaluate and deliver at an instant; return the numbers that got a text."""
    carrier = Carrier()
    for _ in range(2):  # a cancelled text lets its step be taken again
        site.evaluate(at)
        while deliver.run(site.database, carrier, at, "a"):
            pass
    return [message.to for message in carrier.asked]


def test_a_text_that_waited_goes_to_the_new_case_manager(site: Site) -> None:
    assert told(site, NOON) == []
    reassign(site, NOON + MINUTE)
    assert told(site, NOON + 31 * MINUTE) == [COLLEAGUE]


def test_a_reminder_reaches_the_case_manager_of_that_time(site: Site) -> None:
    assert told(site, NOON + 31 * MINUTE) == [CASE_MANAGER]
    with site.database.write() as conn:
        conn.execute(update(alerts).values(next_step_at=None))
    reassign(site, NOON + hours(1))
    assert told(site, NOON + hours(26)) == [COLLEAGUE]


def test_a_reminder_that_waited_goes_to_the_case_manager_of_that_time(site: Site) -> None:
    assert told(site, NOON + 31 * MINUTE) == [CASE_MANAGER]
    with site.database.write() as conn:
        conn.execute(update(alerts).values(next_step_at=None, told_at=NOON - hours(1)))
    assert told(site, NOON + hours(23)) == []  # it is quiet hours again
    reassign(site, NOON + hours(23) + MINUTE)
    assert told(site, NOON + hours(24) + 31 * MINUTE) == [COLLEAGUE]


def test_words_of_danger_are_told_again_until_they_are_taken(database: Database) -> None:
    site = Site(database).with_people()
    site.evaluate()
    with database.write() as conn:
        conn.execute(update(clients).values(phone=CLIENT))
    text = Inbound("SM1", CLIENT, "I want to kill myself")
    receive.take(database, text, NotificationSettings(site.routing), NOON)
    first = told(site, NOON)
    assert first
    hourly = [told(site, NOON + hours(number)) for number in range(1, 30)]
    silent = [number for number, numbers in enumerate(hourly) if not numbers]
    assert silent == []
    assert ADMIN not in {number for numbers in hourly for number in numbers}
    assert SUPERVISOR in {number for numbers in hourly for number in numbers}


def test_a_text_about_many_alerts_leaves_out_the_clients_of_another_by_now(
    database: Database,
) -> None:
    site = Site(database).with_people()
    site.caseload.staff(8, "case_manager")
    with database.write() as conn:
        quiet = {"quiet_from": "11:00", "quiet_to": "12:30"}
        conn.execute(update(staff).where(staff.c.id == 1).values(quiet))
    for client in range(1, 9):
        if client > 1:
            site.caseload.client(client)
            site.assign(client, 1)
        site.missed(NOON - hours(25), client)
        site.missed(NOON - hours(1), client)
    site.evaluate(NOON)
    with database.write() as conn:
        others = (assignments.c.staff_id == 1, assignments.c.client_id == 8)
        conn.execute(update(assignments).where(*others).values(ended=NOON + MINUTE))
        new = {"client_id": 8, "staff_id": 8, "role": "case_manager", "began": NOON + MINUTE}
        conn.execute(insert(assignments), new)
    carrier = Carrier()
    for minute in range(31, 60):
        while deliver.run(database, carrier, NOON + minute * MINUTE, "a"):
            pass
    assert carrier.asked
    assert not any("C-8" in message.body for message in carrier.asked)


def test_a_case_manager_whose_number_moves_is_told_at_the_new_one(site: Site) -> None:
    assert told(site, NOON + 31 * MINUTE) == [CASE_MANAGER]
    with site.database.write() as conn:
        conn.execute(update(staff).where(staff.c.id == 1).values(phone=COLLEAGUE + "9"))
    assert told(site, NOON + 40 * MINUTE) == [COLLEAGUE + "9"]
    assert told(site, NOON + 50 * MINUTE) == []


def test_who_took_an_alert_is_not_told_again_at_a_new_number(site: Site) -> None:
    assert told(site, NOON + 31 * MINUTE) == [CASE_MANAGER]
    text = Inbound("SM1", CASE_MANAGER, "1 a")
    receive.take(site.database, text, NotificationSettings(site.routing), NOON + 32 * MINUTE)
    with site.database.write() as conn:
        conn.execute(update(staff).where(staff.c.id == 1).values(phone=COLLEAGUE + "9"))
    assert told(site, NOON + 40 * MINUTE) == []
