"""The free words in rules are found wherever a rule may ask for one."""

from __future__ import annotations

import pytest

from engine.model.event_kinds import BUILT_IN
from engine.rulebook.parsing.load import from_texts
from engine.rulebook.tools.asked_words import asked_words

HEAD = """\
format: 1
signals:
  use: [{kind: check_in, where: {substances: opioids}}, {kind: test, where: {result: positive}}]
rules:
  - {id: r, title: R, status: live, severity: low, when: {all: [{count: test, at_least: 1}, """


def asked(condition: str) -> set[tuple[str | None, str, str]]:
    book = from_texts({"rules.yaml": f"{HEAD}{condition}]}}}}\n"}, BUILT_IN)
    return {tuple(one) for one in asked_words(book.checked["r"].when, BUILT_IN)}


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("{client: program, is: iop}", {(None, "program", "iop")}),
        (
            "{client: program, one_of: [iop, php]}",
            {(None, "program", "iop"), (None, "program", "php")},
        ),
        (
            "{count: check_in, where: {substances: opioids}, at_least: 1}",
            {("check_in", "substances", "opioids")},
        ),
        (
            "{any: [{count: check_in, where: {substances: opioids}, at_least: 1}, "
            "{client: phase, is: '2'}]}",
            {("check_in", "substances", "opioids"), (None, "phase", "2")},
        ),
        ("{count: use, at_least: 1}", {("check_in", "substances", "opioids")}),
        ("{latest: check_in.substances, is: opioids}", {("check_in", "substances", "opioids")}),
        # The words of a closed list are checked when the rules are read.
        ("{count: check_in, where: {status: missed}, at_least: 1}", set()),
        ("{latest: check_in.craving, at_least: 7}", set()),
    ],
)  # fmt: skip
def test_the_free_words_of_a_condition_are_found(
    condition: str, words: set[tuple[str | None, str, str]]
) -> None:
    assert asked(condition) == words
