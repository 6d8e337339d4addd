"""A warning where two conditions may be true of two events, and a reader may mean one."""

from __future__ import annotations

import pytest

from engine.model.event_kinds import BUILT_IN
from engine.rulebook.parsing.load import from_texts
from engine.rulebook.tools.one_event import taken_for_one

POSITIVE = "{count: test, where: {result: positive}, within: 7 days, at_least: 1}"
OPIOIDS = "{count: test, where: {substances: opioids}, within: 7 days, at_least: 1}"


def found(when: str) -> list[tuple[str, str, str]]:
    text = (
        "format: 1\nrules:\n  - id: a\n    title: A\n    status: draft\n    severity: low\n"
        f"    when: {when}\n"
    )
    return list(taken_for_one(from_texts({"rules.yaml": text}, BUILT_IN).checked["a"].when))


def test_two_counts_of_one_kind_by_different_fields_may_be_two_events() -> None:
    assert found(f"{{all: [{POSITIVE}, {OPIOIDS}]}}") == [("test", "result", "substances")]
    nested = f"{{any: [{{all: [{POSITIVE}, {OPIOIDS}]}}, {{count: contact, at_least: 1}}]}}"
    assert found(nested) == [("test", "result", "substances")]


@pytest.mark.parametrize(
    "when",
    [
        f"{{any: [{POSITIVE}, {OPIOIDS}]}}",
        f"{{all: [{POSITIVE}, {OPIOIDS.replace('7 days', '8 days')}]}}",
        f"{{all: [{POSITIVE}, {OPIOIDS.replace('at_least: 1', 'at_least: 2')}]}}",
        f"{{all: [{POSITIVE}, {POSITIVE.replace('positive', 'refused')}]}}",
    ],
)
def test_others_cannot_be_meant_of_one_event(when: str) -> None:
    assert found(when) == []
