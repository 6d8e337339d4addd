"""A part of what `handrail preview` says, and what its parts share: the order of rules, who has an alert."""

from __future__ import annotations

from dataclasses import dataclass

from engine.flows.preview import Preview, Version
from engine.preview.tally import UNTOLD, OfRule


@dataclass(frozen=True, slots=True)
class Section:
    """A title, a sentence or two, and a table; a column that begins with `>` holds numbers."""

    name: str
    title: str
    text: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows there is room for, and how many refs in a cell."""

    weeks: int
    clients: int
    refs: int
    rules: int
    has_charts: bool  # so that the hours need no chart of letters


TERMINAL = Limits(weeks=13, clients=15, refs=6, rules=3, has_charts=False)
PAGE = Limits(weeks=104, clients=50, refs=25, rules=5, has_charts=True)


def versions(preview: Preview) -> list[Version]:
    """The previewed rules and, where there is one, the other version."""
    return [preview.version, *([preview.against] if preview.against else [])]


def alerting(version: Version) -> dict[str, None]:
    """The clients with an alert that tells somebody."""
    return {ref: None for ref, one in version.tally.clients.items() if one.alerts.total() > one.alerts[UNTOLD]}


def loudest(item: tuple[str, OfRule]) -> tuple[int, int, str]:
    """Live rules first, then drafts, then those on trial; of each those with most alerts."""
    rule_id, one = item
    return ("live", "draft", "shadow").index(one.status), -one.alerts, rule_id


def grade(one: OfRule) -> str:
    """Its severity and, where it is not live, its status."""
    return one.severity if one.status == "live" else f"{one.severity}, {one.status}"
