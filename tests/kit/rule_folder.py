"""A folder of rules with a configuration, at which commands are typed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.kit.terminal import Terminal

RULE = """\
format: 1
rules:
  - id: missed
    title: Missed check-ins
    status: live
    severity: medium
    evidence: {grade: opinion, source: Ours}
    reason: missed check-ins
    when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 2}
"""
CASES = """\
format: 1
cases:
  - case: Two
    events:
      - {at: day 1 09:00, check_in: {status: missed}}
      - {at: day 2 09:00, check_in: {status: missed}}
    expect: [{alert: missed, at: day 2 09:00}]
  - case: One
    events:
      - {at: day 1 09:00, check_in: {status: missed}}
    until: day 9
    silent: missed
"""
FILES = {"missed.yaml": RULE, "missed.cases.yaml": CASES}


class RuleFolder(Terminal):
    """A folder with a configuration and rule files, a rule and its cases if none are given."""

    def __init__(
        self,
        folder: Path,
        capsys: pytest.CaptureFixture[str],
        config: str = "timezone: UTC\n",
        files: Mapping[str, str] = FILES,
    ) -> None:
        super().__init__(folder, config, capsys)
        self.folder = folder
        self.rules = folder / "rules"
        self.rules.mkdir()
        for name, text in files.items():
            self.write(f"rules/{name}", text)

    def write(self, name: str, text: str) -> None:
        """Write a file of the folder."""
        (self.folder / name).write_text(text, "utf-8")

    def handrail(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command; return its exit code, stdout and stderr without the folder's path."""
        code, out, err = self.run(*arguments)
        return code, out, err.replace(f"{self.folder}/", "")

    def warnings(self) -> list[str]:
        """The warnings, without the lines that they show."""
        code, _, err = self.handrail("check")
        assert code == 0
        return [line for line in err.splitlines() if ": warning: " in line]
