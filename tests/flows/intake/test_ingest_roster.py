"""The roster: who is watched, since when, and who may be told; a row read again changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Table, select

from engine.model.instant import from_us
from engine.store.database.connection import Database
from engine.store.tables.people import assignments, clients, consents, staff
from tests.kit.csv_site import CsvSite, settings_of, shown

MAPPING = """
- match: clients*.csv
  roster: clients
  columns:
    ref: ref
    timezone: zone
    phone: phone
    enrolled: enrolled
    ended: ended
    discharged: discharged
    leave_began: left
    leave_ended: back
    attributes: {program: program}
- match: phases*.csv
  roster: clients
  columns: {ref: ref, as_of: since, attributes: {phase: phase}}
- match: staff*.csv
  roster: staff
  columns:
    {ref: ref, call_name: called, role: role, phone: phone, quiet_from: from, quiet_to: to,
     active: active}
- match: cases*.csv
  roster: assignments
  columns: {client: client, staff: staff, role: role, began: began, ended: ended}
- match: pairs*.csv
  roster: assignments
  columns: {client: client, staff: staff, role: {always: mentor}}
- match: consents*.csv
  roster: consents
  columns: {client: client, staff: staff, alias: alias, scope: {always: outreach}, purpose: \
{always: support},
            given: given, expires: expires, revoked: revoked}
