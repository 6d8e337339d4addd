"""A file that would hang or fill a reader costs one rejected row; other things are skipped."""

from __future__ import annotations

import os
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.csv_folder import csv_file
from engine.store.database.connection import Database
from tests.kit.csv_site import CLIENTS, TESTS, CsvSite

GOOD = "C-1,2026-07-0{0},{0},negative,\n"
TOO_LONG = "is longer than 65536 characters"


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> CsvSite:
    site = CsvSite(tmp_path, sqlite_database)
    site.write("clients.csv", CLIENTS)
    return site


@pytest.mark.parametrize("length", [65_537, 300_000, 1_000_000, 3_000_001])
def test_a_line_that_is_too_long_is_rejected_once_and_the_next_ones_are_read(
    site: CsvSite, length: int
) -> None:
    site.write("tests.csv", TESTS + GOOD.format(1) + "x" * length + "\n" + GOOD.format(2))
    site.read()
    assert site.rejects() == [("tests.csv", 3, TOO_LONG)]
    assert len(site.events()) == 2
    site.append("tests.csv", GOOD.format(3))
    counts = site.read()["tests.csv"]
    assert (counts.rows, counts.new) == (1, 1)
    assert site.rejects() == [("tests.csv", 3, TOO_LONG)]


def test_a_line_without_end_is_rejected_once_in_constant_memory(
    site: CsvSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "GIVE_UP_AFTER", 1 << 24)
    site.write("tests.csv", TESTS + GOOD.format(1))
    site.read()
    with (site.folder / "inbox" / "tests.csv").open("ab") as file:
        file.truncate(1 << 30)  # a gigabyte of NUL without a line end
    tracemalloc.start()
    counts = site.read()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
    assert counts["tests.csv"].rejected == 1
    assert site.read() == {}
    assert site.rejects() == [("tests.csv", 3, TOO_LONG)]
    site.write("tests.csv", TESTS + GOOD.format(1) + GOOD.format(2))
    site.read()
    assert site.rejects() == []
    assert len(site.events()) == 2


def test_a_long_line_that_is_still_being_written_is_waited_for(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "x" * 400_000)
    site.read(timedelta(minutes=1))
    assert site.rejects() == []
    site.append("tests.csv", "x\n" + GOOD.format(1))
    site.read(timedelta(minutes=1))
    assert (site.rejects(), len(site.events())) == ([("tests.csv", 2, TOO_LONG)], 1)


def test_links_pipes_and_devices_are_passed_over_and_named(site: CsvSite) -> None:
    inbox = site.folder / "inbox"
    secret = site.folder / "secret.txt"
    secret.write_text("root-only,secret\n")
    os.symlink(secret, inbox / "tests-link.csv")
    os.symlink("/dev/zero", inbox / "tests-zero.csv")
    os.symlink(inbox / "tests-loop.csv", inbox / "tests-loop.csv")
    os.symlink("anna@pc.1234", inbox / ".#tests.csv")
    os.mkfifo(inbox / "tests-pipe.csv")
    (inbox / "tests-folder.csv").mkdir()
    site.write("tests.csv", TESTS + GOOD.format(1))
    site.read()
    assert (len(site.events()), site.rejects()) == (1, [])
    ok, said = site.settings.sources[0].examine()
    assert not ok
    assert said.endswith(
        "only files are read: tests-folder.csv is a folder, tests-link.csv is a link, "
        "tests-loop.csv is a link, tests-pipe.csv is a pipe, tests-zero.csv is a link."
    )


def test_a_file_that_becomes_a_pipe_between_listing_and_opening_is_not_waited_for(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        csv_file.open_regular(tmp_path / "pipe")
