"""The events and the record that a plain rule knows at an instant."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from tests.kit.plain_people import Entry, Happening, Person, duration, local_day, midnight
from tests.kit.plain_values import Condition, plain, weekday

OF_A_KIND = (
    "count", "days_with", "share", "streak", "longest_streak", "latest", "change", "trend",
    "average", "median", "lowest", "highest", "total",
)  # fmt: skip


RANGE = re.compile(r"[-.\d]+ to [-.\d]+")


@dataclass
class Known:
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
        return (
            self.open("enrolled", "ended")
            and not self.open("leave_began", "leave_ended", over="enrolled")
            and not self.open("stay_began", "stay_ended")
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

    def attribute(self, name: str) -> str | None:
        entry = self.newest(name)
        return None if entry is None else entry.value
