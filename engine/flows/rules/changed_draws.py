"""The draws of a schedule that serves stay as they are, because an auditor draws them again."""

from __future__ import annotations

import yaml

from engine.errors import Mistake
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import PLAN
from engine.yaml_source import YamlSource


def changed_draws(rulebook: Rulebook, before: Rulebook) -> list[Mistake]:
    """Return a mistake for each schedule of other limits, or of another rate, than it serves with.

    Args:
        rulebook: The rules and schedules as they stand in the files.
        before: Those that serve.
    """
    changed = {
        one.id
        for one in before.plans.schedules.values()
        if one.status != "draft"
        and one.draws
        and (now := rulebook.plans.schedules.get(one.id))
        and now.draws != one.draws
    }
    return [
        Mistake(name.removesuffix(PLAN), mark.line + 1, mark.column + 1, _said(schedule_id))
        for name, text in sorted(rulebook.files.items())
        if changed and name.endswith(PLAN)
        for schedule_id, mark in _schedules(YamlSource(name, text).root)
        if schedule_id in changed
    ]


def _said(schedule_id: str) -> str:
    return (
        f"the draws of '{schedule_id}' serve with other limits or another rate, and could not be "
        "reproduced; retire it, and give the new draws an id of their own"
    )


def _schedules(root: yaml.Node | None) -> list[tuple[str, yaml.Mark]]:
    """Return the ids of a file's schedules, each with its place."""
    parts = root.value if isinstance(root, yaml.MappingNode) else []
    return [
        (said.value, said.start_mark)
        for key, value in parts
        if key.value == "schedules"
        for item in value.value
        for word, said in item.value
        if word.value == "id"
    ]
