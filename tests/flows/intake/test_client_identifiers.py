"""A source may know a client by a number of its own, which a row of the roster explains."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from connectors.mapping.settings import RowMapping
from engine.errors import UserError
from engine.flows.operations import client_erasure
from engine.flows.operations.client_list import client_list
from engine.flows.operations.identifier_withdrawal import restore, withdraw
from engine.store.database.connection import Database
from engine.store.tables.operations import audit
from engine.store.tables.people import assignments, client_identifiers, record_entries
from tests.kit.csv_site import CsvSite, settings_of
from tests.kit.rows import add_staff
from tests.kit.times import NOON

MAPPING = """
- {match: clients*.csv, roster: clients, columns: {ref: client, enrolled: enrolled, ended: ended}}
- match: numbers*.csv
  roster: identifiers
  columns: {client: chart, system: {always: mrn}, value: number}
- match: team*.csv
  roster: assignments
  clients_by: mrn
  columns: {client: number, staff: staff, role: {always: case_manager}}
- match: tests*.csv
  clients_by: mrn
  events:
    - {kind: test, client: number, at: at, id: id, fields: {result: result}}
"""
ENROLLED = "client,enrolled,ended\nC-1,2026-01-05,\nC-2,2026-02-01,\n"
NUMBERS = "chart,number\nC-1,4711\nC-1,99\nC-2,0815\n"
TESTS = "id,number,at,result\n1,4711,2026-07-01,positive\n2,99,2026-07-02,negative\n"


@pytest.fixture
def site(tmp_path: Path, database: Database) -> CsvSite:
    site = CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", ENROLLED)
    site.read()
    return site


def test_events_under_several_numbers_are_those_of_one_client(site: CsvSite) -> None:
    site.write("numbers.csv", NUMBERS)
    site.write("tests.csv", TESTS)
    site.read()
    assert [client for client, *_ in site.events()] == ["C-1", "C-1"]
    assert site.rejects() == []


def test_an_event_under_a_number_that_nobody_explained_waits_for_it(site: CsvSite) -> None:
    site.write("tests.csv", TESTS)
    site.read()
    assert [reason for _, _, reason in site.rejects()] == [
        "no client 'mrn:4711' is in the roster", "no client 'mrn:99' is in the roster"
    ]  # fmt: skip
    site.write("numbers.csv", NUMBERS)
    site.read()
    site.read()
    assert [client for client, *_ in site.events()] == ["C-1", "C-1"]
    assert site.rejects() == []


def test_a_number_names_one_client_alone_and_a_row_never_makes_a_client(site: CsvSite) -> None:
    site.write("numbers.csv", NUMBERS + "C-2,4711\nC-9,5\n")
    site.read()
    assert [reason for _, _, reason in site.rejects()] == [
        "mrn:4711 is C-1 already, and names one client alone",
        "no client 'C-9' is in the roster",
    ]


def test_assignments_may_name_the_number_too(site: CsvSite) -> None:
    with site.database.write() as conn:
        add_staff(conn, id=7, ref="S-7", role="case_manager", phone=None)
    site.write("numbers.csv", NUMBERS)
    site.write("team.csv", "number,staff\n0815,S-7\n")
    site.read()
    with site.database.read() as conn:
        assert conn.scalars(select(assignments.c.client_id)).all() == [2]


def test_a_number_that_is_longer_than_any_ref_rejects_its_row_alone(site: CsvSite) -> None:
    with site.database.write() as conn:
        add_staff(conn, id=7, ref="S-7", role="case_manager", phone=None)
    site.write("numbers.csv", NUMBERS)
    site.write("team.csv", f"number,staff\n{'4' * 62},S-7\n0815,S-7\n")
    site.write("tests.csv", TESTS + f"3,{'4' * 62},2026-07-03,positive\n")
    site.read()
    assert [reason for _, _, reason in site.rejects()] == [
        "client (from number): 'mrn:4444444444444444…' is longer than 64 characters",
        "client (from number): is longer than 64 characters",
    ]
    with site.database.read() as conn:
        assert conn.scalars(select(assignments.c.client_id)).all() == [2]


def test_a_number_that_is_withdrawn_names_nobody_until_it_is_said_of_another_client(
    site: CsvSite,
) -> None:
    with site.database.write() as conn:
        add_staff(conn, id=7, ref="S-7", role="supervisor", phone=None)
    site.write("numbers.csv", NUMBERS)
    site.write("tests.csv", TESTS)
    site.read()
    withdraw(site.database, "C-1", "mrn:4711", "S-7", "typed wrong at the desk", NOON)
    site.write("tests2.csv", "id,number,at,result\n3,4711,2026-07-03,negative\n")
    site.write("numbers2.csv", NUMBERS)
    site.read()
    assert [client for client, *_ in site.events()] == ["C-1", "C-1"]
    assert sorted(reason for _, _, reason in site.rejects()) == [
        "mrn:4711 was withdrawn from C-1; correct the source, or let it name C-1 again",
        "no client 'mrn:4711' is in the roster",
    ]
    site.write("numbers2.csv", NUMBERS.replace("C-1,4711", "C-2,4711"))
    site.read()
    site.read()
    assert sorted(client for client, *_ in site.events()) == ["C-1", "C-1", "C-2"]
    assert site.rejects() == []


def test_a_number_that_was_right_after_all_names_its_client_again(site: CsvSite) -> None:
    with site.database.write() as conn:
        add_staff(conn, id=7, ref="S-7", role="supervisor", phone=None)
    site.write("numbers.csv", NUMBERS)
    site.read()
    said = "mrn:4711", "S-7", "the desk looked again", NOON
    withdraw(site.database, "C-1", *said)
    for wrong in ("C-2", "C-1"):
        with pytest.raises(UserError, match=f"does not name {wrong}"):
            withdraw(site.database, wrong, *said)
    restore(site.database, "C-1", *said)
    with pytest.raises(UserError, match="was not withdrawn from C-1"):
        restore(site.database, "C-1", *said)
    with pytest.raises(UserError, match="must not name 4711"):
        withdraw(site.database, "C-1", "mrn:4711", "S-7", "4711 is wrong", NOON)
    site.write("tests.csv", TESTS)
    site.read()
    assert [client for client, *_ in site.events()] == ["C-1", "C-1"]
    with site.database.read() as conn:
        (line,) = client_list(conn, "C-1", NOON)
        details = conn.scalars(select(audit.c.detail)).all()
    assert line.identifiers == "mrn:4711, mrn:99"
    assert [each for each in details if "4711" in str(each)] == []


def test_what_comes_under_a_number_of_an_erased_client_is_dropped(site: CsvSite) -> None:
    with site.database.write() as conn:
        add_staff(conn, id=7, ref="S-7", role="supervisor", phone=None)
    site.write("numbers.csv", NUMBERS)
    site.write("clients.csv", ENROLLED.replace("2026-01-05,", "2026-01-05,2026-03-01"))
    site.read()
    client_erasure.erase(site.database, "C-1", "S-7", "asked by letter", NOON, for_good=True)
    site.write("tests.csv", TESTS)
    site.read()
    assert site.events() == []
    assert site.rejects() == []
    with site.database.read() as conn:
        names = conn.scalars(select(client_identifiers.c.name)).all()
        assert [name for name in names if "4711" in name] == []
        assert conn.scalars(select(record_entries.c.client_id).distinct()).all() == [2]


def test_a_list_of_clients_names_no_other_system() -> None:
    columns = {"ref": ["client"]}
    with pytest.raises(ValidationError, match="clients_by: goes with"):
        RowMapping.model_validate({"roster": "clients", "clients_by": "mrn", "columns": columns})
