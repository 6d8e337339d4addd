"""A serving rotation, and the notices when nobody is on call."""

from __future__ import annotations

import pytest

from engine.flows.escalation.recipients import RecipientResolver
from engine.flows.operations import doctor, on_call, watchdog
from engine.model.on_call import Rotation
from engine.model.settings import Settings
from engine.store.database.connection import Database
from engine.store.people import absences
from engine.store.people import on_call as store
from tests.kit.caseload import Caseload
from tests.kit.rotations import NIGHTS
from tests.kit.times import NOON, hours

WEEK = hours(7 * 24)
# Six in the evening of the Monday after NOON, which is a Tuesday.
MONDAY_EVENING = NOON + hours(6 * 24 + 6)


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


def weeknights(**changes: object) -> Rotation:
    """S-1 and S-2 take turns, a night each, on Mondays and Tuesdays."""
    written = {"from": "18:00", "to": "08:00", "turn": "1 day", "on": ["monday", "tuesday"]}
    return Rotation.model_validate(
        {**NIGHTS.model_dump(exclude={"turn", "on", "from_time", "to_time"}), **written, **changes}
    )


def test_hours_serve_as_they_are_written(caseload: Caseload) -> None:
    with caseload.database.write() as conn:
        on_call.accept(conn, [weeknights()], NOON)
        assert store.serving(conn) == (weeknights(),)
        assert not store.serve(conn, [weeknights()])


def told(caseload: Caseload, now: int) -> list[str]:
    with caseload.database.read() as conn:
        return [one.staff.ref for one in RecipientResolver(conn, now).on_call()]


def test_outside_all_hours_nobody_is_on_call_and_it_is_no_gap(caseload: Caseload) -> None:
    evening = MONDAY_EVENING
    with caseload.database.write() as conn:
        on_call.accept(conn, [weeknights()], NOON)
    assert told(caseload, evening - 1) == []
    assert len(told(caseload, evening)) == 1
    assert gaps(caseload, weeknights()) == []
    assert promises(caseload, evening - 1) == []
    ((ok, line),) = said(caseload, weeknights())
    assert ok
    assert "in the hours of the rotations; by them nobody is from" in line


def test_a_person_who_is_away_in_the_hours_of_a_rotation_is_a_gap(caseload: Caseload) -> None:
    evening = MONDAY_EVENING
    with caseload.database.write() as conn:
        on_call.accept(conn, [weeknights()], NOON)
        for staff_id in (1, 2):
            absences.add(conn, staff_id, evening - hours(2), evening + hours(2), None)
    began = (evening - NOON) // hours(1)
    assert gaps(caseload, weeknights()) == [(began, began + 2)]
    assert promises(caseload, evening - hours(1)) == []
    assert promises(caseload, evening + hours(1)) == ["nobody is on call"]


def test_taking_a_person_out_leaves_on_call_the_person_who_is_on_call(caseload: Caseload) -> None:
    caseload.staff(3, "case_manager")
    three = NIGHTS.model_copy(update={"staff": ("S-1", "S-2", "S-3")})
    two = NIGHTS.model_copy(update={"staff": ("S-2", "S-3")})
    with caseload.database.write() as conn:
        on_call.accept(conn, [], NOON)
        on_call.accept(conn, [three], NOON)
        on_call.accept(conn, [two], NOON + WEEK)
    assert told(caseload, NOON + WEEK) == ["S-2"]
    assert told(caseload, NOON + 2 * WEEK) == ["S-3"]
    with caseload.database.write() as conn:
        before = store.serving(conn)
        on_call.accept(conn, [two], NOON + 2 * WEEK)
        assert store.serving(conn) == before
    assert said(caseload, two) == [
        (True, "Somebody who can be told is on call for the next four weeks.")
    ]


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
            "Nobody who can be told is on call from 2026-06-08T08:00:00+00:00 until "
            "2026-06-15T08:00:00+00:00.",
        ),
        (
            False,
            "Nobody who can be told is on call from 2026-06-22T08:00:00+00:00 until "
            "2026-06-29T08:00:00+00:00.",
        ),
    ]


def test_rotations_that_are_taken_out_of_the_configuration_serve_no_more(
    caseload: Caseload,
) -> None:
    with caseload.database.write() as conn:
        on_call.accept(conn, [], NOON)
        assert store.serving(conn) == ()
    assert promises(caseload) == []
