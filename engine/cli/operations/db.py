"""`handrail db upgrade`: bring the database's tables to this version."""

from __future__ import annotations

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings

app = typer.Typer(help="Look after the database.", no_args_is_help=True)


@app.callback()
def db() -> None:
    """Look after the database."""


@app.command()
def upgrade(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Bring the database's tables to this version of Handrail; nothing happens where they are."""
    from engine.store.database.connection import Database

    database = Database.open(open_settings(config).database)
    database.upgrade()
    print(f"The database {database.shown} is at version {database.version()}.")
    database.close()
