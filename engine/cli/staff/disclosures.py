"""`handrail disclosures`: each text to a mentor and each letter, with its consent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows
from engine.model.written_instant import read_instant
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from engine.store.people.disclosures import Disclosure

COLUMNS = (
    "at",
    "to",
    "told",
    "alert",
    "message",
    "text",
    "state",
    "scope",
    "purpose",
    "given",
    "expires",
)
Client = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's ref.")]
Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Only from then on (default: all).")
]


def disclosures(
    client: Client,
    config: ConfigFile = DEFAULT_CONFIG,
    since: Since = None,
    format: ListFormat = Format.TABLE,
) -> None:
    """List every text to a mentor and every letter that told of a client, with its consent."""
    from engine.store.people import named_clients
    from engine.store.people.disclosures import listed

    settings = open_settings(config)
    first = read_instant(since, settings.timezone) if since else 0
    with stored(settings) as database, database.read() as conn:
        named_clients.find(conn, client)
        found = listed(conn, client, first)
    show_rows(map(_row, found), COLUMNS, format)


def _row(one: Disclosure) -> tuple[object, ...]:
    at, given, expires = (
        None if us is None else local(us, one.timezone)
        for us in (one.at, one.given_at, one.expires_at)
    )
    about = (one.alert_id, one.message_id, one.text_id, one.state, one.scope, one.purpose)
    return (at, one.staff_ref, one.told, *about, given, expires)
