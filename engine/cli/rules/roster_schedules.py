"""The schedules that mappings of the roster name, compared with those of the plans."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import yaml

from engine.errors import Mistake
from engine.model.nearest_word import did_you_mean
from engine.yaml_source import YamlSource


def unknown_schedules(config: Path, known: Collection[str]) -> Iterator[Mistake]:
    """Yield the schedules in mappings of the roster that no plan has, each with its place."""
    source = YamlSource.read(config)
    for name in _named(source.root):
        if name.value not in known:
            mark = name.start_mark
            said = f"there is no schedule '{name.value}'{did_you_mean(name.value, known)}"
            yield Mistake(source.name, mark.line + 1, mark.column + 1, said)


def _named(root: yaml.Node | None) -> Iterator[yaml.Node]:
    """Yield the keys of `schedules:` under each `columns:`, whichever connector has it."""
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            nodes.append(value)
            if key.value == "columns":
                yield from _keys(_under(value, "schedules"))


def _under(node: yaml.Node, word: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if key.value == word), None)


def _keys(node: yaml.Node | None) -> Iterator[yaml.Node]:
    yield from (key for key, _ in node.value) if isinstance(node, yaml.MappingNode) else ()
