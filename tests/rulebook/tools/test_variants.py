"""A variant is what the file with its numbers says, in whatever way it is computed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import MistakesError
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.core.variants import VariantSpans
from engine.rulebook.inference.conclusions import Inference
from engine.rulebook.parsing.load import from_texts
from engine.rulebook.tools.draft import draft_of, with_numbers
from engine.rulebook.tools.scorecard_draft import scorecard_of, with_points
from engine.rulebook.tools.tunables import tunables_of
from engine.rulebook.tools.variant_search import choices
from engine.rulebook.tools.variants import VariantReader
from tests.kit.generated import cases
from tests.kit.generated_people import KINDS, histories
from tests.kit.generated_rules import documents, everyone_about, guarded, written
from tests.kit.plain_people import Entry, Happening, Person

FILE = "rules.yaml"
RULES = """\
format: 1
phrases:
  lately: {count: test, within: 7 days, at_least: 1, tunable: {within: [7 days, 14 days]}}
scorecards:
  risk:
    - {points: 2, when: {phrase: lately}, tunable: {points: [1, 2, 3]}}
    - {points: 1, when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 1}}
rules:
  # Before the first.
  - id: other
    title: Another one
    status: live
    severity: low
    when: {count: check_in, at_least: 5, tunable: {at_least: [4, 5]}}

  - id: risk
    title: Risk – é
    status: live
    severity: medium
    evidence:
      grade: published
      source: >-
        A study
        of two lines.
    hold: 1 hour
    tunable: {hold: [1 hour, 2 hours]}
    when: {points: risk, at_least: 3, tunable: {at_least: [2, 3]}}
  - {id: last, title: The last, status: live, severity: low, when: {rule: risk}}
figures:
  - {id: share, title: A share, figure: {count: test}}
