"""Charts as shapes, which a template draws as inline SVG.

Widths are percentages and heights are pixels, so that text stays legible on a phone and on paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import ClassVar

from engine.studies.resampling import Estimate
from engine.studies.tally import NIGHT

_PLOT = 180  # pixels from the top of the plot to its base line
_HEADROOM = 14  # pixels above the plot, where the topmost number stands
_ROW = 44
_MOST_LIFT = 4.0
_HOUR = 100 / 24  # the width of an hour in percent


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle; `kind` is its class in the style sheet."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str = ""
    shape: ClassVar[str] = "bar"


@dataclass(frozen=True, slots=True)
class Label:
    """A piece of text."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    kind: str = "label"
    shape: ClassVar[str] = "label"


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str = "axis"
    shape: ClassVar[str] = "line"


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that share a title."""

    title: str
    shapes: tuple[Bar | Label | Line, ...]
    shape: ClassVar[str] = "group"


Shape = Bar | Label | Line | Group


@dataclass(frozen=True, slots=True)
class Chart:
    """A titled drawing; `key` lists the kinds that a key explains beneath it."""

    title: str
    height: int
    shapes: tuple[Shape, ...]
    key: tuple[str, ...] = ()


def stacked_columns(
    title: str,
    columns: Sequence[tuple[str, Mapping[str, int]]],
    kinds: Sequence[str],
    marks: Sequence[int] | None = None,
) -> Chart:
    """Draw a column for each label.

    Args:
        title: What the chart shows.
        columns: Each label with its counts by kind.
        kinds: The layers of a column, from the bottom up.
        marks: A level beside each column to compare it with.

    Returns:
        The chart. Its key names the kinds that occur, the topmost layer first.
    """
    totals = [sum(layers.values()) for _, layers in columns]
    top = _round_up(max([*totals, *(marks or [])], default=0))
    width = 100 / max(1, len(columns))
    shapes: list[Shape] = []
    for share in (0, 0.5, 1):
        y = _HEADROOM + _PLOT * (1 - share)
        shapes += [
            Line(0, y, 100, y, "grid"),
            Label(0, y - 3, f"{top * share:g}", kind="tick"),
        ]
    for place, (label, layers) in enumerate(columns):
        mark = None if marks is None else marks[place]
        shapes.append(_column(label, layers, kinds, mark, (place * width, width, top)))
    shapes += _dates([label for label, _ in columns], width)
    present = [kind for kind in reversed(kinds) if any(layers.get(kind) for _, layers in columns)]
    key = (*present, *([] if marks is None else ["against"]))
    return Chart(title, _HEADROOM + _PLOT + 22, tuple(shapes), key)


def _column(
    label: str,
    layers: Mapping[str, int],
    kinds: Sequence[str],
    mark: int | None,
    place: tuple[float, float, float],
) -> Group:
    """Draw one column; `place` is its left edge, its width, and the number at the plot's top."""
    left, width, top = place
    named = "".join(f", {layers[kind]} {kind}" for kind in kinds if layers.get(kind))
    beside = "" if mark is None else f", against {mark}"
    shapes: list[Bar] = []
    level = 0.0
    for kind in kinds:
        height = _PLOT * layers.get(kind, 0) / top
        level += height
        if height:
            y = _HEADROOM + _PLOT - level
            shapes.append(Bar(left + width * 0.1, y, width * 0.8, height, kind))
    if mark is not None:
        shapes.append(Bar(left, _HEADROOM + _PLOT * (1 - mark / top) - 1, width, 2, "against"))
    return Group(f"{label}: {sum(layers.values())} in all{named}{beside}", tuple(shapes))


