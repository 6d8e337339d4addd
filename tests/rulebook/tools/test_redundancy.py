"""A rule that another one makes needless is found, and none is said to be that is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MistakesError
from engine.model.event_kinds import BUILT_IN
from engine.model.spans import Span
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.inference.conclusions import Inference
from engine.rulebook.parsing.load import from_texts
from engine.rulebook.tools.redundancy import covers
from tests.kit.generated import cases, findings
from tests.kit.generated_people import KINDS, histories, people
from tests.kit.generated_rules import documents, guarded, written

WIDE = {"when": "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}"}
BOTH = (
    "{all: [{count: test, at_least: 1}, {count: check_in, where: {status: missed}, within: 7 "
    "days, at_least: 2}]}"
)


def book(wide: dict[str, str], narrow: dict[str, str], more: str = "") -> Rulebook:
    usual = {"title": "A rule", "status": "live", "severity": "medium"}
    rules = ""
    for rule_id, words in (("wide", wide), ("narrow", narrow)):
        lines = [f"    {word}: {value}\n" for word, value in {**usual, **words}.items()]
        rules += f"  - id: {rule_id}\n{''.join(lines)}"
    return from_texts({"rules.yaml": f"format: 1\nrules:\n{rules}{more}"}, BUILT_IN)


def covered(wide: dict[str, str], narrow: dict[str, str], more: str = "") -> bool:
    rules = book(wide, narrow, more)
    return covers(rules.checked["wide"], rules.checked["narrow"], list(rules.rules.values()))


@pytest.mark.parametrize(
    "when",
    [
        WIDE["when"],
        BOTH,
        "{all: [{rule: wide}, {count: test, at_least: 1}]}",
        "{count: check_in, where: {status: missed}, within: 7 days, at_least: 3}",
        "{count: check_in, where: {status: missed}, within: 7 days, more_than: 2}",
        "{count: check_in, where: {status: missed}, within: 7 days, is: 2}",
        f"{{any: [{BOTH}, {WIDE['when']}]}}",
    ],
)
def test_the_same_and_more_than_the_same_is_covered(when: str) -> None:
    assert covered(WIDE, {"when": when})


@pytest.mark.parametrize(
    "when",
    [
        "{count: check_in, where: {status: missed}, within: 7 days, at_least: 1}",
        "{count: check_in, where: {status: missed}, within: 6 days, at_least: 2}",
        "{count: check_in, where: {status: excused}, within: 7 days, at_least: 2}",
        "{all: [{count: test, at_least: 1}, {none: [{rule: wide}]}]}",
        f"{{any: [{WIDE['when']}, {{count: test, at_least: 1}}]}}",
    ],
)
def test_what_is_true_of_others_too_is_not_covered(when: str) -> None:
    assert not covered(WIDE, {"when": when})


def test_what_joins_alternatives_covers_each_of_them() -> None:
    assert covered({"when": f"{{any: [{WIDE['when']}, {{count: test, at_least: 1}}]}}"}, WIDE)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ({}, {"severity": "high"}),
        ({}, {"raise": "{to: high, when: {count: test, at_least: 1}}"}),
        ({"hold": "2 hours"}, {}),
        ({}, {"clears_after": "1 day"}),
        ({}, {"remind": "1 day"}),
        ({"remind": "2 days"}, {"remind": "1 day"}),
        ({}, {"notify": "urgent"}),
        ({}, {"quiets": "[wide]"}),
        ({"status": "shadow"}, {}),
        ({}, {"status": "draft"}),
    ],
)
def test_who_tells_more_sooner_longer_or_others_is_not_covered(
    wide: dict[str, str], narrow: dict[str, str]
) -> None:
    assert not covered({**WIDE, **wide}, {"when": BOTH, **narrow})


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ({"severity": "high"}, {"raise": "{to: high, when: {count: test, at_least: 1}}"}),
        ({}, {"hold": "2 hours"}),
        ({"clears_after": "1 day"}, {}),
        ({"remind": "1 day"}, {"remind": "2 days"}),
        ({"notify": "urgent"}, {"notify": "urgent"}),
    ],
)
def test_who_tells_the_same_later_or_for_less_long_is_covered(
    wide: dict[str, str], narrow: dict[str, str]
) -> None:
    assert covered({**WIDE, **wide}, {"when": BOTH, **narrow})


def test_a_rule_that_speaks_while_the_wider_one_is_quieted_is_not_covered() -> None:
    quieting = (
        "  - {id: quieting, title: Q, status: live, severity: low, quiets: [wide], when: {count: "
        "test, is: 3}}\n"
    )
    assert not covered(WIDE, {"when": BOTH}, quieting)
    assert covered(WIDE, {"when": BOTH}, quieting.replace("[wide]", "[wide, narrow]"))


def _book(document: dict[str, Any]) -> Rulebook:
    try:
        rules = from_texts({"rules.yaml": written(document)}, KINDS)
    except MistakesError:
        rules = from_texts({"rules.yaml": written(guarded(document))}, KINDS)
    rules.inference = Inference(rules.trees, len(rules.findings), None)
    return rules


def _inside(one: Span, other: Span) -> bool:
    later = other.ended is None or (one.ended is not None and one.ended <= other.ended)
    return one.client_id == other.client_id and other.began <= one.began and later


@cases(60)
@given(documents(), findings(), st.lists(people(), min_size=1, max_size=3))
def test_every_alert_of_a_covered_rule_falls_into_one_of_the_other(document, finding, everyone):
    narrower = [
        {**rule, "id": f"{rule['id']}-too", "when": {"all": [finding, rule["when"]]}}
        for rule in document["rules"]
    ]
    rules = _book({**document, "rules": document["rules"] + narrower})
    spans = rules.replay(histories(everyone))
    found = 0
    for wide in rules.checked.values():
        for narrow in rules.checked.values():
            if wide is narrow or not covers(wide, narrow, list(rules.rules.values())):
                continue
            found += 1
            of_wide = [span for span in spans if span.rule_id == wide.rule.id]
            for span in spans:
                if span.rule_id == narrow.rule.id:
                    assert any(_inside(span, other) for other in of_wide)
    assert found >= sum("raise" not in rule for rule in document["rules"])
