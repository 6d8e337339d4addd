"""`handrail rejects`: rows that could not be read, and why; retry or dismiss them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import (
    DEFAULT_CONFIG,
    FOUND,
    ConfigFile,
    open_settings,
    stored,
    whole_number,
)
from engine.cli.printing import Format, ListFormat, show_rows
from engine.errors import UserError
from engine.model.instant import Instant
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from engine.model.settings import Settings
    from engine.store.database.connection import Database

COLUMNS = ("id", "source", "file", "line", "reason", "seen")
Retry = Annotated[
    bool,
    typer.Option(
        "--retry", help="Read them again as put aside, by mapping and roster as they are now."
    ),
]
Dismiss = Annotated[
    list[int] | None,
    typer.Option(
        "--dismiss", parser=whole_number(), metavar="ID", help="Close one that will not be fixed."
    ),
]


def rejects(
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
    retry: Retry = False,
    dismiss: Dismiss = None,
) -> None:
    """List the rows that wait to be fixed, whole files first.

    With --retry it exits with 1 if some still wait.
    """
    from engine.flows.intake import ingest
    from engine.model.intake import WHOLE
    from engine.store.intake.rejects import still_open

    settings = open_settings(config)
    at = now()
    with stored(settings) as database:
        if dismiss and (unknown := sorted(set(dismiss) - ingest.dismiss(database, dismiss, at))):
            raise UserError(
                f"No row that waits to be fixed has the id {', '.join(map(str, unknown))}."
            )
        if retry:
            _retry(database, settings, at)
        elif dismiss and format is Format.TABLE:
            for reject_id in sorted(set(dismiss)):
                typer.echo(f"Row {reject_id} is dismissed.")
            return
        with database.read() as conn:
            # A file that cannot be read at all matters more than any row.
            waiting = sorted(still_open(conn), key=lambda each: each.line != WHOLE)
    rows = [
        (
            each.id,
            each.source,
            each.item,
            each.line,
            each.reason,
            local(each.seen_at, settings.timezone),
        )
        for each in waiting
    ]
    show_rows(rows, COLUMNS, format)
    if retry and waiting:
        raise typer.Exit(FOUND)


def _retry(database: Database, settings: Settings, now: Instant) -> None:
    from connectors import registry
    from engine.flows.intake import ingest

    for each in settings.sources:
        source = registry.source(each.type).open_source(each, settings.kinds)
        ingest.retry(database, source, settings.timezone, now)
