"""The rows of the report of outcomes, computed from the figures of all clients; pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.model.enrolment_cohort import EnrolmentCohort
from engine.model.instant import Instant
from engine.studies.censoring import Bools
from engine.studies.intervals import average, wilson
from engine.studies.kaplan_meier import StayCurve
from engine.studies.outcome_report import (
    OutcomeCell,
    OutcomeGroup,
    OutcomeReport,
    OutcomeRow,
    ReportedFigure,
    ValueSort,
)
from engine.studies.outcome_tally import FigureValues, OutcomeTally
from engine.studies.resampling import Estimate
from engine.studies.small_cells import hidden_cells, is_small

# The weeks after enrolment at which a stay is shown, if enough clients are still watched.
WEEKS = (4, 12, 24, 52, 104)


def outcome_report(
    tally: OutcomeTally,
    cohort: EnrolmentCohort,
    until: Instant,
    order: Sequence[str],
    weeks: Sequence[int] = WEEKS,
) -> OutcomeReport:
    """Compute the report.

    Args:
        tally: The figures of all clients of the cohort.
        cohort: Whom it is about.
        until: The last instant that it knows of.
        order: The ids of the figures, in the order of the rows.
        weeks: The weeks after enrolment at which stays are shown, ascending.
    """
    table = _Table(tally)
    rows: list[OutcomeRow] = []
    in_order = sorted(
        tally.values.items(), key=lambda item: (order.index(item[0].id), item[0].version)
    )
    for of, values in in_order:
        if values.sort is ValueSort.STAY:
            rows += table.stays(of, values, weeks)
        else:
            rows.append(table.row(of, values))
    return OutcomeReport(cohort, until, table.groups, table.clients(), tuple(rows))


class _Table:
    """The groups of a report, as the columns that all rows share."""

    def __init__(self, tally: OutcomeTally) -> None:
        self.groups = (OutcomeGroup(), *sorted(tally.groups))
        self._watched = np.array(tally.watched, float)
        self._inside = np.zeros((len(self.groups), len(self._watched)), bool)
        self._inside[0] = True
        for place, group in enumerate(self.groups[1:], 1):
            self._inside[place, tally.groups[group]] = True
        # Clients who are in the same groups are one atom.
        self._members, atoms = np.unique(self._inside.astype(int), axis=1, return_inverse=True)
        self._atoms = atoms.ravel()
        names = dict.fromkeys(group.attribute for group in self.groups[1:])
        self._breakdowns = [
            [place for place, group in enumerate(self.groups) if place and group.attribute == name]
            for name in names
        ]
        self._everybody = np.ones(len(self._watched), bool)
        nothing = np.zeros(len(self.groups), bool)
        self._gone = self._hidden([self._everybody], nothing)

    def clients(self) -> tuple[OutcomeCell | None, ...]:
        """Return how many clients each group has, and how long they were watched."""
        return tuple(
            None if gone else self._cell(here, here, None, Estimate(None))
            for here, gone in zip(self._inside, self._gone.tolist(), strict=True)
        )

    def row(self, of: ReportedFigure, values: FigureValues) -> OutcomeRow:
        """Return the row of a share or an average."""
        counted, number = self._arrays(values)
        known = counted & ~np.isnan(number)
        yes = known & (number > 0)
        is_share = values.sort is ValueSort.SHARE
        parts = [yes, known & ~yes] if is_share else []
        hidden = self._hidden([known, *parts], self._gone)
        cells: list[OutcomeCell | None] = []
        for here, gone in zip(self._inside, hidden.tolist(), strict=True):
            if gone:
                cells.append(None)
            elif not is_share:
                numbers = number[here & known]
                mean = average(numbers)
                if values.sort is ValueSort.PART:
                    mean = _within_one(mean)
                cells.append(self._cell(here & known, here & counted, None, mean))
            else:
                so = int(np.count_nonzero(here & yes))
                share = wilson(so, int(np.count_nonzero(here & known)))
                cells.append(self._cell(here & known, here & counted, so, share))
        return OutcomeRow(of, values.sort, tuple(cells))

    def stays(
        self, of: ReportedFigure, values: FigureValues, at: Sequence[int]
    ) -> list[OutcomeRow]:
        """Return the rows of a stay, one a week."""
        counted, weeks = self._arrays(values)
        left = np.isin(np.arange(len(self._watched)), list(values.left))
        inside = self._inside & counted
        curves = [StayCurve.of(weeks[here], left[here]) for here in inside]
        rows = []
        last_shown = np.full(len(self.groups), -1.0)
        for week in at:
            gone, watched = left & (weeks <= week), counted & (weeks >= week)
            # Two weeks that are both shown must not tell of a few clients between them.
            few = [
                is_small(int(np.count_nonzero(here & gone & (weeks > since))))
                for here, since in zip(inside, last_shown.tolist(), strict=True)
            ]
            hidden = self._hidden([gone, watched], self._gone | np.array(few))
            if not watched.any() or hidden.all():
                continue
            last_shown[~hidden] = week
            cells = [
                None if secret else self._stay(here, curve, week)
                for here, curve, secret in zip(inside, curves, hidden.tolist(), strict=True)
            ]
            rows.append(OutcomeRow(of, ValueSort.STAY, tuple(cells), week))
        return rows

    def _stay(self, here: Bools, curve: StayCurve, week: int) -> OutcomeCell:
        among = int(np.count_nonzero(here))
        kept = among - curve.gone(week)
        stays = curve.stays(week) if curve.watched(week) or not kept else Estimate(None)
        return OutcomeCell(curve.watched(week), among, kept, stays, self._weeks(here))

    def _cell(self, known: Bools, among: Bools, yes: int | None, estimate: Estimate) -> OutcomeCell:
        return OutcomeCell(
            int(np.count_nonzero(known)),
            int(np.count_nonzero(among)),
            yes,
            estimate,
            self._weeks(known),
        )

    def _weeks(self, here: Bools) -> float:
        return float(np.median(self._watched[here])) if here.any() else 0.0

    def _arrays(self, values: FigureValues) -> tuple[Bools, NDArray[np.float64]]:
        """Return by client whether the figure counts them, and its value or NaN."""
        number = np.full(len(self._watched), np.nan)
        number[list(values.value)] = list(values.value.values())
        return np.isin(np.arange(len(number)), list(values.counted)), number

    def _hidden(self, counted: Sequence[Bools], gone: Bools) -> Bools:
        """Find the cells to hide of a row in which each of these sorts of client is counted."""
        atoms = self._members.shape[1]
        counts = [np.bincount(self._atoms, which, atoms).astype(np.int64) for which in counted]
        return hidden_cells(self._members, np.stack(counts, axis=1), self._breakdowns, gone)


def _within_one(share: Estimate) -> Estimate:
    """Cut an interval off where no share can be."""
    if share.low is None or share.high is None:
        return share
    return Estimate(share.value, max(0.0, share.low), min(1.0, share.high))
