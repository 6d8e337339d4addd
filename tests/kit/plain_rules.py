"""The meaning of rules, as plainly as possible, on lists and aware datetimes.

It reads a rule file as `yaml.safe_load` gives it. It is slow and leaves every check to the reader;
the tests hold the engine to it.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from tests.kit.plain_people import (
    DAY,
    MICROSECOND,
    Entry,
    Happening,
    Person,
    duration,
    local_day,
    midnight,
)

OPERATORS = ("at_least", "at_most", "more_than", "less_than", "is", "is_not", "one_of")
DURATION = re.compile(r"[\d.]+ (minute|hour|day|week)s?")
NUMERAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
RANGE = re.compile(r"[-.\d]+ to [-.\d]+")
FRACTION = re.compile(r"\d+/\d+")
OF_A_KIND = (
    "count", "days_with", "share", "streak", "longest_streak", "latest", "change", "trend",
    "average", "median", "lowest", "highest", "total",
)  # fmt: skip
Condition = dict[str, Any]


class PlainSpan(NamedTuple):
    """A rule held from `began` until just before `ended`, or without end.

    `raises` are later severities.
    """

    rule: str
    severity: str
    began: datetime
    ended: datetime | None
    raises: tuple[tuple[datetime, str], ...] = ()


SEVERITIES = ("urgent", "high", "medium", "low")


@dataclass
class AsOf:
    """A person as they were known at one instant, and what a rule file says of them."""

    document: dict[str, Any]
    person: Person
    now: datetime
    known: dict[int, Any] = field(default_factory=dict)
    once: dict[int, datetime | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.events = [event for event in self.person.in_order if event.at <= self.now]
        self.record = [entry for entry in self.person.record if entry.at <= self.now]

    # --- the record

    def newest(self, *entries: str) -> Entry | None:
        return next((entry for entry in reversed(self.record) if entry.entry in entries), None)

    @cached_property
    def in_care(self) -> bool:
        return self.open("enrolled", "ended") and not self.open(
            "leave_began", "leave_ended", over="enrolled"
        )

    def open(self, begin: str, end: str, over: str = "") -> bool:
        """Whether a spell has begun and not ended.

        A beginning and an end at one instant leave it as it was.
        """
        was = False
        for at in sorted({entry.at for entry in self.record}):
            said = {entry.entry for entry in self.record if entry.at == at}
            if over in said:
                was = False
            if {begin, end} <= said:
                continue
            if begin in said:
                was = True
            elif end in said:
                was = False
        return was

    def day_of(self, word: str) -> date | None:
        entry = self.newest(word)
        return None if entry is None else local_day(self.person, entry.at)

    def start(self, written: str) -> datetime | None:
        """The instant that `28 days after enrolment` means; None while that day is not known."""
        number, unit, _, after = written.split()
        day = self.day_of("enrolled" if after == "enrolment" else "discharged")
        return None if day is None else midnight(self.person, day + duration(f"{number} {unit}"))

    # --- which events

    def words(self, written: Any) -> list[Any]:
        """The values that `one_of:`, a list or the name of a list stands for."""
        if isinstance(written, str):
            return list(self.document.get("lists", {}).get(written, [written]))
        return written if isinstance(written, list) else [written]

    def matches(self, event: Happening, where: dict[str, Any]) -> bool:
        for name, wanted in where.items():
            value = event.fields.get(name)
            if isinstance(wanted, dict):
                ((operator, operand),) = wanted.items()
                if not self.compare(value, operator, operand):
                    return False
            elif isinstance(wanted, str) and RANGE.fullmatch(wanted):
                low, high = (float(bound) for bound in wanted.split(" to "))
                if value is None or not low <= plain(value) <= high:
                    return False
            elif not self.compare(value, "one_of", wanted):
                return False
        return True

    def is_of(self, event: Happening, kind: str) -> bool:
        """Whether an event is of a kind, or one of a signal's."""
        parts = self.document.get("signals", {}).get(kind)
        if parts is None:
            return event.kind == kind
        return any(
            event.kind == part["kind"] and self.matches(event, part.get("where", {}))
            if isinstance(part, dict)
            else event.kind == part
            for part in parts
        )

    def of_kind(
        self, kind: str, where: dict[str, Any] | None = None, carrying: str = ""
    ) -> list[Happening]:
        return [
            event
            for event in self.events
            if self.is_of(event, kind)
            and self.matches(event, where or {})
            and (not carrying or carrying in event.fields)
        ]

    def window(
        self, condition: Condition, events: list[Happening], among: list[Happening] | None = None
    ) -> list[Any]:
        """The events inside the condition's window.

        `last: N` counts among the other events if those are given.
        """
        events = [event for event in events if self.inside(condition, event)]
        pool = events if among is None else [e for e in among if self.inside(condition, e)]
        if "last" in condition:
            pool = pool[-condition["last"] :]
        if "first" in condition:
            pool = pool[: condition["first"]]
        return [event for event in events if any(event is other for other in pool)]

    def inside(self, condition: Condition, event: Happening) -> bool:
        """Whether an event is inside every limit but `last` and `first`."""
        length = condition.get("within", condition.get("not_older_than"))
        if length is not None and event.at <= self.now - duration(length):
            return False
        if "starting" in condition:
            start = self.start(condition["starting"])
            if start is None or event.at < start:
                return False
        end = self.start(condition["until"]) if "until" in condition else None
        if end is not None and event.at >= end:
            return False
        if "on" in condition and weekday(self.person, event.at) not in condition["on"]:
            return False
        return "up_to" not in condition or self.before_newest(condition, event, end)

    def before_newest(self, condition: Condition, event: Happening, end: datetime | None) -> bool:
        """Whether an event is the newest that fits `up_to`, or comes before it."""
        kind = next(str(condition[word]).split(".")[0] for word in condition if word in OF_A_KIND)
        place = next(place for place, other in enumerate(self.events) if other is event)
        return any(
            self.is_of(other, kind)
            and self.matches(other, condition["up_to"])
            and (end is None or other.at < end)
            and ("on" not in condition or weekday(self.person, other.at) in condition["on"])
            for other in self.events[place:]
        )

    # --- values

    def value(self, condition: Condition) -> Any:
        """What the condition measures as of now; None where there is no value."""
        measure = next(word for word in condition if hasattr(self, f"_{word}"))
        now = getattr(self, f"_{measure}")(condition)
        if "compared_with" not in condition:
            return now
        earlier = self.now - duration(condition["compared_with"].removesuffix(" before"))
        before = getattr(AsOf(self.document, self.person, earlier), f"_{measure}")(condition)
        return None if now is None or before is None else now - before

    def _count(self, condition: Condition) -> int:
        return len(self.counted(condition["count"], condition))

    def _days_with(self, condition: Condition) -> int:
        events = self.counted(condition["days_with"], condition)
        return len({local_day(self.person, event.at) for event in events})

    def counted(self, kind: str, condition: Condition) -> list[Happening]:
        return self.window(
            condition, self.of_kind(kind, condition.get("where")), self.of_kind(kind)
        )

    def carrying(self, target: str, condition: Condition) -> list[tuple[datetime, Any]]:
        kind, name = target.split(".")
        events = self.window(condition, self.of_kind(kind, condition.get("where"), name))
        if "scored" not in condition:
            return [(event.at, event.fields[name]) for event in events]
        worth = self.document["scores"][condition["scored"]]
        return [(event.at, float(worth.get(event.fields[name], 0))) for event in events]

    def _latest(self, condition: Condition) -> Any:
        found = self.carrying(condition["latest"], condition)
        return found[-1][1] if found else None

    def _average(self, condition: Condition) -> float | None:
        found = self.carrying(condition["average"], condition)
        return statistics.fmean(value for _, value in found) if found else None

    def _median(self, condition: Condition) -> float | None:
        found = self.carrying(condition["median"], condition)
        return statistics.median(value for _, value in found) if found else None

    def _lowest(self, condition: Condition) -> float | None:
        return min(
            (value for _, value in self.carrying(condition["lowest"], condition)), default=None
        )

    def _highest(self, condition: Condition) -> float | None:
        return max(
            (value for _, value in self.carrying(condition["highest"], condition)), default=None
        )

    def _total(self, condition: Condition) -> float | None:
        found = self.carrying(condition["total"], condition)
        return sum(value for _, value in found) if found else None

    def _trend(self, condition: Condition) -> float | None:
        found = self.carrying(condition["trend"], condition)
        if len({at for at, _ in found}) < 2:
            return None
        days = [(at - found[0][0]) / DAY for at, _ in found]
        return statistics.linear_regression(days, [value for _, value in found]).slope

    def _change(self, condition: Condition) -> float | None:
        found = self.carrying(condition["change"], condition)
        if not found:
            return None
        newest, value = found[-1]
        # How old the newest value may be is no limit to its baseline; where the condition starts
        # is.
        unlimited = {word: option for word, option in condition.items() if word != "not_older_than"}
        since = newest - duration(condition.get("baseline", "14 days"))
        before = [
            other
            for at, other in self.carrying(condition["change"], unlimited)
            if since < at < newest
        ]
        return value - statistics.median(before) if before else None

    def _streak(self, condition: Condition) -> int:
        return len(self.rows(condition, condition["streak"])[-1])

    def _longest_streak(self, condition: Condition) -> int:
        return max(len(row) for row in self.rows(condition, condition["longest_streak"]))

    def rows(self, condition: Condition, kind: str) -> list[list[Happening]]:
        """The runs of consecutive matches; the last one is the newest, and may be empty."""
        events = self.window(condition, self.of_kind(kind, condition.get("among")))
        rows: list[list[Happening]] = [[]]
        for place, event in enumerate(events):
            match = self.matches(event, condition["where"])
            between = place > 0 and self.matches(events[place - 1], condition["where"])
            if match or (
                "forgiving" in condition
                and between
                and self.matches(event, condition["forgiving"])
                and place + 1 < len(events)
                and self.matches(events[place + 1], condition["where"])
            ):
                rows[-1].append(event)
            else:
                rows.append([])
        return rows

    def _share(self, condition: Condition) -> float | None:
        events = self.window(condition, self.of_kind(condition["share"], condition.get("of")))
        if len(events) < max(1, condition.get("of_at_least", 1)):
            return None
        return 100 * sum(self.matches(event, condition["where"]) for event in events) / len(events)

    def _time_since(self, condition: Condition) -> timedelta | None:
        word = condition["time_since"]
        if word in {"enrolled", "discharged"}:
            day = self.day_of(word)
            return None if day is None else local_day(self.person, self.now) - day
        enrolled = self.newest("enrolled")
        since = enrolled.at if enrolled else None
        if "starting" in condition:
            since = self.start(condition["starting"])
        events = self.window(condition, self.of_kind(word, condition.get("where")))
        if events:
            since = events[-1].at
        return None if since is None or since > self.now else self.now - since

    def _sequence(self, condition: Condition) -> int:
        first, second = (
            item if isinstance(item, dict) else {"event": item} for item in condition["sequence"]
        )
        firsts = self.of_kind(first["event"], first.get("where"))
        seconds = self.of_kind(second["event"], second.get("where"))
        either = [
            event for event in self.events if any(event is other for other in firsts + seconds)
        ]
        held = self.window(condition, either, either)
        firsts = [event for event in held if any(event is other for other in firsts)]
        seconds = [event for event in held if any(event is other for other in seconds)]
        times = 0
        for number, event in enumerate(firsts):
            later = [other.at for other in seconds if other.at > event.at]
            times += bool(later) and not any(other.at < later[0] for other in firsts[number + 1 :])
        return times

    def _client(self, condition: Condition) -> str | None:
        return self.attribute(condition["client"])

    def attribute(self, name: str) -> str | None:
        entry = self.newest(name)
        return None if entry is None else entry.value

    # --- truth

    def compare(self, value: Any, operator: str, operand: Any, *, denied: bool = False) -> bool:
        """Whether the comparison is true of the value (or, denied, false of it).

        No value satisfies neither.
        """
        if value is None:
            return False
        if operator in {"is", "is_not", "one_of"}:
            wanted = {plain(word) for word in self.words(operand)}
            found = {plain(one) for one in (value if isinstance(value, (list, tuple)) else [value])}
            return (not found.isdisjoint(wanted)) == ((operator != "is_not") != denied)
        size, limit = plain(as_number(value)), plain(operand)
        if size is None:
            return False
        true = {
            "at_least": size >= limit,
            "at_most": size <= limit,
            "more_than": size > limit,
            "less_than": size < limit,
        }[operator]
        return true != denied

    def holds(self, condition: Condition, *, denied: bool = False) -> bool:
        """Whether a condition is satisfied; denied, whether it is known to be false."""
        if "phrase" in condition:
            return self.holds(self.document["phrases"][condition["phrase"]], denied=denied)
        if "rule" in condition:
            return self.rule_holds(condition["rule"], denied=denied)
        if "none" in condition:
            return self.joined(condition["none"], every=not denied, denied=not denied)
        if "all" in condition:
            return self.joined(condition["all"], every=not denied, denied=denied)
        if "any" in condition:
            return self.joined(condition["any"], every=denied, denied=denied)
        if "some" in condition:
            return self.some(condition["some"], denied=denied)
        if "ever" in condition:
            return self.ever(condition["ever"]) != denied
        if condition.keys() == {"on"}:
            return (weekday(self.person, self.today) in condition["on"]) != denied
        if id(condition) not in self.known:
            self.known[id(condition)] = self.value(condition)
        ((operator, operand),) = (
            (word, condition[word]) for word in OPERATORS if word in condition
        )
        return self.compare(self.known[id(condition)], operator, operand, denied=denied)

    @property
    def today(self) -> datetime:
        """Now, or a month after all known events, from where weekdays are no longer told apart."""
        return min(self.now, horizon(self.person))

    def joined(self, parts: list[Condition], *, every: bool, denied: bool) -> bool:
        truths = (self.holds(part, denied=denied) for part in parts)
        return all(truths) if every else any(truths)

    def some(self, written: dict[str, Any], *, denied: bool) -> bool:
        """Whether enough parts hold.

        If denied: whether too many parts are known to be false for that.
        """
        parts = written["of"]
        needed = len(parts) - written["at_least"] + 1 if denied else written["at_least"]
        return sum(self.holds(part, denied=denied) for part in parts) >= needed

    def ever(self, condition: Condition) -> bool:
        """Whether a condition held at some instant so far at which the client was in care."""
        if id(condition) not in self.once:
            self.once[id(condition)] = next(
                (
                    at
                    for at in instants(self.document, self.person)
                    for moment in [AsOf(self.document, self.person, at, once=self.once)]
                    if moment.in_care and moment.holds(condition)
                ),
                None,
            )
        first = self.once[id(condition)]
        return first is not None and first <= self.now

    def _points(self, condition: Condition) -> int:
        return sum(item["points"] for item in self.items(condition) if self.holds(item["when"]))

    def items(self, condition: Condition) -> list[dict[str, Any]]:
        """The items of a scorecard, written here or named."""
        written = condition["points"]
        return self.document["scorecards"][written] if isinstance(written, str) else written

    def rule_holds(self, rule_id: str, *, denied: bool = False) -> bool:
        """Whether a rule's conditions hold, before its own hold and clears_after."""
        rule = next(rule for rule in self.document["rules"] if rule["id"] == rule_id)
        truths = [
            self.compare(self.attribute(name), "one_of", words, denied=denied)
            for name, words in rule.get("applies_to", {}).items()
        ]
        truths.append(self.holds(rule["when"], denied=denied))
        return any(truths) if denied else all(truths)


