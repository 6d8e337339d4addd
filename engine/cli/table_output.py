"""Tables on the terminal: Rich lays out every list and every section of a preview."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from engine.model.printable import printable
from engine.presentation.preview.section import Head, Section

# Rich leaves out the columns for which a narrower terminal has no room.
_NARROWEST = 80
# A cell up to this width never folds, and a longer word is broken if there is no other way.
_SHORT = 12


class _Column(NamedTuple):
    head: Head
    cells: tuple[str, ...]

    def whole(self) -> int:
        """Return the width at which nothing folds."""
        return max(self.cells_whole(), cell_len(self.head.text))

    def cells_whole(self) -> int:
        """Return the width at which no cell folds; the head may take several lines."""
        return _widest([*self.cells, *self.head.text.split()])

    def by_words(self) -> int:
        """Return the width at which words, numbers and short cells are whole."""
        if self.head.is_number:
            return self.cells_whole()
        words = " ".join([*self.cells, self.head.text]).split()
        return max(min(_widest(self.cells), _SHORT), _widest(words))

    def folded(self) -> int:
        """Return the width at which numbers and short cells are whole."""
        return self.by_words() if self.head.is_number else min(self.by_words(), _SHORT)


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


# The least width of a column and the gap between two, from the roomiest layout to the tightest.
_LAYOUTS: tuple[tuple[Callable[[_Column], int], int], ...] = (
    (_Column.whole, 2),
    (_Column.cells_whole, 2),
    (_Column.cells_whole, 1),
    (_Column.by_words, 2),
    (_Column.by_words, 1),
    (_Column.folded, 1),
)


def print_sections(sections: Iterable[Section]) -> None:
    """Print titled tables to stdout, in colour if that is a terminal."""
    console = _terminal()
    for section in sections:
        _write(console, Text(section.title, style="bold"))
        if section.text:
            _write(console, section.text)
        if section.rows:
            print()
            print_table(section.heads, section.rows)
        print()


def print_table(heads: Sequence[Head], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their heads, to stdout.

    Text folds if the terminal has no room for it: sentences first, then long words such as a rule's
    id. Numbers never fold, and no column is left out; rather, lines get longer than the terminal.
    """
    every = [[printable(cell) for cell in row] for row in rows]
    cells = zip(*every, strict=True) if every else [()] * len(heads)
    columns = [_Column(*pair) for pair in zip(heads, cells, strict=True)]
    console = _terminal()
    for least, gap in _LAYOUTS:
        widths = [least(column) for column in columns]
        needed = sum(widths) + gap * (len(widths) - 1)
        if needed <= console.width:
            break
    console.width = max(console.width, needed)
    _write(console, _table(columns, every, widths, gap))


def _write(console: Console, printed: RenderableType) -> None:
    """Print without the spaces with which Rich fills lines."""
    with console.capture() as captured:
        console.print(printed, crop=False)
    print(*(line.rstrip() for line in captured.get().splitlines()), sep="\n")


def _terminal() -> Console:
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(_NARROWEST, console.width)
    return console


def _table(
    columns: Sequence[_Column], rows: Iterable[Sequence[str]], widths: Sequence[int], gap: int
) -> Table:
    table = Table(
        box=None,
        pad_edge=False,
        padding=(0, gap, 0, 0),
        header_style="dim",
        show_header=any(column.head.text for column in columns),
    )
    for (head, cells), width in zip(columns, widths, strict=True):
        table.add_column(
            head.text,
            justify="right" if head.is_number else "left",
            overflow="fold",
            min_width=width,
            # Rich takes room from the widest columns, so one that cannot give any says so.
            width=width if width >= _widest(cells) else None,
        )
    for row in rows:
        table.add_row(*row)
    return table
