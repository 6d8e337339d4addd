"""The rules and cases at some paths, and every mistake in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from engine.errors import Mistake, MistakesError
from engine.flows.rules.question_texts import refused_texts
from engine.model.event_kinds import BUILT_IN
from engine.model.settings import Settings
from engine.rulebook.core.cases import Case
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.cases_parser import read_cases
from engine.rulebook.parsing.load import from_texts, is_stray, load, rule_files
from engine.yaml_source import YamlSource

CASES = ".cases.yaml"
_ENDINGS = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class RuleFileSet:
    """Rules that belong together, and their cases; `rulebook` is None if they hold a mistake.

    Attributes:
        asked: The names of the files that were asked for; these build on the others.
        unread: Files and folders that a person may expect to be read as rules.
        partly: The folders whose rule files were read only in part.
    """

    rulebook: Rulebook | None
    cases: tuple[Case, ...]
    asked: frozenset[str]
    mistakes: tuple[Mistake, ...]
    unread: tuple[Path, ...] = ()
    partly: tuple[Path, ...] = ()


def read(paths: Sequence[Path], settings: Settings | None) -> Iterator[RuleFileSet]:
    """Read the rule sets at these paths.

    A folder is a rule set. A file in the folder of the configured rules stands for that folder.
    Other files are one rule set together. NAME.yaml and NAME.cases.yaml go together.

    Args:
        paths: Folders, rule files and files of cases.
        settings: The kinds and policies that rules may name; with None, the built-in kinds.
    """
    configured = settings.rules.resolve() if settings else None
    loose: dict[Path, None] = {}
    folders: dict[Path, set[Path]] = {}
    for path in paths:
        if path.is_dir():
            folders.setdefault(path, set()).update(_yaml(path, "*.yaml"))
        elif configured and path.resolve().parent == configured:
            folders.setdefault(path.parent, set()).update(_pair(path))
        else:
            loose.update(dict.fromkeys(_pair(path)))
    for folder, asked in folders.items():
        found = _read([folder], sorted(_yaml(folder, f"*{CASES}")), asked, settings)
        yield replace(found, unread=_unread(folder)) if folder in paths else found
    if loose:
        rules = [file for file in loose if not file.name.endswith(CASES)]
        cases = [
            file for file in loose if file.name.endswith(CASES) and (file.exists() or file in paths)
        ]
        partly = {file.parent for file in rules if set(rule_files(file.parent)) - loose.keys()}
        yield replace(_read(rules, cases, set(loose), settings), partly=tuple(sorted(partly)))


def part_plans(paths: Sequence[Path], settings: Settings | None) -> tuple[list[Path], list[Path]]:
    """Part paths into those of the configured plans, and the others."""
    plans = {settings.plans.resolve()} if settings else set()
    found = [
        path for path in paths if not plans.isdisjoint({path.resolve(), path.resolve().parent})
    ]
    return found, [path for path in paths if path not in found]


def read_plans(paths: Sequence[Path], rules: Path, settings: Settings) -> RuleFileSet:
    """Read the configured plans with the rules that serve beside them.

    Args:
        paths: The folder of the plans, or files of it; they are the ones that were asked for.
        rules: The folder of the rules.
        settings: The configuration.
    """
    folder = paths[0] if paths[0].is_dir() else paths[0].parent
    asked: set[Path] = set()
    for path in paths:
        asked.update(_yaml(path, "*.yaml") if path.is_dir() else _pair(path))
    cases = sorted(_yaml(folder, f"*{CASES}"))
    return _read([rules], cases, asked, settings, folder)


def _pair(path: Path) -> tuple[Path, Path]:
    """Return a rule file and the file of its cases, from either."""
    if path.name.endswith(CASES):
        return path.with_name(f"{path.name.removesuffix(CASES)}.yaml"), path
    return path, path.with_name(f"{path.stem}{CASES}")


def _yaml(folder: Path, pattern: str) -> Iterator[Path]:
    return (file for file in folder.glob(pattern) if not is_stray(file))


def _unread(folder: Path) -> tuple[Path, ...]:
    return tuple(entry for entry in sorted(folder.iterdir()) if _seems_meant(entry))


def _seems_meant(entry: Path) -> bool:
    """Return whether a person may expect this to be read as rules."""
    if entry.is_dir():
        return not entry.name.startswith(".") and any(entry.rglob("*.y*ml"))
    if is_stray(entry):
        return Path(entry.name.strip("#~")).suffix in _ENDINGS
    return bool(_ENDINGS.intersection(entry.suffixes[:-1]))


def _read(
    rules: Sequence[Path],
    cases: Sequence[Path],
    asked: set[Path],
    settings: Settings | None,
    plans: Path | None = None,
) -> RuleFileSet:
    kinds = settings.kinds if settings else BUILT_IN
    attributes = settings.attributes if settings else None
    routing = settings.routing if settings else None
    names = frozenset(map(str, asked))
    return _together(
        lambda: load(rules, kinds, attributes, routing, plans),
        [partial(YamlSource.read, file) for file in cases],
        names,
        settings,
    )


def read_texts(
    rules: Mapping[str, str], cases: Mapping[str, str], asked: frozenset[str], settings: Settings
) -> RuleFileSet:
    """Read a rule set of texts by file name, such as a folder with a file as a person types it.

    Args:
        rules: The texts of rule files, and of plans under names that end in PLAN.
        cases: The texts of files of cases.
        asked: The names of the files that were asked for.
        settings: The kinds and policies that rules may name.
    """
    return _together(
        lambda: from_texts(rules, settings.kinds, settings.attributes, settings.routing),
        [partial(YamlSource, name, text) for name, text in sorted(cases.items())],
        asked,
        settings,
    )


def _together(
    read_rules: Callable[[], Rulebook],
    read_each: Sequence[Callable[[], YamlSource]],
    asked: frozenset[str],
    settings: Settings | None,
) -> RuleFileSet:
    """Read rules, then the cases beside them, and gather every mistake of both."""
    mistakes: list[Mistake] = []
    rulebook = None
    try:
        rulebook = read_rules()
        mistakes += refused_texts(rulebook.plans)
    except MistakesError as error:
        mistakes += error.mistakes
    found: list[Case] = []
    kinds = settings.kinds if settings else BUILT_IN
    attributes = settings.attributes if settings else None
    for read_one in read_each:
        try:
            source = read_one()
        except MistakesError as error:
            mistakes += error.mistakes
            continue
        known = (rulebook.rules, rulebook.plans.schedules) if rulebook else (None, None)
        found += read_cases(source, kinds, known[0], attributes, known[1])
        mistakes += source.mistakes
    return RuleFileSet(rulebook, tuple(found), asked, tuple(mistakes))
