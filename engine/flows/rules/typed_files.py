"""The configured rules with one file as a person types it, and every mistake in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Mistake, MistakesError
from engine.flows.rules.files import CASES, RuleFileSet, read_texts
from engine.flows.rules.warnings import warnings
from engine.model.rule_draft import RuleFileTexts
from engine.model.settings import Settings
from engine.rulebook.parsing.load import PLAN, is_stray, rule_files
from engine.yaml_source import YamlSource

# No name that is written so leaves the folder, hides in it, or is passed over there.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}\.yaml")


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What a check says of a file: what must change, what is doubtful, and the set that it read.

    A mistake that stands in another file of the folder is among `elsewhere`.
    """

    found: RuleFileSet
    mistakes: tuple[Mistake, ...]
    elsewhere: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...]


def is_name(name: str) -> bool:
    """Return whether a rule file of the console can have this name."""
    return _NAME.fullmatch(name) is not None and not name.endswith(CASES)


def names(settings: Settings) -> list[str]:
    """Return the names of the configured rule files; those that the console can write."""
    return [file.name for file in rule_files(settings.rules) if is_name(file.name)]


def present(settings: Settings, name: str) -> RuleFileTexts | None:
    """Return a configured rule file as it stands in the folder; None if it is not there.

    Raises:
        MistakesError: It cannot be read.
    """
    file = settings.rules / name
    if not is_name(name) or is_stray(file) or not file.is_file():
        return None
    cases = settings.rules / cases_of(name)
    return RuleFileTexts(_text(file), _text(cases) if cases.is_file() else "")


def cases_of(name: str) -> str:
    """Return the name of the file of the cases of a rule file."""
    return f"{name.removesuffix('.yaml')}{CASES}"


def folder_with(
    settings: Settings, name: str, typed: RuleFileTexts
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts of the rules and plans, and of the cases, by name, with a file as typed.

    A file without text is left out, as if it were not in the folder.

    Raises:
        MistakesError: Another file cannot be read.
    """
    rules = {file.name: _text(file) for file in rule_files(settings.rules) if file.name != name}
    if settings.plans.exists():
        rules |= {f"{file.name}{PLAN}": _text(file) for file in rule_files(settings.plans)}
    cases = {typed_cases: typed.cases} if (typed_cases := cases_of(name)) and typed.cases else {}
    return {**rules, **({name: typed.rules} if typed.rules else {})}, cases


def check(settings: Settings, name: str, typed: RuleFileTexts) -> CheckedFile:
    """Read the configured rules with a file as typed; the words are those of `handrail check`."""
    asked = frozenset({name, cases_of(name)})
    try:
        rules, cases = folder_with(settings, name, typed)
        found = read_texts(rules, cases, asked, settings)
    except MistakesError as error:
        found = RuleFileSet(None, (), asked, tuple(error.mistakes))
    every = sorted(set(found.mistakes))
    return CheckedFile(
        found,
        tuple(one for one in every if one[0] in asked),
        tuple(one for one in every if one[0] not in asked),
        () if every else tuple(warnings(found)),
    )


def _text(file: Path) -> str:
    return YamlSource.read(file, file.name).text


def texts_by_name(name: str, texts: RuleFileTexts) -> Mapping[str, str]:
    """Return the two files by their names; one that is empty is left out."""
    both = {name: texts.rules, cases_of(name): texts.cases}
    return {file: text for file, text in both.items() if text}
