"""Reading any rule file ends in rules or in mistakes, never in an error of ours."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MistakesError
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import from_texts
from tests.kit.generated import cases
from tests.kit.generated_people import KINDS, histories, people
from tests.kit.generated_rules import documents, written
from tests.rulebook.parsing.test_strictness import wrong_conditions

SHIPPED = [
    path.read_text("utf-8")
    for path in sorted(Path("rules").glob("*.yaml"))
    if ".cases." not in path.name
]
# What people and programs put where it does not belong.
PIECES = (
    *"{}[]:,-#&*!|>'\"%@`\t\n\0\ufeff "
     "~?0٣\U0001f600", "- ", ": ", "\n  ", "\r\n", "---\n", "no", "null", "1e400",
    "9" * 400,
    "-1", "0.1", "50%", "7 days", "99999 weeks", "[]", "{}", "missed", "check_in",
    "check_in.craving", "enrolled",
    "where: ", "when: ", "none: ", "all: ", "rule: ", "phrase: ", "!!binary ", "<<: ", "\\x00",
    '"\\ud800"',
)  # fmt: skip
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.sampled_from(PIECES), st.just([]),
    st.just({}), st.lists(st.sampled_from(PIECES), max_size=3),
    st.dictionaries(st.sampled_from(PIECES), st.integers()),
)  # fmt: skip


def survives(text: str) -> None:
    try:
        book = from_texts({"rules.yaml": text}, KINDS)
    except MistakesError as error:
        lines = text.count("\n") + text.count("\r") + 1
        for file, line, column, says in error.mistakes:
            assert file == "rules.yaml"
            assert 1 <= line <= lines
            assert column >= 1
            assert says.isprintable()
    else:
        assert book.rules


@cases(60)
@given(st.sampled_from(SHIPPED) | documents().map(written), st.data())
def test_a_file_with_pieces_put_in_or_cut_out_anywhere(text, data):
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        to = min(len(text), at + data.draw(st.sampled_from([0, 0, 1, 5, 100])))
        text = text[:at] + data.draw(st.sampled_from(["", *PIECES])) + text[to:]
    survives(text)


def places(written: Any) -> list[tuple[Any, Any]]:
    """Every (mapping or list, key or index) of a document."""
    keys = (
        written
        if isinstance(written, dict)
        else range(len(written))
        if isinstance(written, list)
        else ()
    )
    return [place for key in keys for place in [(written, key), *places(written[key])]]


@cases(60)
@given(documents(), st.data())
def test_a_file_in_which_anything_stands_anywhere(document, data):
    document = deepcopy(document)
    for _ in range(data.draw(st.integers(1, 2))):
        whole, key = data.draw(st.sampled_from(places(document)))
        whole[key] = data.draw(JUNK)
        if not places(document):
            break
    survives(written(document))


@cases(30)
@given(st.sampled_from(wrong_conditions()), documents(), st.data())
def test_a_wrong_condition_anywhere_in_a_good_file_is_a_mistake(wrong, document, data):
    text = written(document)
    # Only a rule's own `when:`, because the one of `raise:` may hold for a client without events.
    at = data.draw(
        st.sampled_from([at for at in range(len(text)) if text.startswith("\n  when:", at)])
    )
    with pytest.raises(MistakesError):
        from_texts({"rules.yaml": f"{text[:at]}\n  when: {wrong[0]}\n"}, KINDS)


@cases(30)
@given(st.binary(max_size=60))
def test_a_file_of_any_bytes(data):
    survives(data.decode("latin-1"))


@pytest.fixture(scope="module")
def shipped_rules() -> Rulebook:
    return from_texts({str(number): text for number, text in enumerate(SHIPPED)}, KINDS)


@cases(30)
@given(everyone=st.lists(people(), max_size=2))
def test_the_shipped_rules_replay_any_history(shipped_rules, everyone):
    shipped_rules.replay(histories(everyone))
