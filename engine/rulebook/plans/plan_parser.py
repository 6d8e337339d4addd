"""Reading files of schedules as strictly as files of rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Protocol, TypeVar

import yaml

from engine.measures.comparison import ANY, Where
from engine.measures.signal import Signal
from engine.model.client import SPELL_WORDS
from engine.model.draw_chance import chance_of
from engine.model.duration import Duration, parse_duration
from engine.model.event_kinds import OutcomeWords, outcome_words
from engine.model.instant import DAY_US
from engine.model.nearest_word import nearest_word
from engine.model.questions import ClientMessage, EducationSeries, QuestionSet
from engine.model.recurrence import Recurrence, read_recurrence
from engine.model.schedule import DaysAfter, RandomDraws, Timing
from engine.model.written_time import parse_clock, parse_date
from engine.rulebook.language.units import parse_days
from engine.rulebook.language.vocabulary import PART, required
from engine.rulebook.parsing.comparison_parser import read_where
from engine.rulebook.parsing.reading import Reading, nearest, parse_id
from engine.rulebook.parsing.rule_parser import read_signals
from engine.rulebook.plans.days_in_words import wrong_days
from engine.rulebook.plans.plan_vocabulary import (
    DAY,
    EVERY,
    LONGEST_SCHEDULE_ID,
    LONGEST_TITLE,
    ONCE,
    PLAN_FILE,
    RANDOM,
    RATE,
    SCHEDULE,
)
from engine.rulebook.plans.plans import STATUSES, DueSort, Plans, Schedule, ScheduleStatus
from engine.rulebook.plans.question_parser import (
    check_follow_ups,
    read_ask,
    read_message,
    read_notice,
    read_questions,
    read_series,
)

_Nodes = dict[str, yaml.Node]
_WAYS = ("every", "once", "random")
_LONGEST_GAP = 90  # days
_T = TypeVar("_T")


def read_plans(readings: Sequence[Reading]) -> Plans:
    """Return the schedules of files that could be read; mistakes are among their sources'."""
    files = [(reading, _parts_of(reading)) for reading in readings]
    sets: dict[str, QuestionSet | None] = {}
    for reading, parts in files:
        for node in _items(reading, parts, "questions"):
            one = read_questions(reading, node)
            _add(reading, node, sets, one, "question set")
    for reading, parts in files:
        for node in _items(reading, parts, "questions"):
            check_follow_ups(reading, node, sets)
    messages: dict[str, ClientMessage | None] = {}
    for reading, parts in files:
        for node in _items(reading, parts, "messages"):
            _add(reading, node, messages, read_message(reading, node), "message")
    series: dict[str, EducationSeries | None] = {}
    for reading, parts in files:
        for node in _items(reading, parts, "series"):
            _add(reading, node, series, read_series(reading, node, messages), "series")
    dates = [
        reading.parsed(node, "holidays", parse_date)
        for reading, parts in files
        for node in _items(reading, parts, "holidays")
    ]
    holidays = frozenset(day for day in dates if day is not None)
    found: dict[str, Schedule | None] = {}
    for reading, parts in files:
        read_signals(reading, parts.get("signals"))
        for node in _items(reading, parts, "schedules"):
            schedule = _read_schedule(reading, node, sets, messages, holidays)
            _add(reading, node, found, schedule, "schedule")
    return Plans(_readable(found), _readable(sets), _readable(messages), _readable(series))


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_N = TypeVar("_N", bound=_Named)


def _add(
    reading: Reading, node: yaml.Node, found: dict[str, _N | None], one: _N | None, what: str
) -> None:
    """Keep what was read under its id; None if it has mistakes, so that its id is known."""
    if one is None:
        found |= {name: None for name in _ids(node) if name not in found}
        return
    if one.id in found:
        reading.mistake(node, f"the {what} '{one.id}' stands twice; give each its own id")
    found[one.id] = one


def _readable(found: Mapping[str, _N | None]) -> dict[str, _N]:
    return {name: one for name, one in found.items() if one is not None}


def _ids(node: yaml.Node) -> list[str]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return [str(value.value) for key, value in pairs if key.value == "id"]


def _items(reading: Reading, parts: _Nodes, word: str) -> list[yaml.Node]:
    return reading.items(parts[word], f"'{word}:'") if word in parts else []


def _parts_of(reading: Reading) -> _Nodes:
    parts = reading.keys_of_file(PLAN_FILE, "a file of schedules", "schedules")
    root = reading.source.root
    if root is not None and parts.keys().isdisjoint(
        {"schedules", "questions", "messages", "series", "holidays"}
    ):
        reading.mistake(reading.end_of(root), "a file of schedules needs 'schedules:' after this")
    return parts


