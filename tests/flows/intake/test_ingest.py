"""Ingest takes each event once, keeps corrected versions, and reads rejects again when it can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UserError
from engine.flows.intake import ingest
from engine.model.event import write_fields
from engine.model.instant import to_us
from engine.model.intake import Batch, ReadEvent, Reject
from engine.model.outages import Feed
from engine.store.database.connection import Database
from engine.store.intake import positions, source_health
from tests.kit.csv_site import CLIENTS, MAPPING, NOW, TESTS, CsvSite, settings_of


def test_a_correction_replaces_an_event_and_keeps_what_it_was(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-02,a,positive,\nC-1,2026-07-03,b,negative,\n")
    site.read()
    [before, other] = site.stored()
    site.take_dirty()
    site.append("tests.csv", "C-1,2026-07-01,a,negative,\n")
    counts = site.read()["tests.csv"]
    assert (counts.new, counts.duplicates, counts.corrected) == (0, 0, 1)
    assert site.events() == [
        ("C-1", "2026-07-01 04:00", {"result": "negative"}),
        ("C-1", "2026-07-03 04:00", {"result": "negative"}),
    ]
    assert site.versions() == [{"result": "positive"}]
    assert site.stored()[0][0] == before[0]
    assert site.stored()[1] == other
    assert site.take_dirty() == {"C-1": "2026-07-01 04:00"}


def test_a_later_correction_is_evaluated_from_where_the_event_was(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,positive,\n")
    site.read()
    site.take_dirty()
    site.append("tests.csv", "C-1,2026-07-05,a,positive,\n")
    site.read()
    assert site.take_dirty() == {"C-1": "2026-07-01 04:00"}


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("C-2,2026-07-05,a,negative,\n", "names another client"),
        ("C-1,2026-09-05,a,negative,\n", "names a day more than a month away"),
    ],
)
@pytest.mark.parametrize("name", ["tests.csv", "tests-2.csv"])
def test_an_id_that_suddenly_means_another_event_is_put_aside(
    site: CsvSite, name: str, row: str, wrong: str
) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,positive,\n")
    site.read()
    before = site.stored()
    site.take_dirty()
    if name == "tests.csv":
        site.append(name, row)
    else:
        site.write(name, TESTS + row)
    site.read()
    assert site.stored() == before
    assert site.take_dirty() == {}
    ((_, _, reason),) = site.rejects()
    assert f"the id a was read before, and now {wrong}; nothing was changed" in reason


def test_an_event_may_be_corrected_to_another_day_of_the_month(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,positive,\n")
    site.read()
    site.write("tests.csv", TESTS + "C-1,2026-07-21,a,positive,\n")
    site.read()
    assert [at for _, at, _ in site.events()] == ["2026-07-21 04:00"]


def test_a_new_mapping_may_mean_another_client(site: CsvSite, tmp_path: Path) -> None:
    site.write("tests.csv", "client,other,at,id,result,bac\nC-1,C-2,2026-07-01,a,positive,\n")
    site.read()
    site.settings = settings_of(
        tmp_path, MAPPING.replace("test, client: client", "test, client: other")
    )
    site.read()
    assert [ref for ref, *_ in site.events()] == ["C-2"]


def test_new_events_concern_their_clients_from_the_earliest(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-05,a,positive,\nC-1,2026-07-01,b,positive,\n")
    site.read()
    assert site.take_dirty() == {"C-1": "2026-07-01 04:00"}
    site.write("tests-2.csv", TESTS + "C-1,2026-07-01,b,positive,\nC-2,2026-07-03,c,positive,\n")
    site.read()
    assert site.take_dirty() == {"C-2": "2026-07-03 04:00"}


def test_a_file_that_corrects_itself_ends_the_same_however_often_it_is_read(site: CsvSite) -> None:
    rows = "C-1,2026-07-01,a,positive,\nC-1,2026-07-01,a,dilute,\nC-1,2026-07-01,a,negative,\n"
    site.write("tests.csv", TESTS + rows)
    assert site.read()["tests.csv"].corrected == 2
    before, versions = site.stored(), site.versions()
    site.take_dirty()
    site.write("tests.csv", TESTS + rows + "C-2,2026-07-02,b,negative,\n")
    site.write("tests.csv", TESTS + "C-2,2026-01-02,c,negative,\n" + rows)
    site.read()
    assert [row for row in site.stored() if row[6] == "test:a"] == before
    assert site.versions() == versions
    assert site.take_dirty().keys() == {"C-2"}


def test_an_older_file_read_again_does_not_undo_a_correction(site: CsvSite) -> None:
    site.write("tests-1.csv", TESTS + "C-1,2026-07-01,a,positive,\n")
    site.write("tests-2.csv", TESTS + "C-1,2026-07-01,a,negative,\n")
    site.read()
    site.write("tests-1.csv", TESTS + "C-2,2026-07-01,b,positive,\nC-1,2026-07-01,a,positive,\n")
    site.read()
    assert ("C-1", "2026-07-01 04:00", {"result": "negative"}) in site.events()


def test_a_correction_may_be_taken_back_where_it_stands(site: CsvSite) -> None:
    for result in ("positive", "negative", "positive"):
        site.write("tests.csv", TESTS + f"C-1,2026-07-01,a,{result},\n")
        site.read()
    assert site.events() == [("C-1", "2026-07-01 04:00", {"result": "positive"})]
    assert site.versions() == [{"result": "positive"}, {"result": "negative"}]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("id: id", "id: [client, id]"),
        ("id: id", "name: other"),
        ("at: at, id: id", "at: at"),
        ("at: at", "at: at, id: id"),
    ],
)
def test_events_that_get_other_ids_are_not_there_twice(
    tmp_path: Path, database: Database, before: str, after: str
) -> None:
    mapping = MAPPING.replace("at: at, id: id", before if "at:" in before else f"at: at, {before}")
    site = CsvSite(tmp_path, database, settings_of(tmp_path, mapping))
    site.write("clients.csv", CLIENTS)
    rows = "C-1,2026-07-01,a,positive,\nC-1,2026-07-02,b,negative,\n"
    site.write("tests.csv", TESTS + rows)
    site.read()
    events = site.events()
    site.settings = settings_of(tmp_path, mapping.replace(before, after, 1))
    counts = site.read()["tests.csv"]
    assert (counts.new, counts.withdrawn) == (2, 2)
    assert site.events() == events
    # The same where the file was replaced in the meantime.
    site.settings = settings_of(tmp_path, mapping)
    site.write("tests.csv", TESTS + "C-2,2026-07-03,c,negative,\n" + rows)
    site.read()
    assert site.events() == [*events, ("C-2", "2026-07-03 04:00", {"result": "negative"})]


def test_rows_that_a_changed_mapping_skips_are_no_events_any_more(
    tmp_path: Path, database: Database
) -> None:
    site = CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", CLIENTS)
    site.write(
        "tests.csv",
        TESTS + "C-1,2026-07-01,a,positive,\nC-1,2026-07-02,b,negative,\nC-1,2026-07-03,c,bad,\n",
    )
    site.read()
    site.take_dirty()
    site.settings = settings_of(
        tmp_path, MAPPING.replace("- match: tests", "- skip_when: {id: a}\n  match: tests")
    )
    site.read()
    assert site.events() == [("C-1", "2026-07-02 04:00", {"result": "negative"})]
    assert site.versions() == [{"result": "positive"}]
    assert site.take_dirty() == {"C-1": "2026-07-01 04:00"}
    assert len(site.rejects()) == 1


def test_local_times_on_the_two_odd_days_of_the_year(site: CsvSite) -> None:
    rows = (
        "C-1,2026-11-01 01:30,a,negative,\nC-1,2026-03-08 "
        "02:30,b,negative,\nC-1,2026-11-01T01:30-05:00,c,dilute,\n"
    )
    site.write("tests.csv", TESTS + rows)
    site.read()
    assert [at for _, at, _ in site.events()] == [
        "2026-03-08 07:30",
        "2026-11-01 05:30",
        "2026-11-01 06:30",
    ]


def test_times_are_those_of_the_source_where_it_says_so(tmp_path: Path, database: Database) -> None:
    site = CsvSite(tmp_path, database, settings_of(tmp_path, timezone="UTC"))
    site.write("clients.csv", CLIENTS)
    site.write("tests.csv", TESTS + "C-1,2026-07-01 09:30,a,negative,\n")
    site.read()
    assert [at for _, at, _ in site.events()] == ["2026-07-01 09:30"]


class _DyingSource:
    """Hands over what it has as long as it lives."""

    name = "clinic"
    silent_after = None

    def __init__(self, batches: Sequence[Batch]) -> None:
        self._batches = batches

    def read(self, known: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        yield from self._batches
        raise OSError("the folder is gone")

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        raise AssertionError("nothing waits")


def test_a_batch_is_committed_with_its_position_or_not_at_all(site: CsvSite) -> None:
    at = to_us(NOW)
    good = ReadEvent(
        "C-1", "test", at, "test:1", write_fields({"result": "negative"}), None, 2, False, ""
    )
    # A key that no column takes: the second batch fails in the database after its first event went
    # in.
    bad = good._replace(key="test:2", fields=None)
    batches = [
        Batch("a.csv", 1, events=(good,)),
        Batch("a.csv", 2, events=(good._replace(key="test:3"), bad)),
    ]
    with pytest.raises(Exception, match=r"(?i)null"):
        ingest.read(site.database, _DyingSource(batches), "UTC", at)
    assert [row[6] for row in site.stored()] == ["test:1"]
    with site.database.read() as conn:
        assert positions.read(conn, "clinic")["a.csv"] == 1


def test_a_source_that_fails_does_not_keep_the_others_from_being_read(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\n")
    with pytest.raises(
        UserError,
        match=r"The source clinic cannot be read: the folder is gone\. The others were read\.",
    ):
        ingest.run(site.database, [_DyingSource([]), site.source()], "UTC", to_us(site.now))
    assert len(site.events()) == 1


def test_an_event_dated_beyond_tomorrow_is_read_again_the_day_before_but_a_clock_may_be_ahead(
    site: CsvSite,
) -> None:
    site.write(
        "tests.csv",
        TESTS
        + "C-1,2026-11-22 07:10,a,negative,\nC-1,2026-11-23 06:30,b,negative,\nC-1,2027-11-22 "
        "07:00,c,positive,\n",
    )
    site.read()
    assert [at for _, at, _ in site.events()] == ["2026-11-22 12:10", "2026-11-23 11:30"]
    assert site.rejects() == [
        (
            "tests.csv", 4,
            "it is dated 2027-11-22, more than a day ahead; correct the date, or wait: "
            "it is read again the day before",
        )
    ]  # fmt: skip
    site.now += timedelta(days=363)
    site.read()
    assert len(site.events()) == 2
    site.now += timedelta(days=1)
    site.read()
    assert (len(site.events()), site.rejects()) == (3, [])


def test_what_is_stopped_between_two_batches_goes_on_where_it_was(site: CsvSite) -> None:
    site.write("a.csv", "")
    for name in ("tests_1.csv", "tests_2.csv"):
        site.write(name, TESTS + f"C-1,2026-07-01,{name},negative,\n")
    at, taken = to_us(site.now), []
    ingest.run(
        site.database, [site.source()], "UTC", at, stopped=lambda: taken.append(1) or len(taken) > 1
    )  # type: ignore[func-returns-value]
    assert len(site.events()) == 1
    ingest.run(site.database, [site.source()], "UTC", at + 1)
    assert len(site.events()) == 2


def test_a_source_of_an_older_handrail_is_known_by_what_it_brought(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\n")
    site.read()
    with site.database.write() as conn:
        source_health.forget_all_but(conn, [])
        assert source_health.known(conn, "clinic", 7) == Feed(0, 7, 7, frozenset({"test"}))
        assert source_health.known(conn, "another", 7) == Feed(0, 7, 7)


def test_a_source_counts_as_half_read_from_its_second_batch_to_its_end(site: CsvSite) -> None:
    at = to_us(NOW)
    good = ReadEvent(
        "C-1", "test", at, "test:1", write_fields({"result": "negative"}), None, 2, False, ""
    )
    batches = [Batch("a.csv", 1, events=(good,)), Batch("a.csv", 2)]
    with pytest.raises(OSError, match="gone"):
        ingest.read(site.database, _DyingSource(batches), "UTC", at)
    with site.database.read() as conn:
        assert source_health.read(conn)["clinic"].half_read_since == at
    site.read()
    with site.database.read() as conn:
        assert source_health.read(conn)["clinic"].half_read_since is None


def test_how_each_source_fares_is_noted(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\n")
    ingest.run(site.database, [site.source()], "UTC", at := to_us(site.now + timedelta(hours=1)))
    well = Feed(at, at, at, frozenset({"test"}))
    with site.database.read() as conn:
        assert source_health.read(conn) == {"clinic": well}
    later = at + to_us(NOW + timedelta(hours=2)) - to_us(NOW)
    with pytest.raises(UserError):
        ingest.run(site.database, [_DyingSource([])], "UTC", later)
    with site.database.read() as conn:
        assert source_health.read(conn) == {
            "clinic": replace(well, tried=later, out_since=at, why="cannot be read")
        }


def test_a_run_says_what_it_did(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\nC-9,2026-07-01,b,negative,\n")
    done = ingest.run(site.database, [site.source()], "UTC", to_us(site.now + timedelta(hours=1)))
    assert done == {
        "rows": 2, "new": 1, "duplicates": 0, "corrected": 0, "withdrawn": 0, "skipped": 0,
        "rejected": 1,
    }  # fmt: skip
