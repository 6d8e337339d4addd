"""A database as a source: rows come once, changes come after them, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from textwrap import indent

import pytest
from sqlalchemy import Engine, create_engine, text

from connectors import registry
from engine.config import load
from engine.errors import MistakesError, UserError
from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.model.settings import Settings
from engine.ports import Source
from engine.store.database.connection import Database
from tests.kit.csv_site import CsvSite
from tests.kit.databases import Postgres

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
TABLES = """
CREATE TABLE people (ref TEXT, enrolled DATE);
CREATE TABLE visits (id INTEGER, ref TEXT, at TIMESTAMP, status TEXT, changed TIMESTAMP);
INSERT INTO people VALUES ('C-1', '2026-01-05'), ('C-2', '2026-01-05')
"""
QUERIES = """
- name: people
  query: select ref, enrolled from people
  roster: clients
  columns: {ref: ref, enrolled: enrolled}
- name: visits
  query: select * from visits where changed >= :since order by changed
  since: changed
  begin: 2026-01-01
  events:
    - {kind: attendance, client: ref, at: at, id: id, fields: {activity: {always: group},
       status: {column: status, values: {A: attended, N: no_show}}}}
"""


class SqlSite(CsvSite):
    """A site with a database of the clinic's beside its own."""

    def __init__(
        self, folder: Path, database: Database, url: str, queries: str = QUERIES, more: str = ""
    ) -> None:
        self.url, self.clinic = url, create_engine(url)
        super().__init__(folder, database, self.configured(folder, queries, more))
        self.now = START
        self.asked = self.opened()

    def configured(self, folder: Path, queries: str = QUERIES, more: str = "") -> Settings:
        where = (
            f"{{sqlite: {self.clinic.url.database}}}"
            if self.clinic.dialect.name == "sqlite"
            else "{url: {env: HIS_URL}}"
        )
        (folder / "config.yaml").write_text(
            "timezone: America/New_York\nsources:\n  - name: his\n"
            f"    sql: {where}\n{more}    queries:\n{indent(queries.strip(), ' ' * 6)}\n"
        )
        return load(folder / "config.yaml")

    def opened(self) -> Source:
        return registry.source("sql").open_source(self.settings.sources[0], self.settings.kinds)

    def run(self, *statements: str) -> None:
        with self.clinic.begin() as conn:
            for statement in statements:
                conn.execute(text(statement))

    def visit(self, number: int, status: str, changed: str, ref: str = "C-1") -> None:
        self.run(
            f"DELETE FROM visits WHERE id = {number}",
            f"INSERT INTO visits VALUES ({number}, '{ref}', '2026-03-02 09:00:00', '{status}', "
            f"'2026-03-02 {changed}')",
        )

    def read(self) -> Mapping[str, ingest.IngestCounts]:  # type: ignore[override]
        """Ask the database; then it is five minutes later."""
        counts = ingest.read(self.database, self.asked, "America/New_York", to_us(self.now))
        self.now += timedelta(minutes=5)
        return counts

    def statuses(self) -> list[tuple[object, object]]:
        return [(ref, fields["status"]) for ref, _, fields in self.events()]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of the clinic's database, with its tables."""
    if request.param == "sqlite":
        found = f"sqlite:///{tmp_path / 'his.db'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        found = postgres.new_url().replace("postgresql://", "postgresql+psycopg://")
    monkeypatch.setenv("HIS_URL", found.replace("+psycopg", ""))
    engine: Engine = create_engine(found)
    with engine.begin() as conn:
        for statement in TABLES.split(";"):
            conn.execute(text(statement))
    yield found
    engine.dispose()


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database, url: str) -> Iterator[SqlSite]:
    found = SqlSite(tmp_path, sqlite_database, url)
    yield found
    found.clinic.dispose()


