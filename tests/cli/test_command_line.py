"""The command line: quick help, mistakes in sentences, lists in three formats."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cli import run_command_line
from engine.cli.commands import COMMANDS
from engine.cli.printing import Format, show_rows
from engine.cli.table_output import print_table
from engine.presentation.preview.section import Head
from tests.kit.site import MISSED, written_rule

HEAVY = {
    "sqlalchemy",
    "numpy",
    "pydantic",
    "fastapi",
    "apscheduler",
    "alembic",
    "rich",
    "twilio",
    "phonenumbers",
}
ROWS = [
    ["17", 2, None, datetime(2026, 11, 22, 5, 30, tzinfo=timezone(timedelta(hours=-5)))],
    ["ü", 30, "a,b", None],
]
COLUMNS = ["client", "count", "note", "began"]


def exit_code(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        run_command_line(arguments)
    return caught.value.code


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_of_its_own_and_one_line_in_the_list(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(name, "--help") == 0
    assert f"Usage: handrail {name} " in capsys.readouterr().out
    exit_code("--help")
    assert f"{name} {COMMANDS[name].summary}" in re.sub(" +", " ", capsys.readouterr().out)


def test_help_imports_nothing_heavy() -> None:
    probe = (
        "import sys; from engine.cli.commands import app_for; app_for(['--help']); "
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    names = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    ).stdout.split()
    assert HEAVY.isdisjoint(names)


def test_a_check_imports_what_reads_settings_and_rules_alone(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(
        f"format: 1\nrules:\n{written_rule('one', MISSED)}\n"
    )
    mapping = "{match: a.csv, roster: clients, columns: {ref: ref}}"
    (tmp_path / "config.yaml").write_text(
        f"timezone: UTC\nsources: [{{name: clinic, folder: inbox, files: [{mapping}]}}]\n"
    )
    probe = (
        "import sys, atexit; from engine.cli import run_command_line; "
        "atexit.register(lambda: print(*sys.modules)); run_command_line(['check'])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", probe], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    names = set(ran.stdout.split())
    assert "connectors.csv_folder.settings" in names
    assert names.isdisjoint(
        {"sqlalchemy", "connectors.csv_folder.source", "connectors.printed_sms.gateway"}
    )


def test_python_dash_m_is_the_same_command() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "engine", "--help"], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("Usage: handrail ")


def test_a_missing_config_is_one_sentence_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("db", "upgrade", "--config", "nowhere.yaml") == 2
    assert capsys.readouterr().err == "nowhere.yaml: cannot be read: No such file or directory\n"


@pytest.mark.parametrize(
    "command", ["alerts", "preview", "why 1", "ack 1 --by S-1", "oncall", "rules history"]
)
def test_a_database_that_is_not_there_is_said_and_not_made(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(
        f"format: 1\nrules:\n{written_rule('one', MISSED)}\n"
    )
    config = tmp_path / "config.yaml"
    config.write_text("timezone: UTC\ndatabase: sqlite:///mistyped/handrail.db\n")
    assert exit_code(*command.split(), "--config", str(config)) == 2
    assert "There is no database sqlite:///" in capsys.readouterr().err
    assert not (tmp_path / "mistyped").exists()


@pytest.mark.parametrize(
    "command", ["why abc", "ack 0 --by S-1", "oncall --weeks 53", "rejects --dismiss 1.5"]
)
def test_what_is_no_number_is_said_in_a_sentence(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*command.split()) == 2
    assert " is not a whole number from 1 " in capsys.readouterr().err


def test_an_unknown_command_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("escalte") == 2


def test_rows_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(ROWS, COLUMNS, Format.TABLE)
    assert capsys.readouterr().out.splitlines() == [
        "CLIENT  COUNT  NOTE  BEGAN",
        "17      2            2026-11-22 05:30-05:00",
        "ü       30     a,b",
    ]


def test_a_table_is_folded_to_the_terminal_and_no_word_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[7, "two-missed-check-ins", "nobody was told of it " * 4, "handrail-" * 10 + "run"]]
    monkeypatch.setenv("COLUMNS", "90")
    show_rows(rows, ["id", "rule", "said", "file"], Format.TABLE)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 90
    assert lines[0].split() == ["ID", "RULE", "SAID", "FILE"]
    begins = [lines[0].index(name) for name in ("RULE", "SAID", "FILE")]
    for first, end, cell in zip(begins, [*begins[1:], 90], rows[0][1:], strict=True):
        told = "".join(line[first:end] for line in lines[1:])
        assert told.replace(" ", "") == str(cell).replace(" ", "")
    assert "two-missed-check-ins" in lines[1]


def test_a_word_that_fits_no_terminal_folds_and_nothing_is_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_rows([["x" * 100, "a note"]], ["id", "note"], Format.TABLE)
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["ID", "NOTE"]
    assert "".join(lines).count("x") == 100
    assert lines[0].endswith(" a note")


def test_more_columns_than_a_terminal_has_room_for_are_all_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    heads = [f"column-{number}" for number in range(40)]
    print_table([Head(name, is_number=True) for name in heads], [["1,234,567"] * 40])
    shown = capsys.readouterr().out.splitlines()
    assert [line.split() for line in shown] == [heads, ["1,234,567"] * 40]


WORDS = st.lists(st.text("abcdefg-", min_size=1, max_size=11), min_size=1, max_size=9)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=5))
def test_tables_of_words_fit_eighty_columns_with_every_word_whole(
    rows: list[tuple[list[str], ...]],
) -> None:
    with redirect_stdout(StringIO()) as out:
        show_rows([[" ".join(cell) for cell in row] for row in rows], "abc", Format.TABLE)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    words = sorted(word for row in rows for cell in row for word in cell)
    assert sorted(" ".join(lines[1:]).split()) == words


def test_rows_as_csv(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(ROWS, COLUMNS, Format.CSV)
    assert capsys.readouterr().out.splitlines() == [
        "client,count,note,began",
        "17,2,,2026-11-22T05:30:00-05:00",
        'ü,30,"a,b",',
    ]


def test_a_csv_file_gives_a_spreadsheet_no_order(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([["=HYPERLINK(1)", "+12025550101"]], ["text", "from"], Format.CSV)
    assert capsys.readouterr().out.splitlines()[1] == "'=HYPERLINK(1),+12025550101"


def test_rows_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows(ROWS, COLUMNS, Format.JSON)
    assert json.loads(capsys.readouterr().out) == [
        {"client": "17", "count": 2, "note": None, "began": "2026-11-22T05:30:00-05:00"},
        {"client": "ü", "count": 30, "note": "a,b", "began": None},
    ]


def test_nothing_to_list_is_still_valid_in_each_format(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([], COLUMNS, Format.JSON)
    assert json.loads(capsys.readouterr().out) == []
    show_rows([], COLUMNS, Format.CSV)
    assert capsys.readouterr().out == "client,count,note,began\n"
    show_rows([], COLUMNS, Format.TABLE)
    assert capsys.readouterr().out == "nothing to list\n"


def test_instants_in_utc_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([[datetime(2026, 1, 2, tzinfo=UTC)]], ["at"], Format.CSV)
    assert capsys.readouterr().out == "at\n2026-01-02T00:00:00+00:00\n"
