"""Figures: what a report shows of each client, as the plain evaluator finds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MistakesError
from engine.model.event import Value
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.parsing.load import from_texts
from tests.kit.generated import LISTS, SCORES, SIGNALS, cases, findings
from tests.kit.generated_people import KINDS, histories, us
from tests.kit.generated_rules import documents, everyone_about, guarded, written
from tests.kit.plain_instants import instants
from tests.kit.plain_people import DAY, Entry, Happening, Person, local_day
from tests.kit.plain_rules import OPERATORS, AsOf

ENROLLED = datetime(2024, 3, 1, 9, tzinfo=UTC)
RULES = """
format: 1
rules:
  - id: two-positive
    title: Two positive in a row
    status: shadow
    severity: low
    when: {streak: test, where: {result: positive}, at_least: 2}
figures:
"""


def weekly(*results: str) -> Person:
    tests = [
        Happening("test", ENROLLED + timedelta(weeks=week), {"result": result}, ("a", f"{week:02}"))
        for week, result in enumerate(results, 1)
    ]
    return Person("UTC", [Entry(ENROLLED, "enrolled")], tests)


def value(figure: str, person: Person, otherwise: str = "") -> Value | None:
    text = f"{RULES}  - {{id: one, title: One, figure: {figure}{otherwise}}}\n"
    (told,) = from_texts({"rules.yaml": text}, BUILT_IN).figures
    (found,) = told.values(histories([person]), us(ENROLLED + timedelta(weeks=52)))
    return found


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("{count: test, where: {result: negative}}", 1),
        ("{latest: test.result}", "positive"),
        ("{time_since: test}", 48 * 7),
        ("{rule: two-positive}", False),
        ("{ever: {rule: two-positive}}", True),
        ("{weeks_until: two-positive}", 2),
        ("{weeks_until: two-positive, less: 1}", 1),
        ("{points: [{points: 3, when: {count: test, at_least: 4}}]}", 3),
        ("{average: test.bac}", None),
    ],
)
def test_a_figure_is_a_measure_a_condition_or_the_weeks_until_a_rule_held(
    figure: str, expected: Value | None
) -> None:
    assert value(figure, weekly("positive", "positive", "negative", "positive")) == expected


def test_weeks_until_a_rule_that_never_held_are_those_until_the_newest_event() -> None:
    assert value("{weeks_until: two-positive}", weekly("negative", "positive", "negative")) == 3


def test_else_is_the_value_where_there_is_none() -> None:
    assert value("{average: test.bac}", weekly("negative"), ", else: 0") == 0


@pytest.mark.parametrize(
    ("figure", "says"),
    [
        ("{weeks_until: three-positive}", "there is no rule 'three-positive'"),
        ("{count: tset}", "there is no kind of event 'tset'"),
        ("{weeks_until: two-positive, less: 0}", "less must be at least 1"),
    ],
)
def test_a_wrong_figure_is_refused(figure: str, says: str) -> None:
    with pytest.raises(MistakesError, match=says):
        value(figure, weekly("negative"))


def figures_of(document: dict[str, Any], everyone: list[Person], at: datetime) -> list[Any]:
    """The values of a document's first figure for everyone."""
    told, *_ = from_texts({"rules.yaml": written(document)}, KINDS).figures
    return list(told.values(histories(everyone), us(at)))


def shown(value: Any) -> Any:
    """A value of the plain evaluator as a figure shows it."""
    if isinstance(value, timedelta):
        value /= DAY
    if isinstance(value, bool) or not isinstance(value, int | float):
        return tuple(value) if isinstance(value, list) else value
    return pytest.approx(float(value), abs=1e-9)


@cases(80)
@given(findings(), st.data())
def test_a_figure_has_the_value_that_the_plain_evaluator_finds(
    condition: dict[str, Any], data: st.DataObject
) -> None:
    everyone = data.draw(everyone_about(condition))
    figure = {word: option for word, option in condition.items() if word not in OPERATORS}
    rule = {"id": "a", "title": "A", "status": "draft", "severity": "low"}
    document = {
        "format": 1,
        "lists": LISTS,
        "scores": SCORES,
        "signals": SIGNALS,
        "rules": [{**rule, "when": {"time_since": "enrolled", "at_least": "1 day"}}],
        "figures": [{"id": "one", "title": "One", "figure": figure}],
    }
    at = data.draw(
        st.sampled_from([at for person in everyone for at in instants(document, person)])
    )
    plain = [AsOf(document, person, at).value(figure) for person in everyone]
    assert figures_of(document, everyone, at) == [shown(one) for one in plain]


@cases(40)
@given(documents(), st.data())
def test_the_weeks_until_a_rule_held_are_those_that_the_plain_evaluator_finds(
    document: dict[str, Any], data: st.DataObject
) -> None:
    everyone = data.draw(everyone_about(document))
    weeks = {"id": "one", "title": "One", "figure": {"weeks_until": "rule-0"}}
    document = {**guarded(document), "figures": [weeks]}
    at = data.draw(
        st.sampled_from([at for person in everyone for at in instants(document, person)])
    )
    found = figures_of(document, everyone, at)
    held = [AsOf(document, person, at).ever({"rule": "rule-0"}) for person in everyone]
    plain = [plain_weeks(document, person, at) for person in everyone]
    assert [one for one, known in zip(found, held, strict=True) if known] == [
        one for one, known in zip(plain, held, strict=True) if known
    ]


def plain_weeks(document: dict[str, Any], person: Person, at: datetime) -> Any:
    """The weeks from enrolment until the first rule first held, where it has held."""
    moment = AsOf(document, person, at)
    condition = {"rule": "rule-0"}
    enrolled = moment.newest("enrolled")
    if not moment.ever(condition) or enrolled is None:
        return None
    first = moment.once[id(condition)]
    assert first is not None
    days = local_day(person, first) - local_day(person, enrolled.at)
    return pytest.approx(days / timedelta(weeks=1))
