"""The report of outcomes as one page by itself: tables and charts."""

from __future__ import annotations

from engine.model.report_parts import OUTCOME_PARTS, OutcomePart
from engine.presentation.charts import Chart, shares
from engine.presentation.rendering import render
from engine.presentation.reports.outcome_sections import (
    TITLES,
    label_of,
    name_of,
    outcome_sections,
)
from engine.studies.outcome_report import OutcomeReport, ValueSort

_MOST_BARS = 40


def outcome_page(report: OutcomeReport, timezone: str) -> str:
    """Write the whole page; it names no client.

    Args:
        report: The report.
        timezone: The site's time zone, in which the page gives days.

    Returns:
        An HTML document that fetches nothing and runs nothing.
    """
    sections = outcome_sections(report, timezone)
    return render(
        "sections.html",
        title="Handrail outcomes",
        sections=sections,
        charts=outcome_charts(report)
        | dict.fromkeys(("cohort", "unanswered", "definitions", "limits")),
    )


def outcome_charts(report: OutcomeReport) -> dict[str, Chart | None]:
    """Return the chart of each part of the report; None where no share is shown."""
    return {part: _chart(report, part) for part in OUTCOME_PARTS}


def _chart(report: OutcomeReport, part: OutcomePart) -> Chart | None:
    bars = [
        (f"{label_of(row)}, {name_of(group)}", cell.estimate)
        for row in report.rows
        if row.of.part == part and row.sort is not ValueSort.AVERAGE
        for group, cell in zip(report.groups, row.cells, strict=True)
        if cell is not None and cell.estimate.value is not None
    ]
    title = f"{TITLES[part][0]}, with 95 % intervals"
    return shares(title, bars[:_MOST_BARS]) if bars else None
