"""Changes of a rule file as text, so that comments and layout stay: a copy, and another status."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import yaml

from engine.yaml_source import YamlSource, walk


def copy_of(rules: str, cases: str, taken: Collection[str]) -> tuple[str, str]:
    """Return a rule file and its cases as a copy: with ids of its own, and no rule of it live.

    Args:
        rules: The rule file.
        cases: The file of its cases; empty if there is none.
        taken: All ids that are in use. An id is never used again.
    """
    own = list(_parts(rules, "rules"))
    ids = {one: _free(f"{one}-copy", taken) for one, _ in own}
    statuses = (keys["status"] for _, keys in own if "status" in keys)
    trial = [(node, "shadow") for node in statuses if node.value == "live"]
    # Nothing refers to a figure, and a signal may have its name.
    figures = [(keys["id"], _free(f"{one}-copy", taken)) for one, keys in _parts(rules, "figures")]
    renamed = _replaced(rules, [*_naming(rules, ids), *trial, *figures])
    return renamed, _replaced(cases, _naming(cases, ids)) if cases else ""


def with_status(rules: str, rule_id: str, status: str) -> str:
    """Return a rule file in which a rule has another status; as it is if it has no such rule."""
    own = _parts(rules, "rules")
    nodes = [keys["status"] for one, keys in own if one == rule_id and "status" in keys]
    return _replaced(rules, [(node, status) for node in nodes])


def _parts(text: str, part: str) -> Iterator[tuple[str, Mapping[str, yaml.ScalarNode]]]:
    """Yield the id of each rule or figure, with its keys that have one word as their value."""
    root = YamlSource("", text).root
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value != part or not isinstance(value, yaml.SequenceNode):
            continue
        for item in value.value:
            pairs = item.value if isinstance(item, yaml.MappingNode) else ()
            keys = {name.value: said for name, said in pairs if isinstance(said, yaml.ScalarNode)}
            if "id" in keys:
                yield keys["id"].value, keys


def _naming(text: str, ids: Mapping[str, str]) -> list[tuple[yaml.Node, str]]:
    """Return the values that are one of these ids, with what they are to be."""
    nodes = list(walk(YamlSource("", text).root))
    keys = {
        id(key) for node in nodes if isinstance(node, yaml.MappingNode) for key, _ in node.value
    }
    return [
        (node, ids[node.value])
        for node in nodes
        if isinstance(node, yaml.ScalarNode) and node.value in ids and id(node) not in keys
    ]


def _replaced(text: str, values: Collection[tuple[yaml.Node, str]]) -> str:
    """Put words in the place of values, the last first, so that the other places stay right."""
    for node, word in sorted(values, key=lambda one: -_start(one[0])):
        assert node.end_mark is not None
        text = text[: _start(node)] + word + text[node.end_mark.index :]
    return text


def _start(node: yaml.Node) -> int:
    assert node.start_mark is not None
    return int(node.start_mark.index)


def _free(wanted: str, taken: Collection[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name
