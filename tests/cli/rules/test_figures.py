"""`handrail figures` prints the figures of the rule files for each client, as things stood."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.kit.site import Site, written_rule
from tests.kit.terminal import Terminal
from tests.kit.times import NOON, hours

MISSED = "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}"
FIGURES = """
figures:
  - {id: missed, title: Check-ins missed, figure: {count: check_in, where: {status: missed}}}
  - {id: craving, title: Newest craving, figure: {latest: check_in.craving}}
  - {id: ever-two-missed, title: Two missed, figure: {ever: {rule: two-missed}}}
"""


@pytest.fixture
def terminal(
    sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    site = Site(sqlite_database).with_people()
    site.missed(NOON - hours(48))
    site.missed(NOON - hours(24))
    (tmp_path / "rules").mkdir()
    rules = f"format: 1\nrules:\n{written_rule('two-missed', MISSED)}\n{FIGURES}"
    (tmp_path / "rules" / "rules.yaml").write_text(rules)
    return Terminal(tmp_path, f"database: {sqlite_database.url}\ntimezone: UTC\n", capsys)


def test_csv_is_a_row_for_each_client_and_figure(terminal: Terminal) -> None:
    out = terminal("figures", "--format", "csv", "--at", "2026-06-02T12:00+00:00")
    head, *rows = out.splitlines()
    assert head == "client,figure,at,value"
    assert [row.split(",")[:2] + row.split(",")[3:] for row in rows] == [
        ["C-1", "missed", "2.0"],
        ["C-1", "craving", ""],
        ["C-1", "ever-two-missed", "yes"],
    ]


def test_the_values_are_those_of_the_time_that_is_asked_for(terminal: Terminal) -> None:
    out = terminal("figures", "--format", "json", "--at", "2026-05-01")
    assert [row["value"] for row in json.loads(out)][::2] == [0, "no"]


def test_the_values_are_the_same_from_an_archive(terminal: Terminal, tmp_path: Path) -> None:
    at = ("--at", "2026-06-02T12:00+00:00", "--format", "csv")
    assert "1 of 1 parts written, with 1 clients and 2 events" in terminal(
        "archive", str(tmp_path / "archive")
    )

    archived = terminal("figures", *at, "--archive", str(tmp_path / "archive"))

    assert archived == terminal("figures", *at)
    assert "C-1,missed" in archived
