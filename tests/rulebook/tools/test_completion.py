"""The words that an editor offers at a place of a rule file that is still being typed."""

from __future__ import annotations

import pytest

from engine.model.event_kinds import BUILT_IN
from engine.rulebook.language.schema import rules_schema
from engine.rulebook.tools.completion import completions

SCHEMA = rules_schema(BUILT_IN)
HEAD = "format: 1\nphrases:\n  early: {time_since: enrolled, at_most: 90 days}\nrules:\n"
RULE = f"{HEAD}  - id: a-rule\n    title: A rule\n"


def offered(before: str, after: str = "") -> list[str]:
    """The words at the end of a text; `after` is what stands behind the cursor."""
    lines = before.split("\n")
    return [one.word for one in completions(before + after, len(lines), len(lines[-1]) + 1, SCHEMA)]


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("fo", {"format"}),
        (f"{RULE}    sev", {"severity"}),
        (f"{RULE}    severity: ", {"urgent", "high", "medium", "low"}),
        (f"{RULE}    status: sh", {"shadow"}),
        (f"{RULE}    when: {{cou", {"count"}),
        (f"{RULE}    when: {{count: ch", {"check_in"}),
        (f"{RULE}    when: {{count: check_in, wi", {"within"}),
        (f"{RULE}    when: {{count: check_in, where: {{sta", {"status"}),
        (f"{RULE}    when: {{count: check_in, where: {{status: mi", {"missed"}),
        (f"{RULE}    when: {{count: test, where: {{result: [pos", {"positive"}),
        (f"{RULE}    when:\n      all:\n        - {{lat", {"latest"}),
        (f"{RULE}    when:\n      all:\n        - {{latest: check_in.cr", {"check_in.craving"}),
        (f"{RULE}    when:\n      all:\n        - {{phrase: ea", {"early"}),
        (f"{RULE}    when:\n      coun", {"count"}),
        (f"{RULE}    when:\n      count: check_in\n      whe", {"where"}),
        (f"{RULE}    when:\n      count: check_in\n      where:\n        st", {"status", "stress"}),
        (f"{RULE}    evidence:\n      gr", {"grade"}),
        (f"{RULE}    evidence: {{grade: op", {"opinion"}),
        (f"{RULE}    why: >-\n      Some words.\n    ad", {"advice"}),
        (f"{RULE}    quiets: [a-", {"a-rule"}),
        (f"{RULE}    when: {{count: check_in,\n           wi", {"within"}),
    ],
)
def test_what_may_stand_here_is_offered(before: str, words: set[str]) -> None:
    assert words <= set(offered(before))


def test_a_key_that_is_there_is_not_offered_again() -> None:
    assert "title" not in offered(f"{RULE}    ")
    assert "count" not in offered(f"{RULE}    when: {{count: check_in, ")


def test_a_measure_that_is_chosen_leaves_only_its_own_options() -> None:
    assert "where" in offered(f"{RULE}    when: {{count: check_in, w")
    assert "latest" not in offered(f"{RULE}    when: {{count: check_in, l")
    assert "all" not in offered(f"{RULE}    when: {{count: check_in, a")


def test_a_key_comes_with_its_meaning_and_a_colon() -> None:
    (found,) = [
        one for one in completions(f"{RULE}    sev", 7, 8, SCHEMA) if one.word == "severity"
    ]

    assert (found.insert, found.back) == ("severity: ", 3)
    assert found.says


@pytest.mark.parametrize(
    "before",
    [f"{RULE}    # sev", f"{RULE}    why: >-\n      sev", f'{RULE}    title: "sev'],
)
def test_nothing_is_offered_in_prose(before: str) -> None:
    assert offered(before) == []


def test_what_stands_behind_the_cursor_does_not_disturb() -> None:
    assert "severity" in offered(f"{RULE}    sev", "\n    when: {count: check_in}\n")
