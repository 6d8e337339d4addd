"""Read the rules of a file, except for checks across rules."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from engine.measures.comparison import Where
from engine.measures.field_values import Scores
from engine.measures.signal import Signal
from engine.model.duration import Duration
from engine.model.event_kinds import shared
from engine.model.nearest_word import nearest_word
from engine.model.rule import SEVERITIES, STATUSES, Evidence, Severity, Status
from engine.model.supporter_news import TOPICS, SupporterNews
from engine.rulebook.core.conditions import AllOf, AnyOf, Condition, Points
from engine.rulebook.language.units import NO, YES, parse_number
from engine.rulebook.language.vocabulary import (
    FILE,
    NAME,
    PART,
    RAISE,
    RULE,
    SUPPORTERS,
    DurationKey,
    TextKey,
    required,
)
from engine.rulebook.parsing.comparison_parser import read_where
from engine.rulebook.parsing.condition_parser import read_condition, read_items
from engine.rulebook.parsing.evidence_parser import read_evidence
from engine.rulebook.parsing.figure_parser import read_figures
from engine.rulebook.parsing.measure_parser import read_applies_to
from engine.rulebook.parsing.reading import NAMED, Named, Reading, parse_id
from engine.rulebook.parsing.tunable_parser import read_tunable

# Stands for conditions with a mistake; nothing satisfies it.
UNREAD = AnyOf(())


@dataclass(slots=True)
class WrittenRule:
    """A rule as it stands in its file, with the nodes at which later mistakes can be noted."""

    reading: Reading
    node: yaml.Node
    nodes: dict[str, yaml.Node]
    id: str
    written_when: Condition
    applies_to: tuple[Condition, ...] = ()
    status: Status = "draft"
    severity: Severity = "medium"
    raises: tuple[tuple[Severity, Condition], ...] = ()
    hold: Duration = 0
    clears_after: Duration = 0
    remind: Duration | None = None
    tell_again: Duration | None = None
    quiets: tuple[str, ...] = ()
    notify: str | None = None
    evidence: Evidence | None = None
    tell_supporters: SupporterNews | None = None
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def when(self) -> Condition:
        """The condition under which the rule holds for a client."""
        return (
            AllOf((*self.applies_to, self.written_when)) if self.applies_to else self.written_when
        )


def read_file(reading: Reading) -> list[WrittenRule]:
    """Return the rules of a file that could be read; the source notes all mistakes."""
    parts = reading.keys_of_file(FILE, "a rule file", "rules")
    _read_lists(reading, parts.get("lists"))
    read_scores(reading, parts.get("scores"))
    read_signals(reading, parts.get("signals"))
    _read_phrases(reading, parts.get("phrases"))
    _read_scorecards(reading, parts.get("scorecards"))
    items = reading.items(parts["rules"], "'rules:'") if "rules" in parts else []
    rules = [rule for rule in (_read_rule(reading, item) for item in items) if rule is not None]
    reading.figures = read_figures(reading, parts.get("figures"))
    for name in NAMED:
        _say_unasked(reading, parts.get(name), name)
    return rules


def _read_lists(reading: Reading, node: yaml.Node | None) -> None:
    for name, value in _named(reading, node, "lists"):
        if any(
            name in field.choices
            for kind in reading.kinds.values()
            for field in kind.fields.values()
        ):
            reading.mistake(
                value, f"'{name}' is already a value of a field; give the list another name"
            )
        items = reading.items(value, f"the list '{name}'")
        words = [(reading.word(item, "a list's item"), item) for item in items]
        reading.lists[name] = tuple((word, item) for word, item in words if word is not None)


def read_scores(reading: Reading, node: yaml.Node | None) -> None:
    """Add a file's scores to the names that its conditions may use."""
    for name, value in _named(reading, node, "scores"):
        if not isinstance(value, yaml.MappingNode) or not value.value:
            reading.mistake(value, f"the scores '{name}' must be written as 'word: number' pairs")
            continue
        worth = [
            (str(word.value), reading.parsed(number, f"the worth of '{word.value}'", parse_number))
            for word, number in value.value
        ]
        reading.score_words |= {(name, str(word.value)): word for word, _ in value.value}
        known = tuple((word, number) for word, number in worth if number is not None)
        reading.scores[name] = Scores(name, known)


