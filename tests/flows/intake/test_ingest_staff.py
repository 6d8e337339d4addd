"""Staff, assignments and consents from a roster."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.model.instant import from_us
from engine.store.database.connection import Database
from engine.store.tables.people import assignments, consents, staff
from tests.flows.intake.roster_files import (
    C1,
    CASES,
    CONSENTS,
    HEADER,
    JD,
    MAPPING,
    STAFF,
    rows,
)
from tests.kit.csv_site import CsvSite, settings_of, shown


@pytest.fixture
def site(tmp_path: Path, database: Database) -> CsvSite:
    return CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))


def test_staff_are_put_in_corrected_and_left_as_they_are(site: CsvSite) -> None:
    site.write("staff.csv", STAFF + JD)
    site.read()
    columns = ("ref", "role", "phone", "timezone", "quiet_from", "quiet_to", "active")
    jd = ("JD", "case_manager", "+12125550142", "America/New_York", "22:00", "07:00", True)
    assert rows(site, staff, *columns) == [jd]
    site.write("staff.csv", STAFF + JD.replace("0142", "01"))
    site.read()
    assert rows(site, staff, *columns) == [jd]
    assert len(site.rejects()) == 1
    site.write("staff.csv", STAFF + JD.replace("7:00,", "7:00,no").replace("0142", "0143"))
    site.read()
    assert rows(site, staff, "phone", "active") == [("+12125550143", False)]


def test_staff_have_a_call_name_if_it_is_one_word_that_a_text_has_room_for(site: CsvSite) -> None:
    header = "ref,called,role,phone,from,to,active\n"
    rows_of = ("A,Zoë", "B,Sam Miller", "C,", "D,Bartholomaeus-Maximilian", "E,7")
    site.write("staff.csv", header + "".join(f"{row},mentor,,,,\n" for row in rows_of))
    site.read()
    called = [("A", "Zoë"), ("B", None), ("C", None), ("D", None), ("E", None)]
    assert rows(site, staff, "ref", "call_name") == called
    assert [each.split(";")[0] for *_, each in site.rejects()] == [
        "call_name (from called): 'Sam Miller' is not one word",
        "call_name (from called): 'Bartholomaeus-Maximilian' is longer than 15 characters",
        "call_name (from called): '7' holds no letter",
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            "JD,boss,212 555 0142,,,",
            "role: 'boss' is not one of case_manager, mentor, supervisor, on_call, prescriber, "
            "admin, supporter",
        ),
        ("JD,mentor,none,,,", "phone: 'none' is not a phone number"),
        ("JD,mentor,,,,maybe", "active: 'maybe' is neither yes nor no"),
        (",mentor,,,,", "ref: is empty"),
    ],
)
def test_a_staff_row_that_cannot_be_read_says_why(site: CsvSite, row: str, reason: str) -> None:
    site.write("staff.csv", STAFF + row + "\n")
    site.read()
    assert [each for *_, each in site.rejects()] == [reason]
    assert rows(site, staff, "ref") == []


def test_assignments_are_told_apart_by_their_beginning(site: CsvSite) -> None:
    site.write("clients.csv", HEADER + C1)
    site.write("staff.csv", STAFF + JD)
    for row in ("2026-01-05,", "2026-01-06,2026-03-01", "2026-06-01,", "2026-06-01,"):
        site.write("cases.csv", CASES + f"C-1,JD,case_manager,{row}\n")
        site.read()
    found = [
        (shown(began), ended and shown(ended))
        for began, ended in rows(site, assignments, "began", "ended")
    ]
    assert found == [("2026-01-06 05:00", "2026-03-01 05:00"), ("2026-06-01 04:00", None)]


def test_a_change_of_who_is_assigned_is_evaluated_from_its_date(site: CsvSite) -> None:
    site.write("clients.csv", HEADER + C1)
    site.write("staff.csv", STAFF + JD + "KL,Case Manager,212 555 0143,,,\n")
    site.read()
    site.take_dirty()
    assigned = CASES + "C-1,JD,case_manager,2026-02-01,\n"
    site.write("cases.csv", assigned)
    site.read()
    assert site.take_dirty() == {"C-1": "2026-02-01 05:00"}
    site.write("cases.csv", assigned + "C-1,KL,case_manager,2026-03-01,\n")
    site.read()
    assert site.take_dirty() == {}, "a second case manager changes nothing"


def test_an_assignment_without_a_date_holds_from_when_it_is_first_read(site: CsvSite) -> None:
    site.write("clients.csv", HEADER + C1)
    site.write("staff.csv", STAFF + JD)
    for name in ("pairs.csv", "pairs-2.csv"):
        site.write(name, "client,staff\nC-1,JD\n")
        site.read()
    assert [(role, shown(began)) for role, began in rows(site, assignments, "role", "began")] == [
        ("mentor", "2026-11-22 12:00")
    ]


def test_who_is_not_in_the_roster_cannot_be_assigned(site: CsvSite) -> None:
    site.write("clients.csv", HEADER + C1)
    site.write(
        "cases.csv", CASES + "C-1,XX,case_manager,2026-01-05,\nC-9,JD,case_manager,2026-01-05,\n"
    )
    site.read()
    assert [reason for *_, reason in site.rejects()] == [
        "nobody called 'XX' is among the staff",
        "no client 'C-9' is in the roster",
    ]


def test_a_revocation_ends_every_earlier_consent_and_is_not_taken_back(site: CsvSite) -> None:
    site.write("clients.csv", HEADER + C1)
    site.write("staff.csv", STAFF + "MM,mentor,,,,\n")
    for row in (
        "2026-01-05,2027-01-05,",
        "2026-02-05,2027-01-05,",
        "2026-02-05,2027-01-05,2026-04-01",
        "2026-02-05,2027-01-05,",
        "2026-05-01,,",
    ):
        site.write("consents.csv", CONSENTS + f"C-1,MM,the gardener,{row}\n")
        site.read()
    assert site.rejects() == []
    found = rows(site, consents, "given_at", "revoked_at")
    assert [
        (from_us(given).month, revoked and from_us(revoked).month) for given, revoked in found
    ] == [
        (1, 4),
        (2, 4),
        (5, None),
    ]


def test_who_is_alone_in_a_role_takes_it_from_the_one_before(
    tmp_path: Path, database: Database
) -> None:
    mapping = MAPPING.replace("roster: assignments\n", "roster: assignments\n  one_per: role\n")
    site = CsvSite(tmp_path, database, settings_of(tmp_path, mapping))
    site.write("clients.csv", HEADER + C1)
    site.write("staff.csv", STAFF + JD + JD.replace("JD", "KL"))
    site.write("cases.csv", CASES + "C-1,JD,case_manager,2026-01-05,\n")
    site.read()
    site.write("cases.csv", CASES + "C-1,KL,case_manager,2026-03-01,\n")
    site.read()
    site.write("pairs.csv", "client,staff\nC-1,JD\n")
    site.read()
    began = [
        (role, shown(began)[:10], ended and shown(ended)[:10])
        for role, began, ended in rows(site, assignments, "role", "began", "ended")
    ]
    assert began == [
        ("case_manager", "2026-01-05", "2026-03-01"),
        ("case_manager", "2026-03-01", None),
        ("mentor", "2026-11-22", None),
    ]


def test_an_assignment_waits_for_the_member_of_staff(site: CsvSite) -> None:
    site.write("clients.csv", HEADER + C1)
    site.write("cases.csv", CASES + "C-1,JD,case_manager,2026-01-05,\n")
    site.read()
    assert len(site.rejects()) == 1
    site.write("staff.csv", STAFF + JD)
    site.read()
    assert site.rejects() == []
    assert len(rows(site, assignments, "role")) == 1


def test_a_person_who_is_given_two_roles_in_one_file_is_named(site: CsvSite) -> None:
    boss = JD.replace("Case Manager", "Supervisor")
    site.write("staff.csv", STAFF + boss + JD)
    site.read()
    assert rows(site, staff, "ref", "role") == [("JD", "case_manager")]
    ((_, line, reason),) = site.rejects()
    assert line == 3
    assert reason.startswith("role: JD is supervisor in an earlier row of this file")


def test_a_role_that_another_file_changes_is_a_change(site: CsvSite) -> None:
    for row in (JD, JD.replace("Case Manager", "Supervisor")):
        site.write("staff.csv", STAFF + row)
        site.read()
    assert rows(site, staff, "ref", "role") == [("JD", "supervisor")]
    assert site.rejects() == []


@pytest.mark.parametrize(
    ("written", "read"), [("9pm", "21:00"), ("9:30 PM", "21:30"), ("24:00", "00:00")]
)
def test_quiet_hours_are_read_as_people_write_them(site: CsvSite, written: str, read: str) -> None:
    site.write("staff.csv", STAFF + f"JD,supervisor,,{written},7am,\n")
    site.read()
    assert rows(site, staff, "quiet_from", "quiet_to") == [(read, "07:00")]


def test_a_member_of_staff_is_taken_without_quiet_hours_that_cannot_be_read(site: CsvSite) -> None:
    site.write("staff.csv", STAFF + "JD,supervisor,212 555 0142,evening,7:00,\n")
    site.read()
    assert rows(site, staff, "ref", "quiet_from") == [("JD", None)]
    assert [reason for *_, reason in site.rejects()] == [
        "quiet_from (from from): 'evening' is not a time of day such as 22:00; the rest of the row "
        "was taken"
    ]
