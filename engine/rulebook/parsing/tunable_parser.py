"""Reading `tunable:`, which names the numbers beside it that `handrail tune` may vary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import yaml

from engine.measures.measure import Finding
from engine.rulebook.core.tunable import Tunable
from engine.rulebook.language.vocabulary import TUNED
from engine.rulebook.parsing.reading import Reading, nearest

_TUNABLE = "tunable"


def read_tunable(
    reading: Reading,
    node: yaml.Node,
    parts: Mapping[str, yaml.Node],
    again: Callable[[Reading, yaml.Node], object],
    of: Finding | None = None,
) -> None:
    """Note the numbers that may be varied, if each value is one that could stand in their place.

    Args:
        reading: The file.
        node: The mapping with the numbers, which has been read without a mistake.
        parts: Its values by key.
        again: Reads such a mapping; it is given the node with one value in the number's place.
        of: The condition that was read.
    """
    block = parts.get(_TUNABLE)
    if block is None or not reading.tunes or not isinstance(node, yaml.MappingNode):
        return
    if isinstance(block, yaml.MappingNode) and not block.value:
        reading.mistake(block, "tunable: names no number; name one, or leave it out")
    for word, listed in reading.mapping(block, TUNED, "'tunable:'").items():
        if word not in parts:
            text = f"'{word}:' does not stand beside tunable:{nearest(word, TUNED & parts.keys())}"
            reading.mistake(listed, text)
        elif (found := _read_values(reading, parts[word], word, listed)) and _fit(
            reading, node, found, word, listed, again
        ):
            reading.tunables.append(found._replace(of=of))


def _read_values(
    reading: Reading, number: yaml.Node, word: str, listed: yaml.Node
) -> Tunable | None:
    """Return the number and its values; None where mistakes were noted."""
    items = reading.items(listed, f"the values of '{word}:'")
    read = [reading.word(item, "a value") for item in items]
    values = tuple(value for value in read if value is not None)
    if not values or len(values) < len(items):
        return None
    shipped = str(number.value).strip() if isinstance(number, yaml.ScalarNode) else ""
    twice = [item for place, item in enumerate(items) if values[place] in values[:place]]
    if not shipped[:1].isdigit() and not shipped[1:2].isdigit():
        reading.mistake(listed, f"'{word}:' holds no number here, and only numbers can be varied")
    elif twice:
        reading.mistake(twice[0], f"'{twice[0].value}' stands here twice")
    elif shipped not in values:
        text = f"the values must hold the one that counts now, '{shipped}', written the same"
        reading.mistake(listed, text)
    elif len(values) == 1:
        reading.mistake(listed, "one value leaves nothing to choose; name another one")
    else:
        start, end = number.start_mark, number.end_mark
        assert start is not None
        assert end is not None
        place = values.index(shipped)
        name = reading.source.name
        where = name, start.line + 1, start.column + 1, start.index, end.index
        return Tunable(*where, word, values, place, None)
    return None


def _fit(
    reading: Reading,
    node: yaml.MappingNode,
    found: Tunable,
    word: str,
    listed: yaml.Node,
    again: Callable[[Reading, yaml.Node], object],
) -> bool:
    """Whether each value could stand in the number's place; mistakes stand at the value."""
    before = len(reading.source.mistakes)
    for item in listed.value:
        if str(item.value).strip() != found.values[found.shipped]:
            apart = replace(reading, findings=0, referred=[], denied=[], tunes=False)
            again(apart, _with(node, word, item))
    return len(reading.source.mistakes) == before


def _with(node: yaml.MappingNode, word: str, value: yaml.Node) -> yaml.Node:
    """Return the mapping with another value of a key, and without what may be varied."""
    pairs = [
        (key, value if key.value == word else old)
        for key, old in node.value
        if key.value != _TUNABLE
    ]
    return yaml.MappingNode(node.tag, pairs, node.start_mark, node.end_mark)