def test_a_row_becomes_an_event_once_and_its_change_a_correction(site: SqlSite) -> None:
    site.visit(1, "A", "09:10:00")
    assert site.read()["visits"].new == 1
    assert site.events() == [
        ("C-1", "2026-03-02 14:00", {"activity": "group", "status": "attended"})
    ]
    assert "visits" not in site.read()
    site.visit(1, "N", "09:30:00")
    assert site.read()["visits"].corrected == 1
    site.visit(1, "A", "09:40:00")
    assert site.read()["visits"].corrected == 1
    assert site.statuses() == [("C-1", "attended")]


def test_a_row_that_is_committed_late_comes_within_the_overlap(site: SqlSite) -> None:
    site.visit(1, "A", "09:10:00")
    site.read()
    site.visit(2, "N", "09:01:00", "C-2")
    site.visit(3, "N", "08:59:00", "C-2")
    site.read()
    assert site.statuses() == [("C-1", "attended"), ("C-2", "no_show")]


def test_a_row_that_cannot_be_read_is_put_aside_once_and_read_when_it_is_right(
    site: SqlSite,
) -> None:
    site.visit(1, "A", "09:10:00", "C-9")
    site.visit(2, "?", "09:11:00")
    for _ in range(3):
        site.read()
    assert [(item, reason) for item, _, reason in site.rejects()] == [
        ("visits", "no client 'C-9' is in the roster"),
        ("visits", "status: the mapping does not say what '?' means in the column 'status'"),
    ]
    site.run("INSERT INTO people VALUES ('C-9', '2026-01-05')")
    site.visit(2, "A", "09:12:00")
    site.read()
    assert site.rejects() == []
    assert site.statuses() == [("C-1", "attended"), ("C-9", "attended")]


def test_the_whole_result_is_a_complete_list(
    tmp_path: Path, sqlite_database: Database, url: str
) -> None:
    queries = QUERIES.replace("roster: clients", "roster: clients\n  complete: true")
    site = SqlSite(tmp_path, sqlite_database, url, queries)
    site.read()
    site.run("DELETE FROM people WHERE ref = 'C-2'")
    site.read()
    assert [entry for _, entry, _ in site.record("C-2")] == ["enrolled", "ended"]
    assert [entry for _, entry, _ in site.record("C-1")] == ["enrolled"]
    site.clinic.dispose()


def test_another_mapping_reads_everything_again(site: SqlSite) -> None:
    site.visit(1, "A", "09:10:00")
    site.read()
    site.settings = site.configured(site.folder, QUERIES.replace("A: attended", "A: late"))
    site.asked = site.opened()
    site.read()
    assert site.statuses() == [("C-1", "late")]


