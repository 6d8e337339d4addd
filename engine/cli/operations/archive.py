"""`handrail archive`: write clients and their events as a Parquet dataset for studies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.replay_source import needs_extra

Folder = Annotated[
    Path,
    typer.Argument(metavar="DIR", help="The archive's folder; a new or an empty one at first."),
]


def archive(folder: Folder, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Bring an archive of clients and their events up to date.

    Only parts with changes are written. It holds what the database knows of each client, so keep it
    as safe as the database.
    """
    settings = open_settings(config)
    with needs_extra():
        from engine.store.intake.archive import write
    with stored(settings) as database, database.read() as conn:
        counts = write(conn, folder, now())
    print(
        f"{folder}: {counts.written} of {counts.parts} parts written, "
        f"with {counts.clients:,} clients and {counts.events:,} events."
    )
