"""A smaller version of an event never stands, in whatever order the versions come."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from engine.store.database.connection import Database
from engine.store.tables.intake import (
    event_versions,
    events,
    rejects,
    source_positions,
    withdrawals,
)
from tests.kit.csv_site import CLIENTS, CsvSite, settings_of
from tests.kit.generated import cases

MAPPING = """
- {match: clients*.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
- match: tests*.csv
  events:
    - kind: test
      client: client
      at: at
      id: id
      version: [edited, made]
      withdraw_when: {state: cancelled}
      fields: {result: result}
"""
HEADER = "id,client,at,result,state,edited,made\n"
LATE = "1,C-1,2026-07-01,positive,final,,1\n"
FINAL = "1,C-1,2026-07-01,negative,final,2,1\n"
GONE = "1,,,,cancelled,3,1\n"
AGAIN = "1,C-2,2026-09-01,dilute,final,4,1\n"


@pytest.fixture
def site(tmp_path: Path, database: Database) -> CsvSite:
    site = CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", CLIENTS)
    return site


def results(site: CsvSite) -> list[tuple[object, object]]:
    return [(ref, fields["result"]) for ref, _, fields in site.events()]  # type: ignore[index]


def test_a_late_preliminary_does_not_replace_the_final(site: CsvSite) -> None:
    site.write("tests-1.csv", HEADER + FINAL)
    site.read()
    site.write("tests-2.csv", HEADER + LATE)
    assert site.read()["tests-2.csv"].duplicates == 1
    assert results(site) == [("C-1", "negative")]


def test_a_withdrawal_that_comes_before_its_event_keeps_it_away(site: CsvSite) -> None:
    for number, row in enumerate((GONE, FINAL, LATE)):
        site.write(f"tests-{number}.csv", HEADER + row)
        site.read()
    assert results(site) == []
    site.write("tests-9.csv", HEADER + AGAIN)
    site.read()
    assert results(site) == [("C-2", "dilute")]


def test_a_newer_version_may_be_about_another_client_and_day(site: CsvSite) -> None:
    site.write("tests.csv", HEADER + FINAL + AGAIN)
    site.read()
    assert results(site) == [("C-2", "dilute")]
    assert site.rejects() == []


def test_what_is_said_again_as_a_newer_version_outlives_what_came_between(site: CsvSite) -> None:
    said = ("2", "4", "3")
    words = ("positive", "positive", "negative")
    for version, word in zip(said, words, strict=True):
        row = FINAL.replace("negative", word).replace(",2,", f",{version},")
        site.write(f"tests-{version}.csv", HEADER + row)
        site.read()
    assert results(site) == [("C-1", "positive")]


def test_a_row_without_its_version_is_put_aside(site: CsvSite) -> None:
    site.write("tests.csv", HEADER + "1,C-1,2026-07-01,positive,final,,\n")
    site.read()
    assert site.rejects() == [
        ("tests.csv", 2, "version (from edited and made): is empty"),
    ]


def test_an_instant_may_be_the_version(tmp_path: Path, sqlite_database: Database) -> None:
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", CLIENTS)
    newer = FINAL.replace(",2,", ",2026-07-02T08:00:00-05:00,")
    older = LATE.replace(",,1", ",2026-07-02T12:59:00Z,1")
    site.write("tests.csv", HEADER + newer + older)
    site.read()
    assert results(site) == [("C-1", "negative")]


@pytest.mark.parametrize("order", list(permutations((LATE, FINAL, GONE, AGAIN))))
def test_one_file_may_hold_them_in_any_order(
    tmp_path: Path, sqlite_database: Database, order: tuple[str, ...]
) -> None:
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", CLIENTS)
    site.write("tests.csv", HEADER + "".join(order))
    site.read()
    assert results(site) == [("C-2", "dilute")]


word = st.tuples(
    st.sampled_from(["1", "2"]),
    st.sampled_from(["positive", "negative", "cancelled"]),
    st.sampled_from(["C-1", "C-2"]),
)


@cases(60)
@given(said=st.lists(word, max_size=8), data=st.data())
def test_the_store_says_what_the_source_said_last_in_whatever_order_it_came(
    sqlite_database: Database, said: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    folder = Path(mkdtemp())
    site = CsvSite(folder, sqlite_database, settings_of(folder, MAPPING))
    with site.database.write() as conn:
        for table in (event_versions, events, rejects, source_positions, withdrawals):
            conn.execute(delete(table))
    site.write("clients.csv", CLIENTS)
    truth = {key: (ref, result) for key, result, ref in said}
    rows = [
        f"{key},{ref},2026-07-01,{result},{result},{version},\n"
        for version, (key, result, ref) in enumerate(said)
    ]
    came = data.draw(st.permutations(rows + data.draw(st.lists(st.sampled_from(rows or [""])))))
    cut = data.draw(st.integers(0, len(came)))
    for number, some in enumerate((came[:cut], came[cut:])):
        site.write(f"tests-{number}.csv", HEADER + "".join(some))
        site.read()
    assert sorted(results(site)) == sorted(
        each for each in truth.values() if each[1] != "cancelled"
    )
    assert site.rejects() == []
