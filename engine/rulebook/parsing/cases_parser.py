"""Read a file of cases as strictly as a file of rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Literal

import yaml

from engine.model.event_kinds import Kind
from engine.model.local_time import WallReading
from engine.model.rule import SEVERITIES
from engine.model.schedule import Outcome
from engine.model.staff import ROLES
from engine.model.written_time import parse_date
from engine.rulebook.core.cases import Arrival, Case, CaseText, ExpectedAlert, ExpectedEnding
from engine.rulebook.language.cases_vocabulary import (
    ALERT,
    CASE,
    CASE_FILE,
    ENDING,
    NEVER,
    NOBODY,
    OTHERS,
    TEXT,
)
from engine.rulebook.language.vocabulary import required
from engine.rulebook.parsing.cases_given import (
    check_attributes,
    read_arrival,
    read_client,
    read_moment,
    read_staff,
)
from engine.rulebook.parsing.reading import Reading, nearest
from engine.yaml_source import YamlSource

# A Monday, far from any day on which clocks change.
USUAL_START = date(2026, 1, 5)
Parts = Mapping[str, yaml.Node]


def read_cases(
    source: YamlSource,
    kinds: Mapping[str, Kind],
    rules: Collection[str] | None,
    attributes: frozenset[str] | None = None,
    schedules: Collection[str] | None = None,
) -> list[Case]:
    """Return the cases of a file that could be read; the source notes the mistakes of the others.

    Args:
        source: The file.
        kinds: Every kind of event, by name.
        rules: The ids that cases may name; None if the rules themselves could not be read.
        attributes: The attributes that clients may have; None if they are not known.
    """
    reading = Reading(source, kinds, attributes=attributes)
    shared = reading.keys_of_file(CASE_FILE, "a file of cases", "cases")
    nodes = reading.items(shared["cases"], "'cases:'") if "cases" in shared else []
    cases = [
        case
        for node in nodes
        if (case := _CaseReading(reading, rules, schedules, shared, node).read()) is not None
    ]
    _check_titles(reading, nodes)
    # The facts that all cases share are read, and refused, with each of them.
    source.mistakes[:] = dict.fromkeys(source.mistakes)
    return cases


def _check_titles(reading: Reading, nodes: list[yaml.Node]) -> None:
    seen: dict[str, int] = {}
    for node in nodes:
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            if key.value == "case" and isinstance(value, yaml.ScalarNode):
                line = seen.setdefault(value.value, value.start_mark.line + 1)
                if line != value.start_mark.line + 1:
                    reading.mistake(
                        value, f"the case in line {line} has the same title; give each its own"
                    )


class _CaseReading:
    """One case as it is read."""

    def __init__(
        self,
        reading: Reading,
        rules: Collection[str] | None,
        schedules: Collection[str] | None,
        shared: Parts,
        node: yaml.Node,
    ) -> None:
        self._reading = reading
        self._rules = rules
        self._schedules = schedules
        self._node = node
        self._line = node.start_mark.line + 1
        self._parts = reading.mapping(node, CASE, "a case", required(CASE))
        self._shared = shared
        starts = self._parts.get("starts", shared.get("starts"))
        self._start = (
            reading.parsed(starts, "starts", parse_date) if starts is not None else None
        ) or USUAL_START

    def read(self) -> Case | None:
        """Return the case; None where mistakes were noted."""
        reading, parts = self._reading, self._parts
        before = len(reading.source.mistakes)
        if not parts:
            return None
        title = reading.word(parts["case"], "'case:'") if "case" in parts else None
        client, timezone = read_client(reading, self._merged("client"), self._line, self._start)
        arrivals = self._arrivals()
        moments = [moment.at for moment in client.moments.values() if moment is not None]
        begin = min([*moments, *(arrival.at for arrival in arrivals)])
        staff = read_staff(reading, self._merged("staff"), self._line, begin, self._start)
        alerts = self._alerts()
        silent, others_silent = self._silent()
        endings = self._endings()
        until = self._until(arrivals, alerts, endings)
        self._check_rules(alerts, silent)
        if title is None or until is None or len(reading.source.mistakes) > before:
            return None
        name = reading.source.name
        return Case(
            name, self._line, title, self._start, timezone, (client, *staff), begin, arrivals,
            until,
            alerts, silent, others_silent, endings,
        )  # fmt: skip

    def _merged(self, word: str) -> Parts:
        """Return a mapping of the whole file with this case's own on top."""
        merged: dict[str, yaml.Node] = {}
        for node in (self._shared.get(word), self._parts.get(word)):
            if node is None:
                continue
            if word == "client":
                check_attributes(self._reading, node)
                pairs = node.value if isinstance(node, yaml.MappingNode) else ()
                merged |= {str(key.value): value for key, value in pairs}
            else:
                merged |= self._reading.mapping(node, ROLES, "'staff:'")
        return merged

    def _arrivals(self) -> tuple[Arrival, ...]:
        node = self._parts.get("events")
        items = self._reading.items(node, "'events:'") if node is not None else []
        found = [
            read_arrival(self._reading, item, number, self._start)
            for number, item in enumerate(items, 1)
        ]
        return tuple(sorted((one for one in found if one), key=lambda one: (one.known, one.line)))

    def _alerts(self) -> tuple[ExpectedAlert, ...]:
        node = self._parts.get("expect")
        items = self._reading.items(node, "'expect:'") if node is not None else []
        found = [alert for item in items if (alert := self._alert(item)) is not None]
        return tuple(sorted(found, key=lambda alert: alert.at))

    def _alert(self, node: yaml.Node) -> ExpectedAlert | None:
        reading = self._reading
        parts = reading.mapping(node, ALERT, "what is expected", required(ALERT))
        rule_id = self._rule(parts["alert"]) if "alert" in parts else None
        at = read_moment(reading, parts["at"], "at", self._start) if "at" in parts else None
        severity = (
            reading.one_of(parts["severity"], SEVERITIES, "severity")
            if "severity" in parts
            else None
        )
        texts = self._texts(parts["texts"], "texts") if "texts" in parts else None
        reminders = self._texts(parts["reminders"], "reminders") if "reminders" in parts else None
        resolves: WallReading | Literal["never"] | None = None
        if "resolves" in parts:
            never = parts["resolves"].value == NEVER
            resolves = (
                NEVER if never else read_moment(reading, parts["resolves"], "resolves", self._start)
            )
        if rule_id is None or at is None:
            return None
        return ExpectedAlert(rule_id, at, severity, texts, reminders, resolves)

    def _texts(self, node: yaml.Node, what: str) -> tuple[CaseText, ...]:
        reading = self._reading
        if isinstance(node, yaml.ScalarNode):
            if node.value != NOBODY:
                reading.mistake(
                    node, "write 'nobody', or a list of {to: case_manager, at: day 3 18:00}"
                )
            return ()
        found = []
        for item in reading.items(node, f"'{what}:'"):
            parts = reading.mapping(item, TEXT, "a text", required(TEXT))
            role = reading.one_of(parts["to"], ROLES, "recipient") if "to" in parts else None
            at = read_moment(reading, parts["at"], "at", self._start) if "at" in parts else None
            if role is not None and at is not None:
                found.append(CaseText(at, role))
        return tuple(sorted(found))

    def _endings(self) -> tuple[ExpectedEnding, ...]:
        reading, node = self._reading, self._parts.get("ends")
        found = []
        for item in reading.items(node, "'ends:'") if node is not None else ():
            parts = reading.mapping(item, ENDING, "an ending", required(ENDING))
            if len(parts) < len(ENDING):
                continue
            name = reading.word(parts["schedule"], "a schedule's id")
            if name is not None and self._schedules is not None and name not in self._schedules:
                hint = nearest(name, self._schedules)
                reading.mistake(parts["schedule"], f"there is no schedule '{name}'{hint}")
            at = read_moment(reading, parts["at"], "at", self._start)
            outcome = reading.one_of(parts["outcome"], Outcome, "outcome")
            if name is not None and at is not None and outcome is not None:
                found.append(ExpectedEnding(name, at, outcome))
        return tuple(sorted(found, key=lambda one: one.at))

    def _silent(self) -> tuple[frozenset[str], bool]:
        node = self._parts.get("silent")
        if node is None:
            return frozenset(), False
        if isinstance(node, yaml.ScalarNode) and node.value == OTHERS:
            return frozenset(), True
        items = (
            [node] if isinstance(node, yaml.ScalarNode) else self._reading.items(node, "'silent:'")
        )
        return frozenset(
            rule_id for item in items if (rule_id := self._rule(item)) is not None
        ), False

    def _rule(self, node: yaml.Node) -> str | None:
        rule_id = self._reading.word(node, "a rule's id")
        if rule_id is not None and self._rules is not None and rule_id not in self._rules:
            self._reading.mistake(
                node, f"there is no rule '{rule_id}'{nearest(rule_id, self._rules)}"
            )
        return rule_id

    def _until(
        self,
        arrivals: tuple[Arrival, ...],
        alerts: tuple[ExpectedAlert, ...],
        endings: tuple[ExpectedEnding, ...],
    ) -> WallReading | None:
        """Return until when it is watched: as given, or else until its last moment."""
        reading, parts = self._reading, self._parts
        named = [arrival.known for arrival in arrivals] + [alert.at for alert in alerts]
        named += [ending.at for ending in endings]
        for alert in alerts:
            named += [text.at for text in (*(alert.texts or ()), *(alert.reminders or ()))]
            named += [alert.resolves] if isinstance(alert.resolves, int) else []
        if "until" in parts:
            until = read_moment(reading, parts["until"], "until", self._start)
            if until is not None and max(named, default=until) > until:
                reading.mistake(
                    parts["until"], "until: is before the last moment that the case names"
                )
            return until
        if "expect" not in parts and "ends" not in parts:
            reading.mistake(
                self._node,
                "a case that expects no alert must say how long it watches; add until: day 8, say",
            )
        elif any(alert.resolves == NEVER for alert in alerts):
            reading.mistake(
                self._node, "resolves: never needs to know how long to watch; add until: day 8, say"
            )
        return max(named, default=None)

    def _check_rules(self, alerts: tuple[ExpectedAlert, ...], silent: frozenset[str]) -> None:
        parts = self._parts
        if parts.keys().isdisjoint({"expect", "silent", "ends"}):
            self._reading.mistake(
                self._node,
                "a case must say what is expected: expect: the alerts, silent: the rules that "
                "open none",
            )
        for rule_id in sorted(silent & {alert.rule_id for alert in alerts}):
            self._reading.mistake(
                parts["silent"], f"'{rule_id}' is expected to open an alert and to stay silent"
            )
