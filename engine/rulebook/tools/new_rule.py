"""The files of a rule that a person described: the rule on trial, and two cases of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from engine.model.duration import Duration, write_duration
from engine.model.instant import DAY_US, MINUTE_US
from engine.model.plurals import counted

SCHEMA = "# yaml-language-server: $schema={}.schema.json\n"


@dataclass(frozen=True, slots=True)
class NewRule:
    """The answers: a number of events of a kind, or with a field's value, within a duration.

    `field` is "" if every event of the kind counts, and `notify` is "" for the policy of the
    severity. `operator` is "" if the field must equal the value.
    """

    id: str
    title: str
    kind: str
    field: str
    operator: str
    value: str
    count: int
    within: Duration
    severity: str
    notify: str


def rule_text(rule: NewRule) -> str:
    """Return the rule file."""
    wanted = f"{{{rule.operator}: {rule.value}}}" if rule.operator else rule.value
    where = f", where: {{{rule.field}: {wanted}}}" if rule.field else ""
    within = write_duration(rule.within)
    notify = f"    notify: {rule.notify}\n" if rule.notify else ""
    return (
        f"{SCHEMA.format('rules')}format: 1\n"
        "rules:\n"
        f"  - id: {rule.id}\n"
        f"    title: {json.dumps(rule.title, ensure_ascii=False)}\n"
        "    status: shadow\n"
        f"    severity: {rule.severity}\n"
        f"    when: {{count: {rule.kind}{where}, within: {within}, at_least: {rule.count}}}\n"
        f"{notify}"
    )


def cases_text(rule: NewRule) -> str:
    """Return the file of its cases: just enough events, and one event too few."""
    moments = list(_moments(rule))
    events = [f"      - {_event(rule, moment)}\n" for moment in moments]
    fewer = ["    events:\n", *events[:-1]] if rule.count > 1 else []
    return (
        f"{SCHEMA.format('cases')}# `handrail test` tries it. Times are the client's, day 0 is a "
        "Monday.\n"
        "format: 1\n"
        "cases:\n"
        f"  - case: With {_many(rule.count)} within {write_duration(rule.within)} it fires\n"
        f"    events:\n{''.join(events)}"
        f"    expect:\n      - {{alert: {rule.id}, at: {moments[-1]}, severity: {rule.severity}}}\n"
        "\n"
        f"  - case: With {_many(rule.count - 1)} it stays silent\n"
        f"{''.join(fewer)}"
        f"    until: {moments[-1]}\n"
        f"    silent: {rule.id}\n"
    )


def _many(count: int) -> str:
    return counted(count, "event") if count else "no event"


def _moments(rule: NewRule) -> Iterator[str]:
    """Yield the moments from 9 o'clock of day 1, a day apart or closer if time is short."""
    apart = min(DAY_US, rule.within // rule.count // MINUTE_US * MINUTE_US)
    for number in range(rule.count):
        minutes = (DAY_US + 9 * 60 * MINUTE_US + number * apart) // MINUTE_US
        yield f"day {minutes // 1440} {minutes // 60 % 24:02}:{minutes % 60:02}"


def _event(rule: NewRule, moment: str) -> str:
    fields = f"{{{rule.field}: {rule.value}}}" if rule.field else "{}"
    return f"{{at: {moment}, {rule.kind}: {fields}}}"
