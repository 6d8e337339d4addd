"""Charts as inline SVG: widths in percent and text in pixels, so that they are as legible on a phone as on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import count
from math import ceil, log10

from engine.studies.outcome import Leads
from engine.studies.tally import NIGHT

_PLOT = 180  # pixels from the top of the plot to its base line
_HEAD = 14  # room above it for the topmost number
_ROW = 44
_numbers = count(1)


def stacked_columns(
    title: str,
    columns: Sequence[tuple[str, Mapping[str, int]]],
    sorts: Sequence[str],
    marks: Sequence[int] | None = None,
) -> str:
    """A column for each label, of one layer a sort, bottom first; `marks` are levels to compare each with."""
    totals = [sum(layers.values()) for _, layers in columns]
    top = _nice(max([*totals, *(marks or [])], default=0))
    width = 100 / max(1, len(columns))
    parts = [_gridline(top, share) for share in (0, 0.5, 1)]
    for place, (label, layers) in enumerate(columns):
        left, level = place * width, 0.0
        named = "".join(f", {layers[sort]} {sort}" for sort in sorts if layers.get(sort))
        against = f", against {marks[place]}" if marks else ""
        parts.append(
            f"<g><title>{escape(label)}: {totals[place]} in all{escape(named + against)}</title>"
        )
        for sort in sorts:
            height = _PLOT * layers.get(sort, 0) / top
            level += height
            if height:
                parts.append(
                    _rect(left + width * 0.1, _HEAD + _PLOT - level, width * 0.8, height, sort)
                )
        if marks:
            parts.append(
                _rect(left, _HEAD + _PLOT - _PLOT * marks[place] / top - 1, width, 2, "against")
            )
        parts.append("</g>")
    parts += _dates([label for label, _ in columns], width)
    return _svg(title, _HEAD + _PLOT + 22, parts)


def hours(title: str, rows: Sequence[tuple[str, Sequence[int]]]) -> str:
    """For each label 24 columns, one an hour, on one scale; the night is shaded."""
    top = max((max(by_hour) for _, by_hour in rows), default=0) or 1
    parts = []
    for place, (label, by_hour) in enumerate(rows):
        y = place * 2 * _ROW
        base = y + 2 * _ROW - 22
        parts.append(_text(0, y + 14, label))
        parts.append(_text(100, y + 14, f"{sum(by_hour):,}", "end", "number"))
        # A little wider than an hour, for no seams are to be seen.
        parts += [
            _rect(hour * 100 / 24, base - 42, 100 / 24 + 0.05, 42, "night")
            for hour in sorted(NIGHT)
        ]
        for hour, texts in enumerate(by_hour):
            left = hour * 100 / 24
            if texts:
                height = 40 * texts / top
                named = f"<title>{escape(label)}, {hour}:00 to {hour + 1}:00: {texts}</title>"
                parts.append(_rect(left + 0.4, base - height, 100 / 24 - 0.8, height, "low", named))
        parts.append(f'<line class="axis" x1="0" x2="100%" y1="{base}" y2="{base}"/>')
        parts += [
            _text(hour * 100 / 24, base + 12, f"{hour}:00", "start", "tick")
            for hour in (0, 6, 12, 18)
        ]
    return _svg(title, len(rows) * 2 * _ROW, parts)


def lead_times(title: str, rows: Sequence[tuple[str, Leads]]) -> str:
    """For each label a bar from the lower to the upper quarter, its median, and a line from least to most; in days."""
    top = _nice(max((leads.most for _, leads in rows), default=0))
    parts = []
    for place, (label, leads) in enumerate(rows):
        y = place * _ROW
        least, lower, median, upper, most = (
            100 * days / top
            for days in (leads.least, leads.lower, leads.median, leads.upper, leads.most)
        )
        middle = (
            f"median {leads.median:.1f} days, half of them {leads.lower:.1f} to {leads.upper:.1f}"
        )
        parts.append(f"<g><title>{escape(label)}: {middle}</title>")
        parts.append(_text(0, y + 14, label))
        parts.append(_text(100, y + 14, f"{leads.median:.1f} days", "end", "number"))
        parts.append(
            f'<line class="axis" x1="{least:.2f}%" x2="{most:.2f}%" y1="{y + 27}" y2="{y + 27}"/>'
        )
        parts.append(_rect(lower, y + 21, max(0.3, upper - lower), 12, "low"))
        parts.append(
            f'<line class="median" x1="{median:.2f}%" x2="{median:.2f}%" y1="{y + 18}" y2="{y + 36}"/></g>'
        )
    base = len(rows) * _ROW
    parts.append(f'<line class="axis" x1="0" x2="100%" y1="{base}" y2="{base}"/>')
    anchors = {0.0: "start", 1.0: "end"}
    parts += [
        _text(100 * share, base + 14, f"{top * share:g} days", anchors.get(share, "middle"), "tick")
        for share in (0.0, 0.5, 1.0)
    ]
    return _svg(title, base + 20, parts)


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    name = f"chart-{next(_numbers)}"
    opening = (
        f'<svg class="chart" role="img" aria-labelledby="{name}" width="100%" height="{height}">'
    )
    return "\n".join([opening, f'<title id="{name}">{escape(title)}</title>', *parts, "</svg>"])


def _rect(x: float, y: float, width: float, height: float, sort: str, inner: str = "") -> str:
    place = f'x="{x:.2f}%" y="{y:.1f}" width="{width:.2f}%" height="{height:.1f}"'
    return f'<rect class="{sort}" {place}>{inner}</rect>'


def _text(x: float, y: float, words: str, anchor: str = "start", sort: str = "label") -> str:
    return f'<text class="{sort}" x="{x:.2f}%" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def _gridline(top: float, share: float) -> str:
    y = _HEAD + _PLOT * (1 - share)
    return f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>' + _text(
        0, y - 3, f"{top * share:g}", sort="tick"
    )


def _dates(labels: Sequence[str], width: float) -> list[str]:
    """As many labels beneath the columns as there is room for on a phone."""
    every = ceil(len(labels) / 4)
    places = range(0, len(labels), every or 1)
    return [
        _text(place * width, _HEAD + _PLOT + 16, labels[place], sort="tick") for place in places
    ]


def _nice(number: float) -> float:
    """A round number not below it, an even one where it is small: half of it is marked, too."""
    if number <= 2:
        return 2
    scale = 10 ** int(log10(number))
    return next(step * scale for step in (1, 2, 3, 4, 5, 6, 8, 10) if step * scale >= number)
