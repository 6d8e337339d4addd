"""Read the evidence that a rule or a figure rests on."""

from __future__ import annotations

import yaml

from engine.model.rule import GRADES, Evidence
from engine.rulebook.language.vocabulary import EVIDENCE, required
from engine.rulebook.parsing.reading import Reading


def read_evidence(reading: Reading, node: yaml.Node) -> Evidence | None:
    """Read `evidence:`; None after a mistake in its grade."""
    parts = reading.mapping(node, EVIDENCE, "'evidence:'", required(EVIDENCE))
    grade = (
        reading.one_of(parts["grade"], GRADES, "grade of evidence") if "grade" in parts else None
    )
    source = reading.word(parts["source"], "source") if "source" in parts else None
    return None if grade is None else Evidence(grade, source or "")
