"""A span is cut where people are told again, and where its severity rises."""

from __future__ import annotations

from engine.model.spans import Raise, Span
from engine.studies.alert_parts import alert_parts
from engine.studies.simulated_notifications import SimulatedTelling

Part = tuple[int, int | None, str, int | None]


def parts(span: Span, *told: int) -> list[Part]:
    """Each part as (began, ended, severity, notified); each text goes a second later."""
    tellings = [SimulatedTelling(at, at + 1) for at in told]
    return [
        (part.began, part.ended, part.severity, notified)
        for part, notified in alert_parts(span, tellings)
    ]


def test_a_span_that_is_told_once_is_one_part_with_the_time_before() -> None:
    assert parts(Span(1, "r", "low", 10, 90), 30) == [(10, 90, "low", 31)]
    assert parts(Span(1, "r", "low", 10, None)) == [(10, None, "low", None)]


def test_each_further_text_begins_a_part() -> None:
    assert parts(Span(1, "r", "low", 10, None), 30, 50) == [
        (10, 50, "low", 31),
        (50, None, "low", 51),
    ]


def test_a_rise_of_severity_begins_a_part_even_without_a_text() -> None:
    span = Span(1, "r", "low", 10, 90, (Raise(40, "high"), Raise(70, "urgent")))
    assert parts(span, 10, 40) == [
        (10, 40, "low", 11),
        (40, 70, "high", 41),
        (70, 90, "urgent", None),
    ]