"""
HEADER = "ref,zone,phone,enrolled,ended,discharged,left,back,program\n"
STAFF = "ref,role,phone,from,to,active\n"
CASES = "client,staff,role,began,ended\n"
CONSENTS = "client,staff,alias,given,expires,revoked\n"
C1 = "C-1,America/New_York,,2026-01-05,,,,,\n"
JD = "JD,Case Manager,212 555 0142,22:00,7:00,\n"


@pytest.fixture
def site(tmp_path: Path, database: Database) -> CsvSite:
    return CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))


def said(site: CsvSite, *rows: str) -> list[tuple[str, str, str | None]]:
    """The record of C-1 after the clients file said each of these in turn."""
    for row in rows:
        site.write("clients.csv", HEADER + row + "\n")
        site.read()
    assert site.rejects() == []
    return site.record("C-1")


def rows(site: CsvSite, table: Table, *columns: str) -> list[tuple[object, ...]]:
    with site.database.read() as conn:
        found = conn.execute(select(*(table.c[name] for name in columns)).order_by(table.c.id))
        return [tuple(row) for row in found]


def test_a_row_becomes_a_client_with_a_record(site: CsvSite) -> None:
    record = said(
        site, "C-1,America/Chicago,(212) 555-0187,2026-01-05,,2026-01-02,2026-02-01,2026-02-08,iop"
    )
    assert record == [
        ("2026-01-02 06:00", "discharged", None),
        ("2026-01-05 06:00", "enrolled", None),
        ("2026-01-05 06:00", "program", "iop"),
        ("2026-02-01 06:00", "leave_began", None),
        ("2026-02-08 06:00", "leave_ended", None),
    ]
    assert rows(site, clients, "ref", "timezone", "phone") == [
        ("C-1", "America/Chicago", "+12125550187")
    ]
    assert site.take_dirty() == {"C-1": "2026-01-02 06:00"}


def test_a_client_without_a_timezone_has_the_sites(site: CsvSite) -> None:
    said(site, "C-1,,,2026-01-05,,,,,")
    assert rows(site, clients, "timezone") == [("America/New_York",)]


def test_a_row_read_again_changes_nothing(site: CsvSite) -> None:
    row = "C-1,,212 555 0187,2026-01-05,2026-05-01,2026-01-02,2026-02-01,2026-02-08,iop"
    before = said(site, row)
    site.take_dirty()
    site.write("clients-2.csv", HEADER + row + "\n")
    counts = site.read()["clients-2.csv (clients)"]
    assert (counts.new, counts.corrected, counts.duplicates) == (0, 0, 1)
    assert site.record("C-1") == before
    assert site.take_dirty() == {}


def test_another_date_corrects_the_first_and_takes_the_attributes_with_it(site: CsvSite) -> None:
    said(site, "C-1,,,2026-01-05,,,,,iop")
    site.take_dirty()
    assert said(site, "C-1,,,2026-01-02,,,,,iop") == [
        ("2026-01-02 05:00", "enrolled", None),
        ("2026-01-02 05:00", "program", "iop"),
    ]
    assert site.take_dirty() == {"C-1": "2026-01-02 05:00"}


def test_an_end_may_come_be_corrected_and_be_taken_back(site: CsvSite) -> None:
    assert said(
        site,
        "C-1,,,2026-01-05,,,,,",
        "C-1,,,2026-01-05,2026-03-01,,,,",
        "C-1,,,2026-01-05,2026-03-05,,,,",
    )[1:] == [("2026-03-05 05:00", "ended", None)]
    assert said(site, "C-1,,,2026-01-05,,,,,")[1:] == []


def test_who_comes_back_after_the_end_is_enrolled_again(site: CsvSite) -> None:
    first = "C-1,,,2026-01-05,2026-03-01,2026-01-05,,,"
    record = said(site, first, "C-1,,,2026-06-01,,2026-05-30,,,")
    assert [(at[:10], entry) for at, entry, _ in record] == [
        ("2026-01-05", "discharged"),
        ("2026-01-05", "enrolled"),
        ("2026-03-01", "ended"),
        ("2026-05-30", "discharged"),
        ("2026-06-01", "enrolled"),
    ]
    # A row about the first time is still about the first time.
    assert said(site, first) == record


def test_an_end_before_its_beginning_is_rejected(site: CsvSite) -> None:
    site.write("clients.csv", HEADER + "C-1,,,2026-03-05,2026-01-01,,,,\nC-2,,,,,,,2026-01-01,\n")
    site.read()
    assert [reason for *_, reason in site.rejects()] == [
        "ended comes before enrolled",
        "gives leave_ended but not leave_began, and no earlier row gave it",
    ]
    assert rows(site, clients, "ref") == []


def test_a_client_is_back_when_an_open_leave_is_no_longer_told_of(site: CsvSite) -> None:
    record = said(site, "C-1,,,2026-01-05,,,2026-11-01,,", "C-1,,,2026-01-05,,,,,")
    assert record[1:] == [
        ("2026-11-01 04:00", "leave_began", None),
        ("2026-11-22 12:01", "leave_ended", None),
    ]
    assert said(site, "C-1,,,2026-01-05,,,,,") == record


def test_a_leave_that_has_not_begun_may_be_called_off(site: CsvSite) -> None:
    assert said(site, "C-1,,,2026-01-05,,,2026-12-01,,", "C-1,,,2026-01-05,,,,,") == [
        ("2026-01-05 05:00", "enrolled", None)
    ]


def test_a_past_leave_stays_when_it_is_no_longer_told_of(site: CsvSite) -> None:
    record = said(site, "C-1,,,2026-01-05,,,2026-02-01,2026-02-03,", "C-1,,,2026-01-05,,,,,")
    assert [entry for _, entry, _ in record] == ["enrolled", "leave_began", "leave_ended"]


def test_an_attribute_that_changes_holds_from_then_on(site: CsvSite) -> None:
    record = said(
        site, "C-1,,,2026-01-05,,,,,iop", "C-1,,,2026-01-05,,,,,aftercare", "C-1,,,2026-01-05,,,,,"
    )
    assert [entry for entry in record if entry[1] == "program"] == [
        ("2026-01-05 05:00", "program", "iop"),
        ("2026-11-22 12:01", "program", "aftercare"),
        ("2026-11-22 12:02", "program", None),
    ]


def test_older_files_read_again_with_the_newer_leave_attributes_as_they_are(
    site: CsvSite, tmp_path: Path
) -> None:
    site.write("clients-1.csv", HEADER + "C-1,,,2026-01-05,,,,,iop\n")
    site.read()
    site.write("clients-2.csv", HEADER + "C-1,,,2026-01-05,,,,,aftercare\n")
    site.read()
    before = site.record("C-1")
    site.settings = settings_of(tmp_path, MAPPING, timezone="America/New_York")
    site.read()
    assert site.record("C-1") == before


def test_an_attribute_with_a_date_holds_from_that_date(site: CsvSite) -> None:
    said(site, C1.strip())
    site.write(
        "phases.csv", "ref,since,phase\nC-1,2026-05-01,2\nC-1,2026-03-01,1\nC-1,2026-05-01,3\n"
    )
    site.read()
    assert [entry for entry in site.record("C-1") if entry[1] == "phase"] == [
        ("2026-03-01 05:00", "phase", "1"),
        ("2026-05-01 04:00", "phase", "3"),
    ]


def test_a_client_whose_phone_cannot_be_read_is_taken_without_it(site: CsvSite) -> None:
    site.write("clients.csv", HEADER + "C-1,,12,2026-01-05,,,,,\n")
    site.read()
    assert rows(site, clients, "ref", "phone") == [("C-1", None)]
    [(_, _, reason)] = site.rejects()
    assert reason == "phone: '12' is not a phone number that exists; the rest of the row was taken"


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
            "admin",
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


@pytest.mark.parametrize(
    "written", ["0000-00-00", "0000-00-00 00:00:00", "9999-12-31", "1900-01-01", "0001-01-01"]
)
def test_dates_that_databases_write_where_there_is_none_say_nothing(
    site: CsvSite, written: str
) -> None:
    row = f"C-1,America/New_York,,2026-01-05,{written},{written},{written},{written},iop"
    assert [(entry, value) for _, entry, value in said(site, row)] == [
        ("enrolled", None),
        ("program", "iop"),
    ]


def test_a_client_who_has_no_real_day_of_enrolment_is_not_taken_for_one_who_has_none(
    site: CsvSite,
) -> None:
    site.write("clients.csv", HEADER + "C-1,America/New_York,,9999-12-31,,,,,iop\n")
    site.read()
    assert [reason for *_, reason in site.rejects()] == [
        "enrolled: 9999-12-31 is outside the years 1970 to 2112"
    ]


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
