"""Rows that cannot be read wait, are fixed, or are dismissed."""

from __future__ import annotations

from pathlib import Path

from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.store.database.connection import Database
from tests.kit.csv_site import CLIENTS, MAPPING, NOW, TESTS, CsvSite, settings_of


def test_events_of_unknown_clients_are_taken_as_soon_as_the_client_is_there(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-3,2026-07-01,a,positive,\nC-4,2026-07-01,b,positive,\n")
    site.read()
    assert [reason for *_, reason in site.rejects()] == [
        "no client 'C-3' is in the roster",
        "no client 'C-4' is in the roster",
    ]
    site.write("clients-2.csv", "client,enrolled\nC-3,2026-06-01\n")
    site.read()
    assert site.events() == [("C-3", "2026-07-01 04:00", {"result": "positive"})]
    assert [line for _, line, _ in site.rejects()] == [3]


def test_rows_that_a_changed_mapping_cannot_read_stay_as_they_were(
    tmp_path: Path, database: Database
) -> None:
    site = CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", CLIENTS)
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,positive,\n")
    site.read()
    before = site.stored()
    wrong = MAPPING.replace(
        "{result: result, bac: bac}", "{result: {column: result, values: {pos: positive}}}"
    )
    site.settings = settings_of(tmp_path, wrong)
    site.read()
    assert site.stored() == before
    assert len(site.rejects()) == 1


def test_a_changed_mapping_reads_what_it_can_of_what_was_rejected(
    tmp_path: Path, database: Database
) -> None:
    site = CsvSite(tmp_path, database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", CLIENTS)
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,pos,\nC-1,2026-07-02,b,?,\n")
    site.read()
    site.write("tests.csv", TESTS + "C-1,2026-07-03,c,positive,\n")
    site.read()
    assert len(site.rejects()) == 2
    result = "{result: {column: result, values: {pos: positive, positive: positive}}}"
    site.settings = settings_of(tmp_path, MAPPING.replace("{result: result, bac: bac}", result))
    site.read()
    assert len(site.events()) == 2
    assert [line for _, line, _ in site.rejects()] == [3]


def test_rejects_are_read_again_through_the_mapping_as_it_is_now(
    tmp_path: Path, database: Database
) -> None:
    mapping = MAPPING.replace(
        "{result: result, bac: bac}", "{result: {column: result, values: %s}}"
    )
    site = CsvSite(tmp_path, database, settings_of(tmp_path, mapping % "{pos: positive}"))
    site.write("clients.csv", CLIENTS)
    path = site.write(
        "tests.csv", TESTS + 'C-1,2026-07-01,a,pos,\nC-1,2026-07-02,b,"neg",\nC-1,2026-07-03,c,?,\n'
    )
    site.read()
    assert [line for _, line, _ in site.rejects()] == [3, 4]
    path.unlink()
    site.settings = settings_of(tmp_path, mapping % "{pos: positive, neg: negative}")
    site.retry()
    assert site.events()[1] == ("C-1", "2026-07-02 04:00", {"result": "negative"})
    assert [line for _, line, _ in site.rejects()] == [4]
    before = site.stored()
    site.retry()
    assert site.stored() == before


def test_a_row_that_lost_a_byte_is_never_taken_without_it(site: CsvSite) -> None:
    site.write(
        "check_ins.csv",
        b"client,at,craving,note\nC-1,2026-07-01,3,caf\xe9\nC-1,2026-07-01,3,a\0b\n",
    )
    site.read()
    site.retry()
    assert (site.events(), len(site.rejects())) == ([], 2)


def test_rejects_of_a_corrected_file_are_closed_when_it_is_read_again(site: CsvSite) -> None:
    good = "".join(f"C-1,2026-07-0{day},{day},negative,\n" for day in range(1, 5))
    site.write("tests.csv", TESTS + good + "C-1,2026-07-05,5,negativ,\n")
    site.read()
    assert len(site.rejects()) == 1
    site.write("tests.csv", TESTS + good + "C-1,2026-07-05,5,negative,\n")
    site.read()
    assert site.rejects() == []


def test_rejects_stay_where_other_rows_come_under_the_same_file_name(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,1,negative,\nC-1,2026-07-01,2,negativ,\n")
    site.read()
    site.write("tests.csv", TESTS + "C-1,2026-07-02,3,negative,\nC-1,2026-07-02,4,negative,\n")
    site.read()
    assert [line for _, line, _ in site.rejects()] == [3]


def test_a_dismissed_row_stays_dismissed(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,1,negativ,\n")
    site.read()
    assert ingest.dismiss(site.database, [1, 99], to_us(NOW)) == {1}
    site.write("tests.csv", TESTS + "C-1,2026-07-01,1,negativ,\nC-1,2026-07-01,2,negative,\n")
    site.read()
    assert site.rejects() == []


def test_a_row_that_says_several_things_is_taken_wholly_or_not_at_all(
    tmp_path: Path, database: Database
) -> None:
    mapping = """
    - {match: clients.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
    - match: form.csv
      events:
        - {kind: check_in, client: client, at: at, fields: {craving: craving}}
        - {kind: test, client: client, at: at, fields: {bac: bac}}
    """
    site = CsvSite(tmp_path, database, settings_of(tmp_path, mapping))
    site.write("clients.csv", CLIENTS)
    site.write("form.csv", "client,at,craving,bac\nC-1,2026-07-01,3,2\nC-1,2026-07-02,4,0\n")
    site.read()
    assert [at for _, at, _ in site.events()] == ["2026-07-02 04:00"] * 2
    assert site.rejects() == [("form.csv", 2, "bac: 2 is more than 1")]
