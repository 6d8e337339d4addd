"""`handrail preview`: which rules would have held for whom, from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from engine.cli.common import (
    DEFAULT_CONFIG,
    ConfigFile,
    Format,
    ListFormat,
    open_database,
    open_settings,
    read_instant,
    show_rows,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.flows.preview import Replayed
    from engine.rulebook.rulebook import Rulebook

COLUMNS = ("client", "rule", "severity", "began", "ended")
Rules = Annotated[Path | None, typer.Option("--rules", metavar="DIR", help="Other rules than the configured ones.")]
Against = Annotated[
    Path | None, typer.Option("--against", metavar="DIR", help="Show only what differs from the rules in this folder.")
]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Only spans that last beyond this.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="As things stood then (default: now).")]


def preview(
    config: ConfigFile = DEFAULT_CONFIG,
    rules: Rules = None,
    against: Against = None,
    since: Since = None,
    until: Until = None,
    format: ListFormat = Format.TABLE,  # noqa: A002
) -> None:
    """Replay rules over the stored events: a row for each span. Nothing is written and nobody is texted."""
    from engine.model.instant import to_us
    from engine.rulebook.load import load

    settings = open_settings(config)
    kinds = settings.kinds
    rulebook = load(rules or settings.rules, kinds)
    other = load(against, kinds) if against else None
    first = read_instant(since, settings.timezone) if since else 0
    last = read_instant(until, settings.timezone) if until else to_us(datetime.now(UTC))
    database = open_database(settings)
    try:
        with database.read() as conn:
            if other is None:
                show_rows(map(_row, _spans(conn, rulebook, first, last)), COLUMNS, format)
                return
            ours = set(map(_row, _spans(conn, rulebook, first, last)))
            theirs = set(map(_row, _spans(conn, other, first, last)))
        changes = [("gained", *row) for row in ours - theirs] + [("lost", *row) for row in theirs - ours]
        show_rows(sorted(changes, key=lambda row: (row[1:], row[0])), ("change", *COLUMNS), format)
    finally:
        database.close()


def _spans(conn: Connection, rulebook: Rulebook, since: int, until: int) -> Iterator[Replayed]:
    from engine.cli.progress import progress
    from engine.flows.preview import replay
    from engine.store.histories import count_clients

    with progress("Replaying clients", count_clients(conn)) as advance:
        for clients, spans in replay(conn, rulebook, since, until):
            advance(clients)
            yield from spans


def _row(replayed: Replayed) -> tuple[str, ...]:
    from engine.model.instant import from_us

    zone = ZoneInfo(replayed.client.timezone)
    span = replayed.span
    ended = "" if span.ended is None else from_us(span.ended).astimezone(zone).isoformat()
    began = from_us(span.began).astimezone(zone).isoformat()
    return replayed.client.ref, span.rule_id, span.severity, began, ended
