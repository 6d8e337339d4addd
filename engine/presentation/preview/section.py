"""A section of a preview, and the parts that sections share, such as the order of rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from engine.studies.preview import PreviewResult, RuleSetResult
from engine.studies.tally import UNTOLD, RuleTally


class Head(NamedTuple):
    """The head of a column; a column of numbers aligns to the right and is never broken."""

    text: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A title, a sentence or two, and a table; a column that begins with `>` holds numbers."""

    name: str
    title: str
    text: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def heads(self) -> list[Head]:
        """The heads of the columns, without the mark of a number."""
        return [Head(name.removeprefix(">"), name.startswith(">")) for name in self.columns]

    @property
    def has_heads(self) -> bool:
        """Whether any column has a name."""
        return any(head.text for head in self.heads)


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows there is room for, and how many refs in a cell."""

    weeks: int
    clients: int
    refs: int
    rules: int
    has_charts: bool  # so that the hours need no chart of letters


TERMINAL = Limits(weeks=13, clients=15, refs=6, rules=2, has_charts=False)
PAGE = Limits(weeks=104, clients=50, refs=25, rules=5, has_charts=True)


def versions(preview: PreviewResult) -> list[RuleSetResult]:
    """Return the previewed rules, and the other version if there is one."""
    return [preview.version, *([preview.against] if preview.against else [])]


def alerting(version: RuleSetResult) -> dict[str, None]:
    """Return the clients with an alert that notifies a person."""
    return {
        ref: None
        for ref, one in version.tally.clients.items()
        if one.alerts.total() > one.alerts[UNTOLD]
    }


def in_order(preview: PreviewResult) -> list[tuple[str, RuleTally]]:
    """List the rules with an alert by either version: live before drafts, most alerts first."""
    both = versions(preview)
    with_alerts = {
        rule_id for one in both for rule_id, rule in one.tally.rules.items() if rule.alerts
    }
    return [(rule_id, rule) for rule_id, rule in all_in_order(preview) if rule_id in with_alerts]


def silent(preview: PreviewResult) -> str:
    """Return a sentence that names the other rules."""
    loud = dict(in_order(preview))
    names = [rule_id for rule_id, _ in all_in_order(preview) if rule_id not in loud]
    return f"Without an alert: {', '.join(names)}." if names else ""


def all_in_order(preview: PreviewResult) -> list[tuple[str, RuleTally]]:
    """Return the rules of either version, in the order of `in_order`."""
    rules: dict[str, RuleTally] = {}
    for one in reversed(versions(preview)):
        rules |= one.tally.rules
    order = ("live", "draft", "shadow")
    return sorted(
        rules.items(), key=lambda item: (order.index(item[1].status), -item[1].alerts, item[0])
    )


def grade(one: RuleTally) -> str:
    """Return the severity of a rule and, if it is not live, its status."""
    return one.severity if one.status == "live" else f"{one.severity}, {one.status}"
