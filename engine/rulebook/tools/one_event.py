"""Conditions on two events that a reader may take for conditions on one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from engine.measures.comparison import Comparison
from engine.measures.counting import Count
from engine.measures.measure import Finding
from engine.measures.signal import name_of
from engine.rulebook.core.condition_walks import everything
from engine.rulebook.core.conditions import AllOf, Condition

_AT_LEAST_ONE = {Comparison("at_least", 1), Comparison("more_than", 0)}


def taken_for_one(condition: Condition) -> Iterator[tuple[str, str, str]]:
    """Find counts that `all` joins, of one kind and window, each by another field.

    A positive test and a test that found opioids may be two tests.

    Yields:
        The kind, and the two fields.
    """
    for joined in everything(condition):
        counts = [
            part.measure
            for part in (joined.parts if isinstance(joined, AllOf) else ())
            if isinstance(part, Finding)
            and type(part.measure) is Count
            and part.comparison in _AT_LEAST_ONE
            and part.measure.where.fields
        ]
        for one, other in combinations(counts, 2):
            first, second = ({name for name, _ in each.where.fields} for each in (one, other))
            alike = one.kind == other.kind and one.window == other.window
            if alike and first.isdisjoint(second):
                yield name_of(one.kind), " and ".join(sorted(first)), " and ".join(sorted(second))