"""


def rulebook_of(text: str, kinds: Any = BUILT_IN) -> Rulebook:
    book = from_texts({FILE: text}, kinds)
    book.inference = Inference(book.trees, len(book.findings), None)
    return book


def edited(book: Rulebook, choice: tuple[int, ...]) -> str:
    """The text of the file with the numbers of a variant."""
    text = book.files[FILE]
    for one, place in sorted(zip(book.tunables, choice, strict=True), reverse=True):
        text = text[: one.begin] + one.values[place] + text[one.end :]
    return text


@cases(40)
@given(documents(), st.data())
def test_all_variants_at_once_hold_where_each_edited_file_holds(document, data) -> None:
    everyone = data.draw(everyone_about(document))
    try:
        book = rulebook_of(written(document), KINDS)
    except MistakesError:
        document = guarded(document)
        book = rulebook_of(written(document), KINDS)
    assume(book.tunables)
    assert_variants_agree(book, everyone)


def assert_variants_agree(book: Rulebook, everyone: list[Person]) -> list[int]:
    """All variants at once and each edited file find the same spans; return how many each has."""
    reader, batch = VariantReader(book, KINDS, book.tunables), histories(everyone)
    variants, many = [], []
    for choice in choices(book.tunables, 6):
        rules = reader.read(choice)
        if rules is None:
            with pytest.raises(MistakesError):
                rulebook_of(edited(book, choice), KINDS)
        else:
            variants.append((rules, rulebook_of(edited(book, choice), KINDS)))
    spans = VariantSpans(batch, [one for rules, _ in variants for one in rules.values()])
    for rules, alone in variants:
        assert {rule_id: one.rule for rule_id, one in rules.items()} == alone.rules
        found = [
            span
            for place in range(len(everyone))
            for rule_id in sorted(rules)
            for span in spans.spans(rule_id, place, spans.numbers(rules[rule_id])[place])
        ]
        assert found == alone.replay(batch)
        many.append(len(found))
    return many


BEGAN = datetime(2024, 3, 1, tzinfo=UTC)


def person_of(*events: tuple[float, str, dict[str, Any]]) -> Person:
    """Someone enrolled for good, with events on these days."""
    happened = [
        Happening(kind, BEGAN + timedelta(days=day), fields, ("a", f"{number}"))
        for number, (day, kind, fields) in enumerate(events)
    ]
    return Person("UTC", [Entry(BEGAN, "enrolled")], happened)


def test_variants_of_points_holds_and_raises_hold_where_each_edited_file_holds() -> None:
    missed = {"status": "missed"}
    everyone = [
        person_of((1, "test", {}), (10, "check_in", missed), (10.5, "check_in", missed)),
        person_of((1, "check_in", missed), (1.05, "test", {}), (20, "test", {})),
        person_of(*((day, "check_in", {}) for day in (1, 2, 3, 4, 5))),
        person_of(),
    ]
    raised = RULES.replace(
        "  - {id: last",
        "    raise: {to: high, when: {count: check_in, within: 1 day, at_least: 2}}\n"
        "  - id: both\n    title: Both\n    status: live\n    severity: low\n    when:\n"
        "      some:\n        at_least: 1\n        of:\n"
        "          - all: [{rule: other}, {count: check_in, at_least: 1}]\n"
        "          - any: [{rule: risk}, {count: test, at_least: 2}]\n"
        "  - {id: last",
    )
    many = assert_variants_agree(rulebook_of(raised, KINDS), everyone)
    assert len(set(many)) > 1


def test_a_number_is_found_where_the_file_has_it_and_for_the_rules_that_it_is_a_part_of() -> None:
    book = rulebook_of(RULES)
    for one in book.tunables:
        assert RULES[one.begin : one.end] == one.values[one.shipped]
    assert [one.line for one in tunables_of(book, "risk")] == [3, 6, 25, 27]
    assert [one.line for one in tunables_of(book, "last")] == [3, 6, 25, 27]
    assert [one.line for one in tunables_of(book, "other")] == [14]


def test_the_shipped_numbers_come_first_and_of_too_many_variants_some_are_drawn() -> None:
    numbers = tunables_of(rulebook_of(RULES), "risk")
    assert len(choices(numbers, 24)) == 24 == len(set(choices(numbers, 1000)))
    few = choices(numbers, 12)
    assert few[0] == tuple(one.shipped for one in numbers)
    assert len(set(few)) == 12
    assert few == choices(numbers, 12)


WRONG = {
    "{count: test, at_least: 2, tunable: {within: [1 day, 2 days]}}": "does not stand beside",
    "{count: test, at_least: 2, tunable: {at_lest: [1, 2]}}": "did you mean 'at_least'?",
    "{count: test, at_least: 2, tunable: {at_least: [1, 3]}}": "the one that counts now, '2'",
    "{count: test, at_least: 2, tunable: {at_least: [2]}}": "leaves nothing to choose",
    "{count: test, at_least: 2, tunable: {at_least: [2, 3, 2]}}": "'2' stands here twice",
    "{count: test, at_least: 2, tunable: {at_least: [2, 0]}}": "this always holds",
    "{count: test, at_least: 2, tunable: {at_least: [2, two]}}": "'two' is not a whole number",
    "{count: test, at_least: 2, tunable: {}}": "names no number",
    "{any: [{count: test, at_least: 2}], tunable: {at_least: [1, 2]}}": "cannot stand beside",
    "{count: test, at_least: 2, within: 1 day, tunable: {within: [1 day, 2 dys]}}": "'2 dys'",
}


@pytest.mark.parametrize("condition", WRONG)
def test_what_cannot_be_tried_is_refused_where_it_stands(condition: str) -> None:
    rule = "{id: r, title: R, status: draft, severity: low, when: " + condition + "}"
    text = f"format: 1\nrules:\n  - {rule}\n"
    with pytest.raises(MistakesError) as refused:
        from_texts({FILE: text}, BUILT_IN)
    (mistake,) = refused.value.mistakes
    assert WRONG[condition] in mistake[3]
    assert mistake[1] == 3
    assert mistake[2] > text.splitlines()[2].index("tunable")


def test_a_draft_is_the_file_with_other_numbers_and_one_rule_that_tells_nobody() -> None:
    book = rulebook_of(RULES)
    numbers = tunables_of(book, "risk")
    text = draft_of(
        book,
        BUILT_IN,
        ["risk"],
        with_numbers(numbers, ["14 days", "3", "2 hours", "2"]),
        "Because.",
    )
    draft = rulebook_of(text)
    assert list(draft.rules) == ["risk-tuned"]
    rule = draft.rules["risk-tuned"]
    assert (rule.status, rule.hold, rule.title) == ("draft", 2 * 3_600_000_000, "Risk – é")
    assert rule.evidence is not None
    assert (rule.evidence.grade, rule.evidence.source) == ("opinion", "Because.")
    choice = (1, 2, book.tunables[2].shipped, 1, 0)
    whole = rulebook_of(edited(book, choice))
    assert draft.checked["risk-tuned"].when == whole.checked["risk"].when
    assert "tunable: {at_least: [2, 3]}" in text


def test_a_rule_without_evidence_gets_some_and_a_taken_id_is_not_taken_again() -> None:
    rules = RULES.replace("id: other", "id: other-tuned")
    rules = rules.replace("  - id: risk\n", "  - id: other\n    title: O\n    status: live\n"
        "    severity: low\n    when: {count: test, at_least: 1, tunable: {at_least: [1, 2]}}\n"
        "  - id: risk\n")  # fmt: skip
    book = rulebook_of(rules)
    text = draft_of(
        book, BUILT_IN, ["other"], with_numbers(tunables_of(book, "other"), ["2"]), "Because."
    )
    assert list(rulebook_of(text).rules) == ["other-tuned-2"]
    evidence = rulebook_of(text).rules["other-tuned-2"].evidence
    assert evidence is not None
    assert evidence.source == "Because."


SCORECARD = """\
format: 1
scorecards:
  risk:
    - points: 2
      tunable: {points: [1, 2, 3]}
      when: {count: test, at_least: 1}
    # Dropped.
    - {points: 1, when: {count: contact, at_least: 1}}
    - {points: -1, when: {count: assessment, at_least: 1}}
    - {points: 2, when: {count: check_in, at_least: 1}}
