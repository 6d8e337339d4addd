"""The report of outcomes for programs: one record a cell; hidden ones hold nothing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.studies.outcome_report import OutcomeCell, OutcomeReport

COLUMNS = (
    "part", "figure", "title", "version", "week", "attribute", "group", "sort", "known", "of",
    "so", "value", "low", "high", "watched_weeks", "hidden",
)  # fmt: skip


def outcome_rows(report: OutcomeReport) -> Iterator[tuple[object, ...]]:
    """Yield a row of COLUMNS for each cell; that of `clients` counts the group itself."""
    for group, cell in zip(report.groups, report.clients, strict=True):
        head = ("cohort", "clients", "Clients", "", None, *group, "count")
        yield *head, *_values(cell)
    for row in report.rows:
        for group, cell in zip(report.groups, row.cells, strict=True):
            of = (row.of.part, row.of.id, row.of.title, row.of.version, row.week)
            yield *of, *group, row.sort.value, *_values(cell)


def _values(cell: OutcomeCell | None) -> tuple[object, ...]:
    if cell is None:
        return (None, None, None, None, None, None, None, "yes")
    value, low, high = map(_rounded, cell.estimate)
    return cell.known, cell.among, cell.yes, value, low, high, round(cell.weeks, 1), "no"


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
