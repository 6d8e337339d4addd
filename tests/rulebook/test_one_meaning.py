"""The engine and the plain evaluator agree on generated rules and histories."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MistakesError
from engine.measures.histories import SHIFT
from engine.measures.measure import Seen
from engine.measures.step_functions import truth_at
from engine.model.spans import Raise, Span
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.inference.conclusions import Inference
from engine.rulebook.language.measure_specs import FORMS
from engine.rulebook.language.units import OPERATORS
from engine.rulebook.language.vocabulary import ITEM, JOINS, OPTIONS, SOME
from engine.rulebook.parsing.load import from_texts
from tests.kit.findings import finding_of
from tests.kit.generated import LISTS, MEASURES, SCORES, SIGNALS, cases, findings
from tests.kit.generated_people import KINDS, histories, us
from tests.kit.generated_rules import documents, everyone_about, guarded, written
from tests.kit.plain_instants import instants
from tests.kit.plain_people import Person
from tests.kit.plain_rules import AsOf
from tests.kit.plain_spans import plain_spans
from tests.kit.plain_values import as_engine


def read(document: dict[str, Any]) -> tuple[dict[str, Any], Rulebook]:
    """The document, guarded where a rule of it is true of nothing, and its rulebook.

    The reference judges alone: rulesets of durable_rules are never freed, and have tests of their
    own.
    """
    try:
        book = from_texts({"rules.yaml": written(document)}, KINDS)
    except MistakesError:
        document = guarded(document)
        book = from_texts({"rules.yaml": written(document)}, KINDS)
    book.inference = Inference(book.trees, len(book.findings), None)
    return document, book


def expected(document: dict[str, Any], everyone: list[Person]) -> list[Span]:
    return [
        Span(
            client_id,
            span.rule,
            span.severity,
            us(span.began),
            None if span.ended is None else us(span.ended),
            tuple(Raise(us(at), severity) for at, severity in span.raises),
        )
        for client_id, person in enumerate(everyone, 1)
        for span in plain_spans(document, person)
    ]


def keys_of(written: Any) -> set[str]:
    if isinstance(written, dict):
        return set(written).union(*map(keys_of, written.values()))
    return set().union(*map(keys_of, written)) if isinstance(written, list) else set()


@pytest.mark.slow
def test_the_rules_that_are_generated_say_every_word_of_the_language():
    said: set[str] = set()

    @cases(200)
    @given(documents())
    def listen(document):
        said.update(keys_of(document))

    listen()
    words = {
        *FORMS,
        *OPTIONS,
        *OPERATORS,
        *JOINS,
        *SOME,
        *ITEM,
        "some",
        "points",
        "ever",
        "scorecards",
        "signals",
        "kind",
        "rule",
        "phrase",
        "applies_to",
        "raise",
        "hold",
        "clears_after",
        "tell_again",
    }
    assert words - said == set()


# Values that need a drawing of their own, by the measure that must be given them.
VALUES = {
    "count": ("heard", "clear", "0.02 to 0.3", "days before"),
    "share": ("2/3", "33.3%"),
    "average": ("scored: clean", "journal.worry"),
    "client": ("has_mentor", "programme", "phase"),
}


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURES)
def test_a_measure_is_generated_with_all_its_options_comparisons_and_sorts_of_values(measure):
    said: set[str] = set()
    texts: list[str] = []

    @cases(200)
    @given(findings(measures=[measure]))
    def listen(condition):
        said.update(condition)
        texts.append(written(condition))

    listen()
    ordered = {"at_least", "at_most", "more_than", "less_than"}
    compared = ordered if measure in {"time_since", "trend"} else {*OPERATORS}
    assert {*FORMS[measure].options, *compared} - said == set()
    assert [value for value in VALUES.get(measure, ()) if value not in " ".join(texts)] == []


@cases(50)
@given(documents(), st.data())
def test_the_replay_finds_the_spans_that_the_plain_evaluator_finds(document, data):
    everyone = data.draw(everyone_about(document))
    document, book = read(document)
    assert book.replay(histories(everyone)) == expected(document, everyone)


@pytest.mark.parametrize("measure", MEASURES)
@cases(10, tests=len(MEASURES))
@given(data=st.data())
def test_a_finding_is_true_when_the_plain_evaluator_says_so_and_denied_when_it_is_known_to_be_false(
    measure, data
):
    condition = data.draw(findings(measures=[measure]))
    everyone = data.draw(everyone_about(condition))
    finding, batch = finding_of(written(condition)), histories(everyone)
    document = {
        "lists": LISTS,
        "scores": SCORES,
        "signals": SIGNALS,
        "rules": [{"when": condition}],
    }
    flips = {False: finding.flips(batch), True: finding.denied().flips(batch)}
    asked = [
        (place, at) for place, person in enumerate(everyone) for at in instants(document, person)
    ]
    keys = np.array([(place << SHIFT) + us(at) for place, at in asked])
    values = finding.measure.values(batch, keys)
    places = finding.measure.places(batch, keys)
    for (place, at), key, found, behind in zip(asked, keys, values, places, strict=True):
        moment = AsOf(document, everyone[place], at)
        for denied, changes in flips.items():
            truth = bool(truth_at(changes, np.array([key]))[0])
            assert truth == moment.holds(condition, denied=denied), (at, denied)
        value = as_engine(moment.value(condition))
        assert found == (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value), at
        assert finding.measure.seen(batch, key) == Seen(found, tuple(behind.tolist())), at
    assert finding.measure.places(batch, keys[:0]) == []
    assert list(finding.measure.values(batch, keys[:0])) == []


@cases(20)
@given(documents(), st.data())
def test_a_client_in_a_batch_has_the_spans_of_that_client_alone(document, data):
    everyone = data.draw(everyone_about(document, most_people=5))
    _, book = read(document)
    alone = [
        span._replace(client_id=client_id)
        for client_id, person in enumerate(everyone, 1)
        for span in book.replay(histories([person]))
    ]
    assert book.replay(histories(everyone)) == alone


@pytest.mark.parametrize("measure", MEASURES)
@cases(10, tests=len(MEASURES))
@given(data=st.data())
def test_the_events_behind_a_value_give_that_value_by_themselves(measure, data):
    condition = data.draw(findings(measures=[measure]))
    (person,) = data.draw(everyone_about(condition, most_people=1))
    finding = finding_of(written(condition))
    at = us(data.draw(st.sampled_from(instants({"rules": [{"when": condition}]}, person))))
    seen = finding.measure.seen(histories([person]), at)
    behind = Person(person.zone, person.record, [person.in_order[place] for place in seen.places])
    assert finding.measure.seen(histories([behind]), at).value == seen.value


def known_by(person: Person, now: datetime) -> Person:
    return Person(
        person.zone,
        [entry for entry in person.record if entry.at <= now],
        [event for event in person.events if event.at <= now],
    )


def as_known_by(spans: list[Span], now: int) -> list[Span]:
    """The spans as far as they had come: what ends later has not ended."""
    begun = [span for span in spans if span.began <= now]
    return [
        span._replace(
            ended=None if span.ended is None or span.ended > now else span.ended,
            raises=tuple(one for one in span.raises if one.at <= now),
        )
        for span in begun
    ]


@cases(20)
@given(documents(), st.data())
def test_a_replay_cut_at_any_instant_is_the_whole_replay_as_far_as_that(document, data):
    (person,) = data.draw(everyone_about(document, most_people=1))
    document, book = read(document)
    now = data.draw(st.sampled_from(instants(document, person)))
    whole, cut = book.replay(histories([person])), book.replay(histories([known_by(person, now)]))
    assert as_known_by(cut, us(now)) == as_known_by(whole, us(now))
