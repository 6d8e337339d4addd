"""A draft of rules with other numbers: the text of their file, with all but these rules cut out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import NamedTuple

import yaml

from engine.errors import MistakesError, UserError
from engine.model.event_kinds import Kind
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.core.tunable import Tunable
from engine.rulebook.parsing.load import from_texts

_NAME = "draft.yaml"
_WIDTH = 90  # of the lines of the evidence


class Edit(NamedTuple):
    """Put a text in place of the characters from `begin` to before `end`."""

    begin: int
    end: int
    text: str


def draft_of(
    rulebook: Rulebook,
    kinds: Mapping[str, Kind],
    rule_ids: Sequence[str],
    edits: Sequence[Edit],
    evidence: str,
) -> str:
    """Write a rule file with drafts of some rules, under ids of their own.

    Args:
        rulebook: The rules as they are.
        kinds: The kinds of events.
        rule_ids: The rules, all of one file.
        edits: What differs in that file.
        evidence: What the draft rests on.

    Returns:
        The text, which was read once and found right beside the other rules.

    Raises:
        UserError: The file is written in a way in which the draft cannot be cut out.
    """
    source = rulebook.checked[rule_ids[0]].written.reading.source
    text, root = rulebook.files[source.name], source.root
    assert isinstance(root, yaml.MappingNode)
    kept = {rulebook.checked[rule_id].written.node.start_mark.index for rule_id in rule_ids}
    cut = list(_others(text, root, kept))
    as_draft = [edit for one in rule_ids for edit in _as_draft(rulebook, one, evidence)]
    inside = [
        one
        for one in (*edits, *as_draft)
        if not any(two.begin <= one.begin < two.end for two in cut)
    ]
    for one in sorted([*inside, *cut], reverse=True):
        text = text[: one.begin] + one.text + text[one.end :]
    try:
        from_texts({**rulebook.files, _NAME: text}, kinds)
    except MistakesError as error:
        raise UserError(
            f"The draft cannot be cut out of {source.name} ({error.mistakes[0][3]}). Write each of "
            "its rules on lines of its own, beginning with '- id:'."
        ) from None
    return text


def with_numbers(tunables: Sequence[Tunable], values: Sequence[str]) -> list[Edit]:
    """Put other values in the places of numbers."""
    return [Edit(one.begin, one.end, value) for one, value in zip(tunables, values, strict=True)]


def _others(text: str, root: yaml.MappingNode, kept: set[int]) -> Iterator[Edit]:
    """Cut out the other rules and the figures, which would stand in two files."""
    keys = [(key, value) for key, value in root.value]
    for place, (key, value) in enumerate(keys):
        end = keys[place + 1][0].start_mark.index if place + 1 < len(keys) else len(text)
        if key.value == "figures":
            yield Edit(key.start_mark.index, end, "")
        if key.value == "rules":
            begins = [line_of(text, item.start_mark.index) for item in value.value]
            for item, begin, stop in zip(value.value, begins, [*begins[1:], end], strict=True):
                if item.start_mark.index not in kept:
                    yield Edit(begin, stop, "")


def line_of(text: str, place: int) -> int:
    """Where the line of a place begins."""
    return text.rfind("\n", 0, place) + 1


def _as_draft(rulebook: Rulebook, rule_id: str, evidence: str) -> list[Edit]:
    nodes = rulebook.checked[rule_id].written.nodes
    indent = "\n" + " " * rulebook.checked[rule_id].written.node.start_mark.column
    source = f"{indent}  grade: opinion{indent}  source: >-"
    source += "".join(f"{indent}    {line}" for line in wrap(evidence, _WIDTH))
    edits = [_over(nodes["id"], _new_id(rulebook, rule_id)), _over(nodes["status"], "draft")]
    old = nodes.get("evidence")
    if old is None:
        return [edits[0], edits[1]._replace(text=f"draft{indent}evidence:{source}")]
    # A text of several lines ends at the next key, which keeps its line.
    begin, end = old.start_mark.index, old.end_mark.index
    text = rulebook.files[rulebook.checked[rule_id].written.reading.source.name]
    begin = len(text[:begin].rstrip())
    end = begin + len(text[begin:end].rstrip())
    return [*edits, Edit(begin, end, source)]


def _over(node: yaml.Node, text: str) -> Edit:
    return Edit(node.start_mark.index, node.end_mark.index, text)


def _new_id(rulebook: Rulebook, rule_id: str) -> str:
    """Return an id that no rule has."""
    found, number = f"{rule_id}-tuned", 2
    while found in rulebook.rules:
        found, number = f"{rule_id}-tuned-{number}", number + 1
    return found
