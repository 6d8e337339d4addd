"""The secrets of `.env` are there for every command, and nobody sees a line that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.environment_file import read_environment
from engine.errors import MistakesError


def read(folder: Path, text: str, **given: str) -> dict[str, str]:
    (folder / ".env").write_text(text)
    environ = dict(given)
    read_environment(folder, environ)
    return environ


def test_each_line_sets_a_variable(tmp_path: Path) -> None:
    text = "# a comment\n\nexport TOKEN=a=b # c\n QUOTED = 'x y' \nDOUBLE=\"z\"\nEMPTY=\n"
    expected = {"TOKEN": "a=b # c", "QUOTED": "x y", "DOUBLE": "z", "EMPTY": ""}
    assert read(tmp_path, text.replace(" QUOTED = ", " QUOTED=")) == expected


def test_a_variable_that_is_set_already_stays(tmp_path: Path) -> None:
    assert read(tmp_path, "TOKEN=file\n", TOKEN="shell") == {"TOKEN": "shell"}


def test_without_the_file_nothing_is_set(tmp_path: Path) -> None:
    environ: dict[str, str] = {}
    read_environment(tmp_path, environ)
    assert environ == {}


@pytest.mark.parametrize("line", ["hunter2", "export hunter2", "TO-KEN=hunter2"])
def test_a_line_that_sets_nothing_is_named_by_its_number_alone(line: str, tmp_path: Path) -> None:
    with pytest.raises(MistakesError) as raised:
        read(tmp_path, f"# first\n{line}\n")
    assert str(raised.value) == f"{tmp_path / '.env'}:2:1: must be NAME=VALUE, or begin with #"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(MistakesError, match="cannot be read: it is a folder"):
        read_environment(tmp_path, {})
