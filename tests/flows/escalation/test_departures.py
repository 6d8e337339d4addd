"""If the people who were told of an alert are gone, the people there now are told at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from engine.flows.delivery import deliver
from engine.flows.escalation import departures
from engine.flows.escalation.recipients import RecipientResolver
from engine.store.database.connection import Database
from engine.store.database.in_memory import Scratch, scratch
from engine.store.people import absences
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.people import assignments, opt_outs, staff
from tests.kit.carrier import Carrier
from tests.kit.phones import ADMIN, CASE_MANAGER, SUPERVISOR
from tests.kit.site import Site
from tests.kit.times import HOUR, MINUTE, NOON, hours

COLLEAGUE = "+15550100008"


def site_with_alert(database: Database) -> Site:
    """Case manager 1 and supervisor 2, and 8 is a colleague; the client missed two check-ins."""
    site = Site(database).with_people()
    site.caseload.staff(8, "case_manager")
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    return site


def told(site: Site, at: int) -> list[str]:
    """Evaluate and deliver at an instant; return the numbers that got a text."""
    carrier = Carrier()
    for _ in range(2):
        site.evaluate(at)
        while deliver.run(site.database, carrier, at, "a"):
            pass
    return [message.to for message in carrier.asked]


def set_staff(site: Site, staff_id: int, **columns: object) -> None:
    with site.database.write() as conn:
        conn.execute(update(staff).where(staff.c.id == staff_id).values(columns))


def assign(site: Site, staff_id: int | None, at: int) -> None:
    """End the assignments of the client; make a new one if there is a new case manager."""
    with site.database.write() as conn:
        lasting = assignments.c.ended.is_(None)
        conn.execute(update(assignments).where(lasting).values(ended=at))
        if staff_id is not None:
            new = {"client_id": 1, "staff_id": staff_id, "role": "case_manager", "began": at}
            conn.execute(insert(assignments), new)


def leave(site: Site) -> None:
    set_staff(site, 1, active=False)


def go_absent(site: Site) -> None:
    with site.database.write() as conn:
        absences.add(conn, 1, NOON, NOON + hours(48), None)


def opt_out(site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(insert(opt_outs), {"phone": CASE_MANAGER, "at": NOON})


def lose_the_phone(site: Site) -> None:
    set_staff(site, 1, phone=None)


@pytest.mark.parametrize("depart", [leave, go_absent, opt_out, lose_the_phone])
def test_the_next_person_is_told_at_once_when_the_one_who_was_told_departs(
    database: Database, depart: object
) -> None:
    site = site_with_alert(database)
    assert told(site, NOON) == [CASE_MANAGER]
    assert told(site, NOON + MINUTE) == []
    depart(site)  # type: ignore[operator]
    assert told(site, NOON + 2 * MINUTE) == [SUPERVISOR]
    assert told(site, NOON + 3 * MINUTE) == []


@pytest.mark.parametrize("absent_after", [1, 59])
def test_the_stand_in_is_told_at_once_and_the_next_step_comes_when_it_would_have(
    database: Database, absent_after: int
) -> None:
    site = site_with_alert(database)
    assert told(site, NOON) == [CASE_MANAGER]
    absent_at = NOON + absent_after * MINUTE
    with database.write() as conn:
        absences.add(conn, 1, absent_at, absent_at + hours(48), 8)
    assert told(site, absent_at) == [COLLEAGUE]
    assert told(site, NOON + HOUR - 1) == []
    assert told(site, NOON + HOUR) == [SUPERVISOR]


def test_the_new_case_manager_is_told_at_once(database: Database) -> None:
    site = site_with_alert(database)
    assert told(site, NOON) == [CASE_MANAGER]
    assign(site, 8, NOON + MINUTE)
    assert told(site, NOON + 2 * MINUTE) == [COLLEAGUE]
    assert told(site, NOON + 3 * MINUTE) == []


def test_nobody_more_is_told_while_one_who_was_told_is_there(database: Database) -> None:
    site = site_with_alert(database)
    assert told(site, NOON) == [CASE_MANAGER]
    assert told(site, NOON + hours(1)) == [SUPERVISOR]
    leave(site)
    assert told(site, NOON + hours(1) + MINUTE) == []


def test_the_admins_hear_once_that_nobody_is_left(database: Database) -> None:
    site = site_with_alert(database)
    assert told(site, NOON) == [CASE_MANAGER]
    leave(site)
    set_staff(site, 2, active=False)
    assert told(site, NOON + MINUTE) == [ADMIN]
    assert told(site, NOON + 2 * MINUTE) == []
    set_staff(site, 2, active=True)
    assert told(site, NOON + 3 * MINUTE) == [SUPERVISOR]


def test_the_admins_hear_again_if_the_one_who_was_reminded_since_departs_too(
    database: Database,
) -> None:
    site = site_with_alert(database)
    assert told(site, NOON) == [CASE_MANAGER]
    assert told(site, NOON + HOUR) == [SUPERVISOR]
    leave(site)
    set_staff(site, 2, active=False)
    assert told(site, NOON + HOUR + MINUTE) == [ADMIN]
    set_staff(site, 1, active=True)
    assert told(site, NOON + hours(50)) == [CASE_MANAGER]  # a reminder
    leave(site)
    assert told(site, NOON + hours(50) + MINUTE) == [ADMIN]
    assert told(site, NOON + hours(50) + 2 * MINUTE) == []


def test_an_alert_whose_owner_departs_is_told_again_at_once(database: Database) -> None:
    site = site_with_alert(database)
    assert told(site, NOON) == [CASE_MANAGER]
    with database.write() as conn:
        taken = {"state": "acknowledged", "owner_id": 1, "told_at": NOON + MINUTE}
        conn.execute(update(alerts).values(taken))
    assert told(site, NOON + 2 * MINUTE) == []
    assign(site, 8, NOON + 3 * MINUTE)
    assert told(site, NOON + 4 * MINUTE) == [COLLEAGUE]
    assert told(site, NOON + 5 * MINUTE) == []


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["leaves", "comes", "absent", "reassigned", "STOP", "START"]),
        st.sampled_from([1, 2, 8]),
        st.integers(1, 90),
    ),
    min_size=1,
    max_size=8,
)


def change(site: Site, what: str, staff_id: int, now: int) -> None:
    if what in {"leaves", "comes"}:
        set_staff(site, staff_id, active=what == "comes")
    elif what == "reassigned":
        assign(site, staff_id if staff_id != 2 else None, now)
    with site.database.write() as conn:
        if what == "absent":
            absences.add(conn, staff_id, now, now + HOUR, None)
        number = f"+1555010{staff_id:04}"
        conn.execute(opt_outs.delete().where(opt_outs.c.phone == number))
        if what == "STOP":
            conn.execute(insert(opt_outs), {"phone": number, "at": now})


def somebody_knows(site: Site, now: int) -> bool:
    """Whether a person who is there was told, or the admins heard that nobody is there."""
    with site.database.read() as conn:
        reached = RecipientResolver(conn, now).about(1)
        texts = conn.execute(select(outbox).where(outbox.c.state != "cancelled")).all()
    there = {one.staff.id for those in reached.told.values() for one in those}
    return any(row.staff_id in there or row.kind == "reaches_nobody" for row in texts)


@pytest.fixture(scope="module")
def room() -> Iterator[Scratch]:
    with scratch() as made:
        yield made


@settings(max_examples=20, deadline=None)
@given(changes=CHANGES)
def test_whoever_comes_and_goes_an_open_alert_is_known_to_a_person_who_is_there(
    room: Scratch, changes: list[tuple[str, int, int]]
) -> None:
    site, now = site_with_alert(room.empty()), NOON
    told(site, now)
    for what, staff_id, minutes in changes:
        now += minutes * MINUTE
        change(site, what, staff_id, now)
        told(site, now)
        assert somebody_knows(site, now)
        with site.database.read() as conn:
            assert departures.known_to_nobody(conn, now) == []
