"""Packed files, workbooks and files of other systems are read like any other."""

from __future__ import annotations

import gzip
import tracemalloc
import zipfile
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from engine.store.database.connection import Database
from tests.connectors.csv_folder.csv_files import DAEMON, results
from tests.kit.csv_site import CLIENTS, MAPPING, TESTS, CsvSite, settings_of

ROWS = "C-1,2026-07-01,a,negative,\nC-2,2026-07-02,b,positive,0.1\n"
WHOLE = (TESTS + ROWS).encode()


def zipped(**members: bytes) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def locked(archive: bytes) -> bytes:
    """The same archive, which says that its member has a password."""
    data = bytearray(archive)
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def book(*rows: tuple[object, ...], name: str = "Results") -> bytes:
    workbook, held = Workbook(), BytesIO()
    assert workbook.active
    workbook.active.append(["read me"])
    sheet = workbook.create_sheet(name)
    for row in rows:
        sheet.append(row)
    workbook.save(held)
    return held.getvalue()


def mapped(site: CsvSite, **words: object) -> None:
    """Let the mapping of the tests have these words too."""
    said = "- " + "".join(f"{word}: {value}\n  " for word, value in words.items())
    site.settings = settings_of(
        site.folder, MAPPING.replace("- match: tests*.csv", f"{said}match: tests*.csv*")
    )


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(WHOLE),
        gzip.compress(TESTS.encode()) + gzip.compress(ROWS.encode()),
        gzip.compress(("\ufeff" + TESTS + ROWS).encode("utf-16-le")),
        zipped(**{"tests.csv": WHOLE, "__MACOSX/._tests.csv": b"x"}),
        WHOLE.replace(b"\n", b"\r"),
        WHOLE.replace(b"\n", b"\r\n"),
    ],
    ids=["gzip", "two members", "gzip of utf-16", "zip", "carriage returns", "both"],
)
def test_it_is_read_once_and_read_again_if_it_is_replaced(site: CsvSite, packed: bytes) -> None:
    site.write("tests.csv.gz", packed)
    assert results(site) == []
    mapped(site)
    assert site.read()["tests.csv.gz"].new == 2
    assert site.read() == {}
    more = (TESTS + ROWS + "C-1,2026-07-03,c,dilute,\n").encode()
    site.write("tests.csv.gz", gzip.compress(more))
    assert site.read()["tests.csv.gz"].new == 1
    assert site.rejects() == []


def test_a_packed_file_that_is_still_being_written_is_waited_for(site: CsvSite) -> None:
    packed = zipped(**{"tests.csv": WHOLE})
    site.write("tests.csv", packed[:60])
    assert "tests.csv" not in site.read(DAEMON)
    assert site.rejects() == []
    site.append("tests.csv", packed[60:])
    site.now += timedelta(minutes=2)
    site.read(DAEMON)
    assert results(site) == ["negative", "positive"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (zipped(a=b"1", b=b"2"), "is a zip file that holds 2 files; it must hold one"),
        (zipped(), "is a zip file that holds 0 files; it must hold one"),
        (zipped(a=WHOLE)[:60], "is a zip file or an Excel workbook that breaks off"),
        (locked(zipped(a=WHOLE)), "is a zip file with a password"),
        (zipped(**{"[Content_Types].xml": b"<x/>"}), "is an Excel workbook that cannot be read"),
        (zipped(a=b"\n" * ((64 << 20) + 1)), "unpacks to more than 64 MB"),
        (
            zipped(**{"[Content_Types].xml": b" " * ((64 << 20) + 1)}),
            "unpacks to more than 64 MB, which is too much for its size; "
            "if it is right, put it here as plain CSV",
        ),
        (gzip.compress(WHOLE)[:30] + b"x" * 30, "is a damaged gzip file"),
    ],
    ids=["two files", "none", "torn", "locked", "no workbook", "bomb", "book bomb", "damaged"],
)
def test_a_packed_file_that_cannot_be_read_says_why(
    site: CsvSite, content: bytes, why: str
) -> None:
    site.write("tests.csv", content)
    site.read()
    ((_, _, reason),) = site.rejects()
    assert why in reason
    site.write("tests.csv", WHOLE)
    site.read()
    assert site.rejects() == []
    assert results(site) == ["negative", "positive"]


