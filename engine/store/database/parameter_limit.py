"""Many values for a statement that asks for each of them, in parts that every database takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

# Databases limit the parameters of a statement.
_AT_ONCE = 1000
_Value = TypeVar("_Value", int, str)


def in_parts(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Yield the values in order, at most so many at once as a statement may hold."""
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))
