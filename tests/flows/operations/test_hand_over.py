"""Each person whose shift on call begins hears of it once, with the open alerts."""

from __future__ import annotations

import pytest

from engine.flows.delivery import deliver
from engine.flows.operations import hand_over, on_call
from engine.store.database.connection import Database
from engine.store.people import absences
from engine.store.people import on_call as store
from engine.store.tables.messages import outbox
from tests.kit.carrier import Carrier
from tests.kit.rotations import NIGHTS
from tests.kit.site import Site
from tests.kit.times import NOON, hours


@pytest.fixture
def site(database: Database) -> Site:
    """S-1 has the shift since yesterday morning, and S-2 the next one."""
    site = Site(database).with_people()
    with database.write() as conn:
        on_call.accept(conn, [NIGHTS], NOON)
    return site


def told(site: Site) -> list[tuple[int, str]]:
    rows = [row for row in site.rows(outbox) if row.kind == "on_call"]
    return [(row.staff_id, row.body) for row in rows]


def test_a_shift_is_told_once_with_its_end(site: Site) -> None:
    assert hand_over.run(site.database, NOON) == 1
    assert hand_over.run(site.database, NOON + hours(1)) == 0
    assert told(site) == [(1, "Handrail: you are on call until Monday 08:00. Nothing is open.")]


def test_the_next_person_hears_at_the_hand_over_how_many_alerts_are_open(site: Site) -> None:
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    site.evaluate()
    hand_over.run(site.database, NOON)
    assert hand_over.run(site.database, NOON + hours(6 * 24)) == 1
    assert told(site)[1:] == [
        (
            2,
            "Handrail: you are on call until Monday 08:00. 1 alert is open. See: handrail alerts",
        )
    ]


def test_an_override_is_a_shift_of_its_own(site: Site) -> None:
    hand_over.run(site.database, NOON)
    with site.database.write() as conn:
        store.override(conn, "nights", 2, NOON + hours(1), NOON + hours(3))
    assert hand_over.run(site.database, NOON + hours(2)) == 1
    assert told(site)[1:] == [
        (2, "Handrail: you are on call until Tuesday 15:00. Nothing is open.")
    ]


def test_who_is_no_longer_on_call_when_the_text_goes_does_not_get_it(site: Site) -> None:
    hand_over.run(site.database, NOON)
    with site.database.write() as conn:
        store.override(conn, "nights", 2, NOON, NOON + hours(3))
    carrier = Carrier()
    while deliver.run(site.database, carrier, NOON + 1, "test"):
        pass
    assert carrier.asked == []


def test_the_stand_in_of_an_absent_person_hears_of_the_shift(site: Site) -> None:
    site.caseload.staff(8, "case_manager")
    with site.database.write() as conn:
        absences.add(conn, 1, NOON - hours(1), NOON + hours(2), 8)
    hand_over.run(site.database, NOON)
    hand_over.run(site.database, NOON + hours(3))
    carrier = Carrier()
    while deliver.run(site.database, carrier, NOON + 1, "test"):
        pass
    assert told(site) == [
        (8, "Handrail: you are on call until Tuesday 14:00. Nothing is open."),
        (1, "Handrail: you are on call until Monday 08:00. Nothing is open."),
    ]
    assert [message.to for message in carrier.asked] == ["+15550100008"]
