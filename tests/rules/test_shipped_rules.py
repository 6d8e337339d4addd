"""The shipped rules keep to decisions about all of them; their cases test each one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import load
from engine.flows.rules.files import RuleFileSet, read
from engine.flows.rules.warnings import warnings
from engine.model.rule import Severity
from engine.rulebook.core.cases import tried
from engine.rulebook.core.rulebook import CheckedRule

ROOT = Path(__file__).parents[2]
# A reminder of a date, good news, and what can only be true after the weeks in which the others are
# raised.
NEVER_RAISED = {"goal-unmet", "naltrexone-due", "milestone", "first-visit-not-kept-by-day-30"}
# Severities chosen by what alerts were worth on trial patients, not by the weeks since discharge.
MEASURED = {
    "return-to-use-risk",
    "loss-of-contact-risk",
    "use-reported",
    "positive-test",
    "missed-or-refused-test",
    "two-no-shows-in-a-row",
    "first-visit-not-kept-by-day-7",
    "seven-days-without-contact",
}
ABOVE: dict[Severity, Severity] = {"low": "medium", "medium": "high", "high": "urgent"}


@pytest.fixture(scope="module")
def shipped() -> RuleFileSet:
    settings = load(ROOT / "config.yaml")
    (rule_set,) = read([settings.rules], settings)
    return rule_set


@pytest.fixture(scope="module")
def live(shipped: RuleFileSet) -> list[CheckedRule]:
    assert shipped.rulebook
    return [one for one in shipped.rulebook.checked.values() if one.rule.status == "live"]


def test_there_is_nothing_to_say_against_them(shipped: RuleFileSet) -> None:
    assert shipped.mistakes == ()
    assert warnings(shipped) == []


def test_each_says_why_what_it_rests_on_what_to_do_and_something_for_the_text(
    live: list[CheckedRule],
) -> None:
    for one in live:
        rule = one.rule
        assert all((rule.why, rule.advice, rule.reason, rule.evidence and rule.evidence.source)), (
            rule.id
        )


def test_each_has_a_case_in_which_it_fires_also_those_on_trial(shipped: RuleFileSet) -> None:
    assert shipped.rulebook
    fires, silent = tried(shipped.cases)
    assert fires == set(shipped.rulebook.rules)
    assert silent >= {rule.id for rule in shipped.rulebook.rules.values() if rule.status == "live"}


def test_each_is_one_level_higher_in_the_first_weeks_after_discharge(
    live: list[CheckedRule],
) -> None:
    for one in live:
        if one.rule.severity != "urgent" and one.rule.id not in NEVER_RAISED | MEASURED:
            assert [to for to, _ in one.raises] == [ABOVE[one.rule.severity]], one.rule.id


def test_good_news_waits_while_anything_above_low_is_open(live: list[CheckedRule]) -> None:
    for one in live:
        assert (one.rule.severity != "low") == ("milestone" in one.rule.quiets), one.rule.id


def test_what_is_urgent_is_told_again_until_it_is_resolved(live: list[CheckedRule]) -> None:
    for one in live:
        again = one.rule.remind is not None or one.rule.tell_again is not None
        assert again or one.rule.severity == "low", one.rule.id
        assert one.rule.remind is not None or one.rule.severity != "urgent", one.rule.id


def test_a_rule_on_trial_is_low_so_that_it_weighs_nothing(shipped: RuleFileSet) -> None:
    assert shipped.rulebook
    shadow = [rule for rule in shipped.rulebook.rules.values() if rule.status == "shadow"]
    assert {rule.severity for rule in shadow} == {"low"}


def test_every_file_has_its_cases_and_names_its_schema() -> None:
    files = sorted((ROOT / "rules").glob("*.yaml"))
    rules = {
        file.name.removesuffix(".yaml") for file in files if not file.name.endswith(".cases.yaml")
    }
    assert rules == {
        file.name.removesuffix(".cases.yaml") for file in files if file.name.endswith(".cases.yaml")
    }
    assert all(
        file.read_text("utf-8").startswith("# yaml-language-server: $schema=") for file in files
    )
