"""A case that was tried, as a timeline: what was given, what was expected, and what happened beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from engine.flows.rules.case_compare import Line, Tried
from engine.model.instant import Instant
from engine.presentation.local_clock import local

NOTHING = "nothing"
_EXPECTED = "expected"


def lines_of_case(tried: Tried) -> Iterator[str]:
    """The timeline in lines of text; what is not as expected begins with `!`."""
    case = tried.case
    yield f"{case.file}:{case.line}: {case.title}"
    start = datetime.combine(case.start, datetime.min.time())
    yield f"    day 0 is {start:%A} {case.start.isoformat()}, {tried.timezone}"
    times = [_time(tried, line.at) for line in tried.lines]
    expected = [line.expected or NOTHING for line in tried.lines if line.given is None]
    width = max(map(len, times), default=0)
    column = max(map(len, [_EXPECTED, *expected]))
    yield f"    {'':{width}}  {_EXPECTED:{column}}  happened"
    for at, line in zip(times, tried.lines, strict=True):
        yield f"  {' ' if line.right else '!'} {at:{width}}  {_said(line, column)}"


def as_data(tried: Tried) -> dict[str, Any]:
    """The same for programs: the case, whether it passed, and its timeline."""
    case = tried.case
    return {
        "file": case.file,
        "line": case.line,
        "case": case.title,
        "passed": tried.passed,
        "timeline": [
            {
                "at": _local(tried, line.at).isoformat(),
                "day": _day(tried, line.at),
                "as_expected": line.right,
                **(
                    {"given": line.given}
                    if line.given
                    else {"expected": line.expected, "happened": line.happened}
                ),
            }
            for line in tried.lines
        ],
    }


def _said(line: Line, column: int) -> str:
    if line.given is not None:
        return f"- {line.given}"
    return f"{line.expected or NOTHING:{column}}  {line.happened or NOTHING}"


def _time(tried: Tried, at: Instant) -> str:
    shown = _local(tried, at)
    seconds = f":{shown.second:02}" if shown.second else ""
    return f"day {_day(tried, at)} {shown:%a %H:%M}{seconds}"


def _day(tried: Tried, at: Instant) -> int:
    return (_local(tried, at).date() - tried.case.start).days


def _local(tried: Tried, at: Instant) -> datetime:
    return local(at, tried.timezone).replace(microsecond=0)
