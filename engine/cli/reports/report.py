"""`handrail report`: what became of clients, and what the alerts ask of the staff."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows
from engine.errors import UserError
from engine.model.written_instant import read_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.flows.reports.outcomes import OutcomeQuery
    from engine.model.settings import Settings
    from engine.presentation.preview.section import Section

app = typer.Typer(help="Report outcomes, and what alerts ask of the staff.", no_args_is_help=True)

Cohort = Annotated[
    str,
    typer.Option(
        "--cohort",
        metavar="COHORT",
        help="Whom: 'enrolled in 2026', 'enrolled in 2026-03', or "
        "'enrolled from 2026-01-01 to 2026-03-31'.",
    ),
]
By = Annotated[
    list[str] | None,
    typer.Option("--by", metavar="ATTRIBUTE", help="Beside the total, by this attribute."),
]
Group = Annotated[
    str | None,
    typer.Option("--by", metavar="ATTRIBUTE", help="Compare clients by this attribute."),
]
Month = Annotated[
    str | None,
    typer.Option("--month", metavar="MONTH", help="Such as 2026-10 (default: the last whole one)."),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="INSTANT", help="As known then (default: now).")
]
Weeks = Annotated[
    list[int] | None,
    typer.Option("--week", metavar="N", help="A week of retention (default: 4 12 24 52 104)."),
]
Rules = Annotated[
    Path | None,
    typer.Option("--rules", metavar="PATH", help="Other rules than the configured ones."),
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write a page with charts too.")
]


@app.callback()
def _report() -> None:
    pass


@app.command()
def outcomes(
    cohort: Cohort,
    by: By = None,
    until: Until = None,
    week: Weeks = None,
    rules: Rules = None,
    html: Html = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """Report the outcomes of a cohort: by the figures of the rule files that say `report:`."""
    from engine.cli.rules.outcome_options import whole_file
    from engine.flows.evaluation.caseload import whole_caseload
    from engine.flows.reports.outcomes import report
    from engine.model.report_parts import OUTCOME_PARTS
    from engine.presentation.reports.outcome_data import COLUMNS, outcome_rows
    from engine.rulebook.parsing.load import load

    settings = open_settings(config)
    query = _query(settings, cohort, by, until, week)
    rulebook = load(rules or settings.rules, settings.kinds)
    if not any(figure.report in OUTCOME_PARTS for figure in rulebook.figures):
        raise UserError("No figure of the rule files says 'report:', so there is nothing to show.")
    with stored(settings) as database, whole_file(html) as write:
        with database.read() as conn:
            found = report(whole_caseload(conn, query.until), rulebook.figures, query)
        if write:
            from engine.presentation.reports.outcome_page import outcome_page

            write(outcome_page(found, settings.timezone))
    if format is Format.TABLE:
        from engine.presentation.reports.outcome_sections import outcome_sections

        _print(outcome_sections(found, settings.timezone))
    else:
        show_rows(outcome_rows(found), COLUMNS, format)


@app.command()
def services(
    month: Month = None,
    by: Group = None,
    rules: Rules = None,
    html: Html = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """Report how alerts of a month were answered, and which services came before outcomes."""
    from engine.cli.rules.outcome_options import whole_file
    from engine.flows.reports.services import ServiceQuery, report
    from engine.model.report_month import last_month, parse_month, period_of_month
    from engine.presentation.reports.service_data import COLUMNS, service_rows
    from engine.rulebook.parsing.load import load

    settings = open_settings(config)
    try:
        first = parse_month(month) if month else last_month(settings.timezone, now())
    except ValueError as error:
        raise UserError(f"--month: {error}.") from None
    _check_attributes(settings, [by] if by else [])
    query = ServiceQuery(*period_of_month(first, settings.timezone), by or "")
    rulebook = load(rules or settings.rules, settings.kinds)
    with stored(settings) as database, whole_file(html) as write:
        with database.read() as conn:
            found = report(conn, rulebook.figures, query)
        if write:
            from engine.presentation.reports.service_page import service_page

            write(service_page(found, settings.timezone))
    if format is Format.TABLE:
        from engine.presentation.reports.service_sections import service_sections

        _print(service_sections(found, settings.timezone))
    else:
        show_rows(service_rows(found), COLUMNS, format)


def _print(sections: Iterable[Section]) -> None:
    from engine.cli.table_output import print_sections

    print_sections(sections)


def _query(
    settings: Settings,
    cohort: str,
    by: list[str] | None,
    until: str | None,
    weeks: list[int] | None,
) -> OutcomeQuery:
    from engine.flows.reports.outcomes import OutcomeQuery
    from engine.model.enrolment_cohort import parse_cohort
    from engine.studies.outcome_rows import WEEKS

    try:
        whom = parse_cohort(cohort)
    except ValueError as error:
        raise UserError(f"--cohort: {error}.") from None
    _check_attributes(settings, by or [])
    at = read_instant(until, settings.timezone) if until else now()
    chosen = tuple(sorted({one for one in weeks or WEEKS if one > 0}))
    return OutcomeQuery(whom, tuple(dict.fromkeys(by or ())), at, chosen)


def _check_attributes(settings: Settings, names: list[str]) -> None:
    from engine.model.nearest_word import did_you_mean

    known = settings.attributes or frozenset()
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            raise UserError(f"--by: clients have no attribute {name}{hint}")