rules:
  - id: risk
    title: Several signs
    status: live
    severity: medium
    when: {points: risk, at_least: 3, tunable: {at_least: [2, 3, 4]}}
    raise: {to: high, when: {points: risk, at_least: 5}}
  - id: other
    title: Another
    status: live
    severity: low
    when: {points: risk, at_least: 2}
"""


def test_a_draft_of_a_scorecard_has_its_new_points_and_cut_offs_moved_along() -> None:
    book = rulebook_of(SCORECARD)
    assert scorecard_of(book, ["risk"], "riks") is None
    scorecard = scorecard_of(book, ["risk"], "risk")
    assert scorecard is not None
    assert [points for points, _ in scorecard.checked.items] == [2, 1, -1, 2]
    edits = with_points(book.checked["risk"].written, SCORECARD, "risk", [1, 0, -2, 1])
    text = draft_of(book, BUILT_IN, ["risk"], edits, "Because.")
    draft = rulebook_of(text)
    assert list(draft.rules) == ["risk-tuned"]
    found = scorecard_of(draft, ["risk-tuned"], "risk")
    assert found is not None
    assert [points for points, _ in found.checked.items] == [1, -2, 1]
    # Of 5 points at most there are 2 left, so 3 becomes 1 and 5 becomes 2.
    assert "at_least: 1, tunable: {at_least: [1, 2]}" in text
    assert "{points: risk, at_least: 2}}" in text
    assert "tunable: {points: [1, 2, 3]}" in text
