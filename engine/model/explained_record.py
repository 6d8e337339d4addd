"""What each part of a mapping made of one record, and why not."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from engine.model.source_settings import Place


class MappingOutcome(StrEnum):
    """What a part of a mapping made of a record."""

    MADE = "made"
    NOT_MADE = "not made"  # its conditions do not hold
    TAKEN_BACK = "taken back"  # it takes the event of the record's id back
    SKIPPED = "skipped"  # the record is passed over as a whole
    REJECTED = "rejected"  # it cannot be read


class ExplainedStep(NamedTuple):
    """One part of a mapping.

    Attributes:
        place: Where it stands in the source's item of the configuration.
        name: What it is about, such as `test` or `skip_when`.
        outcome: What it made.
        said: The values that it made, or why it made none.
    """

    place: Place
    name: str
    outcome: MappingOutcome
    said: str


class ExplainedRecord(NamedTuple):
    """One record, at a line of an item, and what became of it step by step."""

    item: str
    line: int
    text: str
    steps: tuple[ExplainedStep, ...]