def test_a_reading_that_is_cut_off_begins_again_and_brings_nothing_twice(
    site: SqlSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.sql.read_only.AT_ONCE", 3)
    for number in range(1, 9):
        site.visit(number, "A" if number % 2 else "N", f"09:{number:02}:00")
    for batches in range(5):
        taken = repeat(False, batches)
        ingest.read(
            site.database, site.opened(), "America/New_York", to_us(site.now),
            stopped=lambda taken=taken: next(taken, True),
        )  # fmt: skip
    site.asked = site.opened()
    site.read()
    assert sorted(site.statuses()) == [("C-1", "attended")] * 4 + [("C-1", "no_show")] * 4
    assert site.rejects() == []


def test_a_colon_in_a_text_of_the_query_is_no_parameter(
    tmp_path: Path, sqlite_database: Database, url: str
) -> None:
    query = QUERIES.replace("select *", "select *, ' :now %' as said -- :why\n   ")
    site = SqlSite(
        tmp_path, sqlite_database, url, query.replace("query: select", "query: |\n    select")
    )
    site.visit(1, "A", "09:10:00")
    site.read()
    assert site.statuses() == [("C-1", "attended")]
    site.clinic.dispose()


def test_a_query_whose_columns_are_gone_is_refused_until_they_are_back(site: SqlSite) -> None:
    site.visit(1, "A", "09:10:00")
    site.run("ALTER TABLE visits RENAME COLUMN status TO state")
    for _ in range(2):
        site.read()
    assert [each[2] for each in site.rejects()] == [
        "the query gives no column 'status', which the mapping names; did you mean 'state'?"
    ]
    site.run("ALTER TABLE visits RENAME COLUMN state TO status")
    site.read()
    assert site.rejects() == []
    assert site.statuses() == [("C-1", "attended")]


def test_the_database_is_asked_at_intervals_and_a_failure_stands_until_the_next(
    site: SqlSite,
) -> None:
    site.run("ALTER TABLE visits RENAME TO visited")
    for _ in range(2):
        with pytest.raises(UserError, match=r"The database says: .*visits"):
            list(site.asked.read({}, site.now))
    site.run("ALTER TABLE visited RENAME TO visits")
    with pytest.raises(UserError):
        list(site.asked.read({}, site.now + timedelta(minutes=4)))
    assert len(list(site.asked.read({}, site.now + timedelta(minutes=5)))) == 2
    assert list(site.asked.read({}, site.now + timedelta(minutes=6))) == []


def test_a_query_cannot_write_even_through_a_function(
    tmp_path: Path, sqlite_database: Database, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_url()
    monkeypatch.setenv("HIS_URL", url)
    queries = (
        "- {name: a, roster: clients, columns: {ref: ref}, "
        "query: \"select setval('clients_id_seq', 7) as ref\"}"
    )
    site = SqlSite(
        tmp_path, sqlite_database, url.replace("postgresql:", "postgresql+psycopg:"), queries
    )
    with pytest.raises(UserError, match=r"cannot execute setval.. in a read-only transaction"):
        site.read()
    site.clinic.dispose()


def test_a_slow_query_is_given_up(tmp_path: Path, sqlite_database: Database, url: str) -> None:
    endless = (
        "with recursive n(i) as (select 1 union all select i + 1 from n) "
        "select max(i) as ref from n"
    )
    queries = f"- {{name: a, query: {endless!r}, roster: clients, columns: {{ref: ref}}}}"
    site = SqlSite(tmp_path, sqlite_database, url, queries, "    time_limit: 0.1 seconds\n")
    with pytest.raises(UserError, match="took longer than its time_limit"):
        site.read()
    site.clinic.dispose()


def test_a_database_that_is_not_there_is_said_in_words(
    tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = SqlSite(tmp_path, sqlite_database, f"sqlite:///{tmp_path / 'gone.db'}")
    assert site.settings.sources[0].examine() == (
        False, f"The file {tmp_path / 'gone.db'} is not there."
    )  # fmt: skip
    monkeypatch.setenv("HIS_URL", "postgresql://user:pass-word@127.0.0.1:1/x")
    site = SqlSite(tmp_path, sqlite_database, "postgresql+psycopg://")
    reached, told = site.settings.sources[0].examine()
    assert not reached
    assert "pass-word" not in told
    monkeypatch.setenv("HIS_URL", "nonsense")
    assert "must be written as postgresql://" in site.settings.sources[0].examine()[1]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("delete from visits", "must be one query that begins with select or with"),
        ("select 1; drop table visits", "must be one query that begins with select or with"),
        ("select * from visits where id = :id", "names :id, and :since is the only one"),
        ("select * from visits", "since: (the column that grows with every change) and :since"),
    ],
)
def test_a_query_that_does_more_than_read_is_refused(
    tmp_path: Path, written: str, told: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "sources:\n  - name: his\n    sql: {sqlite: his.db}\n    queries:\n"
        + indent(
            QUERIES.replace(
                "select * from visits where changed >= :since order by changed", written
            ),
            "      ",
        )
    )
    with pytest.raises(MistakesError) as caught:
        load(path)
    assert any(told in str(mistake) for mistake in caught.value.mistakes)
