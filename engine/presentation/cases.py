"""The timeline of a tried case: its events, and expected and actual alerts side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from engine.model.case_timeline import CaseResult, TimelineLine
from engine.model.instant import Instant
from engine.presentation.local_clock import local

NOTHING = "nothing"
_EXPECTED = "expected"


def lines_of_case(result: CaseResult) -> Iterator[str]:
    """Yield the timeline in lines of text; what is not as expected begins with `!`."""
    yield f"{result.file}:{result.line}: {result.title}"
    start = datetime.combine(result.start, datetime.min.time())
    yield f"    day 0 is {start:%A} {result.start.isoformat()}, {result.timezone}"
    times = [_time(result, line.at) for line in result.lines]
    expected = [line.expected or NOTHING for line in result.lines if line.given is None]
    width = max(map(len, times), default=0)
    column = max(map(len, [_EXPECTED, *expected]))
    yield f"    {'':{width}}  {_EXPECTED:{column}}  happened"
    for at, line in zip(times, result.lines, strict=True):
        yield f"  {' ' if line.right else '!'} {at:{width}}  {_said(line, column)}"


def as_data(result: CaseResult) -> dict[str, Any]:
    """Return the same for programs: the case, whether it passed, and its timeline."""
    return {
        "file": result.file,
        "line": result.line,
        "case": result.title,
        "passed": result.passed,
        "timeline": [
            {
                "at": _local(result, line.at).isoformat(),
                "day": _day(result, line.at),
                "as_expected": line.right,
                **(
                    {"given": line.given}
                    if line.given
                    else {"expected": line.expected, "happened": line.happened}
                ),
            }
            for line in result.lines
        ],
    }


def _said(line: TimelineLine, column: int) -> str:
    if line.given is not None:
        return f"- {line.given}"
    return f"{line.expected or NOTHING:{column}}  {line.happened or NOTHING}"


def _time(result: CaseResult, at: Instant) -> str:
    shown = _local(result, at)
    seconds = f":{shown.second:02}" if shown.second else ""
    return f"day {_day(result, at)} {shown:%a %H:%M}{seconds}"


def _day(result: CaseResult, at: Instant) -> int:
    return (_local(result, at).date() - result.start).days


def _local(result: CaseResult, at: Instant) -> datetime:
    return local(at, result.timezone).replace(microsecond=0)
