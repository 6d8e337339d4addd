"""A serving rotation, and the notices when nobody is on call."""

from __future__ import annotations

import pytest

from engine.flows.operations import doctor, on_call, watchdog
from engine.model.on_call import Rotation
from engine.model.settings import Settings
from engine.store.database.connection import Database
from engine.store.people import absences
from engine.store.people import on_call as store
from tests.kit.caseload import Caseload
from tests.kit.times import NOON, hours

WEEK = hours(7 * 24)
NIGHTS = Rotation.model_validate(
    {
        "name": "nights",
        "timezone": "UTC",
        "first_handover": "2026-06-01 08:00",
        "staff": ["S-1", "S-2"],
    }
)


@pytest.fixture
def caseload(database: Database) -> Caseload:
    """S-1 and S-2 take turns, a week each, from yesterday morning on."""
    caseload = Caseload(database)
    for number in (1, 2):
        caseload.staff(number, "case_manager")
    with database.write() as conn:
        on_call.accept(conn, [NIGHTS], NOON)
    return caseload


def gaps(caseload: Caseload, *rotations: Rotation) -> list[tuple[int, int]]:
    """In hours from now."""
    with caseload.database.read() as conn:
        found = on_call.gaps(conn, rotations or [NIGHTS], NOON)
    return [((began - NOON) // hours(1), (ended - NOON) // hours(1)) for began, ended in found]


def promises(caseload: Caseload, now: int = NOON) -> list[str]:
    with caseload.database.read() as conn:
        return watchdog.broken_promises(conn, now)


def test_a_person_is_on_call_at_any_time(caseload: Caseload) -> None:
    assert gaps(caseload) == []
    assert promises(caseload) == []


def test_an_absence_without_a_stand_in_is_a_gap_and_a_broken_promise_while_it_lasts(
    caseload: Caseload,
) -> None:
    with caseload.database.write() as conn:
        absences.add(conn, 1, NOON + hours(5), NOON + hours(7), None)
    assert gaps(caseload) == [(5, 7)]
    assert promises(caseload, NOON + hours(5)) == ["nobody is on call"]
    assert promises(caseload, NOON + hours(7)) == []


def test_a_stand_in_an_override_or_a_second_rotation_closes_it(caseload: Caseload) -> None:
    with caseload.database.write() as conn:
        absences.add(conn, 1, NOON + hours(5), NOON + hours(9), None)
        store.override(conn, "nights", 2, NOON + hours(6), NOON + hours(7))
    assert gaps(caseload) == [(5, 6), (7, 9)]
    assert (
        gaps(caseload, NIGHTS, NIGHTS.model_copy(update={"name": "backup", "staff": ("S-2",)}))
        == []
    )
    with caseload.database.write() as conn:
        absences.add(conn, 1, NOON + hours(5), NOON + hours(9), 2)
    assert gaps(caseload) == []


def test_each_week_of_an_absent_person_is_one_gap(caseload: Caseload) -> None:
    other = NIGHTS.model_copy(update={"staff": ("S-1", "S-8", "S-9", "S-2")})
    assert gaps(caseload, other) == [(140, 140 + 14 * 24)]
    with caseload.database.read() as conn:
        assert on_call.strangers(conn, [other]) == [("nights", "S-8"), ("nights", "S-9")]


def said(caseload: Caseload, *rotations: Rotation) -> list[tuple[bool, str]]:
    url = caseload.database.url.render_as_string(hide_password=False)
    settings = Settings(database=url, timezone="UTC", on_call=rotations)
    return [(one.ok, one.said) for one in doctor.examine(settings, NOON) if one.name == "on call"]


def test_doctor_tells_of_strangers_gaps_and_rotations_that_do_not_serve(caseload: Caseload) -> None:
    assert said(caseload, NIGHTS) == [
        (True, "Somebody who can be told is on call for the next four weeks.")
    ]
    assert said(caseload) == [
        (False, "config.yaml's rotations are not those that serve; restart handrail run.")
    ]
    assert said(caseload, NIGHTS.model_copy(update={"staff": ("S-1", "S-8")})) == [
        (False, "config.yaml's rotations are not those that serve; restart handrail run."),
        (False, "S-8, in the rotation nights, is nobody among the staff."),
        (
            False,
            "Nobody who can be told is on call from 2026-06-08T08:00:00+00:00 until 2026-06-15T08:00:00+00:00.",
        ),
        (
            False,
            "Nobody who can be told is on call from 2026-06-22T08:00:00+00:00 until 2026-06-29T08:00:00+00:00.",
        ),
    ]


def test_rotations_that_are_taken_out_of_the_configuration_serve_no_more(
    caseload: Caseload,
) -> None:
    with caseload.database.write() as conn:
        on_call.accept(conn, [], NOON)
        assert store.serving(conn) == ()
    assert promises(caseload) == []