def read_signals(reading: Reading, node: yaml.Node | None) -> None:
    """Add a file's signals to the kinds of events that its conditions may name."""
    kinds = dict(reading.kinds)
    for name, value in _named(reading, node, "signals"):
        if name in reading.kinds:
            text = f"'{name}' is already a kind of event; give the signal another name"
            reading.mistake(value, text)
            continue
        items = reading.items(value, f"the signal '{name}'")
        parts = [part for part in (_read_part(reading, item) for item in items) if part is not None]
        if parts and len(parts) == len(items):
            reading.signals[name] = Signal(name, tuple(parts))
        # One that could not be read counts as known, so that only its own mistakes are noted.
        kinds[name] = shared(name, [reading.kinds[kind] for kind, _ in parts])
    reading.kinds = kinds


def _read_part(reading: Reading, node: yaml.Node) -> tuple[str, Where] | None:
    """Read a kind, or a kind with a `where:`."""
    parts = {"kind": node}
    if isinstance(node, yaml.MappingNode):
        parts = reading.mapping(node, PART, "a part of a signal", required(PART))
    if "kind" not in parts:
        return None
    kind = reading.one_of(parts["kind"], reading.kinds, "kind of event")
    where = read_where(reading, parts.get("where"), kind) if kind else None
    return None if kind is None or where is None else (kind, where)


def _read_phrases(reading: Reading, node: yaml.Node | None) -> None:
    # A phrase may use only those above it, so that none can go in a circle.
    for name, value in _named(reading, node, "phrases"):
        reading.phrases[name] = read_condition(reading, value)


def _read_scorecards(reading: Reading, node: yaml.Node | None) -> None:
    for name, value in _named(reading, node, "scorecards"):
        reading.findings = 0
        items = read_items(reading, value)
        reading.scorecards[name] = None if items is None else Points(items, name)


def _say_unasked(reading: Reading, node: yaml.Node | None, what: Named) -> None:
    """Point from a missing name to a similar name that nothing asks for."""
    missed = reading.missed[what]
    for name, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        asked = name.value in reading.asked[what]
        if not asked and (wanted := nearest_word(name.value, missed)):
            line = missed[wanted].start_mark.line + 1
            reading.mistake(
                name,
                f"nothing asks for '{name.value}', and line {line} for '{wanted}', which is "
                "not here",
            )


