"""`handrail inbox`: every incoming text, in its own words, and its meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows
from engine.model.staff import shown
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.messages.inbox import ReceivedText

SHORT = ("received", "from", "text", "understood", "alerts")
COLUMNS = ("id", "received", "client", "staff", "text", "understood", "alerts", "answer")
ClientRef = Annotated[
    str | None, typer.Option("--client", metavar="REF", help="Only texts of or about this client.")
]


def inbox(
    config: ConfigFile = DEFAULT_CONFIG,
    client: ClientRef = None,
    format: ListFormat = Format.TABLE,
) -> None:
    """List the texts that came in, the latest last, by the site's clock."""
    from engine.store.messages.inbox import received
    from engine.store.people import named_clients
    from engine.store.people.staff import call_names

    settings = open_settings(config)
    with stored(settings) as database, database.read() as conn:
        if client is not None:
            named_clients.find(conn, client)
        texts, called = received(conn, client), call_names(conn)
    if format is Format.TABLE:
        show_rows((_short_row(one, settings.timezone, called) for one in texts), SHORT, format)
    else:
        show_rows((_row(one, settings.timezone) for one in texts), COLUMNS, format)


def _short_row(one: ReceivedText, timezone: str, called: Mapping[str, str]) -> tuple[object, ...]:
    staff = one.staff_ref and shown(one.staff_ref, called.get(one.staff_ref))
    who = " ".join(filter(None, [one.client_ref, staff])) or "unknown"
    at = local(one.received_at, timezone).strftime("%d %b %H:%M")
    return (at, who, one.body, one.understood, ", ".join(map(str, one.alert_ids)))


def _row(one: ReceivedText, timezone: str) -> tuple[object, ...]:
    alerts = " ".join(map(str, one.alert_ids))
    at = local(one.received_at, timezone)
    return (
        one.id, at, one.client_ref, one.staff_ref, one.body, one.understood, alerts, one.answer,
    )  # fmt: skip
