"""Collects the figures of a cohort for the report of outcomes, client by client; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.studies.outcome_report import OutcomeGroup, ReportedFigure, ValueSort


@dataclass(slots=True)
class FigureValues:
    """One figure's values, by the number of the client.

    Attributes:
        sort: What the values are.
        counted: The clients whom the figure counts, in whatever version of its instrument.
        value: The value of each of these who has one; 1 is yes, and of a stay it is the weeks.
        left: Of a stay, the clients who left then; the others were last watched then.
    """

    sort: ValueSort
    counted: set[int]
    value: dict[int, float] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)


@dataclass(slots=True)
class OutcomeTally:
    """The clients of a cohort, each known by a number from 0.

    Attributes:
        watched: By client, the weeks from their enrolment for which they were watched.
        groups: The clients of each group but the total.
        values: The values of each figure.
        counted: By the id of a figure, the clients whom it counts.
    """

    watched: list[float] = field(default_factory=list)
    groups: dict[OutcomeGroup, list[int]] = field(default_factory=lambda: defaultdict(list))
    values: dict[ReportedFigure, FigureValues] = field(default_factory=dict)
    counted: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add_client(self, watched: float, groups: Mapping[str, Iterable[str]]) -> int:
        """Add a client and return their number.

        Args:
            watched: The weeks from their enrolment for which they were watched.
            groups: The values of each attribute of the breakdowns; a client may have several.
        """
        client = len(self.watched)
        self.watched.append(watched)
        for attribute, values in groups.items():
            for value in values:
                self.groups[OutcomeGroup(attribute, value)].append(client)
        return client

    def of(self, measured: ReportedFigure, sort: ValueSort) -> FigureValues:
        """Return the values of a figure, to add to; versions of an instrument stand apart."""
        if measured not in self.values:
            self.values[measured] = FigureValues(sort, self.counted[measured.id])
        return self.values[measured]
