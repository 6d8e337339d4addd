"""Small tables of events and expected values, which are documentation and tests.

Each row of a table of events is an event or an entry of the record: `at` (local), `what`, and a
column for each field. An empty cell is an absent field. A table of answers has a row an instant:
`as of`, `value`, and whether the condition `holds`; `none` is no value.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import yaml

from engine.measures.histories import SHIFT, Histories
from engine.measures.step_functions import truth_at
from engine.model.client import SPELL_WORDS
from engine.rulebook.parsing.condition_parser import read_condition
from engine.rulebook.parsing.reading import Reading
from engine.yaml_source import YamlSource
from tests.kit.generated_people import KINDS, histories, us
from tests.kit.plain_people import Entry, Happening, Person
from tests.kit.plain_rules import AsOf
from tests.kit.plain_values import as_engine

ATTRIBUTES = ("programme", "phase", "has_mentor")


def rows(table: str) -> list[dict[str, str]]:
    """The rows of an ASCII table by the words of its first line.

    Lines of dashes only separate.
    """
    lines = [
        line.strip().strip("|").split("|")
        for line in table.splitlines()
        if "|" in line and "--" not in line
    ]
    head, *body = ([cell.strip() for cell in line] for line in lines)
    return [dict(zip(head, line, strict=True)) for line in body]


def instant(text: str, zone: str) -> datetime:
    """A local instant, such as `2024-03-01 08:00`.

    `+1us` adds a microsecond; `2nd` is the second pass of a repeated hour.
    """
    words = text.split()
    local = datetime.fromisoformat(" ".join(words[:2])).replace(
        tzinfo=ZoneInfo(zone), fold=int("2nd" in words)
    )
    return local.astimezone(UTC) + timedelta(microseconds=int("+1us" in words))


def person(table: str, zone: str) -> Person:
    """The person of a table of events."""
    record, events = [], []
    for number, row in enumerate(rows(table)):
        at, what = instant(row.pop("at"), zone), row.pop("what")
        fields = {name: yaml.safe_load(cell) for name, cell in row.items() if cell}
        if what in SPELL_WORDS or what in ATTRIBUTES:
            record.append(Entry(at, what, next(iter(row.values()), "") or None))
        else:
            # The order of the rows is that of source and key, whatever the order of the instants.
            events.append(Happening(what, at, fields, ("source", f"{number:03}")))
    return Person(zone, sorted(record, key=lambda entry: entry.at), events)


def expected_value(cell: str) -> Any:
    """Such as 2, 37.5, none, missed, yes, [alcohol], or 3 days."""
    if cell == "none":
        return None
    words = cell.split()
    if len(words) == 2 and words[1].rstrip("s") in {"day", "hour", "minute"}:
        return timedelta(**{words[1].rstrip("s") + "s": float(words[0])})
    return yaml.safe_load(cell)


def check(condition: str, events: str, answers: str, zone: str = "UTC") -> None:
    """Hold the engine to the table of answers, and the plain evaluator too."""
    source = YamlSource("condition.yaml", condition)
    assert source.root is not None
    finding = read_condition(Reading(source, KINDS), source.root)
    assert finding is not None, source.mistakes
    someone = person(events, zone)
    batch, document = among_others(someone), {"rules": [{"when": source.plain()}]}
    flips = finding.flips(batch)
    for row in rows(answers):
        at = instant(row["as of"], zone)
        value, holds = expected_value(row["value"]), row["holds"] == "yes"
        plain = AsOf(document, someone, at)
        approximately = pytest.approx(value, abs=1e-9) if isinstance(value, float) else value
        assert plain.value(source.plain()) == approximately, ("plain value", row)
        assert plain.holds(source.plain()) == holds, ("plain truth", row)
        key = (PLACE << SHIFT) + us(at)
        seen = finding.measure.seen(batch, key).value
        wanted = as_engine(value)
        assert seen == (pytest.approx(wanted, abs=1e-9) if isinstance(wanted, float) else wanted), (
            "value",
            row,
        )
        assert bool(truth_at(flips, np.array([key]))[0]) == holds, ("truth", row)


PLACE = 2


def among_others(someone: Person) -> Histories:
    """A batch with the person at PLACE, between others whose events must not count for them."""
    begun = Person(someone.zone, someone.record, someone.in_order[:1])
    return histories([someone, begun, someone, someone])


def events_behind(condition: str, events: str, as_of: str, zone: str = "UTC") -> list[str]:
    """The local instants of the events behind a value."""
    source = YamlSource("condition.yaml", condition)
    assert source.root is not None
    finding = read_condition(Reading(source, KINDS), source.root)
    assert finding is not None, source.mistakes
    someone = person(events, zone)
    batch = among_others(someone)
    places = finding.measure.seen(batch, (PLACE << SHIFT) + us(instant(as_of, zone))).places
    before = len(someone.events) + min(1, len(someone.events))
    found = [someone.in_order[place - before] for place in places]
    return [event.at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") for event in found]
