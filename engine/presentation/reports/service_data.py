"""The report of services for programs: one record a number with its interval."""

from __future__ import annotations

from collections.abc import Iterator

from engine.studies.resampling import Estimate
from engine.studies.service_report import Handling, ServiceReport
from engine.studies.stratified import pooled_difference

COLUMNS = ("part", "of", "number", "count", "among", "value", "low", "high", "hidden")


def service_rows(report: ServiceReport) -> Iterator[tuple[object, ...]]:
    """Yield a row of COLUMNS for each number; a hidden one holds nothing."""
    for part, some in (
        ("severity", report.severities), ("rule", report.rules), ("role", report.roles)
    ):  # fmt: skip
        for word, one in some.items():
            yield from _handled(part, word, one)
    for role, hours in report.hours.items():
        for hour, texts in enumerate(hours):
            yield "hour", role, f"{hour}:00", texts, None, None, None, None, "no"
    for name, group in report.groups.items():
        if group is None:
            yield "group", name, "alerts a month", None, None, None, None, None, "yes"
            continue
        months = round(group.months, 2)
        alerts = group.handling.told
        yield "group", name, "alerts a month", alerts, months, *_rounded(group.rate), "no"
        yield from _handled("group", name, group.handling)
    for need in report.training:
        yield "training", need.rule_id, need.team, None, None, *_rounded(need.theirs), "no"
        yield "training", need.rule_id, "others", None, None, *_rounded(need.others), "no"
    for service in report.services:
        if service.is_hidden:
            yield "service", service.title, "difference", None, None, None, None, None, "yes"
            continue
        a, n1, b, n0 = service.crude
        yield "service", service.title, "stayed with it", a, n1, None, None, None, "no"
        yield "service", service.title, "stayed without it", b, n0, None, None, None, "no"
        pooled = _rounded(pooled_difference(service.strata))
        yield "service", service.title, "difference", None, None, *pooled, "no"


def _handled(part: str, word: str, one: Handling) -> Iterator[tuple[object, ...]]:
    taken, false = _rounded(one.taken_share), _rounded(one.false_share)
    yield part, word, "taken", one.taken, one.told, *taken, "no"
    yield part, word, "false alarms", one.false_alarms, one.closed, *false, "no"
    wait = None if one.wait is None else round(one.wait / 1e6)
    yield part, word, "median wait in seconds", one.taken, None, wait, None, None, "no"


def _rounded(one: Estimate) -> tuple[float | None, ...]:
    return tuple(None if number is None else round(number, 4) for number in one)