def _read_schedule(
    reading: Reading,
    node: yaml.Node,
    sets: Mapping[str, QuestionSet | None],
    messages: Mapping[str, ClientMessage | None],
    holidays: frozenset[date],
) -> Schedule | None:
    parts = reading.mapping(node, SCHEDULE, "a schedule", required(SCHEDULE))
    before = len(reading.source.mistakes)
    schedule_id = _part(parts, "id", partial(_id, reading))
    title = _part(parts, "title", lambda at: reading.text(at, "title", LONGEST_TITLE))
    status: ScheduleStatus | None = _part(
        parts, "status", lambda at: reading.one_of(at, STATUSES, "status")
    )
    why = _part(parts, "why", lambda at: reading.word(at, "why"))
    wanted = _part(parts, "for", partial(_read_attributes, reading))
    expects = _part(parts, "expects", partial(_read_expects, reading))
    timing = _read_timing(reading, node, parts, holidays)
    wanted_event = expects[:2] if expects else None
    ask = _part(parts, "ask", lambda at: read_ask(reading, at, wanted_event, timing, sets))
    notice = _part(parts, "message_client", lambda at: read_notice(reading, at, timing, messages))
    if (
        len(reading.source.mistakes) > before
        or schedule_id is None
        or title is None
        or status is None
        or expects is None
        or timing is None
    ):
        return None
    return Schedule(
        schedule_id,
        title,
        status,
        wanted or {},
        *expects[:3],
        timing,
        why or "",
        ask,
        notice,
        expects[3],
        _part(parts, "remind_supporters", lambda at: reading.duration(at, "remind_supporters")),
    )


def _part(parts: _Nodes, word: str, read: Callable[[yaml.Node], _T | None]) -> _T | None:
    return read(parts[word]) if word in parts else None


def _id(reading: Reading, node: yaml.Node) -> str | None:
    schedule_id = reading.parsed(node, "id", parse_id)
    if schedule_id is not None and len(schedule_id) > LONGEST_SCHEDULE_ID:
        reading.mistake(node, f"'id' is longer than {LONGEST_SCHEDULE_ID} characters")
    return schedule_id


def _read_attributes(reading: Reading, node: yaml.Node) -> dict[str, tuple[str, ...]]:
    if not isinstance(node, yaml.MappingNode) or not node.value:
        reading.mistake(node, "for: must be written as 'attribute: value' pairs")
        return {}
    found = {}
    for key, value in node.value:
        known = reading.attributes
        if key.value in SPELL_WORDS or (known is not None and key.value not in known):
            hint = nearest(key.value, known or ()) or "; a source can map it under attributes:"
            reading.mistake(key, f"clients have no attribute '{key.value}'{hint}")
        several = isinstance(value, yaml.SequenceNode)
        items = reading.items(value, f"'{key.value}'") if several else [value]
        words = [reading.word(item, f"'{key.value}'") for item in items]
        found[key.value] = tuple(word for word in words if word is not None)
    return found


_Expected = tuple[str, Where, OutcomeWords, tuple[DueSort, ...]]


def _read_expects(reading: Reading, node: yaml.Node) -> _Expected | None:
    parts: _Nodes = {"kind": node}
    if isinstance(node, yaml.MappingNode):
        parts = reading.mapping(node, PART, "'expects:'", required(PART))
    if "kind" not in parts:
        return None
    kind = reading.one_of(parts["kind"], reading.kinds, "kind of event")
    if kind is None:
        return None
    if signal := reading.signals.get(kind):
        return _read_signal(reading, parts, signal)
    words = outcome_words(reading.kinds[kind])
    if words is None:
        _say_never_missed(reading, parts["kind"], kind)
        return None
    where = read_where(reading, parts.get("where"), kind) if "where" in parts else ANY
    if where is not None and words.field in dict(where.fields):
        text = f"leave '{words.field}' out of where: a schedule knows which of its words keep it"
        reading.mistake(parts["where"], text)
    return None if where is None else (kind, where, words, ())


def _read_signal(reading: Reading, parts: _Nodes, signal: Signal) -> _Expected | None:
    """Read a signal: the events of each part keep the schedule, and the first can be missed."""
    if "where" in parts:
        reading.mistake(parts["where"], "a signal has a where: of its own; leave this one out")
        return None
    (kind, where), *rest = signal.parts
    words = outcome_words(reading.kinds[kind])
    if words is None:
        _say_never_missed(reading, parts["kind"], kind)
        return None
    others = tuple(DueSort(one, part, outcome_words(reading.kinds[one])) for one, part in rest)
    return kind, where, words, others


def _say_never_missed(reading: Reading, node: yaml.Node, kind: str) -> None:
    text = f"{kind} has no field that can say 'missed', so nothing can tell that one was missed"
    reading.mistake(node, text)


