"""New and grown files: whole records only, each once, and each fault with its line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.connectors.csv_folder.csv_files import CHECK_INS, DAEMON, results
from tests.kit.csv_site import CLIENTS, MAPPING, TESTS, CsvSite, settings_of


def test_rows_become_events_in_the_clients_own_time(site: CsvSite) -> None:
    site.write(
        "tests.csv", TESTS + "C-1,2026-07-01 09:30,a,Negative,\nC-2,2026-01-02,b,positive,0.05\n"
    )
    site.read()
    assert site.events() == [
        ("C-2", "2026-01-02 05:00", {"bac": 0.05, "result": "positive"}),
        ("C-1", "2026-07-01 13:30", {"result": "negative"}),
    ]
    assert site.rejects() == []


def test_reading_again_changes_nothing(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\n")
    site.read()
    before = site.stored()
    assert site.read() == {}
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\n")  # the same, copied here again
    site.read()
    site.write("tests-2.csv", TESTS + "C-1,2026-07-01,a,negative,\n")
    counts = site.read()["tests-2.csv"]
    assert (counts.rows, counts.new, counts.duplicates) == (1, 0, 1)
    assert site.stored() == before


def test_a_grown_file_is_read_from_where_it_stopped(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\n")
    site.read()
    site.append("tests.csv", "C-1,2026-07-02,b,positive,\nC-1,2026-07-32,c,positive,\n")
    counts = site.read()["tests.csv"]
    assert (counts.rows, counts.new, counts.rejected) == (2, 1, 1)
    assert [(item, line) for item, line, _ in site.rejects()] == [("tests.csv", 4)]


def test_a_replaced_file_is_read_from_the_start(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\nC-1,2026-07-02,b,positive,\n")
    site.read()
    # Same beginning, and longer: only the digest of all that was read tells that a row was put in
    # between.
    site.write(
        "tests.csv",
        TESTS + "C-1,2026-07-01,a,negative,\nC-1,2026-07-01 12:00,new,dilute,\n"
        "C-1,2026-07-02,b,positive,\n",
    )
    counts = site.read()["tests.csv"]
    assert (counts.new, counts.duplicates) == (1, 2)
    assert results(site) == ["negative", "dilute", "positive"]


def test_a_shorter_file_is_read_from_the_start(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\nC-1,2026-07-02,b,positive,\n")
    site.read()
    site.write("tests.csv", TESTS + "C-1,2026-07-03,c,dilute,\n")
    assert site.read()["tests.csv"].new == 1


def test_a_changed_mapping_corrects_what_was_read_through_the_old_one(
    tmp_path: Path, sqlite_database: Database
) -> None:
    mapping = """
    - {match: clients.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
    - {match: tests.csv, events: [{kind: test, client: client, at: at, fields: {method: {always: \
%s}}}]}
    """
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, mapping % "urine"))
    site.write("clients.csv", CLIENTS)
    site.write("tests.csv", "client,at\nC-1,2026-07-01\n")
    site.read()
    site.settings = settings_of(tmp_path, mapping % "saliva")
    assert site.read()["tests.csv"].corrected == 1
    assert site.events() == [("C-1", "2026-07-01 04:00", {"method": "saliva"})]


def test_one_bad_row_never_stops_the_good_ones(site: CsvSite) -> None:
    site.write(
        "tests.csv",
        TESTS.encode()
        + b"C-1,2026-07-01,a,negative,\n"
        + b"C-1,2026-02-31,b,negative,\n"
        + b"C-9,2026-07-01,c,negative,\n"
        + b"C-1,2026-07-01,d,negative,,more\n"
        + b"C-1,2026-07-01,e,neg\0ative,\n"
        + b"C-1,2026-07-01,f,n\xe9gative,\n"
        + b"C-1,2026-07-01,g,perhaps,\n"
        + b"C-1,2026-07-01,h,negative,1.5\n"
        + b",2026-07-01,i,negative,\n"
        + b"C-1,,j,negative,\n"
        + b"C-1,2026-07-01,,negative,\n"
        + b"C-1,07/01/2026,l,negative,\n"
        + b"C-1,2026-07-02,m,dilute,\n",
    )
    counts = site.read()["tests.csv"]
    assert results(site) == ["negative", "dilute"]
    assert (counts.rows, counts.new, counts.rejected) == (13, 2, 11)
    choices = (
        "negative, positive, dilute, adulterated, invalid, inconclusive, refused, missed, "
        "excused, pending"
    )
    assert [(line, reason) for _, line, reason in site.rejects()] == [
        (3, "at: '2026-02-31' is no day that there is"),
        (4, "no client 'C-9' is in the roster"),
        (5, "has 6 cells where the header has 5"),
        (6, "holds a NUL byte"),
        (7, "holds the byte 0xe9, which is not utf-8"),
        (8, f"result: 'perhaps' is not one of {choices}"),
        (9, "bac: 1.5 is more than 1"),
        (10, "client: is empty"),
        (11, "at: is empty"),
        (12, "id: is empty"),
        (13, "at: '07/01/2026' is not written as 2024-01-31 or 2024-01-31 14:05"),
    ]


def test_bad_rows_are_kept_on_both_databases(tmp_path: Path, database: Database) -> None:
    site = CsvSite(tmp_path, database)
    site.write("clients.csv", CLIENTS)
    long = "x" * 9000  # longer than an index of PostgreSQL takes
    site.write(
        "check_ins.csv",
        CHECK_INS.encode() + b"C-1,2026-07-01,3,\0\nC-9,2026-07-01,3," + long.encode() + b"\n",
    )
    site.read()
    assert [line for _, line, _ in site.rejects()] == [2, 3]


def test_empty_lines_and_delimiters_too_many_say_nothing(site: CsvSite) -> None:
    site.write("tests.csv", "\n" + TESTS + "\n,,,,\nC-1,2026-07-01,a,negative,,,\n\n")
    counts = site.read()["tests.csv"]
    assert (counts.rows, counts.new, counts.rejected) == (1, 1, 0)


def test_a_cell_may_hold_quotes_delimiters_and_line_ends(site: CsvSite) -> None:
    site.write(
        "check_ins.csv",
        CHECK_INS + 'C-1,2026-07-01,3,"said ""no"", twice\r\nand left"\r\nC-9,2026-07-02,4,x\r\n',
    )
    site.read()
    assert [note for *_, note in site.everything()] == ['said "no", twice\r\nand left']
    assert site.rejects() == [("check_ins.csv", 4, "no client 'C-9' is in the roster")]


def test_a_quote_that_is_never_closed_costs_one_row(site: CsvSite) -> None:
    rows = 'C-1,2026-07-01,3,"oops\nC-1,2026-07-02,4,fine\nC-1,2026-07-03,5,"quoted"\n'
    site.write("check_ins.csv", CHECK_INS + rows + "C-1,2026-07-04,6,\n")
    site.read()
    assert [fields for _, _, fields in site.events()] == [
        {"craving": 4},
        {"craving": 5},
        {"craving": 6},
    ]
    assert [line for _, line, _ in site.rejects()] == [2]


def test_an_open_quote_at_the_end_waits_until_the_file_has_settled(site: CsvSite) -> None:
    site.write("check_ins.csv", CHECK_INS + 'C-1,2026-07-01,3,"a note\nof two lines')
    site.read(DAEMON)
    assert (site.everything(), site.rejects()) == ([], [])
    site.append("check_ins.csv", '"\n')
    site.read(DAEMON)
    assert [note for *_, note in site.everything()] == ["a note\nof two lines"]


def test_an_open_quote_does_not_hold_up_a_file_that_keeps_growing(site: CsvSite) -> None:
    site.write(
        "check_ins.csv", CHECK_INS + 'C-1,2026-07-01,3,"oops\n' + "C-1,2026-07-02,4,fine\n" * 4000
    )
    site.read(DAEMON)
    assert len(site.events()) == 1
    assert site.rejects() == [("check_ins.csv", 2, "opens a quote that is never closed")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_and_without_a_byte_order_mark(site: CsvSite, encoding: str) -> None:
    site.write("check_ins.csv", (CHECK_INS + "C-1,2026-07-01,3,café\n").encode(encoding))
    site.read()
    assert [note for *_, note in site.everything()] == ["café"]


def test_cp1252_is_read_where_the_mapping_says_so(
    tmp_path: Path, sqlite_database: Database
) -> None:
    site = CsvSite(
        tmp_path,
        sqlite_database,
        settings_of(
            tmp_path,
            """
            - {match: clients.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
            - match: Besuche*.csv
              encoding: cp1252
              delimiter: ;
              decimal: ","
              events: [{kind: test, client: Fall, at: Datum, fields: {bac: Promille}}]
            """,
        ),
    )
    site.write("clients.csv", "client,enrolled\nMüller,2026-01-05\n")
    site.write("Besuche 1.csv", "Fall;Datum;Promille\nMüller;2026-07-01;0,35\n".encode("cp1252"))
    site.read()
    assert site.events() == [("Müller", "2026-07-01 04:00", {"bac": 0.35})]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (
            b"client,at,id,resultt,bac\n",
            "the header has no column 'result', which the mapping names; did you mean 'resultt'?",
        ),
        (
            b"client,at,id,result,bac,at\n",
            "the header has the column 'at' twice, so it is not clear which one is meant",
        ),
        (b"client,at,id,result\xff,bac\n", "the header holds the byte 0xff, which is not utf-8"),
    ],
)
def test_a_file_whose_header_does_not_fit_is_refused_until_it_changes(
    site: CsvSite, header: bytes, reason: str
) -> None:
    site.write("tests.csv", header + b"C-1,2026-07-01,a,negative,\n")
    site.read()
    assert site.rejects() == [("tests.csv", 1, reason)]
    assert site.events() == []
    assert site.read() == {}
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\n")
    site.read()
    assert site.rejects() == []
    assert len(site.events()) == 1


def test_a_header_still_being_written_is_waited_for(site: CsvSite) -> None:
    site.write("tests.csv", "client,at,i")
    assert set(site.read(DAEMON)) == {"clients.csv (clients)"}
    site.append("tests.csv", "d,result,bac\nC-1,2026-07-01,a,negative,\n")
    site.read(DAEMON)
    assert len(site.events()) == 1


def test_other_files_are_left_alone(site: CsvSite) -> None:
    for name in ("notes.csv", "tests.csv.part", ".tests.csv", "~tests.csv"):
        site.write(name, TESTS + "C-1,2026-07-01,a,negative,\n")
    assert set(site.read()) == {"clients.csv (clients)"}


def test_the_roster_is_read_before_events_and_files_in_the_order_of_their_names(
    site: CsvSite,
) -> None:
    for name in ("tests-b.csv", "check_ins.csv", "tests-a.csv"):
        site.write(name, CHECK_INS if name == "check_ins.csv" else TESTS)
    assert [batch.item for batch in site.source().read({}, site.now)] == [
        "clients.csv (clients)",
        "check_ins.csv",
        "tests-a.csv",
        "tests-b.csv",
    ]


def test_a_file_may_be_roster_and_events_at_once(tmp_path: Path, sqlite_database: Database) -> None:
    site = CsvSite(
        tmp_path,
        sqlite_database,
        settings_of(
            tmp_path,
            """
            - {match: intake.csv, events: [{kind: test, client: who, at: day, fields: {result: \
urine}}]}
            - {match: intake.csv, roster: clients, columns: {ref: who, enrolled: day}}
            """,
        ),
    )
    site.write("intake.csv", "who,day,urine\n7,2026-07-01,positive\n")
    assert set(site.read()) == {"intake.csv (clients)", "intake.csv"}
    assert site.events() == [("7", "2026-07-01 04:00", {"result": "positive"})]


def test_a_long_file_is_committed_a_stretch_at_a_time(site: CsvSite) -> None:
    rows = "".join(f"C-1,2026-07-01,{number},negative,\n" for number in range(20_000))
    site.write("tests.csv", TESTS + rows)
    batches = [batch for batch in site.source().read({}, site.now) if batch.item == "tests.csv"]
    assert len(batches) > 1
    assert [batch.last for batch in batches] == [*[False] * (len(batches) - 1), True]
    assert sum(batch.rows for batch in batches) == 20_000
    assert batches[-1].done == batches[-1].size == len(TESTS) + len(rows)
    # The rows already committed are not read again; the others are.
    rest = list(site.source().read({"tests.csv": batches[0].position}, site.now))
    assert (
        sum(batch.rows for batch in rest if batch.item == "tests.csv") == 20_000 - batches[0].rows
    )


def test_a_line_that_names_the_delimiter_is_no_header(site: CsvSite) -> None:
    site.write("tests.csv", "sep=,\r\n" + TESTS + "C-1,2026-07-01,a,negative,\nC-1,x,b,negative,\n")
    site.read()
    assert results(site) == ["negative"]
    assert [(item, line) for item, line, _ in site.rejects()] == [("tests.csv", 4)]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04rest", "a zip file or an Excel workbook that breaks off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
        (b"\x1f\x8b\x08\xff" + b"x" * 99, "a damaged gzip file"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html>\n", "a web page"),
    ],
)
def test_a_file_of_another_kind_is_named_whatever_its_name_says(
    site: CsvSite, content: bytes, kind: str
) -> None:
    site.write("tests.csv", content)
    site.read()
    ((item, _, reason),) = site.rejects()
    assert (item, reason.startswith(f"the file is {kind}")) == ("tests.csv", True)


def test_a_cell_that_protects_its_zeros_by_a_formula_is_its_text(site: CsvSite) -> None:
    row = '="C-1",="2026-07-01","=""9001""",negative,="0.05"\n'
    site.write("tests.csv", TESTS + row)
    site.read()
    assert site.events("test") == [("C-1", "2026-07-01 04:00", {"bac": 0.05, "result": "negative"})]


def test_doctor_names_a_file_whose_name_only_differs_by_case(site: CsvSite) -> None:
    settings = settings_of(site.folder).sources[0]
    site.write("notes.csv", "")
    ok, said = settings.examine()
    assert ok
    assert said.endswith("No match: is for notes.csv.")
    site.write("TESTS.CSV", "")
    assert settings.examine() == (
        False,
        "No match: reads TESTS.CSV, because capital letters count in a file's name.",
    )


def test_a_line_of_totals_is_passed_over_by_the_cells_that_it_has(
    tmp_path: Path, database: Database
) -> None:
    totals = "- skip_when: {client: {contains: [Total]}}\n  match: tests"
    site = CsvSite(
        tmp_path, database, settings_of(tmp_path, MAPPING.replace("- match: tests", totals))
    )
    site.write("clients.csv", CLIENTS)
    rows = "C-1,2026-07-01,a,negative,\nTotal: 1 record\nC-1,2026-07-02\n"
    site.write("tests.csv", TESTS + rows)
    counts = site.read()["tests.csv"]
    assert (counts.new, counts.skipped, counts.rejected) == (1, 1, 1)
    assert site.rejects() == [("tests.csv", 4, "has 2 cells where the header has 5")]


def test_a_short_row_is_not_passed_over_by_a_cell_that_it_has_not(
    tmp_path: Path, database: Database
) -> None:
    empty = "- skip_when: {bac: empty}\n  match: tests"
    site = CsvSite(
        tmp_path, database, settings_of(tmp_path, MAPPING.replace("- match: tests", empty))
    )
    site.write("clients.csv", CLIENTS)
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,positive\n")
    counts = site.read()["tests.csv"]
    assert (counts.skipped, counts.rejected) == (0, 1)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-06-30 24:00", "2026-07-01 04:00"),
        ("2026-06-30T24:00:00", "2026-07-01 04:00"),
        ("2026-06-30T24:00Z", "2026-07-01 00:00"),
        ("2026-06-30 12:24:00", "2026-06-30 16:24"),
    ],
)
def test_the_end_of_a_day_is_the_beginning_of_the_next(
    site: CsvSite, written: str, instant: str
) -> None:
    site.write("tests.csv", TESTS + f"C-1,{written},a,negative,\n")
    site.read()
    assert [at for _, at, _ in site.events("test")] == [instant]


def test_a_time_beyond_the_end_of_a_day_is_refused(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-06-30 24:01,a,negative,\n")
    site.read()
    assert len(site.rejects()) == 1
