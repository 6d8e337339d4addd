"""`handrail text-me`: try whether texts reach a phone."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings, stored
from engine.errors import UserError

Phone = Annotated[str, typer.Argument(metavar="PHONE", help="The number, such as +12025550102.")]

Wait = Annotated[
    int,
    typer.Option(
        "--wait", min=0, max=3600, metavar="SECONDS", help="How long to wait for the receipt."
    ),
]


def text_me(phone: Phone, wait: Wait = 0, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Text a phone of the staff that texts reach it, or ask it to confirm; the daemon sends it.

    With --wait it ends once the carrier says whether the text arrived. The exit code is 1 if it did
    not, or if the carrier has not said so in time.
    """
    from engine.flows.operations.trial_text import enqueue, newest_state
    from engine.model.message import FINAL_STATES

    with stored(open_settings(config)) as database:
        people = enqueue(database, phone, now())
        if not people:
            raise UserError(f"No member of staff and no mentor has the number {phone}.")
        typer.echo(
            f"A text to {', '.join(people)} waits to be sent; handrail doctor names a failure."
        )
        state = newest_state(database, phone)
        for _ in range(wait):
            if state in FINAL_STATES:
                break
            time.sleep(1)
            state = newest_state(database, phone)
    if wait:
        typer.echo(f"The text is {state}.")
        if state != "delivered":
            raise typer.Exit(FOUND)
