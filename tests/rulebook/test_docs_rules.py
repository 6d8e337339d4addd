"""Every example in docs/rules.md is read by the reader itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.measures.measure import Finding
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.language.measure_specs import FORMS
from engine.rulebook.language.units import OPERATORS
from engine.rulebook.language.vocabulary import FILE, ITEM, JOINS, OPTIONS, SOME
from engine.rulebook.language.vocabulary import RULE as RULE_KEYS
from engine.rulebook.parsing.load import from_texts

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
RULE = (
    "format: 1\nrules:\n  - id: example\n    title: Example\n    status: draft\n    severity: low\n"
)


def as_file(example: str) -> str:
    """A whole file around an example, which is a file, a rule's `when:`, or conditions."""
    if example.startswith("format:"):
        return example
    if not example.startswith("when:"):
        example = "when:\n  all:\n" + re.sub("^", "    ", example, flags=re.MULTILINE)
    return RULE + re.sub("^", "    ", example, flags=re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0])
def test_an_example_means_something(example: str) -> None:
    rulebook = from_texts({"rules.md": as_file(example)}, BUILT_IN)
    assert all(isinstance(finding, Finding) for finding in rulebook.findings)
    assert rulebook.findings


def test_every_word_has_an_example() -> None:
    shown = "\n".join(EXAMPLES)
    words = {*FORMS, *OPTIONS, *OPERATORS, *JOINS, *RULE_KEYS, *FILE, *SOME, *ITEM}
    words |= {"some", "points", "ever", "rule", "phrase"}
    assert {word for word in words if not re.search(rf"\b{word}:", shown)} == set()
