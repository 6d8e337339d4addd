"""`handrail clients`: what a client is due to do, and which clients agreed to get texts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows
from engine.cli.schedules.schedules import read_clock
from engine.presentation.local_clock import local

app = typer.Typer(
    help="What clients are due to do, and who agreed to get texts.", no_args_is_help=True
)


class Language(StrEnum):
    """In which language a client gets texts."""

    ENGLISH = "english"
    SPANISH = "spanish"


Ref = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's ref.")]
How = Annotated[
    str, typer.Option("--how", metavar="WORDS", help="How it was given: 'signed form', say.")
]
Wording = Annotated[
    str, typer.Option("--wording", metavar="VERSION", help="Which words the client agreed to.")
]
In = Annotated[Language, typer.Option("--language", help="The language of the texts.")]
QuietFrom = Annotated[
    str, typer.Option("--quiet-from", metavar="TIME", help="When quiet hours begin.")
]
QuietTo = Annotated[str, typer.Option("--quiet-to", metavar="TIME", help="When they end.")]


@app.command()
def agree(
    client: Ref,
    how: How,
    wording: Wording,
    language: In = Language.ENGLISH,
    quiet_from: QuietFrom = "21:00",
    quiet_to: QuietTo = "08:00",
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Record that a client agreed to get texts."""
    from engine.flows.schedules.client_agreements import agree

    quiet = (read_clock(quiet_from), read_clock(quiet_to))
    with stored(open_settings(config)) as database, database.write() as conn:
        agree(conn, client, how, wording, language.value, quiet, now())
    print(f"{client} agreed to get texts in {language.value.capitalize()}.")


@app.command()
def withdraw(client: Ref, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Record that a client agrees to texts no more; nothing more is sent."""
    from engine.flows.schedules.client_agreements import withdraw

    with stored(open_settings(config)) as database, database.write() as conn:
        withdraw(conn, client, now())
    print(f"{client} gets no texts any more.")


COLUMNS = ("schedule", "due", "outcome", "why", "asked")


@app.command()
def plan(
    client: Ref, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """List what a client is due to do, and what became of it in the last week."""
    from engine.errors import UserError
    from engine.model.instant import DAY_US
    from engine.store.people.roster import find_clients
    from engine.store.schedules import expectations

    with stored(open_settings(config)) as database, database.read() as conn:
        known = find_clients(conn, [client]).get(client)
        if known is None:
            raise UserError(f"There is no client {client}.")
        found = expectations.of_clients(conn, [known.id], now() - 7 * DAY_US)
    rows = [
        (
            one.schedule_id,
            local(one.occurrence.due, known.timezone),
            one.outcome or "open",
            one.reason,
            local(one.asked_at, known.timezone) if one.asked_at else None,
        )
        for one in found.get(known.id, ())
    ]
    show_rows(rows, COLUMNS, format)
