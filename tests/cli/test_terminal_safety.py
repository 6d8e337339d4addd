"""No foreign text gives the terminal an order, and no command leaves a file open to others."""

from __future__ import annotations

import csv
import json
import os
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from engine.cli import run_command_line
from engine.store.database.connection import Database
from engine.store.tables.intake import events, rejects
from engine.store.tables.people import clients
from tests.kit.site import Site
from tests.kit.terminal import Terminal, typed
from tests.kit.times import NOON, hours

# The title of the window, clear the screen, the eight-bit form of an escape, and right to left.
HOSTILE = "\x1b]0;pwned\x07\x1b[2Jhi\x9b31m\u202eevil"
SHOWN = r"\x1b]0;pwned\x07\x1b[2Jhi\x9b31m\u202eevil"


@pytest.fixture
def said(sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A site where a row, a client's ref and an event's source are hostile."""
    site = Site(sqlite_database).with_people()
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    site.evaluate()
    row = {"source": "a", "item": HOSTILE, "line": 2, "reason": HOSTILE, "row": HOSTILE}
    with sqlite_database.write() as conn:
        conn.execute(insert(rejects).values(**row, digest="d", seen_at=NOON))
        conn.execute(update(clients).values(ref=HOSTILE))
        conn.execute(update(events).values(origin=HOSTILE))
    return Terminal(tmp_path, f"database: {sqlite_database.url}\ntimezone: UTC\n", capsys)


def is_harmless(written: str) -> bool:
    return not set(written) & set("\x1b\x07\x9b\u202e")


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("command", ["rejects", "alerts"])
def test_rows_are_written_out_in_every_form(said: Terminal, command: str, form: str) -> None:
    written = said(command, "--format", form)
    assert is_harmless(written)
    assert "pwned" in written


def test_json_keeps_the_values_and_csv_shows_them(said: Terminal) -> None:
    (row,) = json.loads(said("rejects", "--format", "json"))
    assert row["reason"] == HOSTILE
    (row,) = csv.DictReader(StringIO(said("rejects", "--format", "csv")))
    assert row["reason"] == SHOWN


def test_why_shows_what_a_source_wrote_without_obeying_it(said: Terminal) -> None:
    for form in ("text", "json"):
        written = said("why", "1", "--format", form)
        assert is_harmless(written)
        assert "pwned" in written


def test_a_mistake_repeats_what_was_typed_without_obeying_it(said: Terminal) -> None:
    assert said("alerts", "--client", HOSTILE + "x", code=2) == f"There is no client {SHOWN}x."


def test_a_mistake_in_a_file_shows_neither_its_password_nor_its_escapes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("timezone: UTC\ndatabase: postgresql://u@h/db?p%61ssword=hush\n")
    code, out, err = typed(capsys, "check", "--config", str(config))
    assert code == 2
    assert "hush" not in out + err
    assert "HANDRAIL_DATABASE_URL" in err


def test_a_path_from_a_secret_variable_is_refused_because_paths_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "hushhush")
    config = tmp_path / "config.yaml"
    config.write_text("timezone: UTC\nrules: ${TWILIO_AUTH_TOKEN}/rules\n")
    code, out, err = typed(capsys, "check", "--config", str(config))
    assert code == 2
    assert "hushhush" not in out + err


def test_what_a_command_makes_is_open_to_this_account_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        (tmp_path / "config.yaml").write_text("timezone: UTC\n")
        with pytest.raises(SystemExit):
            run_command_line(["db", "upgrade", "--config", str(tmp_path / "config.yaml")])
        made = [tmp_path / "var", *(tmp_path / "var").iterdir()]
    finally:
        os.umask(before)
    assert tmp_path / "var/handrail.db" in made
    assert {path.name: path.stat().st_mode & 0o077 for path in made} == dict.fromkeys(
        (path.name for path in made), 0
    )
