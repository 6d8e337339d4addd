"""`handrail clients`: which clients agreed to get texts."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored

app = typer.Typer(help="Which clients agreed to get texts.", no_args_is_help=True)


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


def _clock(text: str) -> time:
    from engine.errors import UserError

    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError:
        raise UserError(f"'{text}' is not a time of day; write it as 21:00") from None


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

    quiet = (_clock(quiet_from), _clock(quiet_to))
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
