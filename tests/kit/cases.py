"""Some rules, and the trying of cases written beside them."""

from __future__ import annotations

from engine.flows.rules.case_compare import try_case
from engine.flows.rules.case_runner import Opened, run
from engine.model.case_timeline import CaseResult
from engine.model.event_kinds import BUILT_IN
from engine.model.instant import from_us
from engine.model.settings import Settings
from engine.rulebook.core.cases import Case
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.cases_parser import read_cases
from engine.store.database.in_memory import Scratch
from engine.yaml_source import YamlSource

RULES = """
format: 1
rules:
  - id: two-missed
    title: Two missed
    status: live
    severity: medium
    reason: missed check-ins
    hold: 2 hours
    clears_after: 1 day
    quiets: [sketch]
    when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 2}
  - id: silence
    title: Silence
    status: live
    severity: urgent
    when: {time_since: check_in, more_than: 7 days}
  - id: trial
    title: On trial
    status: shadow
    severity: high
    when: {count: test, within: 7 days, at_least: 1}
  - id: sketch
    title: A draft
    status: draft
    severity: low
    when: {count: contact, within: 1 day, at_least: 1}
  - id: nagging
    title: Nagging
    status: live
    severity: medium
    remind: 12 hours
    when: {latest: assessment.score, not_older_than: 30 days, at_least: 9}
  - id: phase-two
    title: Phase two
    status: live
    severity: low
    notify: mentor_first
    when: {all: [{client: phase, is: "2"}, {time_since: enrolled, at_least: 1 day}]}
"""
TWO_MISSED = """
  - case: A case
    events:
      - {at: day 1 18:00, check_in: {status: missed}}
      - {at: day 3 18:00, check_in: {status: missed}}
    until: day 12
"""


def case_of(text: str, head: str = "") -> Case:
    source = YamlSource("rules.cases.yaml", f"format: 1\n{head}cases:{text}")
    (case,) = read_cases(source, BUILT_IN, None)
    return case


class Trying:
    """Tries the text of one case."""

    def __init__(self, rules: Rulebook, settings: Settings, databases: Scratch) -> None:
        self._rest = rules, settings
        self._databases = databases

    def tried(self, text: str, head: str = "") -> CaseResult:
        return try_case(case_of(text, head), *self._rest, self._databases.empty())

    def opened(self, text: str, head: str = "") -> list[Opened]:
        return run(
            case_of(f"{text.rstrip()}\n    silent: all\n", head),
            *self._rest,
            self._databases.empty(),
        ).opened

    def wrong(self, text: str, head: str = "") -> list[tuple[str, str | None, str | None]]:
        """The lines that differ: the time (UTC), the expected text, the actual one."""
        lines = self.tried(text, head).lines
        return [
            (f"{from_us(x.at):%d %H:%M:%S}", x.expected, x.happened) for x in lines if not x.right
        ]
