"""The sections of a preview on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.presentation.preview.section import Section


def show(sections: Iterable[Section]) -> None:
    """Print them to stdout, in colour where that is a terminal."""
    console = Console(highlight=False, markup=False, emoji=False)
    # Rich leaves out the columns for which a narrower one has no room.
    console.width = max(80, console.width)
    for section in sections:
        console.print(Text(section.title, style="bold"))
        if section.text:
            console.print(Text(section.text))
        if section.rows:
            console.print()
            console.print(_table(section, console.width))
        console.print()


def _table(section: Section, room: int) -> Table:
    heads = [name.removeprefix(">") for name in section.columns]
    widths, gap = _widths(section, room)
    table = Table(
        box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim", show_header=any(heads)
    )
    for name, head, width in zip(section.columns, heads, widths, strict=True):
        table.add_column(
            Text(head),
            justify="right" if _is_number(name) else "left",
            overflow="fold",
            width=width,
        )
    for row in section.rows:
        table.add_row(*map(Text, row))
    return table


def _widths(section: Section, room: int) -> tuple[list[int], int]:
    """The columns' widths, and the gap between them; figures are never broken, and Rich would leave columns out."""
    columns = list(zip(section.columns, zip(*section.rows, strict=True), strict=True))
    widths = [max(_head(name), *map(len, cells)) for name, cells in columns]
    least = [
        width
        if _is_number(name)
        else max(_head(name), *(len(word) for cell in cells for word in cell.split(" ")))
        for width, (name, cells) in zip(widths, columns, strict=True)
    ]
    gaps = len(columns) - 1
    gap = next(
        (gap for needed in (widths, least) for gap in (2, 1) if sum(needed) + gap * gaps <= room), 1
    )
    for place in sorted(range(len(widths)), key=lambda place: least[place] - widths[place]):
        too_wide = sum(widths) + gap * gaps - room
        widths[place] -= max(0, min(too_wide, widths[place] - least[place]))
    return widths, gap


def _is_number(name: str) -> bool:
    return name.startswith(">")


def _head(name: str) -> int:
    """The least width that a head needs on two lines, a short one on one."""
    head = name.removeprefix(">")
    word = max(map(len, head.split(" ")))
    return next((w for w in range(max(word, 7), len(head)) if len(wrap(head, w)) <= 2), len(head))
