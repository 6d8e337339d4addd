"""The roster: who is watched, since when, and who may be told; a row read again changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.database.connection import Database
from engine.store.tables.people import clients
from tests.flows.intake.roster_files import (
    C1,
    HEADER,
    MAPPING,
    rows,
    said,
)
from tests.kit.csv_site import CsvSite, settings_of


@pytest.fixture
def site(tmp_path: Path, database: Database) -> CsvSite:
    return CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))


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


def test_a_new_number_makes_its_client_due_and_others_who_have_it(site: CsvSite) -> None:
    site.write("clients.csv", HEADER + "C-1,,212 555 0187,2026-01-05,,,,,\nC-2,,,2026-01-05,,,,,\n")
    site.read()
    site.take_dirty()
    site.write("clients.csv", HEADER + "C-2,,212 555 0187,2026-01-05,,,,,\n")
    site.read()
    assert site.take_dirty().keys() == {"C-1", "C-2"}


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