def hours(title: str, rows: Sequence[tuple[str, Sequence[int]]]) -> Chart:
    """Draw 24 columns for each label, one for each hour, on one scale, over a shaded night.

    Args:
        title: What the chart shows.
        rows: Each label with its 24 counts.
    """
    top = max((max(by_hour) for _, by_hour in rows), default=0) or 1
    shapes: list[Shape] = []
    for place, (label, by_hour) in enumerate(rows):
        y = place * 2 * _ROW
        base = y + 2 * _ROW - 22
        shapes += [
            Label(0, y + 14, label),
            Label(100, y + 14, f"{sum(by_hour):,}", "end", "number"),
            # A little wider than an hour, so that no seam shows between two.
            *(Bar(hour * _HOUR, base - 42, _HOUR + 0.05, 42, "night") for hour in sorted(NIGHT)),
        ]
        for hour, texts in enumerate(by_hour):
            if texts:
                height = 40 * texts / top
                title_of_bar = f"{label}, {hour}:00 to {hour + 1}:00: {texts}"
                left = hour * _HOUR + 0.4
                shapes.append(Bar(left, base - height, _HOUR - 0.8, height, "low", title_of_bar))
        shapes.append(Line(0, base, 100, base))
        ticks = (0, 6, 12, 18)
        shapes += [Label(hour * _HOUR, base + 12, f"{hour}:00", kind="tick") for hour in ticks]
    return Chart(title, len(rows) * 2 * _ROW, tuple(shapes))


def lifts(title: str, rows: Sequence[tuple[str, Estimate]]) -> Chart:
    """Draw the lift of each label: a bar over its interval, and a stroke at the lift itself.

    A line marks 1, which is chance. Everything beyond _MOST_LIFT is cut off.
    """
    top = _round_up(min(_MOST_LIFT, max((lift.high or 0 for _, lift in rows), default=0)))
    base = len(rows) * _ROW
    shapes: list[Shape] = [Line(100 / top, 0, 100 / top, base, "axis")]
    shapes += [_lift(label, lift, place * _ROW, top) for place, (label, lift) in enumerate(rows)]
    shapes.append(Line(0, base, 100, base))
    ticks = ((0, "0", "start"), (1, "1 = chance", "middle"), (top, f"{top:g}", "end"))
    shapes += [Label(100 * at / top, base + 14, text, anchor, "tick") for at, text, anchor in ticks]
    return Chart(title, base + 20, tuple(shapes))


def _lift(label: str, lift: Estimate, y: float, top: float) -> Group:
    value, low, high = (100 * min(at or 0.0, top) / top for at in (lift.value, lift.low, lift.high))
    return Group(
        f"{label}: lift {lift.value:.2f}, 95 % interval {lift.low:.2f} to {lift.high:.2f}",
        (
            Label(0, y + 14, label),
            Label(100, y + 14, f"{lift.value:.2f}", "end", "number"),
            Bar(low, y + 21, max(0.3, high - low), 12, "low"),
            Line(value, y + 18, value, y + 36, "median"),
        ),
    )


def shares(title: str, rows: Sequence[tuple[str, Estimate]]) -> Chart:
    """Draw the share of each label from 0 to 100 %: a bar over its interval, a stroke at itself."""
    base = len(rows) * _ROW
    shapes: list[Shape] = [Line(at, 0, at, base, "grid") for at in (0, 50, 100)]
    shapes += [_share(label, one, place * _ROW) for place, (label, one) in enumerate(rows)]
    shapes.append(Line(0, base, 100, base))
    ticks = ((0, "0 %", "start"), (50, "50 %", "middle"), (100, "100 %", "end"))
    shapes += [Label(at, base + 14, text, anchor, "tick") for at, text, anchor in ticks]
    return Chart(title, base + 20, tuple(shapes))


def _share(label: str, one: Estimate, y: float) -> Group:
    value, low, high = (100 * (at or 0.0) for at in (one.value, one.low, one.high))
    return Group(
        f"{label}: {value:.0f} %, 95 % interval {low:.0f} to {high:.0f} %",
        (
            Label(0, y + 14, label),
            Label(100, y + 14, f"{value:.0f} %", "end", "number"),
            Bar(low, y + 21, max(0.3, high - low), 12, "low"),
            Line(value, y + 18, value, y + 36, "median"),
        ),
    )


def _dates(labels: Sequence[str], width: float) -> list[Label]:
    """Return as many labels beneath the columns as a phone has room for."""
    every = ceil(len(labels) / 4)
    return [
        Label(place * width, _HEADROOM + _PLOT + 16, labels[place], kind="tick")
        for place in range(0, len(labels), every or 1)
    ]


def _round_up(number: float) -> float:
    """Return the next round number; a small one is even, because half of it is marked too."""
    if number <= 2:
        return 2
    scale = 10 ** int(log10(number))
    return next(step * scale for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * scale >= number)
