"""The files of a new rule are right as they are, and the cases meet its threshold."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from engine.model.event_kinds import BUILT_IN
from engine.model.instant import DAY_US, MINUTE_US
from engine.rulebook.parsing.cases_parser import read_cases
from engine.rulebook.parsing.load import from_texts
from engine.rulebook.tools.new_rule import NewRule, cases_text, rule_text
from engine.yaml_source import YamlSource

MISSED = NewRule(
    "missed", 'Two "missed"', "check_in", "status", "", "missed", 2, 7 * DAY_US, "medium", ""
)
RULES = (
    MISSED,
    replace(MISSED, field="", value=""),
    replace(MISSED, count=1),
    replace(MISSED, field="craving", operator="at_least", value="8", notify="urgent"),
    replace(MISSED, count=5, within=60 * MINUTE_US),
)


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_reads_without_a_mistake_and_is_on_trial(rule: NewRule) -> None:
    (read,) = from_texts({"rules.yaml": rule_text(rule)}, BUILT_IN).rules.values()
    assert (read.id, read.title, read.status) == (rule.id, rule.title, "shadow")
    assert (read.severity, read.notify) == (rule.severity, rule.notify or None)


@pytest.mark.parametrize("rule", RULES)
def test_the_cases_read_without_a_mistake_and_have_one_event_too_few_once(rule: NewRule) -> None:
    source = YamlSource("missed.cases.yaml", cases_text(rule))
    fires, silent = read_cases(source, BUILT_IN, [rule.id])
    assert list(source.mistakes) == []
    assert (len(fires.arrivals), len(silent.arrivals)) == (rule.count, rule.count - 1)
    moments = [arrival.at for arrival in fires.arrivals]
    assert moments[-1] - moments[0] < rule.within
    assert all(before < after for before, after in pairwise(moments))
