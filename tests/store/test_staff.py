"""Who can be told about a client."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.store import staff
from engine.store.database import Database
from engine.store.schema import assignments
from tests.caseload import NOON, Caseload, hours


@pytest.fixture
def caseload(database: Database) -> Caseload:
    caseload = Caseload(database)
    caseload.client(1)
    caseload.client(2)
    return caseload


def told(caseload: Caseload, client_id: int = 1, now: int = NOON) -> dict[str, list[int]]:
    with caseload.database.read() as conn:
        found = staff.recipients(conn, client_id, now)
    return {role: [recipient.staff.id for recipient in recipients] for role, recipients in found.items()}


def test_only_who_is_assigned_to_the_client_is_its_case_manager(caseload: Caseload) -> None:
    caseload.staff(1, "case_manager", 1)
    caseload.staff(2, "case_manager", 2)
    assert told(caseload) == {"case_manager": [1]}


def test_who_has_no_phone_or_is_no_longer_active_is_not_told(caseload: Caseload) -> None:
    caseload.staff(1, "case_manager", 1, phone=None)
    caseload.staff(2, "case_manager", 1, active=False)
    caseload.staff(3, "supervisor", active=False)
    assert told(caseload) == {}


def test_an_assignment_counts_from_its_beginning_until_its_end(caseload: Caseload) -> None:
    caseload.staff(1, "case_manager", 1)
    with caseload.database.write() as conn:
        conn.execute(update(assignments).values(began=NOON, ended=NOON + 10))
    assert told(caseload, now=NOON - 1) == {}
    assert told(caseload, now=NOON) == {"case_manager": [1]}
    assert told(caseload, now=NOON + 10) == {}


def test_the_sites_supervisors_stand_in_where_the_client_has_none(caseload: Caseload) -> None:
    caseload.staff(1, "supervisor")
    caseload.staff(2, "supervisor", 2)
    caseload.staff(3, "on_call")
    assert told(caseload, 1) == {"supervisor": [1, 2], "on_call": [3]}
    assert told(caseload, 2) == {"supervisor": [2], "on_call": [3]}


def test_a_mentor_is_told_under_a_valid_consent_only_and_by_its_alias(caseload: Caseload) -> None:
    caseload.staff(1, "mentor", 1, 2)
    assert told(caseload) == {}
    caseload.consent(1, 1, alias="Robin", given_at=NOON, expires_at=NOON + hours(1))
    assert told(caseload, now=NOON - 1) == {}
    assert told(caseload, now=NOON + hours(1)) == {}
    assert told(caseload, client_id=2) == {}
    with caseload.database.read() as conn:
        (recipient,) = staff.recipients(conn, 1, NOON)["mentor"]
    assert recipient.alias == "Robin"


def test_a_revoked_consent_ends_at_once(caseload: Caseload) -> None:
    caseload.staff(1, "mentor", 1)
    caseload.consent(1, 1, revoked_at=NOON)
    assert told(caseload, now=NOON - 1) == {"mentor": [1]}
    assert told(caseload, now=NOON) == {}


def test_a_mentor_is_never_taken_for_staff_by_an_assignment(caseload: Caseload) -> None:
    caseload.staff(1, "mentor", 1)
    with caseload.database.write() as conn:
        conn.execute(update(assignments).values(role="case_manager"))
    assert told(caseload) == {}


def test_admins_are_found_and_people_by_id(caseload: Caseload) -> None:
    caseload.staff(1, "admin")
    caseload.staff(2, "admin", active=False)
    with caseload.database.read() as conn:
        assert [admin.id for admin in staff.admins(conn)] == [1]
        found = staff.by_id(conn, 2)
        assert found is not None
        assert (found.ref, found.active) == ("S-2", False)
        assert staff.by_id(conn, 3) is None
