"""The meaning of rules, as plainly as possible, on lists and aware datetimes.

It reads a rule file as `yaml.safe_load` gives it. It is slow and leaves every check to the reader;
the tests hold the engine to it.
"""

from __future__ import annotations

import statistics
from datetime import datetime, timedelta
from typing import Any

from tests.kit.plain_instants import instants
from tests.kit.plain_known import Known
from tests.kit.plain_people import DAY, Happening, duration, local_day
from tests.kit.plain_values import Condition, as_number, horizon, plain, weekday

OPERATORS = ("at_least", "at_most", "more_than", "less_than", "is", "is_not", "one_of")


class AsOf(Known):
    """What a rule file says of a person, as they were known at one instant."""

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
