"""Live rules and schedules that serve and that no file holds any more stay in force until retired.

A file can be lost in a merge, and an id can be changed by a slip. Neither may end the watch over a
client in silence. Such a rule or schedule goes on in a rule set as a file of its own, named after
it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import yaml

from engine.errors import MistakesError
from engine.flows.rules.changed_draws import changed_draws
from engine.model.settings import Settings
from engine.rulebook.core.condition_walks import references
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import PLAN, from_texts
from engine.rulebook.parsing.rule_parser import WrittenRule
from engine.yaml_source import YamlSource, walk

IN_NO_FILE = " (in no file)"
_PLAN_ITEMS = {"schedules", "questions", "messages", "series"}
_TEXT, _LIST = "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq"


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
        MistakesError: The missing rules do not work beside these, or random draws would change.
    """
    before = _read(serving, settings)
    if before and (changed := changed_draws(rulebook, before)):
        raise MistakesError(changed)
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
    files |= _schedule_files(rulebook, serving, schedules)
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


def _schedule_files(
    rulebook: Rulebook, serving: Mapping[str, str], missing: Collection[str]
) -> dict[str, str]:
    """Return a file for each missing schedule; the first holds the texts that no file has."""
    found: dict[str, str] = {}
    roots = [YamlSource(name, text).root for name, text in serving.items() if name.endswith(PLAN)]
    plans = [root for root in roots if isinstance(root, yaml.MappingNode)]
    texts = {
        "questions": _items(plans, "questions", lambda one: one not in rulebook.plans.questions),
        "messages": _items(plans, "messages", lambda one: one not in rulebook.plans.messages),
    }
    for root in plans:
        rest = {key.value: value for key, value in root.value if key.value not in _PLAN_ITEMS}
        for name in sorted(missing):
            if items := _items([root], "schedules", name.__eq__):
                parts = {"schedules": items, **({} if found else texts)}
                found[f"{name}{IN_NO_FILE}{PLAN}"] = _plan_file(root, rest, parts)
    return found


def _items(
    plans: Iterable[yaml.MappingNode], part: str, wanted: Callable[[str], bool]
) -> list[yaml.Node]:
    """Return the wanted items of a part of some plans, by their ids."""
    return [
        item
        for root in plans
        for key, value in root.value
        if key.value == part
        for item in value.value
        if any(word.value == "id" and wanted(said.value) for word, said in item.value)
    ]


def _plan_file(
    root: yaml.MappingNode, rest: Mapping[str, yaml.Node], parts: Mapping[str, list[yaml.Node]]
) -> str:
    lists = {name: yaml.SequenceNode(_LIST, items) for name, items in parts.items() if items}
    pairs = [(yaml.ScalarNode(_TEXT, name), node) for name, node in {**rest, **lists}.items()]
    return _text(yaml.MappingNode(root.tag, pairs))


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
            node.tag, node.style = _TEXT, "'"
    text: str = yaml.serialize(root, allow_unicode=True)
    return text