def _read_timing(
    reading: Reading, node: yaml.Node, parts: _Nodes, holidays: frozenset[date]
) -> Timing | None:
    on = _read_days(reading, node, parts)
    by = _part(parts, "by", lambda at: reading.parsed(at, "by", parse_clock))
    window = _part(parts, "window", lambda at: _length(reading, at, "window"))
    grace = _part(parts, "grace", lambda at: _length(reading, at, "grace"))
    on_holidays = _part(
        parts, "on_holidays", lambda at: reading.one_of(at, ("due", "off"), "word here")
    )
    if on is None or by is None:
        return None
    closed = holidays if on_holidays == "off" else frozenset()
    return Timing(on, by, window, grace or 0, closed)


def _length(reading: Reading, node: yaml.Node, what: str) -> Duration | None:
    length = reading.duration(node, what)
    if length is not None and length > 31 * DAY_US:
        reading.mistake(node, f"{what} cannot be longer than 31 days")
    return length


def _read_days(
    reading: Reading, node: yaml.Node, parts: _Nodes
) -> Recurrence | DaysAfter | RandomDraws | None:
    starts = _part(parts, "starts", lambda at: reading.parsed(at, "starts", parse_date))
    ways = [word for word in _WAYS if word in parts]
    if len(ways) != 1:
        # A slip in one of the words is said already.
        slips = () if ways else _keys_of(node) - SCHEDULE.keys()
        if not any(nearest_word(slip, _WAYS) for slip in slips):
            text = "a schedule needs one of every:, once: and random:"
            reading.mistake(parts[ways[1]] if ways else reading.end_of(node), text)
        return None
    if "every" not in parts and "starts" in parts:
        text = f"starts: goes with every:; {ways[0]}: has days of its own"
        reading.mistake(parts["starts"], text)
    if "once" in parts:
        return reading.parsed(parts["once"], "once", _days_after)
    if "random" in parts:
        return _read_random(reading, parts["random"])
    every = parts["every"]
    if isinstance(every, yaml.ScalarNode) and str(every.value) not in EVERY:
        said = str(every.value)
        if "=" not in said:
            reading.mistake(every, wrong_days(said))
            return None
        return reading.parsed(every, "every", lambda text: read_recurrence(text.upper(), starts))
    items = [every] if isinstance(every, yaml.ScalarNode) else reading.items(every, "'every:'")
    words = [reading.one_of(item, EVERY, "day of the week") for item in items]
    days = [word[:2].upper() for word in words if word is not None and word != DAY]
    if not items or None in words:
        return None
    weekly = f"FREQ=WEEKLY;BYDAY={','.join(dict.fromkeys(days))}"
    return read_recurrence("FREQ=DAILY" if DAY in words else weekly, starts)


def _read_random(reading: Reading, node: yaml.Node) -> RandomDraws | None:
    parts = reading.mapping(node, RANDOM, "'random:'", required(RANDOM))
    gaps = [
        reading.parsed(parts[word], word, parse_days)
        for word in ("minimum_gap", "maximum_gap")
        if word in parts
    ]
    mean = reading.parsed(parts["rate"], "rate", _mean_gap) if "rate" in parts else None
    if len(gaps) < 2 or gaps[0] is None or gaps[1] is None or mean is None:
        return None
    minimum, maximum = (gap // DAY_US for gap in (gaps[0], gaps[1]))
    if not 1 <= minimum < maximum <= _LONGEST_GAP:
        text = f"the maximum gap must be longer than the minimum, and at most {_LONGEST_GAP} days"
        reading.mistake(parts["maximum_gap"], text)
        return None
    try:
        return RandomDraws(minimum, maximum, chance_of(minimum, maximum, mean))
    except ValueError as error:
        reading.mistake(parts["rate"], f"rate: {error}; it would be {mean:.1f} days")
        return None


def _mean_gap(text: str) -> float:
    found = RATE.fullmatch(text)
    if found is None or int(found[1]) == 0:
        raise ValueError(f"'{text}' is not a rate; write one such as 6 in 30 days")
    return int(found[2]) / int(found[1])


def _keys_of(node: yaml.Node) -> set[str]:
    return (
        {str(key.value) for key, _ in node.value} if isinstance(node, yaml.MappingNode) else set()
    )


def _days_after(text: str) -> DaysAfter:
    found = ONCE.fullmatch(text)
    if found is None:
        raise ValueError(
            f"'{text}' is not such a day; write 7 days after discharge or 7 days after enrolment; "
            "a day of one client alone is added by handrail schedules extra"
        )
    return DaysAfter(
        parse_duration(found[1]) // DAY_US,
        "enrolment" if found[2] == "enrolment" else "discharge",
    )
