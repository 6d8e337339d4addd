"""Ids and refs are compared without what cannot be seen; what a spreadsheet broke is no id."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mapping.identifiers import plain_identifier, read_identifier
from engine.store.database.connection import Database
from tests.kit.csv_site import CLIENTS, CsvSite, settings_of

TESTS = "id,client,at,result\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("C-1\u200b", "C-1"),
        ("\ufeffC-1", "C-1"),
        ("C\u20111", "C-1"),
        ("C–1", "C-1"),
        ("Chart\xa0No", "Chart No"),
        (" C-1 ", "C-1"),
        ("Ｃ-１", "C-1"),
        ("9001.0", "9001"),
        ("2.1", "2.1"),
        ("1E10", "1E10"),
        ("V1.0", "V1.0"),
    ],
)
def test_an_identifier_is_read_as_people_see_it(written: str, read: str) -> None:
    assert read_identifier(written) == read


@pytest.mark.parametrize(
    "written", ["1.23457E+14", "1,23457E+14", "2E+09", "#N/A", "#REF!", "########"]
)
def test_a_spreadsheets_shortened_number_or_error_is_no_identifier(written: str) -> None:
    with pytest.raises(ValueError, match="a spreadsheet"):
        read_identifier(written)


@given(st.text(max_size=20))
def test_a_plain_identifier_stays_as_it_is(text: str) -> None:
    assert plain_identifier(plain_identifier(text)) == plain_identifier(text)


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> CsvSite:
    site = CsvSite(tmp_path, sqlite_database)
    site.write("clients.csv", CLIENTS)
    return site


def test_rows_whose_ids_were_shortened_to_one_text_do_not_replace_each_other(
    site: CsvSite,
) -> None:
    rows = "1.23457E+14,C-1,2026-11-01,positive,\n1.23457E+14,C-1,2026-11-02,negative,\n"
    site.write("tests.csv", "id,client,at,result,bac\n" + rows)
    site.read()
    assert site.events() == []
    assert [reason for *_, reason in site.rejects()] == [
        "id: '1.23457E+14' is a long number that a spreadsheet has shortened; export it again, "
        "with this column as text"
    ] * 2


def test_an_id_that_a_program_wrote_as_a_fraction_is_the_same_id(site: CsvSite) -> None:
    site.write(
        "tests.csv", TESTS.replace("result", "result,bac") + "9001,C-1,2026-11-01,negative,\n"
    )
    site.read()
    site.write("tests-2.csv", "id,client,at,result,bac\n9001.0,C-1,2026-11-01,negative,\n")
    assert site.read()["tests-2.csv"].duplicates == 1
    assert len(site.events()) == 1


def test_the_names_of_columns_are_found_whatever_an_export_does_to_them(site: CsvSite) -> None:
    site.write(
        "tests.csv",
        "\ufeffID,\u200bClient,AT\xa0,Result,bac\n1,C-1\u200b,2026-11-01,negative,\n",
    )
    site.read()
    assert (len(site.events()), site.rejects()) == (1, [])


def test_two_columns_that_differ_by_case_alone_are_not_guessed_at(site: CsvSite) -> None:
    site.write("tests.csv", "id,client,at,Result,RESULT,bac\n1,C-1,2026-11-01,negative,positive,\n")
    site.read()
    assert site.events() == []
    assert "'result' twice" in site.rejects()[0][2]


def test_a_column_that_the_mapping_names_exactly_goes_before_one_that_is_like_it(
    site: CsvSite,
) -> None:
    site.write("tests.csv", "id,client,at,result,RESULT,bac\n1,C-1,2026-11-01,negative,x,\n")
    site.read()
    assert (len(site.events()), site.rejects()) == (1, [])


def test_a_member_of_staff_who_is_spelt_otherwise_is_named(
    tmp_path: Path, sqlite_database: Database
) -> None:
    mapping = """
    - {match: clients.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
    - {match: staff.csv, roster: staff, columns: {ref: ref, role: role}}
    - match: cases.csv
      roster: assignments
      columns: {client: client, staff: staff, role: {always: case_manager}}
    """
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, mapping))
    site.write("clients.csv", CLIENTS)
    site.write("staff.csv", "ref,role\nS-1,case_manager\n")
    site.write("cases.csv", "client,staff\nC-1,s-1\n")
    site.read()
    ((_, _, reason),) = site.rejects()
    assert reason.startswith("nobody called 's-1' is among the staff; did you mean 'S-1'?")
