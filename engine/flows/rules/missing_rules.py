"""Live rules and schedules that serve and that no file holds any more stay in force until retired.

A file can be lost in a merge, and an id can be changed by a slip. Neither may end the watch over a
client in silence. Such a rule or schedule goes on in a rule set as a file of its own, named after
it.
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from engine.errors import MistakesError
from engine.model.settings import Settings
from engine.rulebook.core.condition_walks import references
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import PLAN, from_texts
from engine.rulebook.parsing.rule_parser import WrittenRule
from engine.yaml_source import YamlSource, walk

IN_NO_FILE = " (in no file)"


def missing(rulebook: Rulebook, serving: Mapping[str, str], settings: Settings) -> list[str]:
    """Return the live rules that serve and that these files do not hold.

    Args:
        rulebook: The rules as they stand in the files.
        serving: The texts of the serving rule set, by file name.
        settings: The kinds and attributes for reading both.

    Returns:
        Their ids in order; none if the serving set cannot be read with these settings.
    """
    before = _read(serving, settings)
    return _missing(rulebook, before) if before else []


def with_missing(rulebook: Rulebook, serving: Mapping[str, str], settings: Settings) -> Rulebook:
    """Add the live rules that serve and that these files do not hold.

    Args:
        rulebook: The rules as they stand in the files.
        serving: The texts of the serving rule set, by file name.
        settings: The kinds, attributes and policies for reading all of them.

    Returns:
        The same rulebook if no live rule is missing, or one with the missing rules and the rules
        that they name.

    Raises:
        MistakesError: The missing rules do not work beside these.
    """
    before = _read(serving, settings)
    wanted = _missing(rulebook, before) if before else []
    schedules = _missing_schedules(rulebook, before) if before else []
    if before is None or not (wanted or schedules):
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
    files |= {f"{one}{IN_NO_FILE}{PLAN}": _schedule_alone(serving, one) for one in schedules}
    every = {**rulebook.files, **files}
    return from_texts(every, settings.kinds, settings.attributes, settings.routing)


def written(serving: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of an accepted rule set that stood in files, by file name."""
    return {name: text for name, text in serving.items() if IN_NO_FILE not in name}


def kept_in_force(serving: Mapping[str, str]) -> list[str]:
    """Return the ids of rules and schedules that an accepted set keeps in force without a file."""
    return [name.partition(IN_NO_FILE)[0] for name in serving if IN_NO_FILE in name]


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


def _missing_schedules(rulebook: Rulebook, before: Rulebook) -> list[str]:
    return sorted(before.plans.live.keys() - rulebook.plans.schedules.keys())


def _schedule_alone(serving: Mapping[str, str], schedule_id: str) -> str:
    """Return the file of a schedule without other schedules."""
    roots = [YamlSource(name, text).root for name, text in serving.items() if name.endswith(PLAN)]
    for root in (one for one in roots if isinstance(one, yaml.MappingNode)):
        parts = {key.value: (key, value) for key, value in root.value}
        key, schedules = parts["schedules"]
        for item in schedules.value:
            if any(word.value == "id" and said.value == schedule_id for word, said in item.value):
                alone = (key, yaml.SequenceNode(schedules.tag, [item]))
                return _text(yaml.MappingNode(root.tag, [*{**parts, "schedules": alone}.values()]))
    raise AssertionError(schedule_id)


def _alone(rule: WrittenRule) -> str:
    """Return the file of a rule without other rules.

    Lists and phrases stay, because the rule may use them.
    """
    root = rule.reading.source.root
    assert isinstance(root, yaml.MappingNode)
    parts = [
        (key, yaml.SequenceNode(value.tag, [rule.node]) if key.value == "rules" else value)
        for key, value in root.value
    ]
    return _text(yaml.MappingNode(root.tag, parts))


def _text(root: yaml.Node) -> str:
    """Write nodes as YAML; every scalar in quotes, because 20:00 would be a number without."""
    for node in walk(root):
        if isinstance(node, yaml.ScalarNode):
            node.tag, node.style = "tag:yaml.org,2002:str", "'"
    text: str = yaml.serialize(root, allow_unicode=True)
    return text
