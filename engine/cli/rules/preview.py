"""`handrail preview`: the alerts and texts that rules make or would make, and what they predict."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from engine.cli.instants import now, read_instant
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, no_rule, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_json, show_rows
from engine.errors import UserError
from engine.model.local_time import zone_at
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.flows.replay.preview import Preview
    from engine.model.duration import Duration
    from engine.model.instant import Instant
    from engine.model.settings import Settings
    from engine.rulebook.core.rulebook import Rulebook
    from engine.store.database.connection import Database
    from engine.studies.preview import PreviewQuery, PreviewResult, PreviewRow

COLUMNS = ("client", "rule", "severity", "began", "ended", "notified")
_LEAD, _HORIZON = "7 days", "30 days"
_ABOUT_OUTCOME = ("--from", "--lead", "--horizon", "--onset")
Rules = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        metavar="PATH",
        help="Other rules than the configured ones: a folder or a file; may be repeated.",
    ),
]
Against = Annotated[
    list[Path] | None,
    typer.Option(
        "--against",
        metavar="PATH",
        help="Another version of the rules to compare with; may be repeated.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="Ignore alerts that ended before DATE."),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="As things stood then (default: now).")
]
OutcomeRule = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar="RULE",
        help="How well the rules warn of this one, such as a return to use, beside chance.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="RULE",
        help="Clients are at risk once this rule has held (default: from enrolment).",
    ),
]
Cohort = Annotated[
    Path | None,
    typer.Option(
        "--cohort",
        metavar="FILE",
        help="In place of --outcome and --from: a CSV file with client, from, outcome, until.",
    ),
]
Lead = Annotated[
    str | None,
    typer.Option(
        "--lead",
        metavar="DURATION",
        help=f"How long before the outcome people must be told (default: {_LEAD}).",
    ),
]
Onset = Annotated[
    str | None,
    typer.Option(
        "--onset",
        metavar="DURATION",
        help="How long the outcome lasts before its rule holds (default: no time).",
    ),
]
Horizon = Annotated[
    str | None,
    typer.Option(
        "--horizon",
        metavar="DURATION",
        help=f"How long after an alert the outcome follows it (default: {_HORIZON}).",
    ),
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write a page with charts, too.")
]


def preview(  # noqa: PLR0913, PLR0917 - a command's options
    config: ConfigFile = DEFAULT_CONFIG,
    rules: Rules = None,
    against: Against = None,
    since: Since = None,
    until: Until = None,
    outcome: OutcomeRule = None,
    at_risk_from: From = None,
    cohort: Cohort = None,
    lead: Lead = None,
    horizon: Horizon = None,
    onset: Onset = None,
    html: Html = None,
    format: ListFormat = Format.TABLE,
) -> None:
    """Replay rules over the stored events: nothing is written, and no person is texted.

    Tables sum it up. csv has a row for each time that people are told and each rise of severity, or
    with --against for each alert that differs. json has both.
    """
    from engine.flows.replay.preview import Preview
    from engine.rulebook.parsing.load import load

    settings = open_settings(config)
    rulebook = load(rules or settings.rules, settings.kinds)
    other = load(against, settings.kinds) if against else None
    period = _period(settings, since, until)
    asked = _Asked(outcome, at_risk_from, cohort, lead, horizon, onset)
    query = _query(settings, rulebook, period, asked)
    found = Preview(query, settings.routing, rulebook, other)
    with stored(settings) as database, _whole_file(html) as write:
        _show(found, database, settings, format, with_change=other is not None)
        if write:
            from engine.presentation.preview.page import page

            write(page(found.result, settings.timezone))
    if html:
        typer.echo(f"The page is in {html}.", err=True)


class _Asked(NamedTuple):
    """The options about an outcome, as typed."""

    outcome: str | None
    at_risk_from: str | None
    cohort: Path | None
    lead: str | None
    horizon: str | None
    onset: str | None


def _period(settings: Settings, since: str | None, until: str | None) -> tuple[Instant, Instant]:
    first = read_instant(since, settings.timezone) if since else 0
    last = read_instant(until, settings.timezone) if until else now()
    if first >= last:
        end = f"--until {until}" if until else "now"
        raise UserError(
            f"--since {since} does not come before {end}, so there is no time to preview."
        )
    return first, last


def _query(
    settings: Settings, rulebook: Rulebook, period: tuple[Instant, Instant], asked: _Asked
) -> PreviewQuery:
    from engine.flows.replay.cohort_file import read_cohort
    from engine.studies.preview import PreviewQuery

    if asked.outcome is None and asked.cohort is None:
        for option, given in zip(_ABOUT_OUTCOME, asked[1:2] + asked[3:], strict=True):
            if given is not None:
                raise UserError(f"{option} is about an outcome; name one with --outcome RULE.")
        return PreviewQuery(*period)
    if asked.cohort and (asked.outcome or asked.at_risk_from or asked.onset):
        raise UserError(
            "--cohort says who reached the outcome; leave out --outcome, --from, --onset."
        )
    for rule in (asked.outcome, asked.at_risk_from):
        if rule is not None and rule not in rulebook.rules:
            raise no_rule(rule, rulebook.rules)
    lead, horizon = (
        _duration(option, text)
        for option, text in (
            ("--lead", asked.lead or _LEAD),
            ("--horizon", asked.horizon or _HORIZON),
        )
    )
    if lead >= horizon:
        raise UserError("--lead is not shorter than --horizon, so no alert could come in time.")
    return PreviewQuery(
        *period,
        outcome=asked.cohort.stem if asked.cohort else asked.outcome,
        at_risk_from=asked.at_risk_from,
        lead=lead,
        horizon=horizon,
        onset=_duration("--onset", asked.onset) if asked.onset else 0,
        cohort=read_cohort(asked.cohort, settings.timezone) if asked.cohort else None,
    )


def _duration(option: str, text: str) -> Duration:
    from engine.model.duration import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise UserError(f"{option}: {error}") from None


@contextmanager
def _whole_file(path: Path | None) -> Iterator[Callable[[str], None] | None]:
    """Write a file whole or not at all; a file that cannot be written is refused at once."""
    if path is None:
        yield None
        return
    if path.is_dir():
        raise UserError(f"--html: {path} is a folder; name a file in it.")
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.touch()
    except OSError as error:
        raise UserError(f"--html: {path} cannot be written: {error.strerror}.") from None

    def write(text: str) -> None:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)

    try:
        yield write
    finally:
        unfinished.unlink(missing_ok=True)


def _show(
    found: Preview, database: Database, settings: Settings, format: Format, with_change: bool
) -> None:
    columns = ("change", *COLUMNS) if with_change else COLUMNS
    with database.read() as conn:
        replayed = _replayed(found, conn)
        rows = (_cells(row, with_change) for row in replayed)
        if format is Format.CSV:
            show_rows(rows, columns, format)
        elif format is Format.JSON:
            _show_json(found, rows, columns)
        else:
            # The tables show the sums, which are known after the last row.
            deque(replayed, maxlen=0)
            _show_tables(found.result, conn, settings.timezone)


def _show_tables(found: PreviewResult, conn: Connection, timezone: str) -> None:
    if found.first is None:
        print(f"There is nothing to preview: {_nothing(conn, timezone)}")
        return
    from engine.cli.table_output import print_sections
    from engine.presentation.preview.section import TERMINAL
    from engine.presentation.preview.sections import Sections

    print_sections(Sections(found, timezone, TERMINAL).all())


def _nothing(conn: Connection, timezone: str) -> str:
    from engine.store.intake.histories import first_and_last_event

    stored = first_and_last_event(conn)
    if stored is None:
        return "no events are stored; handrail run and handrail import read them."
    first, last = (local(at, timezone).date() for at in stored)
    return (
        f"no client was in care with events in that time. Events are stored from {first} to {last}."
    )


def _replayed(found: Preview, conn: Connection) -> Iterator[PreviewRow]:
    from engine.cli.progress import progress
    from engine.store.intake.histories import count_clients

    with progress("Replaying clients", count_clients(conn)) as advance:
        for clients, rows in found.batches(conn):
            advance(clients)
            yield from rows


def _show_json(found: Preview, rows: Iterator[tuple[object, ...]], columns: Sequence[str]) -> None:
    """Write the spans as they come, which can be many, and then their sums."""
    from engine.presentation.preview.summary import summary

    print('{"spans":', end=" ")
    show_rows(rows, columns, Format.JSON)
    print(',"summary":', end=" ")
    show_json(summary(found.result), indent=1, end="}\n")


def _cells(row: PreviewRow, with_change: bool) -> tuple[object, ...]:
    zones, span = row.client.zones, row.span
    instants = (span.began, span.ended, row.notified)
    shown = (None if at is None else local(at, zone_at(zones, at)) for at in instants)
    cells = row.client.ref, span.rule_id, span.severity, *shown
    return (row.change, *cells) if with_change else cells
