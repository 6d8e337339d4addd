"""The sentences of a clinician in docs/rules.md come true, case by case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import structlog

from tests.kit.rule_folder import RuleFolder

PAGE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text("utf-8")
(POLICY,) = re.findall(r"^```\n(routing:\n.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(RULES,) = re.findall(r"^## Six sentences$.*?^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
# Day 0 is a Monday.
CASES = """\
format: 1
starts: 2026-01-05
client: {timezone: America/New_York, enrolled: day 0}
cases:
  - case: A positive test and a missed group within five days
    events:
      - {at: day 1 09:00, test: {result: positive}}
      - {at: day 4 18:00, attendance: {activity: group, status: no_show}}
    until: day 8
    expect: [{alert: two-of-three, at: day 4 18:00}]
  - case: Two missed check-ins are one of the three, and six days apart is too far
    events:
      - {at: day 1 09:00, check_in: {status: missed}}
      - {at: day 2 09:00, check_in: {status: missed}}
      - {at: day 8 18:00, test: {result: positive}}
    until: day 14
    silent: two-of-three

  - case: Four days of silence in the week
    client: {program: iop}
    events: [{at: day 0 09:00, check_in: {status: completed}}]
    until: day 6
    expect: [{alert: four-days-silent, at: day 4 09:00, resolves: day 5 00:00}]
  - case: Four days that end on a Saturday are told on Monday
    client: {program: iop}
    events: [{at: day 1 09:00, check_in: {status: completed}}]
    until: day 7 12:00
    expect: [{alert: four-days-silent, at: day 7 00:00}]
  - case: Another programme is left alone
    client: {program: aftercare}
    events: [{at: day 1 09:00, check_in: {status: completed}}]
    until: day 12
    silent: four-days-silent

  - case: Craving rises by two from one week to the next
    events:
      - {at: day 2 09:00, check_in: {status: completed, craving: 3}}
      - {at: day 9 10:00, check_in: {status: completed, craving: 5}}
    until: day 10
    expect: [{alert: craving-above-last-week, at: day 9 10:00}]
  - case: Craving rises by one
    events:
      - {at: day 2 09:00, check_in: {status: completed, craving: 3}}
      - {at: day 9 10:00, check_in: {status: completed, craving: 4}}
    until: day 10
    silent: craving-above-last-week

  - case: Three times low, and no mentor
    staff: {mentor: none}
    events:
      - {at: day 1 09:00, check_in: {status: completed, mood: 3}}
      - {at: day 2 09:00, check_in: {status: completed, mood: 2}}
      - {at: day 3 09:00, check_in: {status: completed, mood: 3}}
    until: day 4
    expect: [{alert: low-and-no-mentor, at: day 3 09:00}]
  - case: Three times low, with a mentor
    events:
      - {at: day 1 09:00, check_in: {status: completed, mood: 3}}
      - {at: day 2 09:00, check_in: {status: completed, mood: 2}}
      - {at: day 3 09:00, check_in: {status: completed, mood: 3}}
    until: day 4
    silent: low-and-no-mentor

  - case: The mentor hears of thirty days, and no other person
    events: [{at: day 1 09:00, return_to_use: {}}]
    until: day 33
    expect:
      - {alert: thirty-days, at: day 31 09:00, texts: [{to: mentor, at: day 31 09:00}]}
  - case: Without a mentor nobody hears of it
    staff: {mentor: none}
    events: [{at: day 1 09:00, return_to_use: {}}]
    until: day 33
    expect: [{alert: thirty-days, at: day 31 09:00, texts: nobody, reminders: nobody}]
"""


def test_each_sentence_comes_true_in_its_cases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"six.yaml": RULES, "six.cases.yaml": CASES}
    site = RuleFolder(tmp_path, capsys, f"timezone: UTC\n{POLICY}", files)
    code, out, err = site.handrail("test")
    structlog.reset_defaults()
    assert (code, err) == (0, ""), out
    assert out.startswith("11 cases tried")
