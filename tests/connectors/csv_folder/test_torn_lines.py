"""A line without its end is waited for, and what it said is taken back."""

from __future__ import annotations

from tests.connectors.csv_folder.csv_files import CHECK_INS, DAEMON, results
from tests.kit.csv_site import HOUR, TESTS, CsvSite


def test_a_torn_last_line_waits_for_its_rest(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\nC-1,2026-07-02,b,po")
    site.read(DAEMON)
    assert results(site) == ["negative"]
    site.append("tests.csv", "sitive,\n")
    site.read(DAEMON)
    assert results(site) == ["negative", "positive"]
    assert site.rejects() == []
    assert site.versions() == []


def test_a_last_line_without_an_end_is_taken_once_the_file_has_settled(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,")
    site.read(DAEMON)
    assert results(site) == []
    site.read(DAEMON)
    assert results(site) == ["negative"]
    assert site.read(DAEMON) == {}


def test_a_file_of_a_clock_far_ahead_is_taken_as_settled(site: CsvSite) -> None:
    site.now += 9 * HOUR
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,")
    site.now -= 9 * HOUR
    site.read(DAEMON)
    assert results(site) == ["negative"]


def test_a_one_shot_import_judges_a_torn_last_line_at_once(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\nC-1,2026-07-02,b")
    site.read()
    assert results(site) == ["negative"]
    assert site.rejects() == [("tests.csv", 3, "has 3 cells where the header has 5")]
    site.append("tests.csv", ",positive,\n")
    site.read()
    assert results(site) == ["negative", "positive"]
    assert site.rejects() == []


def test_what_a_torn_line_said_is_corrected_by_its_own_id(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,positive,0.1")
    site.read()
    site.append("tests.csv", "5\n")
    site.read()
    assert site.events() == [("C-1", "2026-07-01 04:00", {"bac": 0.15, "result": "positive"})]
    assert site.versions() == [{"bac": 0.1, "result": "positive"}]


def test_what_a_torn_line_without_an_id_said_is_withdrawn(site: CsvSite) -> None:
    site.write("check_ins.csv", CHECK_INS + "C-1,2026-07-01,3,a good da")
    site.read()
    site.take_dirty()
    site.append("check_ins.csv", "y\n")
    site.read()
    assert [note for *_, note in site.everything()] == ["a good day"]
    assert site.versions() == [{"craving": 3}]
    assert site.take_dirty() == {"C-1": "2026-07-01 04:00"}


def test_a_torn_line_that_cannot_be_read_when_whole_leaves_no_event(site: CsvSite) -> None:
    site.write("check_ins.csv", "client,at,note,craving\nC-1,2026-07-01,,1")
    site.read()
    site.append("check_ins.csv", "1\n")
    site.read()
    assert site.everything() == []
    assert site.rejects() == [("check_ins.csv", 2, "craving: 11 is more than 10")]


def test_a_torn_line_about_an_unknown_client_is_listed_once_when_whole(site: CsvSite) -> None:
    site.write("check_ins.csv", CHECK_INS + "C-9,2026-07-01,3,a good da")
    site.read()
    site.append("check_ins.csv", "y\n")
    site.read()
    assert site.rejects() == [("check_ins.csv", 2, "no client 'C-9' is in the roster")]


def test_what_a_torn_line_said_of_another_row_by_its_id_is_taken_back(site: CsvSite) -> None:
    # The torn id 1 is that of the row before it.
    site.write(
        "tests.csv",
        "client,at,result,bac,id\nC-1,2026-07-01,positive,,1\nC-1,2026-07-02,negative,,1",
    )
    site.read()
    site.append("tests.csv", "2\n")
    site.read()
    assert results(site) == ["positive", "negative"]


def test_a_last_line_that_only_gets_its_end_stays_as_it_is(site: CsvSite) -> None:
    site.write("check_ins.csv", CHECK_INS + "C-1,2026-07-01,3,fine")
    site.read()
    before = site.stored()
    site.append("check_ins.csv", "\nC-1,2026-07-02,4,fine\n")
    site.read()
    assert site.stored()[: len(before)] == before
    assert site.versions() == []
