"""Doctor names clients whose alerts reach nobody, roles without a person, and shared phones."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from engine.config import load
from engine.flows.operations.people_checks import examine_people
from engine.model.settings import Settings
from engine.store.database.connection import Database
from engine.store.operations import channel_state
from engine.store.people import absences
from engine.store.tables import people
from tests.kit.caseload import Caseload
from tests.kit.times import DAY, NOON, hours

ADMIN, SUPERVISOR = 9, 8


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A site with the built-in policies."""
    (tmp_path / "config.yaml").write_text("timezone: UTC\nsources: []\n")
    return load(tmp_path / "config.yaml")


@pytest.fixture
def caseload(database: Database) -> Caseload:
    """C-1 with a case manager, a supervisor and an admin: all is well."""
    caseload = Caseload(database)
    caseload.client(1)
    caseload.staff(1, "case_manager", 1)
    caseload.staff(SUPERVISOR, "supervisor")
    caseload.staff(ADMIN, "admin")
    return caseload


def faults(caseload: Caseload, settings: Settings) -> list[str]:
    with caseload.database.read() as conn:
        found = examine_people(conn, settings, None, NOON)
        return [one.said for one in found if not one.ok]


def named(caseload: Caseload, settings: Settings) -> list[str]:
    with caseload.database.read() as conn:
        return [one.said for one in examine_people(conn, settings, None, NOON) if one.ok]


def forget(caseload: Caseload, table: object, **where: int) -> None:
    with caseload.database.write() as conn:
        conditions = [table.c[name] == value for name, value in where.items()]  # type: ignore[attr-defined]
        conn.execute(delete(table).where(*conditions))  # type: ignore[arg-type]


def test_nothing_is_said_of_people_who_are_cared_for(
    caseload: Caseload, settings: Settings
) -> None:
    assert faults(caseload, settings) == []


def test_a_client_without_a_day_of_enrolment_is_named(
    caseload: Caseload, settings: Settings
) -> None:
    caseload.client(2)
    forget(caseload, people.record_entries, client_id=2)
    assert faults(caseload, settings) == [
        "No rule watches C-2: the roster gives no day of enrolment."
    ]


def test_a_client_is_named_who_was_admitted_a_month_ago_and_never_discharged(
    caseload: Caseload, settings: Settings
) -> None:
    def admit(days_ago: int) -> None:
        row = {"client_id": 1, "at": NOON - days_ago * DAY, "entry": "stay_began", "value": None}
        with caseload.database.write() as conn:
            conn.execute(insert(people.record_entries), row)

    admit(29)
    assert faults(caseload, settings) == []
    admit(31)
    assert faults(caseload, settings) == []
    forget(caseload, people.record_entries, at=NOON - 29 * DAY)
    assert faults(caseload, settings) == [
        "No rule watches C-1: admitted to hospital more than 30 days ago, and no discharge was "
        "told."
    ]


def test_an_enrolment_that_begins_in_another_year_is_named(
    caseload: Caseload, settings: Settings
) -> None:
    caseload.client(2)
    forget(caseload, people.record_entries, client_id=2)
    with caseload.database.write() as conn:
        row = {"client_id": 2, "at": NOON + hours(24 * 500), "entry": "enrolled", "value": None}
        conn.execute(insert(people.record_entries), row)
    ((said),) = faults(caseload, settings)
    assert said.startswith("An enrolment begins more than a year ahead: C-2 (20")


def test_a_client_to_whom_nobody_is_assigned_is_named(
    caseload: Caseload, settings: Settings
) -> None:
    caseload.client(2)
    assert "Nobody is assigned to C-2." in faults(caseload, settings)


def test_a_client_who_left_is_not_named(caseload: Caseload, settings: Settings) -> None:
    caseload.client(2)
    with caseload.database.write() as conn:
        row = {"client_id": 2, "at": NOON - hours(24), "entry": "ended", "value": None}
        conn.execute(insert(people.record_entries), row)
    assert faults(caseload, settings) == []


def test_a_policy_that_can_tell_nobody_about_a_client_is_named(
    caseload: Caseload, settings: Settings
) -> None:
    with caseload.database.write() as conn:
        away = {"staff_id": 1, "began": NOON - hours(1), "ended": NOON + hours(100)}
        conn.execute(insert(people.absences), away)
    assert (
        "By the policy case_manager_only nobody can be told now of an alert about C-1."
        in faults(caseload, settings)
    )


def test_a_site_without_a_supervisor_or_an_admin_is_told(
    caseload: Caseload, settings: Settings
) -> None:
    forget(caseload, people.staff, id=SUPERVISOR)
    forget(caseload, people.staff, id=ADMIN)
    said = faults(caseload, settings)
    assert said[-1] == ("No admin is among the staff who can be told, so nobody hears of faults.")
    assert said[-2].startswith("No supervisor is among the staff who can be told, so their steps")


def test_a_phone_of_a_member_of_staff_and_of_a_client_is_a_fault(
    caseload: Caseload, settings: Settings
) -> None:
    caseload.client(2, phone="+15550100001")
    caseload.assign(1, "case_manager", 2)
    assert faults(caseload, settings) == [
        "S-1 and the client C-2 have one phone, so an answer of one may be taken for words of the "
        "other."
    ]


def test_phones_that_people_share_are_named_without_a_fault(
    caseload: Caseload, settings: Settings
) -> None:
    caseload.staff(7, "case_manager", phone="+15550100001")
    assert faults(caseload, settings) == []
    assert "These have one phone: S-1 and S-7." in named(caseload, settings)


def test_quiet_hours_that_leave_no_time_or_have_no_end_are_named(
    caseload: Caseload, settings: Settings
) -> None:
    caseload.staff(6, "case_manager", quiet_from="00:00", quiet_to="23:59")
    caseload.staff(7, "case_manager", quiet_from="21:00")
    assert faults(caseload, settings) == [
        "The quiet hours of S-6 leave 1 minute of a day for texts.",
        "The quiet hours of S-7 have no end, so there are none.",
    ]


def test_an_admin_whose_number_nobody_confirmed_fills_no_role(
    caseload: Caseload, settings: Settings
) -> None:
    with caseload.database.write() as conn:
        channel_state.set_verifies_numbers(conn, True)
        others = people.staff.c.id != ADMIN
        confirmed = {"confirmed_phone": people.staff.c.phone}
        conn.execute(update(people.staff).where(others).values(confirmed))
    assert faults(caseload, settings) == [
        "No admin is among the staff who can be told, so nobody hears of faults."
    ]


def test_an_absent_admin_still_fills_the_role(caseload: Caseload, settings: Settings) -> None:
    with caseload.database.write() as conn:
        absences.add(conn, ADMIN, NOON - hours(1), NOON + hours(1), None)
    assert faults(caseload, settings) == []
