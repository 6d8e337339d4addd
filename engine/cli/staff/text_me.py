"""`handrail text-me`: try whether texts reach a phone."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.errors import UserError

Phone = Annotated[str, typer.Argument(metavar="PHONE", help="The number, such as +12025550102.")]


def text_me(phone: Phone, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Text a phone of the staff that texts reach it, or ask it to confirm; the daemon sends it."""
    from engine.flows.operations.trial_text import enqueue

    with stored(open_settings(config)) as database:
        people = enqueue(database, phone, now())
    if not people:
        raise UserError(f"No member of staff and no mentor has the number {phone}.")
    typer.echo(f"A text to {', '.join(people)} waits to be sent; handrail doctor names a failure.")
