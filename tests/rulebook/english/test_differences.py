"""The differences between two sets of rules, rule by rule and in a line."""

from __future__ import annotations

import pytest

from engine.model.event_kinds import BUILT_IN
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.english.differences import differences, in_a_line, in_words
from engine.rulebook.parsing.load import from_texts

RULE = """\
  - id: {}
    title: Missed check-ins
    status: shadow
    severity: medium
    when: {{count: check_in, where: {{status: missed}}, within: 7 days, at_least: 2}}
"""


def rules(*ids: str, change: tuple[str, str] = ("", "")) -> Rulebook:
    text = "format: 1\nrules:\n" + "".join(RULE.format(name) for name in ids)
    return from_texts({"rules.yaml": text.replace(*change) if change[0] else text}, BUILT_IN)


@pytest.mark.parametrize(
    ("change", "how", "said"),
    [
        (("shadow", "draft"), ("draft",), "now a draft"),
        (("shadow", "retired"), ("retired",), "now retired"),
        (("at_least: 2", "at_least: 3"), ("logic",), "with other logic"),
        (("title: Missed", "title: Lost"), ("words",), "with other words"),
        (
            ("status: shadow\n    severity: medium", "status: draft\n    severity: high"),
            ("draft", "logic"),
            "now a draft; with other logic",
        ),
    ],
)
def test_a_changed_rule_says_how_it_differs(
    change: tuple[str, str], how: tuple[str, ...], said: str
) -> None:
    (found,) = differences(rules("a"), rules("a", change=change))
    assert (found.rule_id, found.how, in_words(found)) == ("a", how, said)


def test_the_same_rules_do_not_differ() -> None:
    found = list(differences(rules("a", "b"), rules("b", "a")))
    assert (found, in_a_line(found)) == ([], "comments alone")


def test_a_changed_threshold_shows_the_sentence_before_and_after() -> None:
    (found,) = differences(rules("a"), rules("a", change=("at_least: 2", "at_least: 3")))
    before = [line for line in found.sentences if line.startswith("- ")]
    after = [line for line in found.sentences if line.startswith("+ ")]
    assert [line[2:].replace("2", "3") for line in before] == [line[2:] for line in after]
    assert before


def test_added_and_removed_rules_are_told_in_order_with_all_their_sentences() -> None:
    gone, new = differences(rules("a", "b"), rules("b", "c"))
    assert (gone.rule_id, gone.how, new.rule_id, new.how) == ("a", ("removed",), "c", ("added",))
    assert {line[0] for line in gone.sentences} == {"-"}
    assert {line[0] for line in new.sentences} == {"+"}


def test_a_line_names_three_rules_of_a_kind_and_counts_the_others() -> None:
    found = list(differences(rules("a", "z"), rules("b", "c", "d", "e", "z")))
    assert in_a_line(found) == "4 added (b, c, d, and 1 more); 1 removed (a)"
