"""Who can be told about a client."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.flows.escalation import operator_notices
from engine.flows.escalation.recipients import RecipientResolver
from engine.model.notify_reason import NotifyReason
from engine.model.on_call import Rotation
from engine.store.database.connection import Database
from engine.store.people import absences, on_call, opt_outs, staff
from engine.store.tables.people import assignments
from engine.store.tables.people import staff as table
from tests.kit.caseload import Caseload
from tests.kit.times import NOON, hours


@pytest.fixture
def caseload(database: Database) -> Caseload:
    caseload = Caseload(database)
    caseload.client(1)
    caseload.client(2)
    return caseload


def told(caseload: Caseload, client_id: int = 1, now: int = NOON) -> dict[str, list[int]]:
    with caseload.database.read() as conn:
        found = RecipientResolver(conn, now).about(client_id).told
    return {
        role: [recipient.staff.id for recipient in recipients] for role, recipients in found.items()
    }


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
        (recipient,) = RecipientResolver(conn, NOON).about(1).told["mentor"]
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
        assert [admin.id for admin in operator_notices.admins(conn, NOON)] == [1]
        found = staff.by_id(conn, 2)
        assert found is not None
        assert (found.ref, found.active) == ("S-2", False)
        assert staff.by_id(conn, 3) is None


def absent(
    caseload: Caseload, staff_id: int, stand_in: int | None = None, began: int = NOON - 1
) -> None:
    with caseload.database.write() as conn:
        absences.add(conn, staff_id, began, NOON + hours(1), stand_in)


def left_out(caseload: Caseload, client_id: int = 1) -> list[tuple[str | None, int | None, str]]:
    with caseload.database.read() as conn:
        found = RecipientResolver(conn, NOON).about(client_id).left_out
    return [(one.role, one.staff_id, one.reason) for one in found]


def test_who_is_absent_is_passed_over_until_they_are_back(caseload: Caseload) -> None:
    caseload.staff(1, "case_manager", 1)
    absent(caseload, 1)
    assert told(caseload, now=NOON) == {}
    assert told(caseload, now=NOON + hours(1)) == {"case_manager": [1]}
    assert left_out(caseload) == [("case_manager", 1, NotifyReason.ABSENT)]


def test_a_stand_in_is_told_instead_unless_they_cannot_be(caseload: Caseload) -> None:
    caseload.staff(1, "case_manager", 1)
    caseload.staff(2, "case_manager", 2)
    absent(caseload, 1, 2)
    assert told(caseload) == {"case_manager": [2]}
    assert left_out(caseload) == [("case_manager", 1, NotifyReason.ABSENT)]
    absent(caseload, 2, 1)
    assert told(caseload) == {}


def test_nobody_stands_in_for_a_mentor_and_no_mentor_for_anybody(caseload: Caseload) -> None:
    caseload.staff(1, "mentor", 1)
    caseload.staff(2, "mentor")
    caseload.staff(3, "case_manager", 1)
    caseload.consent(1, 1)
    absent(caseload, 1, 2)
    absent(caseload, 3, 2)
    assert told(caseload) == {}
    assert left_out(caseload) == [
        ("mentor", 1, NotifyReason.ABSENT),
        ("case_manager", 3, NotifyReason.ABSENT),
    ]


def test_each_recipient_passed_over_has_a_reason(caseload: Caseload) -> None:
    caseload.staff(1, "case_manager", 1, phone=None)
    caseload.staff(2, "case_manager", 1, active=False)
    caseload.staff(3, "mentor", 1)
    caseload.staff(4, "case_manager", 1)
    with caseload.database.write() as conn:
        opt_outs.add(conn, "+15550100004", NOON)
    assert left_out(caseload) == [
        ("case_manager", 1, NotifyReason.NO_PHONE),
        ("case_manager", 2, NotifyReason.INACTIVE),
        ("mentor", 3, NotifyReason.MENTOR_WITHOUT_CONSENT),
        ("case_manager", 4, NotifyReason.OPTED_OUT),
    ]


NIGHTS = {
    "name": "nights",
    "timezone": "UTC",
    "first_handover": "2026-06-01 08:00",
    "staff": ["S-1", "S-2", "S-7"],
}


@pytest.fixture
def rotating(caseload: Caseload) -> Caseload:
    """S-1 is on call from the Monday before Tuesday noon, then S-2, then a person not on file."""
    for number in (1, 2, 3):
        caseload.staff(number, "on_call" if number == 3 else "case_manager")
    with caseload.database.write() as conn:
        assert on_call.serve(conn, [Rotation.model_validate(NIGHTS)])
        assert not on_call.serve(conn, [Rotation.model_validate(NIGHTS)])
    return caseload


def test_with_a_rotation_the_person_on_call_is_told_in_any_role(rotating: Caseload) -> None:
    assert told(rotating) == {"on_call": [1]}
    assert told(rotating, now=NOON + hours(7 * 24)) == {"on_call": [2]}
    assert told(rotating, now=NOON - hours(48)) == {}
    assert told(rotating, now=NOON + hours(14 * 24)) == {}
    with rotating.database.read() as conn:
        (one,) = RecipientResolver(conn, NOON + hours(14 * 24)).about(1).left_out
    assert (one.staff_id, one.reason, one.rotation) == (
        None,
        NotifyReason.NOT_AMONG_STAFF,
        "nights",
    )


def test_an_override_counts_until_it_is_taken_back(rotating: Caseload) -> None:
    with rotating.database.write() as conn:
        made = on_call.override(conn, "nights", 2, NOON - 1, NOON + 1)
    assert told(rotating) == {"on_call": [2]}
    assert told(rotating, now=NOON + 1) == {"on_call": [1]}
    with rotating.database.write() as conn:
        assert on_call.remove(conn, made, NOON)
        assert not on_call.remove(conn, made, NOON)
    assert told(rotating) == {"on_call": [1]}


def test_a_stand_in_covers_an_absent_person_on_call(rotating: Caseload) -> None:
    absent(rotating, 1, 3)
    assert told(rotating) == {"on_call": [3]}


def test_a_mentor_is_never_on_call(rotating: Caseload) -> None:
    with rotating.database.write() as conn:
        conn.execute(update(table).where(table.c.id == 1).values(role="mentor"))
    assert told(rotating) == {}


def test_without_a_rotation_everybody_of_the_role_is_on_call(rotating: Caseload) -> None:
    with rotating.database.write() as conn:
        on_call.serve(conn, [])
    assert told(rotating) == {"on_call": [3]}
