"""The history of the tables, as Alembic keeps it, and how a database is brought to its end."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from engine.store.database.locks import lock


def upgrade(conn: Connection) -> None:
    """Run every migration that is still missing, in the caller's transaction: all or nothing."""
    lock(conn, "hand")
    command.upgrade(config(conn), "head")


def config(conn: Connection) -> Config:
    """Alembic's own settings, made here so that an installed package needs no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.attributes["connection"] = conn
    return made
