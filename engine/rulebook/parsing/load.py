"""Rule files to a rulebook: all or nothing, with every mistake of every file at once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from engine.errors import Mistake, MistakesError
from engine.measures.comparison import Comparison
from engine.measures.measure import Finding, Measure
from engine.model.event_kinds import Kind
from engine.model.routing import RoutingSettings
from engine.model.rule import Rule, Severity
from engine.rulebook.core.condition_walks import positive, with_rules
from engine.rulebook.core.conditions import Condition
from engine.rulebook.core.figures import Figure, WeeksUntil
from engine.rulebook.core.rulebook import CheckedRule, Rulebook
from engine.rulebook.parsing.cross_checks import check_rules
from engine.rulebook.parsing.policy_checks import check_routing
from engine.rulebook.parsing.reading import Reading, WrittenFigure, nearest
from engine.rulebook.parsing.rule_parser import WrittenRule, read_file
from engine.rulebook.plans.plan_parser import read_plans
from engine.rulebook.plans.plans import Plans
from engine.yaml_source import YamlSource

# Ends the name of a file of plans among the files of an accepted set.
PLAN = " (plan)"


def load(
    paths: Sequence[Path] | Path,
    kinds: Mapping[str, Kind],
    attributes: frozenset[str] | None = None,
    routing: RoutingSettings | None = None,
    plans: Path | None = None,
) -> Rulebook:
    """Load the rulebook of rule files or folders.

    Args:
        paths: Rule files or folders.
        kinds: Every kind of event, by name.
        attributes: The attributes that clients may have; None if they are not known.
        routing: The routing policies; None if any policy may be named.
        plans: The folder of the schedules that serve with them, if there is one.

    Raises:
        MistakesError: The files hold mistakes; it names all of them.
    """
    mistakes: list[Mistake] = []
    sources = _sources([paths] if isinstance(paths, Path) else paths, "rule", mistakes)
    planned = _sources([plans], "plan", mistakes) if plans is not None and plans.exists() else []
    return _load(sources, planned, kinds, attributes, routing, mistakes)


def load_plans(
    path: Path, kinds: Mapping[str, Kind], attributes: frozenset[str] | None = None
) -> Plans:
    """Load the schedules of a folder or a file alone; a folder that is not there holds none.

    Raises:
        MistakesError: It holds all mistakes in them.
    """
    mistakes: list[Mistake] = []
    sources = _sources([path], "plan", mistakes) if path.exists() else []
    plans = read_plans([Reading(source, kinds, attributes=attributes) for source in sources])
    mistakes += [mistake for source in sources for mistake in source.mistakes]
    if mistakes:
        raise MistakesError(mistakes)
    return plans


def _sources(paths: Sequence[Path], what: str, mistakes: list[Mistake]) -> list[YamlSource]:
    """Read the files that paths mean; what cannot be read is among the mistakes."""
    sources: list[YamlSource] = []
    for path in paths:
        files = rule_files(path)
        mistakes += [
            Mistake(str(file), 0, 0, "is not read; name it *.yaml") for file in _misnamed(path)
        ]
        if not files:
            mistakes.append(Mistake(str(path), 0, 0, f"holds no {what} files (*.yaml)"))
        for file in files:
            try:
                sources.append(YamlSource.read(file))
            except MistakesError as error:
                mistakes += error.mistakes
    return sources


def rule_files(path: Path) -> list[Path]:
    """Return the rule files of a folder, or the file itself."""
    if not path.is_dir():
        return [path]
    return sorted(
        file
        for file in path.glob("*.yaml")
        if not file.name.endswith(".cases.yaml") and not is_stray(file)
    )


def is_stray(path: Path) -> bool:
    """Return whether a program left this beside the real files, as a lock or a copy.

    Editors, Macs and Office leave names such as `.#r.yaml`, `._r.yaml`, `~$r.yaml` and `r.yaml~`. A
    pipe or a device counts too, because it would block its reader.
    """
    left = path.name.startswith((".", "#", "~")) or path.name.endswith(("#", "~"))
    return left or (path.exists() and not path.is_file() and not path.is_dir())


def _misnamed(folder: Path) -> list[Path]:
    """Return files that people probably mean for Handrail, though the folder would skip them."""
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
    """Return the rulebook of texts by file name, such as the texts of an accepted rule set.

    Args:
        files: The texts by file name.
        kinds: Every kind of event, by name.
        attributes: The attributes that clients may have; None if they are not known.
        routing: The routing policies; None if any policy may be named.

    Raises:
        MistakesError: The texts hold mistakes; it names all of them.
    """
    rules: list[YamlSource] = []
    plans: list[YamlSource] = []
    for name, text in sorted(files.items()):
        part = plans if name.endswith(PLAN) else rules
        part.append(YamlSource(name.removesuffix(PLAN), text))
    return _load(rules, plans, kinds, attributes, routing, [])


def _load(
    sources: list[YamlSource],
    planned: list[YamlSource],
    kinds: Mapping[str, Kind],
    attributes: frozenset[str] | None,
    routing: RoutingSettings | None,
    mistakes: list[Mistake],
) -> Rulebook:
    readings = [Reading(source, kinds, attributes=attributes) for source in sources]
    written = [rule for reading in readings for rule in read_file(reading)]
    _check_figures(readings)
    resolved = check_rules(
        written, complete=not mistakes and all(source.root is not None for source in sources)
    )
    if routing is not None:
        check_routing(written, routing)
    plans = read_plans([Reading(source, kinds, attributes=attributes) for source in planned])
    if planned:
        _check_messages(written, plans)
    every = (*sources, *planned)
    mistakes = mistakes + [mistake for source in every for mistake in source.mistakes]
    if mistakes:
        raise MistakesError(mistakes)
    figures = [_figure(one, resolved) for reading in readings for one in reading.figures]
    texts = {source.name: source.text for source in sources}
    texts |= {f"{source.name}{PLAN}": source.text for source in planned}
    tunables = [
        one for reading in readings for one in sorted(reading.tunables, key=attrgetter("begin"))
    ]
    return Rulebook(checked_rules(written, resolved), texts, figures, plans, tunables)


def _check_messages(written: list[WrittenRule], plans: Plans) -> None:
    for rule in written:
        name = rule.texts.get("message_client")
        if name and name not in plans.messages:
            hint = nearest(name, plans.messages)
            text = f"the plans have no message '{name}'{hint}"
            rule.reading.mistake(rule.nodes["message_client"], text)


def _check_figures(readings: Sequence[Reading]) -> None:
    known: set[str] = set()
    for reading in readings:
        for one in reading.figures:
            if one.figure.id in known:
                reading.mistake(one.node, f"the figure '{one.figure.id}' stands twice")
            known.add(one.figure.id)


def _figure(written: WrittenFigure, resolved: dict[str, Condition]) -> Figure:
    """Return the figure with the conditions of rules put in."""
    figure = written.figure
    if figure.counted_if is not None:
        figure = replace(figure, counted_if=positive(with_rules(figure.counted_if, resolved)))
    match figure.of:
        case WeeksUntil(when, less):
            return replace(figure, of=WeeksUntil(positive(with_rules(when, resolved)), less))
        case Measure():
            finding = Finding(figure.of, Comparison("at_least", 0))
            changed = positive(with_rules(finding, resolved))
            assert isinstance(changed, Finding)
            return replace(figure, of=changed.measure)
        case condition:
            return replace(figure, of=positive(with_rules(condition, resolved)))


def checked_rules(
    written: list[WrittenRule], resolved: dict[str, Condition]
) -> dict[str, CheckedRule]:
    """Return the rules by id in the order written, each put into those that refer to it."""
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
        message_client=rule.texts.get("message_client", ""),
        tell_supporters=rule.tell_supporters,
        reason=rule.texts.get("reason", ""),
    )
