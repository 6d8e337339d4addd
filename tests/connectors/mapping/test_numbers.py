"""`decimal:` counts wherever a number is read, and thousands are never taken for decimals."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.kit.csv_site import CLIENTS, CsvSite, settings_of

MAPPING = """
- {match: clients.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
- match: tests.csv
  delimiter: ;
  decimal: ","
  skip_when: {Promille: {less_than: 0.2}}
  events:
    - kind: test
      client: client
      at: at
      id: id
      when: {Promille: {at_most: 0.9}}
      fields:
        result:
          - {when: {Promille: {at_least: 0.3}}, always: positive}
          - {always: negative}
        bac: [{when: {id: 9}, always: 0.5}, Promille]
"""


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> CsvSite:
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", CLIENTS)
    return site


def test_a_decimal_comma_counts_in_conditions_as_in_fields(site: CsvSite) -> None:
    site.write(
        "tests.csv",
        "id;client;at;Promille\n1;C-1;2026-03-02;0,35\n2;C-1;2026-03-03;0,25\n3;C-1;2026-03-04;0,1\n"
        "4;C-1;2026-03-05;0,95\n9;C-1;2026-03-06;0,4\n",
    )
    site.read()
    assert site.rejects() == []
    assert [fields for *_, fields in site.events()] == [
        {"bac": 0.35, "result": "positive"},
        {"bac": 0.25, "result": "negative"},
        {"bac": 0.5, "result": "positive"},
    ]


@pytest.mark.parametrize("written", ["1.234", "1.234,5", "0.35"])
def test_what_may_be_a_thousand_is_rejected(site: CsvSite, written: str) -> None:
    site.write("tests.csv", f"id;client;at;Promille\n1;C-1;2026-03-02;{written}\n")
    site.read()
    assert site.events() == []
    ((_, _, reason),) = site.rejects()
    assert "a point between thousands cannot be read" in reason
