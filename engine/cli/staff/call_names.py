"""Tables that name staff as colleagues know them; json and csv name them by their refs alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from engine.model.staff import shown


def with_call_names(
    rows: Iterable[Sequence[object]], called: Mapping[str, str], at: Collection[int]
) -> Iterator[tuple[object, ...]]:
    """Add the call names to the refs of a table.

    Args:
        rows: The table.
        called: The call names by ref.
        at: The columns that hold refs of staff.
    """
    for row in rows:
        yield tuple(
            shown(value, called.get(value)) if place in at and isinstance(value, str) else value
            for place, value in enumerate(row)
        )
