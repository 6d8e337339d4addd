"""A table for people, of words and numbers."""

from __future__ import annotations

from collections.abc import Sequence


def plain_table(rows: Sequence[tuple[str, ...]], words: Sequence[int] = (0,)) -> list[str]:
    """The lines of a table; the columns of these places are words, and the others numbers."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place in words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