def weekday(person: Person, at: datetime) -> str:
    return local_day(person, at).strftime("%A").lower()


def horizon(person: Person) -> datetime:
    """Until when days of the week are told apart."""
    return max(one.at for one in [*person.events, *person.record]) + 30 * DAY


def as_number(value: Any) -> Any:
    """The value of an attribute of the record.

    It is a word; a comparison by order needs a number, and any other word has no value.
    """
    if isinstance(value, str):
        return float(value) if NUMERAL.fullmatch(value) else None
    return value


def plain(value: Any) -> Any:
    """A value as it is compared.

    Durations and percentages become numbers, numbers have 9 decimals, yes and no are words.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return value // MICROSECOND
    if isinstance(value, (int, float)):
        return round(value, 9)
    if isinstance(value, str) and value.endswith("%"):
        return float(value[:-1])
    if isinstance(value, str) and FRACTION.fullmatch(value):
        part, whole = value.split("/")
        return round(100 * int(part) / int(whole), 9)
    if isinstance(value, str) and DURATION.fullmatch(value):
        return duration(value) // MICROSECOND
    return value


def as_engine(value: Any) -> Any:
    """A value as the engine gives it: durations in microseconds, lists as tuples."""
    if isinstance(value, timedelta):
        return plain(value)
    return tuple(value) if isinstance(value, list) else value


def durations(written: Any) -> Iterator[timedelta]:
    """Every duration that stands anywhere in a document."""
    if isinstance(written, dict):
        for value in written.values():
            yield from durations(value)
    elif isinstance(written, list):
        for value in written:
            yield from durations(value)
    elif isinstance(written, str) and DURATION.fullmatch(written.removesuffix(" before")):
        yield duration(written.removesuffix(" before"))


def conditions(written: Any) -> Iterator[Condition]:
    """Everything in a document that has keys."""
    if isinstance(written, dict):
        yield written
        written = list(written.values())
    if isinstance(written, list):
        for one in written:
            yield from conditions(one)


def instants(document: dict[str, Any], person: Person) -> list[datetime]:
    """All instants at which the truth of a rule could change.

    Something happens, a local day begins, or a duration written in the rules has gone by since one
    of these; and one microsecond later, when `more_than` is satisfied.
    """
    happened = {event.at for event in person.events} | {entry.at for entry in person.record}
    if not happened:
        return []
    lengths = set(durations(document)) | {timedelta(0)}
    for one in conditions(document):
        if {"compared_with", "within"} <= one.keys():
            # The events of the earlier window that it is compared with.
            earlier = duration(one["compared_with"].removesuffix(" before"))
            lengths.add(earlier + duration(one["within"]))
    longest = max([*lengths, *(duration(text.split(" after ")[0]) for text in _starting(document))])
    day = local_day(person, min(happened))
    last = local_day(person, max(happened) + longest) + 2 * DAY
    while day <= last:
        happened.add(midnight(person, day))
        day += DAY
    changes = {at + length for at in happened for length in lengths}
    if any(one.keys() == {"on"} for one in conditions(document)):
        while midnight(person, day) <= horizon(person):
            changes.add(midnight(person, day))
            day += DAY
    return sorted(changes | {at + MICROSECOND for at in changes})


def _starting(written: Any) -> Iterator[str]:
    if isinstance(written, dict):
        days = {"starting", "until"}
        yield from (value for word, value in written.items() if word in days)
        written = list(written.values())
    if isinstance(written, list):
        for value in written:
            yield from _starting(value)


def plain_spans(document: dict[str, Any], person: Person) -> list[PlainSpan]:
    """Every span of every rule of a document for one person, by rule and beginning."""
    once: dict[int, datetime | None] = {}
    moments = [AsOf(document, person, at, once=once) for at in instants(document, person)]
    moments = [moment for moment in moments if moment.record]
    return [
        span
        for rule in sorted(document["rules"], key=lambda rule: rule["id"])
        for span in _rule_spans(rule, moments, document, person)
    ]


def _rule_spans(
    rule: dict[str, Any], moments: list[AsOf], document: dict[str, Any], person: Person
) -> Iterator[PlainSpan]:
    hold, clears_after = (
        duration(rule.get("hold", "0 hours")),
        duration(rule.get("clears_after", "0 hours")),
    )
    truths = [(moment.now, moment.in_care and moment.rule_holds(rule["id"])) for moment in moments]
    true = list(_stretches(truths))
    began: datetime | None = None
    for place, (a, b) in enumerate(true):
        if began is None and (b is None or b > a + hold):
            began = a + hold
        if began is None:
            continue
        following = true[place + 1][0] if place + 1 < len(true) else None
        if b is not None and following is not None and following <= b + clears_after:
            continue
        ended = None if b is None else b + clears_after
        severity, raises = _severities(rule, began, ended, moments)
        yield PlainSpan(rule["id"], severity, began, ended, raises)
        began = None


def _severities(
    rule: dict[str, Any], began: datetime, ended: datetime | None, moments: list[AsOf]
) -> tuple[str, tuple[tuple[datetime, str], ...]]:
    """The severity with which a span begins, and each higher one that it reaches later on."""
    written = rule.get("raise", [])
    written = written if isinstance(written, list) else [written]
    severity, raises = rule["severity"], []
    begin = AsOf(moments[0].document, moments[0].person, began, once=moments[0].once)
    during = [
        moment for moment in moments if moment.now > began and (ended is None or moment.now < ended)
    ]
    for moment in [begin, *during]:
        to = [one["to"] for one in written if moment.in_care and moment.holds(one["when"])]
        highest = min([severity, *to], key=SEVERITIES.index)
        if highest != severity and moment is not begin:
            raises.append((moment.now, highest))
        severity = highest
        if moment is begin:
            first = severity
    return first, tuple(raises)


def _stretches(truths: list[tuple[datetime, bool]]) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretches [from, to) in which something was true."""
    began = None
    for at, true in truths:
        if true and began is None:
            began = at
        if not true and began is not None:
            yield began, at
            began = None
    if began is not None:
        yield began, None
