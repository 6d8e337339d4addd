"""Every example in docs/rules.md is read by the reader itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.measures.measure import Finding
from engine.model.kinds import BUILT_IN
from engine.rulebook.comparing import OPERATORS
from engine.rulebook.condition_reader import JOINS
from engine.rulebook.forms import FORMS
from engine.rulebook.load import from_texts
from engine.rulebook.rule_reader import FILE_WORDS, RULE_WORDS

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
RULE = "format: 1\nrules:\n  - id: example\n    title: Example\n    status: draft\n    severity: low\n"


def _file(example: str) -> str:
    """A whole file, whatever part of one the example shows: a file, a rule's `when:`, or conditions."""
    if example.startswith("format:"):
        return example
    if not example.startswith("when:"):
        example = "when:\n  all:\n" + re.sub("^", "    ", example, flags=re.MULTILINE)
    return RULE + re.sub("^", "    ", example, flags=re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0])
def test_an_example_means_something(example: str) -> None:
    rulebook = from_texts({"rules.md": _file(example)}, BUILT_IN)
    assert all(isinstance(finding, Finding) for finding in rulebook.findings)
    assert rulebook.findings


def test_every_word_has_an_example() -> None:
    shown = "\n".join(EXAMPLES)
    options = {option for form in FORMS.values() for option in form.options}
    words = {*FORMS, *options, *OPERATORS, *JOINS, *RULE_WORDS, *FILE_WORDS, "rule", "phrase"}
    assert {word for word in words if not re.search(rf"\b{word}:", shown)} == set()
