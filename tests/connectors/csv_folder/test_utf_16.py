"""A file in UTF-16, as Excel and some reports write it, is read like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.csv_folder import csv_file
from engine.store.database.connection import Database
from tests.connectors.csv_folder.csv_files import DAEMON, results
from tests.kit.csv_site import CLIENTS, MAPPING, TESTS, CsvSite, settings_of

ROW = "C-1,2026-07-01,a,negative,\r\n"


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_a_file_with_the_mark_of_utf_16_is_read(site: CsvSite, mark: str) -> None:
    site.write(
        "tests.csv", ("\ufeff" + TESTS + ROW + "Zoë,2026-07-01,b,negative,\r\n").encode(mark)
    )
    counts = site.read()["tests.csv"]
    assert (counts.new, counts.rejected) == (1, 1)
    assert [reason for _, _, reason in site.rejects()] == ["no client 'Zoë' is in the roster"]
    assert site.read() == {}


def test_a_file_in_utf_16_that_grows_is_read_on(site: CsvSite) -> None:
    whole = ("\ufeff" + TESTS + ROW + ROW.replace(",a,", ",b,")).encode("utf-16-le")
    site.write("tests.csv", whole[:-31])
    site.read(DAEMON)
    assert results(site) == ["negative"]
    site.append("tests.csv", whole[-31:])
    site.read(DAEMON)
    assert results(site) == ["negative", "negative"]
    assert site.rejects() == []


def test_a_finished_file_in_utf_16_is_not_opened_again(
    site: CsvSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write("tests.csv", ("\ufeff" + TESTS + ROW).encode("utf-16-le"))
    site.read()
    assert results(site) == ["negative"]
    monkeypatch.setattr(csv_file, "open_regular", lambda path: pytest.fail(f"{path} is read"))
    site.read()


def test_another_encoding_of_the_mapping_is_named(tmp_path: Path, database: Database) -> None:
    windows = "- encoding: cp1252\n  match: tests"
    site = CsvSite(
        tmp_path, database, settings_of(tmp_path, MAPPING.replace("- match: tests", windows))
    )
    site.write("clients.csv", CLIENTS)
    site.write("tests.csv", ("\ufeff" + TESTS + ROW).encode("utf-16-le"))
    site.read()
    assert [reason for _, _, reason in site.rejects()] == [
        "the file is UTF-16; leave encoding: out of its mapping"
    ]
