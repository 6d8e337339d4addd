"""Try cases: the expected alerts beside the engine's, moment by moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.flows.rules.case_runner import CaseRun, Opened, run
from engine.model.case_timeline import CaseResult, TimelineLine
from engine.model.instant import SECOND_US, Instant
from engine.model.local_time import WallClock, WallReading
from engine.model.rule import Severity
from engine.model.settings import Settings
from engine.rulebook.core.cases import Case, ExpectedAlert
from engine.rulebook.core.rulebook import Rulebook
from engine.store.database.connection import Database

_Pair = tuple[ExpectedAlert | None, Opened | None]


def try_case(case: Case, rulebook: Rulebook, settings: Settings, database: Database) -> CaseResult:
    """Run a case and compare it with what it expects.

    Args:
        case: The case.
        rulebook: The rules that it tries.
        settings: The routing, and the timezone of a case that names none.
        database: An empty database of its own.
    """
    timezone = case.timezone or settings.timezone
    return CaseResult(
        case.file,
        case.line,
        case.title,
        case.start,
        timezone,
        tuple(compare(case, run(case, rulebook, settings, database), WallClock(timezone))),
    )


def compare(case: Case, happened: CaseRun, clock: WallClock) -> list[TimelineLine]:
    """Return the timeline of a case, given what happened."""
    opened = happened.opened
    lines = [
        TimelineLine(clock[one.at], True, given=_given(case, one.said, one.at, one.known))
        for one in case.arrivals
    ]
    spoken_of = [one for one in opened if case.others_silent or one.rule_id in case.rules]
    for expected, alert in _paired(case.alerts, spoken_of, clock):
        lines += _of_alert(expected, alert, clock, clock[case.until])
    lines += _beside(
        [(clock[one.at], f"{one.schedule_id} ends, {one.outcome}") for one in case.endings],
        [(at, f"{schedule} ends, {outcome}") for schedule, at, outcome in happened.ended],
    )
    lines += [
        TimelineLine(one.at, True, given=f"{one.rule_id} alerts too, {one.severity}")
        for one in opened
        if one not in spoken_of
    ]
    # An event comes before the alerts that follow from it at the same moment.
    return sorted(lines, key=lambda line: (line.at // SECOND_US, line.given is None))


def _given(case: Case, said: str, at: Instant, known: WallReading) -> str:
    return said if known == at else f"{said} (known only at {moment(case, known)})"


def moment(case: Case, reading: WallReading) -> str:
    """Write a wall-clock reading in the form of cases: `day 3 18:00`."""
    start = (case.start.toordinal() - _EPOCH_DAY) * 86_400
    day, second = divmod(reading // SECOND_US - start, 86_400)
    seconds = f":{second % 60:02}" if second % 60 else ""
    return f"day {day} {second // 3600:02}:{second // 60 % 60:02}{seconds}"


_EPOCH_DAY = 719_163  # date(1970, 1, 1).toordinal()


def _paired(
    expected: Sequence[ExpectedAlert], opened: Sequence[Opened], clock: WallClock
) -> Iterator[_Pair]:
    """Pair expected alerts with opened ones: at the same moment, or else in the same order."""
    left, without = list(opened), []
    for alert in expected:
        same = next(
            (
                one
                for one in left
                if one.rule_id == alert.rule_id and _same(clock[alert.at], one.at)
            ),
            None,
        )
        if same is None:
            without.append(alert)
        else:
            left.remove(same)
            yield alert, same
    for alert in without:
        other = next((one for one in left if one.rule_id == alert.rule_id), None)
        if other is not None:
            left.remove(other)
        yield alert, other
    for one in left:
        yield None, one


def _same(one: Instant, other: Instant) -> bool:
    """Return whether two instants fall on the same second, the finest time that a case can give."""
    return one // SECOND_US == other // SECOND_US


def _of_alert(
    expected: ExpectedAlert | None, happened: Opened | None, clock: WallClock, until: int
) -> Iterator[TimelineLine]:
    wanted: list[tuple[int, str]] = []
    came: list[tuple[int, str]] = []
    if expected is not None:
        severity = expected.severity or (happened.severity if happened else None)
        wanted.append((clock[expected.at], _alerts(expected.rule_id, severity)))
        wanted += [(clock[text.at], f"text to {text.to}") for text in expected.texts or ()]
        wanted += [(clock[text.at], f"reminder to {text.to}") for text in expected.reminders or ()]
        if expected.resolves is not None:
            wanted.append(
                _ending(
                    expected.rule_id,
                    None if expected.resolves == "never" else clock[expected.resolves],
                    until,
                )
            )
    if happened is not None:
        came.append((happened.at, _alerts(happened.rule_id, happened.severity)))
        if expected is None or expected.texts is not None:
            came += [(at, f"text to {role}") for at, role in happened.texts]
        if expected is None or expected.reminders is not None:
            came += [(at, f"reminder to {role}") for at, role in happened.reminders]
        if expected is not None and expected.resolves is not None:
            came.append(_ending(happened.rule_id, happened.resolved, until))
    yield from _beside(wanted, came)


def _alerts(rule_id: str, severity: Severity | None) -> str:
    return f"{rule_id} alerts" + (f", {severity}" if severity else "")


def _ending(rule_id: str, at: Instant | None, until: Instant) -> tuple[Instant, str]:
    return (until, f"{rule_id} is still open") if at is None else (at, f"{rule_id} resolves")


def _beside(
    wanted: Sequence[tuple[int, str]], came: Sequence[tuple[int, str]]
) -> Iterator[TimelineLine]:
    """Put wanted and actual lines side by side if they agree in moment and sort."""
    left = list(came)
    for at, text in wanted:
        same = next((one for one in left if _same(at, one[0]) and one[1] == text), None)
        like = same or next(
            (one for one in left if _same(at, one[0]) and _sort(one[1]) == _sort(text)), None
        )
        if like is not None:
            left.remove(like)
        yield TimelineLine(at, same is not None, expected=text, happened=like[1] if like else None)
    for at, text in left:
        yield TimelineLine(at, False, happened=text)


def _sort(text: str) -> str:
    return text.partition(", ")[0].partition(" to ")[0]
