"""Variants of rules: what a rule file says with other numbers in the places that may be varied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

from engine.model.event_kinds import Kind
from engine.rulebook.core.condition_walks import references
from engine.rulebook.core.conditions import Condition
from engine.rulebook.core.rulebook import CheckedRule, Rulebook
from engine.rulebook.core.tunable import Tunable
from engine.rulebook.parsing.cross_checks import check_rules
from engine.rulebook.parsing.load import checked_rules
from engine.rulebook.parsing.reading import Reading
from engine.rulebook.parsing.rule_parser import WrittenRule, read_file
from engine.rulebook.tools.variant_search import Choice
from engine.yaml_source import YamlSource, walk


class VariantReader:
    """Reads the rules of one file again and again, each time with other numbers.

    The nodes of the file are composed once, and a number is changed in its node.
    """

    def __init__(
        self, rulebook: Rulebook, kinds: Mapping[str, Kind], tunables: Sequence[Tunable]
    ) -> None:
        """Take the numbers to vary, which stand in one file."""
        (file,) = {one.file for one in tunables}
        self._tunables = tuple(tunables)
        self._kinds = kinds
        self._source = YamlSource(file, rulebook.files[file])
        scalars = {
            node.start_mark.index: node
            for node in walk(self._source.root)
            if isinstance(node, yaml.ScalarNode) and node.start_mark is not None
        }
        self._nodes = [scalars[one.begin] for one in self._tunables]
        self._others = _related(rulebook, file)

    def read(self, choice: Choice) -> dict[str, CheckedRule] | None:
        """Read the rules of the file, and those of other files that build on them.

        Args:
            choice: By tunable, the place of its value.

        Returns:
            By id; None if these numbers cannot stand together.
        """
        for node, one, place in zip(self._nodes, self._tunables, choice, strict=True):
            node.value = one.values[place]
        self._source.mistakes.clear()
        reading = Reading(self._source, self._kinds, tunes=False)
        written = [*read_file(reading), *self._others]
        resolved = check_rules(written, complete=False)
        return None if self._source.mistakes else checked_rules(written, resolved)


def _related(rulebook: Rulebook, file: str) -> list[WrittenRule]:
    """Return the rules of other files that build on the rules of a file, or that these build on."""
    named = {
        rule_id: {name for when in _conditions(one.written) for name in references(when)}
        for rule_id, one in rulebook.checked.items()
    }
    inside = {
        rule_id
        for rule_id, one in rulebook.checked.items()
        if one.written.reading.source.name == file
    }
    found = set(inside)
    while more := {one for one in named if named[one] & found} - found:
        found |= more
    while more := {name for one in found for name in named[one]} - found:
        found |= more
    return [one.written for rule_id, one in rulebook.checked.items() if rule_id in found - inside]


def _conditions(written: WrittenRule) -> list[Condition]:
    return [written.when, *(condition for _, condition in written.raises)]
