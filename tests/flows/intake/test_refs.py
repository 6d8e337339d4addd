"""If two systems write a ref differently, the reason names the near one; a mapping can fix it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.kit.csv_site import CsvSite, settings_of

MAPPING = """
- {match: clients.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
- {match: staff.csv, roster: staff, columns: {ref: ref, role: role}}
- match: cases.csv
  roster: assignments
  columns: {client: client, staff: staff, role: {always: case_manager}}
- match: tests.csv
  events: [{kind: test, client: %s, at: at, id: id, fields: {result: result}}]
"""
TESTS = "id,client,at,result\n"


def site_of(folder: Path, database: Database, client: str = "client") -> CsvSite:
    site = CsvSite(folder, database, settings_of(folder, MAPPING % client))
    site.write("clients.csv", "client,enrolled\n00123,2026-01-05\nC-1,2026-01-05\n")
    site.write("staff.csv", "ref,role\nJD,case_manager\n")
    return site


def test_a_ref_that_differs_by_case_or_zeros_names_the_one_that_may_be_meant(
    tmp_path: Path, database: Database
) -> None:
    site = site_of(tmp_path, database)
    site.write("tests.csv", TESTS + "1,123,2026-07-01,positive\n2,c-1,2026-07-01,positive\n")
    site.write("cases.csv", "client,staff\n0123,JD\nC-9,JD\n")
    site.read()
    assert [reason.partition("? ")[0] for *_, reason in site.rejects()] == [
        "no client '0123' is in the roster; did you mean '00123'",
        "no client 'C-9' is in the roster",
        "no client '123' is in the roster; did you mean '00123'",
        "no client 'c-1' is in the roster; did you mean 'C-1'",
    ]


@pytest.mark.parametrize(
    ("client", "written"),
    [
        ("{column: client, pad: 5}", "123"),
        ("{column: client, strip: '#', pad: 5}", "##123"),
        ("{column: client, upper: yes}", "c-1"),
    ],
)
def test_a_mapping_writes_refs_alike(
    client: str, written: str, tmp_path: Path, sqlite_database: Database
) -> None:
    site = site_of(tmp_path, sqlite_database, client)
    site.write("tests.csv", TESTS + f"1,{written},2026-07-01,positive\n")
    site.read()
    assert (len(site.events()), site.rejects()) == (1, [])
