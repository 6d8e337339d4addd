"""A site with a console whose rules stand in files, which people edit and release."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.config import load
from engine.flows.console.child_process import Finished
from engine.flows.rules.reload import RuleFiles, accept
from tests.kit.console import ConsoleSite

CONFIG = """\
timezone: UTC
rules: rules
plans: plans
routing:
  policies:
    steps: [{to: case_manager}, {after: 1 hour, to: supervisor}]
  severities: {urgent: steps, high: steps, medium: steps, low: steps}
"""
RULES = """\
format: 1
rules:
  # Two in a week are worth a call.
  - id: two-missed
    title: Two check-ins missed
    status: live
    severity: medium
    evidence: {grade: opinion, source: Ours.}
    when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 2}
    reason: missed check-ins
"""
CASES = """\
format: 1
client: {enrolled: day 0}
cases:
  - case: Two missed check-ins alert
    events:
      - {at: day 1 08:00, check_in: {status: missed}}
      - {at: day 2 08:00, check_in: {status: missed}}
    until: day 3
    expect:
      - {alert: two-missed, at: day 2 08:00}
"""


@dataclass
class RuleSite(ConsoleSite):
    """A console site whose one rule stands in `rules/missed.yaml` of a folder."""

    folder: Path = Path()

    def __post_init__(self) -> None:
        super().__post_init__()
        rules = self.folder / "rules"
        shutil.rmtree(rules, ignore_errors=True)
        rules.mkdir(parents=True)
        self.file.write_text(RULES)
        self.cases.write_text(CASES)
        (self.folder / "config.yaml").write_text(f"{CONFIG}database: {self.url}\n")
        settings = load(self.folder / "config.yaml")
        self.files = RuleFiles(settings)
        self.take_up()
        self.desk = replace(self.desk, settings=settings)

    @property
    def url(self) -> str:
        return self.database.url.render_as_string(hide_password=False)

    @property
    def file(self) -> Path:
        return self.folder / "rules" / "missed.yaml"

    @property
    def cases(self) -> Path:
        return self.folder / "rules" / "missed.cases.yaml"

    def take_up(self) -> None:
        """Let the files serve, as the daemon does a few seconds after a change."""
        self.site.rules = self.files.read()
        with self.database.write() as conn:
            accept(conn, self.site.rules, self.now)


class ChildAtOnce:
    """A child process that does its work here and now, because to start one takes seconds."""

    def __init__(self, work: Callable[..., object], *arguments: object) -> None:
        self._result = Finished(work(lambda *_: None, *arguments))

    def result(self) -> Finished:
        return self._result
