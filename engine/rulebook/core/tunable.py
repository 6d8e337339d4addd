"""A number of a rule file that `handrail tune` may vary."""

from __future__ import annotations

from typing import NamedTuple

from engine.measures.measure import Finding


class Tunable(NamedTuple):
    """A number with the values that may be tried in its place.

    Attributes:
        file: The name of the file.
        line: The line of the number, from 1.
        column: Its column, from 1.
        begin: Where the number begins in the text of the file, in characters from 0.
        end: Where it ends; the character there is no part of it.
        word: The key that it is the value of, such as `at_least`.
        values: What may be tried, as it is written, in the order of the file.
        shipped: Which of them stands in the file now.
        of: The condition that holds the number; None if it belongs to a rule or to an item.
    """

    file: str
    line: int
    column: int
    begin: int
    end: int
    word: str
    values: tuple[str, ...]
    shipped: int
    of: Finding | None

    @property
    def place(self) -> str:
        """Where it stands, as messages say it."""
        return f"{self.file}:{self.line}:{self.column}"
