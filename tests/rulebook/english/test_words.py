"""Findings read as plain English, and different ones never read the same."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import yaml
from hypothesis import given

from engine.measures.comparison import Comparison
from engine.rulebook.core.conditions import AllOf, AnyOf
from engine.rulebook.english.clearing_text import clearing_in_words
from engine.rulebook.english.finding_text import (
    finding_in_words,
    threshold_in_words,
    value_in_words,
)
from tests.kit.findings import finding_of
from tests.kit.generated import cases, findings
from tests.kit.generated_rules import written


def simplest(value: Any) -> Any:
    """The same logic written one way: a choice of one word is that word."""
    if isinstance(value, Comparison):
        operand, operator = value.operand, value.operator
        if isinstance(operand, tuple) and len(operand) == 1:
            operator, operand = ("is" if operator == "one_of" else "is_not"), operand[0]
        return operator, operand
    if dataclasses.is_dataclass(value):
        return type(value).__name__, *(
            simplest(getattr(value, field.name)) for field in dataclasses.fields(value)
        )
    return tuple(map(simplest, value)) if isinstance(value, tuple) else value


_READ: dict[str, Any] = {}


@cases(300)
@given(findings())
def test_different_findings_never_read_the_same(condition: dict[str, Any]) -> None:
    finding = finding_of(written(condition))
    for one in (finding, finding.denied()):
        assert _READ.setdefault(finding_in_words(one), simplest(one)) == simplest(one)


SENTENCES = {
    "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}": (
        "2 or more missed check-ins in the last 7 days"
    ),
    "{count: test, where: {result: [refused, missed], method: urine}, last: 5, is: 1}": (
        "exactly 1 refused or missed test with method urine among the last 5 tests"
    ),
    "{count: test, where: {result: positive}, is: 0}": "no positive tests so far",
    "{days_with: check_in, where: {craving: {at_least: 7}}, within: 10 days, more_than: 3}": (
        "more than 3 days with check-ins with craving 7 or more in the last 10 days"
    ),
    "{latest: check_in.craving, not_older_than: 2 days, at_least: 8}": (
        "craving of 8 or more out of 10 at the latest check-in that states it, if that is not "
        "older than 2 days"
    ),
    "{latest: check_in.used, is: yes}": "used marked yes at the latest check-in that states it",
    "{latest: check_in.substances, one_of: [alcohol, opioids]}": (
        "substances including alcohol or opioids at the latest check-in that states it"
    ),
    "{average: check_in.mood, last: 3, at_most: 2}": (
        "average mood of 2 or less out of 10 over the last 3 check-ins that state it"
    ),
    "{total: check_in.meetings, within: 14 days, less_than: 2}": (
        "total meetings of less than 2 over check-ins in the last 14 days"
    ),
    "{change: check_in.confidence, baseline: 7 days, at_most: -3}": (
        "confidence 3 or more below the client's own median of the 7 days before, at the latest "
        "check-in that states it"
    ),
    "{trend: check_in.stress, within: 7 days, at_least: 0.5}": (
        "stress rising by 0.5 or more a day, as a trend over check-ins in the last 7 days"
    ),
    "{streak: attendance, where: {status: no_show}, among: {status: [attended, late, no_show]}, "
    "at_least: 2}": (
        "2 or more no-show sessions in a row up to the latest, looking only at attended, late or "
        "no-show sessions"
    ),
    "{share: attendance, where: {status: attended}, within: "
    "4 weeks, of_at_least: 4, at_most: 50%}": (
        "50% or less of sessions in the last 4 weeks, if those are 4 or more, are attended sessions"
    ),
    "{share: test, of: {result: positive}, where: {method: breath}, last: 5, less_than: 100%}": (
        "not all the last 5 positive tests are tests with method breath"
    ),
    "{streak: check_in, where: {status: missed}, among: "
    "{status: [completed, missed]}, at_least: 1}": (
        "the latest completed or missed check-in is a missed check-in"
    ),
    "{count: test, where: {result: positive}, within: 90 days, at_most: 0}": (
        "not one positive test in the last 90 days"
    ),
    "{latest: medication.days_supply, one_of: [3, 4, 5, 6, 7]}": (
        "days supply of any whole number from 3 to 7 at the latest dose that states it"
    ),
    "{time_since: contact, starting: 0 days after enrolment, at_least: 26 weeks}": (
        "182 days or more since the latest contact from the day of enrolment on, or since that "
        "day if there was none"
    ),
    "{time_since: medication, where: {drug: methadone, status: taken}, at_least: 3 days}": (
        "3 days or more since the latest taken dose with drug methadone, or since enrolment if "
        "there was none"
    ),
    "{time_since: attendance, starting: 7 days after discharge, more_than: 30 days}": (
        "more than 30 days since the latest session from day 7 after discharge on, or since that "
        "day if there was none"
    ),
    "{time_since: discharged, at_most: 28 days}": "28 days or less since the day of discharge",
    "{sequence: [{event: check_in, where: {status: missed}}, return_to_use], within: 14 days, "
    "at_least: 1}": (
        "1 or more times that a missed check-in was followed by a report of use in the last 14 days"
    ),
    "{client: programme, one_of: [iop, aftercare]}": "the client's programme is iop or aftercare",
    "{client: phase, at_least: 2}": "the client's phase is 2 or more",
    "{client: has_mentor, is: yes}": "the client has a mentor",
    "{client: has_case_manager, is: no}": "the client has no case manager",
    "{client: has_mentor, is_not: yes}": "the client has no mentor",
}


@pytest.mark.parametrize(("condition", "sentence"), SENTENCES.items())
def test_every_measure_reads_as_a_person_would_say_it(condition: str, sentence: str) -> None:
    assert finding_in_words(finding_of(condition)) == sentence


def test_a_word_that_could_be_taken_for_two_stands_in_quotes() -> None:
    two = finding_in_words(finding_of("{client: programme, one_of: [night, day]}"))
    one = finding_in_words(finding_of("{client: programme, is: night or day}"))
    joined = finding_in_words(finding_of("{client: programme, is: night_or_day}"))
    assert two == "the client's programme is night or day"
    assert one == 'the client\'s programme is "night or day"'
    assert joined == 'the client\'s programme is "night_or_day"'


def test_quotes_inside_a_quoted_word_are_doubled() -> None:
    one = finding_in_words(finding_of(yaml.dump({"client": "programme", "is": 'a" or "b'})))
    assert one == 'the client\'s programme is "a"" or ""b"'


@pytest.mark.parametrize(
    ("condition", "value", "shown", "threshold"),
    [
        ("{count: test, at_least: 2}", 3.0, "3", "2 or more"),
        ("{latest: check_in.used, is: yes}", True, "yes", "marked yes"),
        ("{average: check_in.mood, last: 3, at_most: 2}", 7 / 3, "2.33", "2 or less"),
        (
            "{share: test, where: {result: missed}, within: 7 days, at_least: 60%}",
            66.6,
            "66.6%",
            "60% or more",
        ),
        ("{time_since: check_in, at_least: 7 days}", 7 * 86_400e6, "7 days", "7 days or more"),
        (
            "{time_since: check_in, at_least: 3 days}",
            637_862e6,
            "7 days and 9 hours",
            "3 days or more",
        ),
        (
            "{time_since: check_in, more_than: 7 days}",
            7 * 86_400e6 + 60e6,
            "7 days and 1 minute",
            "more than 7 days",
        ),
        ("{time_since: discharged, at_most: 28 days}", 28 * 86_400e6, "28 days", "28 days or less"),
        (
            "{latest: check_in.substances, is: alcohol}",
            ("alcohol", "opioids"),
            "alcohol and opioids",
            "including alcohol",
        ),
        ("{latest: check_in.craving, at_least: 8}", None, "no value", "8 or more"),
    ],
)
def test_a_value_stands_beside_its_threshold(
    condition: str, value: Any, shown: str, threshold: str
) -> None:
    finding = finding_of(condition)
    assert (value_in_words(finding.measure, value), threshold_in_words(finding)) == (
        shown,
        threshold,
    )


def test_what_clears_a_rule_says_which_findings_must_end() -> None:
    missed, craving, tested = (
        finding_of("{count: check_in, at_least: 2}"),
        finding_of("{latest: check_in.craving, at_least: 8}"),
        finding_of("{count: test, at_least: 1}"),
    )
    condition = AllOf((missed, AnyOf((craving, tested))))
    no_check_ins, no_tests = (
        "no longer 2 or more check-ins so far",
        "no longer 1 or more tests so far",
    )
    assert clearing_in_words(condition, frozenset({missed, tested})).splitlines() == [
        "one of these:",
        f"- {no_check_ins}",
        f"- {no_tests}",
    ]
    nested = AllOf((AllOf((missed, missed)), AnyOf((AnyOf((craving, tested)), tested))))
    assert clearing_in_words(nested, frozenset({missed, craving, tested})).splitlines() == [
        "one of these:",
        f"- {no_check_ins}",
        "- all of these:",
        "  - no longer craving of 8 or more out of 10 at the latest check-in that states it",
        f"  - {no_tests}",
    ]
    assert clearing_in_words(AllOf((AllOf((missed,)), missed)), frozenset({missed})) == no_check_ins
