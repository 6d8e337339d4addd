"""A client's weeks as rows of marks on one axis of time; pure.

Widths are percentages and heights are pixels, as in presentation/charts.py. Each sort of mark has a
shape of its own, because colour alone says nothing to many people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from textwrap import wrap

from engine.model.console_pages import ClientPage, PastAlert
from engine.model.event import Event, Value, read_fields, value_in_words
from engine.model.instant import DAY_US, Instant
from engine.model.local_time import place, zone_at
from engine.presentation.console import when
from engine.presentation.local_clock import local
from engine.presentation.page_language import translate

_STRIP = 34  # pixels of a row of marks, its label above
_CURVE = 96
_LINE, _BAR = 14, 22  # pixels of a line of an alert's title, and of the bars below it
_LONGEST = 44  # letters of a line, so that it fits on a phone
_TOP = 20  # pixels of a row's label
_MOST = 10.0  # the scale of craving and mood
_GAP_US = 3 * DAY_US  # a curve breaks where nothing came for longer


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign at an instant; `shape` is one of circle, square, diamond, cross, ring, triangle."""

    x: float
    y: float
    shape: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight piece of a curve."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """A bar from one instant to another."""

    x: float
    y: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class TimelineText:
    """A line of text at the left edge; `y` is where its letters stand."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A labelled row of the timeline."""

    label: str
    top: float
    height: float
    marks: tuple[Mark, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    spans: tuple[TimelineBar, ...] = ()
    scale: tuple[tuple[float, str], ...] = ()  # heights in pixels, each with its number
    texts: tuple[TimelineText, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: its rows, and the days that the axis names."""

    height: float
    strips: tuple[Strip, ...]
    days: tuple[tuple[float, str], ...]
    key: tuple[tuple[str, str, str], ...]  # shape, kind and word of each sort of mark


_RESULT: Mapping[str, tuple[str, str]] = {
    "negative": ("ring", "good"),
    "positive": ("diamond", "bad"),
    "refused": ("cross", "bad"),
    "missed": ("cross", "warn"),
    "excused": ("ring", "soft"),
    "pending": ("ring", "soft"),
}
_STATUS: Mapping[str, tuple[str, str]] = {
    "attended": ("square", "good"),
    "late": ("square", "good"),
    "left_early": ("square", "good"),
    "no_show": ("cross", "warn"),
    "taken": ("square", "good"),
    "dispensed": ("square", "good"),
    "missed": ("cross", "warn"),
    "refused": ("cross", "bad"),
}
_KEY = (
    ("circle", "line", "check-in"),
    ("ring", "good", "negative"),
    ("diamond", "bad", "positive, or use told"),
    ("square", "good", "attended or taken"),
    ("cross", "warn", "missed"),
    ("ring", "soft", "other"),
)


def timeline(page: ClientPage) -> Timeline:
    """Lay a client's events and alerts out on one axis."""
    at = _Axis(page.start, page.now)
    by_kind: dict[str, list[Event]] = {}
    for event in page.events:
        by_kind.setdefault(event.kind, []).append(event)
    strips: list[Strip] = []
    top = 0.0
    for make in (_curves, _tests, _attendance, _medication, _contacts, _other, _alerts):
        strip = make(page, by_kind, at, top)
        if strip is not None:
            strips.append(strip)
            top += strip.height
    key = tuple((shape, kind, translate(word)) for shape, kind, word in _KEY)
    return Timeline(top, tuple(strips), _days(page, at), key)


def in_words(event: Event) -> str:
    """Say what an event was, without its note."""
    said = (
        f"{_ours(name)} {_ours(value_in_words(value))}" for name, value in _fields(event).items()
    )
    return ", ".join([_ours(event.kind), *said])


def _ours(word: str) -> str:
    return translate(word.replace("_", " "))


class _Axis:
    """Turns instants into percentages of the width."""

    def __init__(self, start: Instant, end: Instant) -> None:
        self._start, self._length = start, end - start

    def __call__(self, instant: Instant) -> float:
        share = (instant - self._start) / self._length
        return 1 + 98 * min(max(share, 0.0), 1.0)


_ByKind = Mapping[str, Sequence[Event]]
_Sign = Callable[[Mapping[str, Value]], tuple[str, str]]


def _curves(page: ClientPage, by_kind: _ByKind, at: _Axis, top: float) -> Strip | None:
    events = by_kind.get("check_in", ())
    if not events:
        return None
    base = top + _TOP + _CURVE

    def height(value: float) -> float:
        return base - _CURVE * min(max(value, 0.0), _MOST) / _MOST

    marks, strokes = [], list(_strokes(events, "mood", "mood", at, height))
    strokes += _strokes(events, "craving", "line", at, height)
    for event in events:
        fields, x = _fields(event), at(event.occurred_at)
        craving, title = fields.get("craving"), _title(page, event)
        if fields.get("status") == "missed":
            marks.append(Mark(x, base, "cross", "warn", title))
        elif isinstance(craving, int | float):
            kind = "bad" if fields.get("used") in (True, "yes") else "line"
            shape = "diamond" if kind == "bad" else "circle"
            marks.append(Mark(x, height(float(craving)), shape, kind, title))
    scale = tuple((height(number), f"{number:g}") for number in (0, 5, 10))
    return Strip(
        translate("Craving (line) and mood (dashes)"), top, _TOP + _CURVE + 14, tuple(marks),
        tuple(strokes), (), scale,
    )  # fmt: skip


def _strokes(
    events: Sequence[Event], field: str, kind: str, at: _Axis, height: Callable[[float], float]
) -> Iterable[Stroke]:
    before: tuple[Instant, float] | None = None
    for event in events:
        value = _fields(event).get(field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        here = event.occurred_at, float(value)
        if before and here[0] - before[0] <= _GAP_US:
            yield Stroke(at(before[0]), height(before[1]), at(here[0]), height(here[1]), kind)
        before = here


def _tests(page: ClientPage, by_kind: _ByKind, at: _Axis, top: float) -> Strip | None:
    def sign(fields: Mapping[str, Value]) -> tuple[str, str]:
        return _RESULT.get(str(fields.get("result")), ("ring", "warn"))

    return _strip("Drug tests", by_kind.get("test", ()), sign, page, at, top)


def _attendance(page: ClientPage, by_kind: _ByKind, at: _Axis, top: float) -> Strip | None:
    return _strip("Sessions", by_kind.get("attendance", ()), _by_status, page, at, top)


def _medication(page: ClientPage, by_kind: _ByKind, at: _Axis, top: float) -> Strip | None:
    return _strip("Medication", by_kind.get("medication", ()), _by_status, page, at, top)


def _contacts(page: ClientPage, by_kind: _ByKind, at: _Axis, top: float) -> Strip | None:
    def sign(fields: Mapping[str, Value]) -> tuple[str, str]:
        return ("square", "good") if fields.get("outcome") == "reached" else ("ring", "soft")

    return _strip("Contacts", by_kind.get("contact", ()), sign, page, at, top)


def _other(page: ClientPage, by_kind: _ByKind, at: _Axis, top: float) -> Strip | None:
    shown = {"check_in", "test", "attendance", "medication", "contact"}
    events = [one for kind, some in by_kind.items() if kind not in shown for one in some]
    if not events:
        return None
    y = top + _TOP + 7
    marks = (
        Mark(at(one.occurred_at), y, *_of_other(one), _title(page, one))
        for one in sorted(events, key=lambda event: event.occurred_at)
    )
    return Strip(translate("Other events"), top, _STRIP, tuple(marks))


def _of_other(event: Event) -> tuple[str, str]:
    return ("diamond", "bad") if event.kind == "return_to_use" else ("ring", "soft")


def _alerts(page: ClientPage, _: _ByKind, at: _Axis, top: float) -> Strip | None:
    if not page.past:
        return None
    by_title: dict[str, list[PastAlert]] = {}
    for one in sorted(page.past, key=lambda alert: alert.began):
        by_title.setdefault(one.title, []).append(one)
    texts, spans = [], []
    y = top + _TOP
    for title, alerts in by_title.items():
        for line in wrap(title, _LONGEST):
            y += _LINE
            texts.append(TimelineText(y, line))
        for one in alerts:
            left, right = at(one.began), at(page.now if one.ended is None else one.ended)
            spans.append(TimelineBar(left, y + 4, max(right - left, 0.8), one.severity))
        y += _BAR
    return Strip(
        translate("Alerts, while they held"),
        top,
        y - top + 8,
        spans=tuple(spans),
        texts=tuple(texts),
    )


def _by_status(fields: Mapping[str, Value]) -> tuple[str, str]:
    return _STATUS.get(str(fields.get("status")), ("ring", "soft"))


def _strip(
    label: str, events: Sequence[Event], sign: _Sign, page: ClientPage, at: _Axis, top: float
) -> Strip | None:
    if not events:
        return None
    y = top + _TOP + 7
    marks = (Mark(at(one.occurred_at), y, *sign(_fields(one)), _title(page, one)) for one in events)
    return Strip(translate(label), top, _STRIP, tuple(marks))


def _days(page: ClientPage, at: _Axis) -> tuple[tuple[float, str], ...]:
    """Name about five days of the axis, each at its local midnight."""
    timezone = zone_at(page.zones, page.now)
    first, last = local(page.start, timezone), local(page.now, timezone)
    every = max(1, (last.date() - first.date()).days // 5)
    days = []
    day = first.date() + timedelta(days=1)
    while day <= last.date():
        midnight = place(datetime.combine(day, time()), timezone)
        days.append((at(midnight), when.day(day)))
        day += timedelta(days=every)
    return tuple(days)


def _title(page: ClientPage, event: Event) -> str:
    there = local(event.occurred_at, zone_at(page.zones, event.occurred_at))
    return f"{when.weekday(there)} {when.day(there)} {there:%H:%M}: {in_words(event)}"


def _fields(event: Event) -> Mapping[str, Value]:
    return read_fields(event.fields)
