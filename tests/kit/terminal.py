"""Commands as they are typed at a site, in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import structlog

from engine.cli import run_command_line

# Staff, clients and assignments come from CSV files; more files can be added at the end.
FOLDER_SITE = """\
timezone: America/New_York
log: {level: error}
sources:
  - name: inbox
    folder: inbox
    files:
      - {match: staff.csv, roster: staff, columns: {ref: staff, role: role, phone: phone}}
      - {match: clients.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
      - {match: links.csv, roster: assignments, columns: {client: client, staff: staff, role: role}}
"""


def typed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """A command's exit code, and what it wrote on stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        run_command_line(arguments)
    return int(ended.value.code or 0), *capsys.readouterr()


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a site."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


class Terminal:
    """Types commands at the site of a config.yaml."""

    def __init__(self, folder: Path, config: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.config = folder / "config.yaml"
        self.config.write_text(config)
        self._capsys = capsys

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """A command's exit code, and what it wrote on stdout and stderr."""
        return typed(self._capsys, *arguments, "--config", str(self.config))

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """The output of a command that ends with this code: stderr if it refuses, else stdout."""
        ended, out, err = self.run(*arguments)
        assert ended == code, err
        return (err if code == 2 else out).strip()


@contextmanager
def terminal_in(
    folder: Path, config: str, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    """A terminal whose commands set up the log, which is as before afterwards."""
    yield Terminal(folder, config, capsys)
    structlog.reset_defaults()
