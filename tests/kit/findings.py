"""A finding as the reader makes it of a written condition."""

from __future__ import annotations

from engine.measures.measure import Finding
from engine.rulebook.parsing.condition_parser import read_condition
from engine.rulebook.parsing.reading import Reading
from engine.rulebook.parsing.rule_parser import read_scores, read_signals
from engine.yaml_source import YamlSource
from tests.kit.generated import LISTS, SCORES, SIGNALS
from tests.kit.generated_people import KINDS
from tests.kit.generated_rules import written


def finding_of(condition: str) -> Finding:
    """Read a condition that may name the generated lists, scores and signals."""
    source = YamlSource("condition.yaml", condition)
    assert source.root
    lists = {name: tuple((word, source.root) for word in words) for name, words in LISTS.items()}
    reading = Reading(source, KINDS, lists=lists)
    read_scores(reading, YamlSource("scores.yaml", written(SCORES)).root)
    read_signals(reading, YamlSource("signals.yaml", written(SIGNALS)).root)
    finding = read_condition(reading, source.root)
    assert isinstance(finding, Finding), source.mistakes
    return finding
