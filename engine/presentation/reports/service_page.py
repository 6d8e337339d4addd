"""The report of services as one page by itself: tables and the load by hour."""

from __future__ import annotations

from engine.presentation.charts import Chart, hours
from engine.presentation.rendering import render
from engine.presentation.reports.service_sections import service_sections
from engine.studies.service_report import ServiceReport


def service_page(report: ServiceReport, timezone: str) -> str:
    """Write the whole page; it names no client and no member of staff.

    Args:
        report: The report.
        timezone: The site's time zone, in which the page gives days.

    Returns:
        An HTML document that fetches nothing and runs nothing.
    """
    sections = service_sections(report, timezone)
    charts = dict.fromkeys((one.name for one in sections), None) | service_charts(report)
    return render("sections.html", title="Handrail services", sections=sections, charts=charts)


def service_charts(report: ServiceReport) -> dict[str, Chart | None]:
    """Return the charts by the name of their section."""
    rows = [(role.replace("_", " "), counts) for role, counts in report.hours.items()]
    return {"hours": hours("Texts by role and hour; the night is shaded", rows) if rows else None}
