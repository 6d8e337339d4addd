"""The differences between two rulebooks, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import ndiff
from typing import Literal

from engine.model.routing import RoutingSettings
from engine.model.rule import Rule
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.english.explain import explain

# A status stands for a rule that moved to it. `logic` is the conditions that open and close alerts.
# `words` is all else: who is told, when again, the texts.
How = Literal["live", "shadow", "draft", "retired", "added", "removed", "logic", "words"]
_SAID: dict[How, str] = {
    "live": "now live, texting people", "shadow": "now on trial", "draft": "now a draft",
    "retired": "now retired",
    "added": "added", "removed": "removed", "logic": "with other logic",
    "words": "with other words",
}  # fmt: skip
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """The difference of one rule, and its explanation before (`- `) and after (`+ `)."""

    rule_id: str
    how: tuple[How, ...]
    sentences: tuple[str, ...]


def differences(
    before: Rulebook, after: Rulebook, routing: RoutingSettings | None = None
) -> Iterator[RuleDifference]:
    """Yield every rule that is not the same in both, ordered by id."""
    for rule_id in sorted({*before.rules, *after.rules}):
        old, new = before.rules.get(rule_id), after.rules.get(rule_id)
        if old == new:
            continue
        how: tuple[How, ...] = ("added",) if old is None else ("removed",)
        if old is not None and new is not None:
            how = _how(old, new)
        told = ndiff(_sentences(before, rule_id, routing), _sentences(after, rule_id, routing))
        yield RuleDifference(
            rule_id,
            how,
            tuple(line for line in told if line.startswith(("- ", "+ ")) and line[2:].strip()),
        )


def _how(old: Rule, new: Rule) -> tuple[How, ...]:
    alike = replace(
        old,
        version=new.version,
        status=new.status,
        severity=new.severity,
        hold=new.hold,
        clears_after=new.clears_after,
    )
    kinds: dict[How, bool] = {
        new.status: old.status != new.status,
        "logic": old.version != new.version,
        "words": alike != new,
    }
    return tuple(kind for kind, differs in kinds.items() if differs)


def _sentences(book: Rulebook, rule_id: str, routing: RoutingSettings | None) -> list[str]:
    return explain(book.checked[rule_id], book.rules, routing) if rule_id in book.checked else []


def in_words(one: RuleDifference) -> str:
    """Write a difference: `now live, texting people; with other logic`."""
    return "; ".join(_SAID[how] for how in one.how)


def in_a_line(found: list[RuleDifference]) -> str:
    """Write all differences: `1 added (a-rule); 2 with other words (b, c)`."""
    parts = []
    for how, said in _SAID.items():
        if ids := [one.rule_id for one in found if how in one.how]:
            more = f", and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
            parts.append(f"{len(ids)} {said} ({', '.join(ids[:_MOST_NAMED])}{more})")
    return "; ".join(parts) or "comments alone"