def _named(reading: Reading, node: yaml.Node | None, what: str) -> list[tuple[str, yaml.Node]]:
    if node is None:
        return []
    if not isinstance(node, yaml.MappingNode):
        reading.mistake(node, f"'{what}:' must be written as 'name: …' pairs")
        return []
    named = [(key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
    for key, _ in named:
        if not NAME.fullmatch(key.value) or key.value in YES | NO:
            reading.mistake(key, f"'{key.value}' is not a name; use small letters, digits and _")
    return [(key.value, value) for key, value in named]


def _read_rule(reading: Reading, node: yaml.Node) -> WrittenRule | None:
    """Read a rule whose id could be read, so that others may name it despite its mistakes."""
    parts = reading.mapping(node, RULE, "a rule", required(RULE))
    if not parts:
        return None
    rule_id = reading.parsed(parts["id"], "id", parse_id) if "id" in parts else None
    when = read_condition(reading, parts["when"]) if "when" in parts else None
    applies = read_applies_to(reading, parts["applies_to"]) if "applies_to" in parts else ()
    rule = WrittenRule(reading, node, parts, rule_id or "", when or UNREAD, tuple(applies))
    _read_words(rule)
    _read_durations(rule)
    _read_raise(rule)
    _read_supporters(rule)
    if "evidence" in parts:
        rule.evidence = read_evidence(rule.reading, rule.nodes["evidence"])
    if "quiets" in parts:
        ids = [reading.word(item, "an id") for item in reading.items(parts["quiets"], "'quiets:'")]
        rule.quiets = tuple(word for word in ids if word is not None)
    return rule if rule_id is not None else None


def _read_words(rule: WrittenRule) -> None:
    reading, nodes = rule.reading, rule.nodes
    if "status" in nodes:
        rule.status = reading.one_of(nodes["status"], STATUSES, "status") or rule.status
    if "severity" in nodes:
        rule.severity = reading.one_of(nodes["severity"], SEVERITIES, "severity") or rule.severity
    for word, key in RULE.items():
        if word in nodes and isinstance(key.shape, TextKey):
            rule.texts[word] = reading.text(nodes[word], word, key.shape.longest) or ""
    rule.notify = rule.texts.get("notify")


def _read_durations(rule: WrittenRule) -> None:
    written = [
        word
        for word, key in RULE.items()
        if isinstance(key.shape, DurationKey) and word in rule.nodes
    ]
    before = len(rule.reading.source.mistakes)
    lengths = {word: rule.reading.duration(rule.nodes[word], word) for word in written}
    if len(rule.reading.source.mistakes) == before:
        read_tunable(rule.reading, rule.node, rule.nodes, _read_lengths)
    rule.hold = lengths.get("hold") or 0
    rule.clears_after = lengths.get("clears_after") or 0
    rule.remind = lengths.get("remind")
    rule.tell_again = lengths.get("tell_again")
    if rule.remind and rule.tell_again:
        text = "choose one of remind: and tell_again:; a reminder would tell people again too soon"
        rule.reading.mistake(rule.nodes["tell_again"], text)


def _read_supporters(rule: WrittenRule) -> None:
    node = rule.nodes.get("tell_supporters")
    if node is None:
        return
    parts = rule.reading.mapping(node, SUPPORTERS, "'tell_supporters:'", required(SUPPORTERS))
    of = rule.reading.one_of(parts["of"], TOPICS, "topic") if "of" in parts else None
    after = rule.reading.duration(parts["after"], "after") if "after" in parts else 0
    if of is None or after is None:
        return
    if rule.severity == "urgent":
        text = "what is urgent is for staff alone, and a person decides whether supporters hear"
        rule.reading.mistake(node, text)
    elif of == "milestones" and rule.severity != "low":
        text = f"a milestone is good news, so its rule is 'severity: low', not {rule.severity}"
        rule.reading.mistake(parts["of"], text)
    rule.tell_supporters = SupporterNews(of, after)


def _read_lengths(reading: Reading, node: yaml.Node) -> None:
    """Read a rule's durations alone."""
    for word, value in _scalars(node).items():
        if isinstance(getattr(RULE.get(word), "shape", None), DurationKey):
            reading.duration(value, word)


def _scalars(node: yaml.Node) -> dict[str, yaml.Node]:
    assert isinstance(node, yaml.MappingNode)
    return {key.value: value for key, value in node.value}


def _read_raise(rule: WrittenRule) -> None:
    node = rule.nodes.get("raise")
    if node is None:
        return
    several = isinstance(node, yaml.SequenceNode)
    found: dict[Severity, Condition] = {}
    for item in rule.reading.items(node, "'raise:'") if several else [node]:
        parts = rule.reading.mapping(item, RAISE, "'raise:'", required(RAISE))
        to = rule.reading.one_of(parts["to"], SEVERITIES, "severity") if "to" in parts else None
        when = read_condition(rule.reading, parts["when"]) if "when" in parts else None
        if to and SEVERITIES.index(to) >= SEVERITIES.index(rule.severity):
            text = f"raise goes up: '{to}' is not above '{rule.severity}'"
            rule.reading.mistake(parts["to"], text)
        elif to in found:
            text = f"'{to}' stands twice in raise:; join the two conditions with any:"
            rule.reading.mistake(parts["to"], text)
        elif to is not None:
            found[to] = when or UNREAD
    rule.raises = tuple(found.items())
