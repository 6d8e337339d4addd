"""Commands as they are typed at a site, in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli import run_command_line


def typed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """A command's exit code, and what it wrote on stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        run_command_line(arguments)
    return int(ended.value.code or 0), *capsys.readouterr()


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
