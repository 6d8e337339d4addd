"""When alerts may notify, with inhibition, if nobody answers."""

from __future__ import annotations

from dataclasses import replace

from engine.alerts.notifiable_periods import stretches
from engine.model.rule import Severity
from engine.model.spans import Span
from tests.alerts.deciding import rule

RULES = {
    "loud": replace(rule("loud"), quiets=("calm",)),
    "calm": replace(rule("calm"), quiets=()),
    "other": replace(rule("other"), quiets=()),
}


def span(rule_id: str, began: int, ended: int | None, severity: Severity = "medium") -> Span:
    return Span(1, rule_id, severity, began, ended)


def spoken(*spans: Span) -> list[tuple[str, int, int | None]]:
    return sorted((one.span.rule_id, one.began, one.ended) for one in stretches(spans, RULES))


def test_where_nothing_quiets_each_speaks_from_its_beginning_to_its_end() -> None:
    assert spoken(span("calm", 5, 9), span("other", 1, None)) == [
        ("calm", 5, 9),
        ("other", 1, None),
    ]


def test_what_begins_while_quieted_speaks_when_the_quieting_one_ends() -> None:
    assert spoken(span("loud", 1, 7), span("calm", 3, 9)) == [("calm", 7, 9), ("loud", 1, 7)]


def test_what_spoke_before_it_was_quieted_speaks_again_afterwards() -> None:
    assert spoken(span("calm", 1, None), span("loud", 4, 6)) == [
        ("calm", 1, 4),
        ("calm", 6, None),
        ("loud", 4, 6),
    ]


def test_what_is_quieted_to_its_end_never_speaks() -> None:
    assert spoken(span("loud", 1, None), span("calm", 3, 9)) == [("loud", 1, None)]
    assert spoken(span("loud", 3, 9), span("calm", 3, 9)) == [("loud", 3, 9)]


def test_what_is_more_severe_is_not_quieted() -> None:
    assert spoken(span("loud", 1, 7), span("calm", 3, 9, "urgent")) == [
        ("calm", 3, 9),
        ("loud", 1, 7),
    ]


def test_what_ends_as_another_begins_does_not_quiet_it() -> None:
    assert spoken(span("loud", 1, 3), span("calm", 3, 9)) == [("calm", 3, 9), ("loud", 1, 3)]
