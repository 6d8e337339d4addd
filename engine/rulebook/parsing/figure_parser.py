"""Read figures: a measure without a comparison, a condition, or the weeks until a rule held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import yaml

from engine.measures.field_values import Latest
from engine.measures.measure import Measure, Number
from engine.model.report_parts import REPORT_PARTS
from engine.rulebook.core.conditions import Condition, RuleHolds
from engine.rulebook.core.figures import Figure, WeeksUntil
from engine.rulebook.language.measure_specs import FORMS
from engine.rulebook.language.units import OPERATORS, parse_number
from engine.rulebook.language.vocabulary import FIGURE, WEEKS_UNTIL, required
from engine.rulebook.parsing.condition_parser import read_condition, read_scorecard
from engine.rulebook.parsing.evidence_parser import read_evidence
from engine.rulebook.parsing.measure_parser import read_measure
from engine.rulebook.parsing.reading import Reading, WrittenFigure, parse_id


def read_figures(reading: Reading, node: yaml.Node | None) -> list[WrittenFigure]:
    """Read the figures of a file; those with mistakes are left out."""
    found = []
    for item in reading.items(node, "'figures:'") if node is not None else ():
        parts = reading.mapping(item, FIGURE, "a figure", required(FIGURE))
        figure_id = reading.parsed(parts["id"], "id", parse_id) if "id" in parts else None
        title = reading.word(parts["title"], "title") if "title" in parts else None
        of = _read_figure(reading, parts["figure"]) if "figure" in parts else None
        otherwise = reading.parsed(parts["else"], "else", parse_number) if "else" in parts else None
        if figure_id is not None and title is not None and of is not None:
            figure = _described(reading, Figure(figure_id, title, of, otherwise), parts)
            found.append(WrittenFigure(item, figure))
    return found


def _described(reading: Reading, figure: Figure, parts: Mapping[str, yaml.Node]) -> Figure:
    """Return the figure with what reports need to know of it."""
    report = (
        reading.one_of(parts["report"], REPORT_PARTS, "part of a report")
        if "report" in parts
        else None
    )
    if report is not None and not _is_reported(reading, figure):
        reading.mistake(
            parts["figure"], "a report needs a number, yes or no, or weeks; add a comparison"
        )
    missing = reading.text(parts["missing"], "missing", 120) if "missing" in parts else None
    reading.findings = 0
    counted_if = read_condition(reading, parts["counted_if"]) if "counted_if" in parts else None
    evidence = read_evidence(reading, parts["evidence"]) if "evidence" in parts else None
    return replace(
        figure, counted_if=counted_if, report=report, missing=missing or "", evidence=evidence
    )


def _is_reported(reading: Reading, figure: Figure) -> bool:
    """Return whether a report can count or average what the figure gives."""
    match figure.of:
        case Latest(kind, field) if isinstance(kind, str):
            return reading.kinds[kind].fields[field].type == "number"
        case Number() | WeeksUntil():
            return True
        case _:
            return figure.is_yes_or_no


def _read_figure(reading: Reading, node: yaml.Node) -> Measure | Condition | WeeksUntil | None:
    keys = {key.value for key, _ in node.value} if isinstance(node, yaml.MappingNode) else set()
    if "weeks_until" in keys:
        parts = reading.mapping(node, WEEKS_UNTIL, "'weeks_until:'", required(WEEKS_UNTIL))
        rule_id = reading.word(parts["weeks_until"], "weeks_until")
        less = reading.whole(parts["less"], "less") if "less" in parts else 0
        if rule_id is None or less is None:
            return None
        reading.referred.append((rule_id, parts["weeks_until"]))
        return WeeksUntil(RuleHolds(rule_id), less)
    reading.findings = 0
    if keys.isdisjoint(OPERATORS) and "points" in keys:
        return read_scorecard(reading, node)
    head = next((word for word in FORMS if word in keys), None)
    if head is not None and keys.isdisjoint(OPERATORS):
        return read_measure(reading, node, head)
    return read_condition(reading, node)
