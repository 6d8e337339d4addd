"""Figures: a measured value, the bound it has to reach, and the table that shows a run."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; it must reach its bar and should reach its goal, where it has them.

    The less the better, or `more_is_better`.
    """

    name: str
    figure: float
    unit: str
    bar: float | None = None
    goal: float | None = None
    more_is_better: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the bar holds; None where there is none."""
        if self.bar is None:
            return None
        return self.figure >= self.bar if self.more_is_better else self.figure <= self.bar

    def cells(self) -> tuple[str, ...]:
        """The figure as a line of the table."""
        return (
            self.name,
            _short(self.figure),
            self.unit,
            self._demand(self.bar),
            self._demand(self.goal),
            {True: "holds", False: "MISSED", None: ""}[self.holds],
        )

    def _demand(self, number: float | None) -> str:
        return "" if number is None else f"{'≥' if self.more_is_better else '≤'} {_short(number)}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def show(figures: Iterable[Figure]) -> str:
    """The figures as a table for people."""
    rows = [("FIGURE", "", "UNIT", "BAR", "GOAL", ""), *(figure.cells() for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place == 1 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def write(figures: Iterable[Figure], path: Path) -> None:
    """The figures as a list of objects: name, figure, unit, bar, goal, holds."""
    names = ("name", "figure", "unit", "bar", "goal", "holds")
    objects = [{name: getattr(figure, name) for name in names} for figure in figures]
    path.write_text(json.dumps(objects, indent=2, ensure_ascii=False) + "\n", "utf-8")


def best(times: int, *runs: Callable[[], object]) -> Sequence[float]:
    """The shortest time each run took, in seconds.

    They take turns, so that a busy moment of the machine meets all of them alike.
    """
    shortest = [float("inf")] * len(runs)
    for _ in range(times):
        for place, run in enumerate(runs):
            # The objects prepared for later runs must not be collected at this run's expense.
            gc.collect()
            gc.freeze()
            began = time.perf_counter()
            run()
            shortest[place] = min(shortest[place], time.perf_counter() - began)
            gc.unfreeze()
    return shortest
