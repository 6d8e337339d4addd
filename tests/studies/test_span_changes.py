"""The spans gained, lost and changed between two versions of a rule."""

from __future__ import annotations

import pytest

from engine.model.rule import Severity
from engine.model.spans import Span
from engine.studies.span_changes import changes


def spans(*extents: tuple[int, int | None], severity: Severity = "medium") -> list[Span]:
    return [Span(1, "r", severity, began, ended) for began, ended in extents]


def compared(before: list[Span], after: list[Span]) -> list[tuple[str, int]]:
    """Each change with the beginning of the span as it is, or was where it is lost."""
    found = changes(before, after)
    return [(one.change, (one.after or one.before or spans((0, 0))[0]).began) for one in found]


def test_what_is_the_same_is_no_change() -> None:
    assert compared(spans((1, 5), (7, None)), spans((1, 5), (7, None))) == []


def test_a_span_that_overlaps_none_is_gained_or_lost() -> None:
    assert compared(spans((1, 5)), spans((5, 7))) == [("lost", 1), ("gained", 5)]
    assert compared([], spans((1, None))) == [("gained", 1)]
    assert compared(spans((1, None)), []) == [("lost", 1)]


@pytest.mark.parametrize(
    "after", [spans((2, 5)), spans((1, 9)), spans((1, None)), spans((1, 5), severity="high")]
)
def test_another_beginning_end_or_severity_is_a_change_of_the_same_alert(after: list[Span]) -> None:
    assert compared(spans((1, 5)), after) == [("changed", after[0].began)]


def test_of_two_that_became_one_the_first_is_changed_and_the_second_lost() -> None:
    assert compared(spans((1, 3), (6, 9)), spans((1, 9))) == [("changed", 1), ("lost", 6)]


def test_of_one_that_became_two_the_first_is_changed_and_the_second_gained() -> None:
    assert compared(spans((1, 9)), spans((1, 3), (6, 9))) == [("changed", 1), ("gained", 6)]
