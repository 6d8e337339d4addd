"""The numbers that may be varied in what a rule says."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.core.tunable import Tunable
from engine.rulebook.parsing.rule_parser import WrittenRule
from engine.yaml_source import walk

# By the word with which a condition names it, the part of the file in which a name stands.
_NAMED = {"phrase": "phrases", "points": "scorecards"}


def tunables_of(rulebook: Rulebook, rule_id: str) -> list[Tunable]:
    """List the numbers of a rule, of what it names and of the rules it builds on, as they stand."""
    places = {
        (written.reading.source.name, begin)
        for written in _built_on(rulebook, rule_id)
        for begin in _begins(written)
    }
    return [one for one in rulebook.tunables if (one.file, one.begin) in places]


def _built_on(rulebook: Rulebook, rule_id: str) -> list[WrittenRule]:
    """Return the rule and every rule that it builds on."""
    found = {rule_id: rulebook.checked[rule_id].written}
    left = [rule_id]
    while left:
        for name in _values(found[left.pop()].node, "rule"):
            if name not in found:
                found[name] = rulebook.checked[name].written
                left.append(name)
    return list(found.values())


def _begins(written: WrittenRule) -> set[int]:
    """Where the scalars of a rule, and of the phrases and scorecards it names, begin."""
    root = written.reading.source.root
    found: set[int] = set()
    seen: set[tuple[str, str]] = set()
    left = [written.node]
    while left:
        node = left.pop()
        found |= {
            one.start_mark.index
            for one in walk(node)
            if isinstance(one, yaml.ScalarNode) and one.start_mark is not None
        }
        for word, section in _NAMED.items():
            for name in _values(node, word):
                if (section, name) not in seen:
                    seen.add((section, name))
                    left += _at(root, section, name)
    return found


def _values(node: yaml.Node, word: str) -> Iterator[str]:
    """Yield the words that stand under a key, anywhere in a node."""
    for one in walk(node):
        if isinstance(one, yaml.MappingNode):
            for key, value in one.value:
                if key.value == word and isinstance(value, yaml.ScalarNode):
                    yield str(value.value)


def _at(root: yaml.Node | None, *path: str) -> list[yaml.Node]:
    """Return the node under these keys; none if there is none."""
    nodes = [] if root is None else [root]
    for word in path:
        nodes = [
            value
            for node in nodes
            if isinstance(node, yaml.MappingNode)
            for key, value in node.value
            if key.value == word
        ]
    return nodes
