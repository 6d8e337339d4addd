"""The history of the tables, as Alembic keeps it, and how a database is brought to its end."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from engine.store.database.connection import HEAD
from engine.store.database.locks import lock


def upgrade(conn: Connection) -> None:
    """Run every migration that is still missing, in the caller's transaction: all or nothing."""
    lock(conn, "hand")
    if MigrationContext.configure(conn).get_current_revision() == HEAD:
        return
    if conn.dialect.name == "postgresql" and (names := inspect(conn).get_table_names()):
        # It waits for the transactions of running daemons, and lets none write until the end.
        conn.execute(text(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"))
    command.upgrade(config(conn), "head")


def config(conn: Connection) -> Config:
    """Alembic's own settings, made here so that an installed package needs no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.attributes["connection"] = conn
    return made
