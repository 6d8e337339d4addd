"""A named scorecard in its file: its items, and the edits that give it other points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import yaml

from engine.measures.measure import Finding
from engine.rulebook.core.condition_walks import everything
from engine.rulebook.core.conditions import Condition, Points
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.language.units import OPERATORS
from engine.rulebook.parsing.rule_parser import WrittenRule
from engine.rulebook.tools.draft import Edit, line_of
from engine.yaml_source import walk


class NamedScorecard(NamedTuple):
    """A scorecard that rules name.

    Attributes:
        checked: With the conditions of other rules put in.
        written: As it stands in the file.
    """

    checked: Points
    written: Points


def scorecard_of(rulebook: Rulebook, rule_ids: Sequence[str], name: str) -> NamedScorecard | None:
    """Find the scorecard of a name in what rules say; None if they do not use it."""
    for rule_id in rule_ids:
        one = rulebook.checked[rule_id]
        checked = _named(name, one.when, *(condition for _, condition in one.raises))
        written = _named(name, one.written.when, *(when for _, when in one.written.raises))
        if checked and written:
            return NamedScorecard(checked, written)
    return None


def _named(name: str, *conditions: Condition) -> Points | None:
    for condition in conditions:
        for one in everything(condition):
            measure = one.measure if isinstance(one, Finding) else None
            if isinstance(measure, Points) and measure.name == name:
                return measure
    return None


def with_points(written: WrittenRule, text: str, name: str, points: Sequence[int]) -> list[Edit]:
    """Give a scorecard other points, and move its cut-offs to the same share of the highest sum.

    Args:
        written: A rule of the file.
        text: The text of the file.
        name: The scorecard.
        points: By item, its new points; an item of 0 points is cut out.
    """
    root = written.reading.source.root
    items = _items(root, name)
    starts = [line_of(text, item.start_mark.index) for item in items]
    # The last item ends with its line.
    last = len(text[: items[-1].end_mark.index].rstrip())
    ends = [*starts[1:], text.find("\n", last) + 1 or len(text)]
    edits: list[Edit] = []
    old = 0
    for item, start, end, new in zip(items, starts, ends, points, strict=True):
        number = _values(item)["points"]
        old += max(0, int(number.value))
        if new:
            edits += _changed(item, "points", new, abs(new) + 2)
        else:
            edits.append(Edit(start, end, ""))
    most = sum(max(0, one) for one in points)
    for node in walk(root):
        values = _values(node) if isinstance(node, yaml.MappingNode) else {}
        if isinstance(values.get("points"), yaml.ScalarNode) and values["points"].value == name:
            for word in OPERATORS:
                if isinstance(values.get(word), yaml.ScalarNode):
                    cut_off = round(int(values[word].value) * most / max(old, 1))
                    edits += _changed(node, word, max(1, cut_off), most)
    return edits


def _changed(node: yaml.Node, word: str, number: int, most: int) -> list[Edit]:
    """Put a number under a key, and numbers near it, up to `most`, under its `tunable:`."""
    values = _values(node)
    old = values[word]
    edits = [Edit(old.start_mark.index, old.end_mark.index, str(number))]
    listed = _values(values["tunable"]).get(word) if "tunable" in values else None
    if listed is not None:
        near = [one for one in range(number - 2, min(number + 2, most) + 1) if one * number > 0]
        text = f"[{', '.join(map(str, near))}]"
        edits.append(Edit(listed.start_mark.index, listed.end_mark.index, text))
    return edits


def _items(root: yaml.Node | None, name: str) -> list[yaml.Node]:
    assert root is not None
    found: list[yaml.Node] = _values(_values(root)["scorecards"])[name].value
    return found


def _values(node: yaml.Node) -> dict[str, yaml.Node]:
    assert isinstance(node, yaml.MappingNode)
    return {key.value: value for key, value in node.value}
