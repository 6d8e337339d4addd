"""Live rules that serve and that no file holds any more: they stay in force until they are retired.

A file can be lost in a merge, and an id can be changed by a slip. Neither may end the watch over a
client in silence. Such a rule goes on in a rule set as a file of its own, named after the rule.
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from engine.errors import MistakesError
from engine.model.settings import Settings
from engine.rulebook.core.condition_walks import references
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import from_texts
from engine.rulebook.parsing.rule_parser import WrittenRule

IN_NO_FILE = " (in no file)"


def missing(rulebook: Rulebook, serving: Mapping[str, str], settings: Settings) -> list[str]:
    """Name the live rules that serve and that these files do not hold.

    Args:
        rulebook: The rules as they stand in the files.
        serving: The texts of the rule set that serves, by file name.
        settings: The kinds and attributes that both are read with.

    Returns:
        Their ids in order. None are known if the serving set cannot be read with these settings.
    """
    before = _read(serving, settings)
    return _missing(rulebook, before) if before else []


def with_missing(rulebook: Rulebook, serving: Mapping[str, str], settings: Settings) -> Rulebook:
    """Add the live rules that serve and that these files do not hold.

    Args:
        rulebook: The rules as they stand in the files.
        serving: The texts of the rule set that serves, by file name.
        settings: The kinds, attributes and policies that all are read with.

    Returns:
        The same rulebook if no live rule is missing, or one with the missing rules and the rules
        that they name.

    Raises:
        MistakesError: The missing rules do not work beside these.
    """
    before = _read(serving, settings)
    wanted = _missing(rulebook, before) if before else []
    if before is None or not wanted:
        return rulebook
    kept: dict[str, str] = {}
    while wanted:
        rule_id = wanted.pop()
        if rule_id in rulebook.rules or rule_id in kept or rule_id not in before.checked:
            continue
        rule = before.checked[rule_id].written
        kept[rule_id] = _alone(rule)
        for condition in (rule.when, *(condition for _, condition in rule.raises)):
            wanted += references(condition)
    files = {f"{rule_id}{IN_NO_FILE}": text for rule_id, text in kept.items()}
    every = {**rulebook.files, **files}
    return from_texts(every, settings.kinds, settings.attributes, settings.routing)


def written(serving: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of an accepted rule set that stood in files, by file name."""
    return {name: text for name, text in serving.items() if not name.endswith(IN_NO_FILE)}


def kept_in_force(serving: Mapping[str, str]) -> list[str]:
    """The ids of the rules that an accepted rule set keeps in force although no file holds them."""
    return [name.removesuffix(IN_NO_FILE) for name in serving if name.endswith(IN_NO_FILE)]


def _read(serving: Mapping[str, str], settings: Settings) -> Rulebook | None:
    try:
        return from_texts(serving, settings.kinds, settings.attributes)
    except MistakesError:  # they name kinds or fields that the configuration no longer has
        return None


def _missing(rulebook: Rulebook, before: Rulebook) -> list[str]:
    return sorted(
        rule.id
        for rule in before.rules.values()
        if rule.status == "live" and rule.id not in rulebook.rules
    )


def _alone(rule: WrittenRule) -> str:
    """The file of a rule without other rules; lists and phrases stay because it may use them."""
    root = rule.reading.source.root
    assert isinstance(root, yaml.MappingNode)
    parts = [
        (key, yaml.SequenceNode(value.tag, [rule.node]) if key.value == "rules" else value)
        for key, value in root.value
    ]
    text: str = yaml.serialize(yaml.MappingNode(root.tag, parts), allow_unicode=True)
    return text
