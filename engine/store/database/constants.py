"""Constants that stand in a statement itself instead of being bound to it.

SQLite prepares a statement again at each execution if a bound value may decide whether a partial
index serves it, and that takes longer than the statement.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, literal_column


def written(word: str) -> ColumnElement[str]:
    """Return a word of our own as SQL text."""
    assert word.replace("_", "").isalnum(), word
    return literal_column(f"'{word}'")
