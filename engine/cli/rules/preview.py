"""`handrail preview`: the alerts and texts that rules make or would make, and what they predict."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_json, show_rows
from engine.cli.replay_source import (
    ArchiveFolder,
    ReplaySource,
    Workers,
    replay_source,
    replayed_by_workers,
)
from engine.cli.rules.outcome_options import (
    Asked,
    Cohort,
    From,
    Horizon,
    Html,
    Lead,
    Onset,
    OutcomeRule,
    Rules,
    Since,
    Until,
    period_of,
    query_of,
    whole_file,
)
from engine.model.local_time import zone_at
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.flows.replay.preview import Preview
    from engine.model.settings import Settings
    from engine.store.database.connection import Database
    from engine.studies.preview import PreviewResult, PreviewRow

COLUMNS = ("client", "rule", "severity", "began", "ended", "notified")
Against = Annotated[
    list[Path] | None,
    typer.Option(
        "--against",
        metavar="PATH",
        help="Another version of the rules to compare with; may be repeated.",
    ),
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
    archive: ArchiveFolder = None,
    workers: Workers = None,
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
    period = period_of(settings, since, until)
    asked = Asked(outcome, at_risk_from, cohort, lead, horizon, onset)
    query = query_of(settings, rulebook, period, asked)
    found = Preview(query, settings.routing, rulebook, other)
    with stored(settings) as database, whole_file(html) as write:
        source = replay_source(archive, workers)
        _show(found, database, source, settings, format, with_change=other is not None)
        if write:
            from engine.presentation.preview.page import page

            write(page(found.result, settings.timezone))


def _show(
    found: Preview,
    database: Database,
    source: ReplaySource,
    settings: Settings,
    format: Format,
    with_change: bool,
) -> None:
    columns = ("change", *COLUMNS) if with_change else COLUMNS
    with database.read() as conn:
        replayed = _replayed(found, conn, source, settings.database)
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


def _replayed(
    found: Preview, conn: Connection, source: ReplaySource, database: str
) -> Iterator[PreviewRow]:
    from engine.cli.progress import progress
    from engine.store.intake.histories import count_clients

    with progress("Replaying clients", count_clients(conn)) as advance:
        if source.workers is None:
            for clients, rows in found.batches(conn, source.archive):
                advance(clients)
                yield from rows
            return
        from engine.flows.replay.workers import preview_part

        for part in replayed_by_workers(source, database, preview_part, found):
            advance(len(part))
            yield from found.count(part)


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
