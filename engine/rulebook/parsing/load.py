"""From rule files to a rulebook: all or nothing, with every mistake of every file at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.errors import Mistake, MistakesError
from engine.model.kinds import Kind
from engine.model.routing import RoutingSettings
from engine.model.rule import Rule, Severity
from engine.rulebook.core.condition_walks import positive, with_rules
from engine.rulebook.core.conditions import Condition
from engine.rulebook.core.rulebook import CheckedRule, Rulebook
from engine.rulebook.parsing.cross_checks import check_rules
from engine.rulebook.parsing.policy_checks import check_routing
from engine.rulebook.parsing.reading import Reading
from engine.rulebook.parsing.rule_parser import WrittenRule, read_file
from engine.yaml_source import YamlSource


def load(
    paths: Sequence[Path] | Path,
    kinds: Mapping[str, Kind],
    attributes: frozenset[str] | None = None,
    routing: RoutingSettings | None = None,
) -> Rulebook:
    """The rulebook of rule files, or of folders of them; MistakesError holds every mistake in all of them.

    Where `routing` is None, any policy may be named.
    """
    sources: list[YamlSource] = []
    mistakes: list[Mistake] = []
    for path in [paths] if isinstance(paths, Path) else paths:
        files = rule_files(path)
        mistakes += [
            Mistake(str(file), 0, 0, "is not read; name it *.yaml") for file in _misnamed(path)
        ]
        if not files:
            mistakes.append(Mistake(str(path), 0, 0, "holds no rule files (*.yaml)"))
        for file in files:
            try:
                sources.append(YamlSource.read(file))
            except MistakesError as error:
                mistakes += error.mistakes
    return _load(sources, kinds, attributes, routing, mistakes)


def rule_files(path: Path) -> list[Path]:
    """The rule files of a folder, or the file itself."""
    if not path.is_dir():
        return [path]
    return sorted(
        file
        for file in path.glob("*.yaml")
        if not file.name.endswith(".cases.yaml") and not is_stray(file)
    )


def is_stray(path: Path) -> bool:
    """Whether a program left this beside the real files: a lock, a copy, or something to read from.

    Editors, Macs and Office leave names such as `.#r.yaml`, `._r.yaml`, `~$r.yaml` and `r.yaml~`. A
    pipe or a device would block whoever reads it.
    """
    left = path.name.startswith((".", "#", "~")) or path.name.endswith(("#", "~"))
    return left or (path.exists() and not path.is_file() and not path.is_dir())


def _misnamed(folder: Path) -> list[Path]:
    """Files that somebody means to be read, and that the folder would pass over in silence."""
    endings = {".yml", ".yaml"}
    return sorted(
        file
        for file in folder.glob("*")
        if file.suffix.lower() in endings and file.suffix != ".yaml" and not is_stray(file)
    )


def from_texts(
    files: Mapping[str, str],
    kinds: Mapping[str, Kind],
    attributes: frozenset[str] | None = None,
    routing: RoutingSettings | None = None,
) -> Rulebook:
    """The rulebook of texts by file name, such as were stored when they were accepted."""
    return _load(
        [YamlSource(name, text) for name, text in sorted(files.items())],
        kinds,
        attributes,
        routing,
        [],
    )


def _load(
    sources: list[YamlSource],
    kinds: Mapping[str, Kind],
    attributes: frozenset[str] | None,
    routing: RoutingSettings | None,
    mistakes: list[Mistake],
) -> Rulebook:
    written = [
        rule
        for source in sources
        for rule in read_file(Reading(source, kinds, attributes=attributes))
    ]
    resolved = check_rules(
        written, complete=not mistakes and all(source.root is not None for source in sources)
    )
    if routing is not None:
        check_routing(written, routing)
    mistakes = mistakes + [mistake for source in sources for mistake in source.mistakes]
    if mistakes:
        raise MistakesError(mistakes)
    return Rulebook(_checked(written, resolved), {source.name: source.text for source in sources})


def _checked(written: list[WrittenRule], resolved: dict[str, Condition]) -> dict[str, CheckedRule]:
    """The rules by id in the order written, each put into those that refer to it."""
    checked = {}
    for rule in written:
        when = positive(resolved[rule.id])
        raises = tuple(
            (severity, positive(with_rules(condition, resolved)))
            for severity, condition in rule.raises
        )
        checked[rule.id] = CheckedRule(_rule(rule, when, raises), rule, when, raises)
    return checked


def _rule(
    rule: WrittenRule, when: Condition, raises: tuple[tuple[Severity, Condition], ...]
) -> Rule:
    logic = repr((when, raises, rule.severity, rule.hold, rule.clears_after))
    return Rule(
        id=rule.id,
        version=hashlib.sha256(logic.encode()).hexdigest(),
        title=rule.texts.get("title", ""),
        status=rule.status,
        severity=rule.severity,
        why=rule.texts.get("why", ""),
        evidence=rule.evidence,
        hold=rule.hold,
        clears_after=rule.clears_after,
        remind=rule.remind,
        tell_again=rule.tell_again,
        quiets=rule.quiets,
        notify=rule.notify,
        advice=rule.texts.get("advice", ""),
        reason=rule.texts.get("reason", ""),
    )
