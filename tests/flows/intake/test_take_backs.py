"""An event that its source takes back goes, and stays gone until the source gives it again."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, given, settings
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
  skip_when: {state: [cancelled, entered in error]}
  events:
    - {kind: test, client: client, at: at, id: id, fields: {result: result}}
    - {kind: contact, client: client, at: at, id: id, when: {called: yes}}
"""
HEADER = "id,client,at,result,state,called\n"
FINAL = "1,C-1,2026-07-01,positive,final,\n"
CANCELLED = "1,C-1,2026-07-01,positive,cancelled,\n"


@pytest.fixture
def site(tmp_path: Path, database: Database) -> CsvSite:
    site = CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", CLIENTS)
    return site


def kinds(site: CsvSite) -> list[str]:
    return [kind for _, kind, *_ in site.everything()]


def say(site: CsvSite, name: str, *rows: str) -> list[str]:
    site.write(name, HEADER + "".join(rows))
    site.read()
    return kinds(site)


def test_a_row_that_is_to_be_skipped_after_it_was_read_withdraws_its_event(site: CsvSite) -> None:
    assert say(site, "tests.csv", FINAL) == ["test"]
    site.take_dirty()
    assert say(site, "tests.csv", CANCELLED) == []
    assert site.take_dirty() == {"C-1": "2026-07-01 04:00"}
    assert site.versions() == [{"result": "positive"}]
    assert say(site, "tests.csv", FINAL) == ["test"]


def test_a_row_whose_condition_holds_no_more_withdraws_its_event(site: CsvSite) -> None:
    assert say(site, "tests.csv", FINAL.replace("final,", "final,yes")) == ["contact", "test"]
    assert say(site, "tests.csv", FINAL.replace("final,", "final,no")) == ["test"]


@pytest.mark.parametrize("name", ["tests.csv", "tests-2.csv", "a/tests.csv"])
def test_the_word_may_come_in_another_file_or_later_in_the_same(site: CsvSite, name: str) -> None:
    if "/" in name:
        name = "tests-0.csv"
    say(site, "tests.csv", FINAL)
    if name == "tests.csv":
        site.append(name, CANCELLED)
        site.read()
    else:
        say(site, name, CANCELLED)
    assert kinds(site) == []


def test_an_old_file_that_is_read_again_undoes_no_later_word(site: CsvSite) -> None:
    say(site, "tests-1.csv", FINAL)
    assert say(site, "tests-2.csv", CANCELLED) == []
    other = "2,C-2,2026-07-03,negative,final,\n"
    assert say(site, "tests-1.csv", other, FINAL) == ["test"]
    assert [ref for ref, *_ in site.events()] == ["C-2"]
    say(site, "tests-3.csv", FINAL.replace("positive", "negative"))
    assert len(site.events()) == 2
    assert say(site, "tests-2.csv", other, CANCELLED) == ["test", "test"]


def test_of_two_words_in_one_file_the_last_counts_however_often_it_is_read(site: CsvSite) -> None:
    assert say(site, "tests.csv", FINAL, CANCELLED) == []
    assert say(site, "tests.csv", FINAL, CANCELLED, FINAL) == ["test"]
    assert say(site, "tests.csv", FINAL, CANCELLED, FINAL, CANCELLED) == []
    before = site.stored()
    site.settings = settings_of(site.folder, MAPPING, timezone="America/New_York")
    site.read()
    assert site.stored() == before


def test_a_rejected_row_is_settled_when_its_event_is_read_from_any_file(site: CsvSite) -> None:
    say(site, "tests.csv", FINAL, "2,C-9,2026-07-01,positive,final,\n", "3,C-1,soon,positive,,\n")
    assert len(site.rejects()) == 2
    fixed = "2,C-2,2026-07-01,positive,final,\n", "3,C-1,2026-07-02,positive,,\n"
    say(site, "tests-2026-07-03.csv", FINAL, *fixed)
    assert site.rejects() == []


def test_a_conflict_is_not_settled_by_the_row_that_was_there_first(site: CsvSite) -> None:
    say(site, "tests.csv", FINAL)
    say(site, "tests-2.csv", FINAL.replace("C-1", "C-2"))
    say(site, "tests.csv", FINAL, FINAL.replace("1,", "4,", 1))
    assert len(site.rejects()) == 1


row = st.tuples(
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from(["positive", "negative"]),
    st.sampled_from(["final", "cancelled"]),
    st.sampled_from(["2026-07-01", "2026-07-02"]),
)
# What the source's one file says, day by day.
histories = st.lists(st.lists(row, max_size=6), min_size=1, max_size=5)


@settings(
    cases(40), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(days=histories)
def test_after_any_history_the_store_says_what_the_source_said_last(
    sqlite_database: Database, days: list[list[tuple[str, str, str, str]]]
) -> None:
    folder = Path(mkdtemp())
    site = CsvSite(folder, sqlite_database, settings_of(folder, MAPPING))
    with site.database.write() as conn:
        for table in (event_versions, events, rejects, source_positions, withdrawals):
            conn.execute(delete(table))
    site.write("clients.csv", CLIENTS)
    truth: dict[str, tuple[str, str]] = {}
    for number, day in enumerate(days):
        for number_of, result, state, at in day:
            truth[number_of] = (at, result)
            if state == "cancelled":
                del truth[number_of]
        rows = [f"{of},C-1,{at},{result},{state},\n" for of, result, state, at in day]
        say(site, f"tests-{number}.csv", *rows)
    assert sorted((at[:10], fields["result"]) for _, at, fields in site.events()) == sorted(
        truth.values()
    )
