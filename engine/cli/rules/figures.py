"""`handrail figures`: the figures of the rule files, for each client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows
from engine.cli.replay_source import ArchiveFolder, replay_source
from engine.model.written_instant import read_instant
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.model.event import Value
    from engine.model.instant import Instant
    from engine.rulebook.core.rulebook import Rulebook
    from engine.store.intake.archive import Archive

COLUMNS = ("client", "figure", "at", "value")
Rules = Annotated[
    Path | None,
    typer.Option("--rules", metavar="PATH", help="Other rules than the configured ones."),
]
At = Annotated[
    str | None, typer.Option("--at", metavar="INSTANT", help="As things stood then (default: now).")
]


def figures(
    config: ConfigFile = DEFAULT_CONFIG,
    rules: Rules = None,
    at: At = None,
    archive: ArchiveFolder = None,
    format: ListFormat = Format.TABLE,
) -> None:
    """Print each figure of the rule files for each client, as of an instant."""
    from engine.rulebook.parsing.load import load

    settings = open_settings(config)
    rulebook = load(rules or settings.rules, settings.kinds)
    as_of = read_instant(at, settings.timezone) if at else now()
    source = replay_source(archive)
    with stored(settings) as database, database.read() as conn:
        show_rows(list(_rows(conn, rulebook, as_of, source.archive)), COLUMNS, format)


def _rows(
    conn: Connection, rulebook: Rulebook, at: Instant, archive: Archive | None
) -> Iterator[tuple[object, ...]]:
    from engine.flows.evaluation.caseload import whole_caseload

    for histories in whole_caseload(conn, at, archive):
        columns = [list(figure.values(histories, at)) for figure in rulebook.figures]
        for place, client in enumerate(histories.clients):
            as_of = local(at, client.timezone)
            for figure, column in zip(rulebook.figures, columns, strict=True):
                yield client.ref, figure.id, as_of, _written(column[place])


def _written(value: Value | None) -> object:
    """Return a value as a cell; empty if there is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else value
