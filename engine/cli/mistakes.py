"""Mistakes and warnings for people: the place, the fault, and the line with a caret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from engine.errors import Mistake
from engine.model.printable import printable
from engine.model.redaction import hide_passwords, hide_typed_secrets
from engine.regular_file import read_regular
from engine.yaml_source import MAX_BYTES

# A line longer than this is cut around its place.
WIDTH = 110


def lines_of(mistakes: Iterable[Mistake], prefix: str = "") -> Iterator[str]:
    """Write each mistake, and its line if there is one; `prefix` comes before the fault."""
    # Remembered for this call alone, because people are editing the files.
    lines = cache(_lines)
    for file, line, column, text in mistakes:
        yield printable(hide_passwords(str(Mistake(file, line, column, prefix + text))))
        if 0 < line <= len(lines(file)):
            before = lines(file)[line - 2] if line > 1 else ""
            yield from _pointed_at(hide_typed_secrets(lines(file)[line - 1], before), column)


def _pointed_at(written: str, column: int) -> Iterator[str]:
    # A tab is one column to YAML, and the caret must stand under it on every terminal.
    shown = "".join(character if character.isprintable() else " " for character in written)
    place = min(column - 1, len(shown))
    start = max(0, place - WIDTH // 2) if len(shown) > WIDTH else 0
    cut = shown[start : start + WIDTH].rstrip()
    yield f"    {'…' if start else ''}{cut}{'…' if start + WIDTH < len(shown) else ''}"
    yield f"    {' ' * (place - start + bool(start))}^"


def _lines(file: str) -> list[str]:
    try:
        written = read_regular(Path(file), MAX_BYTES)
        return written.decode("utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []
