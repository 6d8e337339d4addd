"""`handrail import` and `handrail rejects` count rows, and say why some fail and who can help."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.kit.terminal import typed

CONFIG = """\
timezone: America/New_York
sources:
  - name: clinic
    folder: inbox
    files:
      - {match: clients*.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
      - {match: tests*.csv, events: [{kind: test, client: client, at: at, id: id, fields: {result: \
result}}]}
"""
CLIENTS = "client,enrolled\nC-1,2026-01-05\n"
TESTS = "client,at,id,result\n"

Handrail = Callable[..., tuple[int, str, str]]


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the source, beside a config.yaml in the working folder."""
    monkeypatch.delenv("HANDRAIL_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "clients.csv").write_text(CLIENTS, "utf-8")
    return folder


@pytest.fixture
def handrail(capsys: pytest.CaptureFixture[str]) -> Handrail:
    """Runs a command; its exit code, what it printed, and what it said on stderr."""
    return partial(typed, capsys)


def reasons(handrail: Handrail) -> list[str]:
    return [row["reason"] for row in json.loads(handrail("rejects", "--format", "json")[1])]


def test_what_became_of_each_file_is_told(inbox: Path, handrail: Handrail) -> None:
    (inbox / "tests.csv").write_text(
        TESTS + "C-1,2026-07-01,1,positive\nC-1,2026-07-01,1,positive\n", "utf-8"
    )
    code, out, err = handrail("import")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "SOURCE FILE             READ NEW DUPLICATES CORRECTED WITHDRAWN SKIPPED REJECTED",
        "clinic clients.csv      1    1   0          0         0         0       0",
        "       (clients)",
        "clinic tests.csv        2    1   1          0         0         0       0",
    ]
    assert handrail("import") == (0, "There is nothing new.\n", "")


def test_rejected_rows_are_exit_1_and_are_listed_with_reasons(
    inbox: Path, handrail: Handrail
) -> None:
    (inbox / "tests.csv").write_text(
        TESTS + "C-1,2026-02-31,1,positive\nC-1,2026-07-01,2,positive\nC-1,2026", "utf-8"
    )
    code, out, err = handrail("import", "--format", "json")
    assert (code, err) == (1, "2 rows were rejected; handrail rejects tells why.\n")
    assert [row["rejected"] for row in json.loads(out)] == [0, 2]
    code, out, _ = handrail("rejects", "--format", "json")
    assert code == 0
    assert [(row["file"], row["line"], row["reason"]) for row in json.loads(out)] == [
        ("tests.csv", 2, "at: '2026-02-31' is no day that there is"),
        ("tests.csv", 4, "has 2 cells where the header has 4"),
    ]


def test_files_may_be_named_also_outside_the_folder(
    inbox: Path, handrail: Handrail, tmp_path: Path
) -> None:
    (inbox / "tests.csv").write_text(TESTS + "C-1,2026-07-01,1,positive\n", "utf-8")
    (tmp_path / "tests-late.csv").write_text(TESTS + "C-1,2026-07-01,2,positive\n", "utf-8")
    handrail("import", "inbox/clients.csv")
    code, out, _ = handrail("import", "tests-late.csv", "--format", "json")
    [row] = json.loads(out)
    assert (code, row["new"]) == (0, 1)
    assert row["file"] == str(tmp_path / "tests-late.csv")
    assert [row["file"] for row in json.loads(handrail("import", "--format", "json")[1])] == [
        "tests.csv"
    ]


def test_a_file_that_no_mapping_is_for_is_the_users_mistake(
    inbox: Path, handrail: Handrail
) -> None:
    (inbox / "visits.csv").write_text("a\n", "utf-8")
    code, _, err = handrail("import", "inbox/visits.csv")
    assert (code, err) == (
        2,
        "No source has a mapping for a file called visits.csv; see match: in the configuration.\n",
    )
    code, _, err = handrail("import", "inbox/none.csv")
    assert (code, err) == (2, f"There is no file {inbox / 'none.csv'}.\n")


def test_a_folder_that_is_not_there_is_one_sentence(inbox: Path, handrail: Handrail) -> None:
    (inbox / "clients.csv").unlink()
    inbox.rmdir()
    code, _, err = handrail("import")
    assert (code, err) == (
        2,
        f"The source clinic cannot be read: the folder {inbox} is not there.\n",
    )


def test_two_mappings_for_one_file_are_the_users_mistake(inbox: Path, handrail: Handrail) -> None:
    config = inbox.parent / "config.yaml"
    again = "      - {match: '*.csv', roster: clients, columns: {ref: client}}\n"
    config.write_text(CONFIG + again, "utf-8")
    code, _, err = handrail("import")
    assert code == 2
    assert err == (
        "Two mappings of the source clinic are for the same file clients.csv (clients); write "
        "them as one.\n"
    )


def test_retrying_reads_rows_as_mapping_and_roster_are_now(inbox: Path, handrail: Handrail) -> None:
    (inbox / "tests.csv").write_text(
        TESTS + "C-1,2026-07-01,1,pos\nC-1,2026-07-01,2,neg\n", "utf-8"
    )
    handrail("import")
    config = inbox.parent / "config.yaml"
    config.write_text(
        CONFIG.replace("result: result", "result: {column: result, values: {pos: positive}}"),
        "utf-8",
    )
    code, out, _ = handrail("rejects", "--retry", "--format", "csv")
    assert code == 1
    assert len(out.splitlines()) == 2
    assert reasons(handrail) == [
        "result: the mapping does not say what 'neg' means in the column 'result'"
    ]


def test_a_row_that_will_not_be_fixed_can_be_dismissed(inbox: Path, handrail: Handrail) -> None:
    (inbox / "tests.csv").write_text(TESTS + "C-1,2026-07-01,1,pos\n", "utf-8")
    handrail("import")
    assert handrail("rejects", "--dismiss", "7")[::2] == (
        2,
        "No row that waits to be fixed has the id 7.\n",
    )
    assert handrail("rejects", "--dismiss", "1") == (0, "Row 1 is dismissed.\n", "")
    assert reasons(handrail) == []


def test_files_of_which_nothing_is_read_are_listed_first(inbox: Path, handrail: Handrail) -> None:
    (inbox / "tests-a.csv").write_text(TESTS + "C-9,2026-07-01,1,positive\n", "utf-8")
    (inbox / "tests-b.csv").write_text("\nclient,at,id\nC-1,2026-07-01,1\n", "utf-8")
    handrail("import")
    listed = json.loads(handrail("rejects", "--format", "json")[1])
    assert [row["file"] for row in listed] == ["tests-b.csv", "tests-a.csv"]


def test_a_configuration_without_sources_is_the_users_mistake(
    inbox: Path, handrail: Handrail
) -> None:
    (inbox.parent / "config.yaml").write_text("timezone: UTC\n", "utf-8")
    code, _, err = handrail("import")
    assert (code, err[:35]) == (2, "The configuration names no sources;")