def test_a_sheet_of_a_workbook_is_read_as_its_cells_are_meant(site: CsvSite) -> None:
    site.write(
        "tests.xlsx",
        book(
            ("client", "at", "id", "result", "bac", None),
            ("C-1", datetime(2026, 7, 1, 9, 30), 17, "positive", 0.08),  # noqa: DTZ001 - as cells are
            ("C-2", datetime(2026, 7, 2), 18.0, "negative"),  # noqa: DTZ001
            (None, None, None, None),
            ("C-2", datetime(2026, 7, 3), 19, "no such"),  # noqa: DTZ001
        ),
    )
    site.settings = settings_of(
        site.folder, MAPPING.replace("tests*.csv", "tests*.xlsx\n  sheet: Results")
    )
    site.read()
    assert site.events() == [
        ("C-1", "2026-07-01 13:30", {"bac": 0.08, "result": "positive"}),
        ("C-2", "2026-07-02 04:00", {"result": "negative"}),
    ]
    ((_, line, _),) = site.rejects()
    assert line == 5
    site.settings = settings_of(site.folder, MAPPING.replace("tests*.csv", "tests*.xlsx"))
    site.read()
    assert "the header has no column" in site.rejects()[0][2]


def test_a_sheet_that_is_not_there_is_named(site: CsvSite) -> None:
    site.write("tests.csv", book(("client",)))
    mapped(site, sheet="Other")
    site.read()
    ((_, _, reason),) = site.rejects()
    assert reason.endswith("without a sheet 'Other'; it has Sheet, Results")


def test_lines_before_the_header_are_passed_over(site: CsvSite) -> None:
    mapped(site, skip_lines=2)
    site.write("tests.csv", 'Results of the lab\n"printed on",2026-07-05\n' + TESTS + ROWS + "x\n")
    site.read()
    assert results(site) == ["negative", "positive"]
    assert [line for _, line, _ in site.rejects()] == [6]
    site.write("tests-2.csv", "Results of the lab\n")
    site.read()
    assert "ends before the header that skip_lines: 2 says" in site.rejects()[0][2]


def test_utf_16_without_its_mark_is_read_if_the_mapping_says_so(site: CsvSite) -> None:
    mapped(site, encoding="utf-16")
    site.write("tests.csv", (TESTS + ROWS).encode("utf-16-le"))
    site.write("tests-2.csv", ("\ufeff" + TESTS + ROWS.replace(",a,", ",c,")).encode("utf-16-be"))
    site.read()
    assert results(site) == ["negative", "negative", "positive"]


@pytest.fixture
def passing_over(tmp_path: Path, sqlite_database: Database) -> CsvSite:
    """A site whose mapping passes over each row with the result x."""
    skipping = (
        "- {match: 'tests*', skip_when: {result: x}, "
        "events: [{kind: test, client: client, at: at}]}"
    )
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, skipping))
    site.write("clients.csv", CLIENTS)
    return site


def peak_of(site: CsvSite, rows: int, level: int) -> int:
    """The most memory, in bytes, while a file is read whose rows have 4 kB each."""
    text = TESTS + f"C-1,2026-07-01,{'a' * 4000},x,\n" * rows
    site.write("tests.gz", gzip.compress(text.encode(), level))
    tracemalloc.start()
    site.read()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_a_packed_file_is_never_held_as_a_whole(passing_over: CsvSite) -> None:
    assert peak_of(passing_over, 8_000, level=1) < 8 << 20  # of 32
    assert passing_over.rejects() == []


def test_a_small_file_that_unpacks_to_very_much_is_refused_on_the_way(
    passing_over: CsvSite,
) -> None:
    assert peak_of(passing_over, 17_000, level=9) < 8 << 20  # of 68
    ((item, _, reason),) = passing_over.rejects()
    assert (item, reason) == (
        "tests.gz",
        "the file unpacks to more than 64 MB, which is too much for its size; "
        "if it is right, put it here as plain CSV",
    )
    assert passing_over.read() == {}
