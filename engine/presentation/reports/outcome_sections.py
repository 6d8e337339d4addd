"""The report of outcomes as titled tables, which the terminal and the page both show."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.report_parts import OUTCOME_PARTS, OutcomePart
from engine.presentation.local_clock import local
from engine.presentation.preview.section import Section
from engine.presentation.quantities import NONE, count, rates_between, share, shares_between
from engine.studies.outcome_report import (
    OutcomeCell,
    OutcomeGroup,
    OutcomeReport,
    OutcomeRow,
    ValueSort,
)
from engine.studies.small_cells import LEAST

HIDDEN = "*"
TITLES: Mapping[OutcomePart, tuple[str, str]] = {
    "completion": ("Completion", "How programmes ended."),
    "retention": (
        "Retention",
        "The share that stays beyond a week, by Kaplan and Meier; its interval is log-log. Known: "
        "clients still watched in that week. Yes: they had not left by then, as far as is known.",
    ),
    "abstinence": (
        "Abstinence",
        "The first line is the definition that this site reports. The lines beneath it show the "
        "same clients by other definitions: where they differ, the rule about missing tests "
        "decides, and not the clients.",
    ),
    "return_to_use": (
        "Return to use and coming back",
        "Return to use is a recurrence of a chronic condition. Coming back to care after it counts "
        "as success.",
    ),
    "quality_of_life": ("Quality of life", "Averages of scores; each version stands apart."),
    "recovery_capital": ("Recovery capital", "Averages of scores; each version stands apart."),
    "work_and_home": ("Work and home", "As clients said when they were last asked."),
    "arrests": ("Arrests", "As clients said, or as the site heard."),
}
_COLUMNS = ("", ">Known", ">Of", ">Yes", ">Result", ">95 %", ">Weeks")


def outcome_sections(report: OutcomeReport, timezone: str) -> list[Section]:
    """Return the sections of the report, the cohort first.

    Args:
        report: The report.
        timezone: The site's time zone, in which the report gives days.
    """
    parts = [_part(report, part) for part in OUTCOME_PARTS if _rows(report, part)]
    return [
        _cohort(report, timezone),
        *parts,
        *_unanswered(report),
        _definitions(report),
        _limits(),
    ]


def name_of(group: OutcomeGroup) -> str:
    """Return what a group is called."""
    return f"{group.attribute}: {group.value}" if group.attribute else "all clients"


def label_of(row: OutcomeRow) -> str:
    """Return what a row is called among its part's."""
    version = f" (version {row.of.version})" if row.of.version else ""
    week = f": not by week {row.week}" if row.week is not None else ""
    return f"{row.of.title}{version}{week}"


def _cohort(report: OutcomeReport, timezone: str) -> Section:
    text = (
        f"Clients {report.cohort.written}, as known on {local(report.until, timezone).date()}. "
        "Weeks: for how long clients were watched, from enrolment to the last thing that is known "
        "of them, the median. A client of two groups counts in each, and once in all."
    )
    if report.hides:
        text += (
            f" {HIDDEN} is hidden: it counts 1 to {LEAST - 1} clients, or would give away a number "
            "that does."
        )
    rows = [
        (name_of(group), HIDDEN if cell is None else count(cell.known), _weeks(cell))
        for group, cell in zip(report.groups, report.clients, strict=True)
    ]
    return Section("cohort", "Outcomes", text, ("", ">Clients", ">Weeks"), tuple(rows))


def _part(report: OutcomeReport, part: OutcomePart) -> Section:
    title, text = TITLES[part]
    shown = _rows(report, part)
    rows: list[tuple[str, ...]] = []
    for place, group in enumerate(report.groups):
        if len(report.groups) > 1:
            rows.append((name_of(group), *("" for _ in _COLUMNS[1:])))
        rows += [(f"  {label_of(row)}", *_cells(row, row.cells[place])) for row in shown]
    return Section(part, title, text, _COLUMNS, tuple(rows))


def _rows(report: OutcomeReport, part: OutcomePart) -> list[OutcomeRow]:
    return [row for row in report.rows if row.of.part == part and _is_answered(row)]


def _is_answered(row: OutcomeRow) -> bool:
    """Whether something is known of any client; a hidden total may be."""
    return row.cells[0] is None or (row.cells[0].among > 0 and row.cells[0].known > 0)


def _unanswered(report: OutcomeReport) -> list[Section]:
    titles = dict.fromkeys(row.of.title for row in report.rows if not _is_answered(row))
    if not titles:
        return []
    text = (
        f"Nothing is known of any client about these figures: {'; '.join(titles)}. They need "
        "events that no source brings yet; docs/reports.md says which."
    )
    return [Section("unanswered", "Without any answer", text)]


def _definitions(report: OutcomeReport) -> Section:
    figures = {row.of.title: row.of for row in report.rows if _is_answered(row)}
    rows = tuple(
        (title, of.evidence.grade if of.evidence else NONE,
         of.evidence.source if of.evidence else NONE, of.missing or NONE)
        for title, of in figures.items()
    )  # fmt: skip
    text = "Where each figure is written, and what it makes of an answer that is missing."
    columns = ("Figure", "Grade", "Source", "Missing answers")
    return Section("definitions", "Definitions", text, columns, rows)


def _cells(row: OutcomeRow, cell: OutcomeCell | None) -> tuple[str, ...]:
    if cell is None:
        return (HIDDEN,) * (len(_COLUMNS) - 1)
    result, interval = share(cell.estimate.value), shares_between(cell.estimate)
    if row.sort is ValueSort.AVERAGE:
        value = cell.estimate.value
        result = NONE if value is None else f"{value:.1f}"
        interval = rates_between(cell.estimate)
    yes = NONE if cell.yes is None else count(cell.yes)
    return count(cell.known), count(cell.among), yes, result, interval, _weeks(cell)


def _weeks(cell: OutcomeCell | None) -> str:
    return HIDDEN if cell is None else f"{cell.weeks:.0f}"


def _limits() -> Section:
    text = (
        "This describes; it proves no cause. Groups differ in more than their programme, because "
        "people were not assigned by lot. Clients who left are watched less, so a low number may "
        "mean less use or less looking. Differences within the intervals may be chance."
    )
    return Section("limits", "What this cannot say", text)
