"""A preview as one page by itself: tables and charts, light and dark, on phone and paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.model.rule import SEVERITIES
from engine.presentation.charts import Chart, hours, lifts, stacked_columns
from engine.presentation.preview.prediction import measured, written
from engine.presentation.preview.section import PAGE
from engine.presentation.preview.sections import Sections
from engine.presentation.rendering import render
from engine.studies.preview import PreviewResult
from engine.studies.tally import UNTOLD

_MOST_RECIPIENTS = 20
_NO_ALERTS: Mapping[str, int] = {}
_LAYERS = (*SEVERITIES[::-1], UNTOLD)


def page(preview: PreviewResult, timezone: str) -> str:
    """Write the whole page; it names clients and staff by their refs alone.

    Args:
        preview: The complete result.
        timezone: The site's time zone, in which the page gives days.

    Returns:
        An HTML document that fetches nothing and runs nothing.
    """
    found = Sections(preview, timezone, PAGE)
    sections = found.all()
    charts: dict[str, Chart | None] = dict.fromkeys((section.name for section in sections), None)
    charts["weeks"] = _weeks(preview, found.mondays()[-PAGE.weeks :])
    charts["recipients"] = _recipients(preview)
    charts["outcome"] = _lifts(preview)
    return render("sections.html", title="Handrail preview", sections=sections, charts=charts)


def _weeks(preview: PreviewResult, mondays: list[date]) -> Chart | None:
    if not mondays:
        return None
    weeks = preview.version.tally.weeks
    columns = [(monday.isoformat(), weeks.get(monday, _NO_ALERTS)) for monday in mondays]
    marks = None
    if preview.against is not None:
        others = preview.against.tally.weeks
        marks = [sum(others.get(monday, _NO_ALERTS).values()) for monday in mondays]
    return stacked_columns("Alerts by week and severity", columns, _LAYERS, marks)


def _recipients(preview: PreviewResult) -> Chart | None:
    by_load = sorted(
        preview.version.tally.recipients.items(), key=lambda item: (-item[1].texts, item[0])
    )
    rows = [
        (f"{ref} ({one.role.replace('_', ' ')})", one.by_hour)
        for ref, one in by_load[:_MOST_RECIPIENTS]
    ]
    return hours("Texts by recipient and hour; the night is shaded", rows) if rows else None


def _lifts(preview: PreviewResult) -> Chart | None:
    outcome = preview.version.outcome
    if outcome is None:
        return None
    sorts = list(measured(preview, outcome))
    title = (
        f"How many times as often as after random alerts {preview.query.outcome} follows, "
        "with 95 % intervals; 1 is chance"
    )
    rows = [(written(sort), outcome.value(sort).lift) for sort in sorts]
    known = [(name, lift) for name, lift in rows if lift.value is not None]
    return lifts(title, known) if known else None
