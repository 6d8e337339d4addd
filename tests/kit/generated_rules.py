"""Generated rule files: everything that the language can say, and people whom they are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.kit.generated import (
    LENGTHS,
    LISTS,
    SCORES,
    SIGNALS,
    Draw,
    findings,
    kinds_in,
    maybe,
    one_in,
    weekdays,
)
from tests.kit.generated_people import KIND_NAMES, people
from tests.kit.plain_people import Person
from tests.kit.plain_values import Condition

Names = Sequence[tuple[Condition, bool]]
"""References to phrases and rules, each with whether it is of such as always have a value."""


def _joined(draw: Draw, names: Names, depth: int, known: bool) -> Condition:
    """A condition of findings, of references to `names`, or of both joined.

    With `known`, it always has a value.
    """
    way = draw(st.integers(0, 9))
    if depth and way >= 4:
        head = draw(st.sampled_from(["all", "any", "any", "none"]))
        size = draw(st.integers(1, 3))
        return {
            head: [_joined(draw, names, depth - 1, known or head == "none") for _ in range(size)]
        }
    if depth and way == 2:
        return _made_of_conditions(draw, names, depth, known)
    named = [name for name, always in names if always or not known]
    return draw(st.sampled_from(named)) if named and way in {1, 3} else draw(findings(known))


def items(draw: Draw, names: Names, depth: int) -> list[dict[str, Any]]:
    """The items of a scorecard."""
    return [
        {
            "points": draw(st.sampled_from([1, 2, 3, -1])),
            "when": _joined(draw, names, depth - 1, known=False),
            **({"tunable": {"points": [1, 2, 3, -1]}} if one_in(draw, 3) else {}),
        }
        for _ in range(draw(st.integers(2, 3)))
    ]


def _made_of_conditions(draw: Draw, names: Names, depth: int, known: bool) -> Condition:
    """A scorecard, some of several conditions, or whether one ever held."""
    way = draw(st.integers(0, 3))
    if way == 3:
        return {"on": weekdays(draw)}
    if way == 0:
        written = items(draw, names, depth)
        most = sum(item["points"] for item in written if item["points"] > 0)
        least = sum(item["points"] for item in written if item["points"] < 0)
        if most - least < 2:
            return {"points": written, "is": most}
        return {"points": written, draw(st.sampled_from(["at_least", "less_than"])): most}
    if way == 1:
        parts = [_joined(draw, names, depth - 1, known) for _ in range(draw(st.integers(1, 3)))]
        some: dict[str, Any] = {"at_least": draw(st.integers(1, len(parts))), "of": parts}
        if len(parts) > 1 and one_in(draw, 2):
            some["tunable"] = {"at_least": list(range(1, len(parts) + 1))}
        return {"some": some}
    return {"ever": _joined(draw, names, depth - 1, known=False)}


@st.composite
def documents(draw: st.DrawFn, most_rules: int = 3) -> dict[str, Any]:
    """A rule file with lists, phrases, and rules that build on one another."""
    document: dict[str, Any] = {
        "format": 1,
        "lists": LISTS,
        "scores": SCORES,
        "signals": SIGNALS,
        "phrases": {},
        "rules": [],
    }
    names: list[tuple[Condition, bool]] = []
    for number in range(draw(st.integers(0, 2))):
        known = draw(st.booleans())
        document["phrases"][f"phrase_{number}"] = _joined(draw, names, 1, known)
        names.append(({"phrase": f"phrase_{number}"}, known))
    if one_in(draw, 3):
        document["scorecards"] = {"card": items(draw, names, 1)}
        points = [item["points"] for item in document["scorecards"]["card"]]
        names.append(({"points": "card", "at_least": max(1, *points)}, True))
        if sum(one for one in points if one > 0) < 1:
            names.pop()
    for number in range(draw(st.integers(1, most_rules))):
        known = one_in(draw, 3)
        rule = {"id": f"rule-{number}", "title": "A rule", "status": "live", "severity": "low"}
        rule["when"] = _joined(draw, names, 2, known)
        if not known and one_in(draw, 3):
            programme = draw(st.sampled_from(["iop", ["iop", "aftercare"], "early"]))
            mentored = {"has_mentor": draw(st.booleans())} if one_in(draw, 3) else {}
            rule["applies_to"] = {"programme": programme, **mentored}
        if one_in(draw, 3):
            rule["raise"] = {"to": "high", "when": _joined(draw, names, 1, known=False)}
        elif one_in(draw, 4):
            rule["raise"] = [
                {"to": to, "when": _joined(draw, names, 1, known=False)}
                for to in ("medium", "urgent")
            ]
        maybe(draw, rule, "hold", LENGTHS)
        maybe(draw, rule, "clears_after", LENGTHS)
        maybe(draw, rule, "tell_again", st.sampled_from(["3 days", "1 week"]))
        if "tell_again" in rule:
            rule["tunable"] = {"tell_again": ["3 days", "1 week"]}
        document["rules"].append(rule)
        names.append(({"rule": rule["id"]}, known))
    return document


@st.composite
def everyone_about(
    draw: st.DrawFn, about: Any, most_people: int = 3, most_events: int = 10
) -> list[Person]:
    """People with events of the kinds that a condition or a whole document looks at."""
    named = {word: about[word] for word in about if word not in {"lists", "scores", "signals"}}
    kinds = kinds_in(written(named)) or KIND_NAMES
    return draw(st.lists(people(most_events, kinds), min_size=1, max_size=most_people))


def guarded(document: dict[str, Any]) -> dict[str, Any]:
    """The same rules, none of them true of a client at the instant of enrolment."""
    some_time = {"time_since": "enrolled", "at_least": "1 day"}
    return {
        **document,
        "rules": [
            {**rule, "when": {"all": [rule["when"], some_time]}} for rule in document["rules"]
        ],
    }  # fmt: skip


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def written(document: dict[str, Any]) -> str:
    """The document as YAML."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False)
