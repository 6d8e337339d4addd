"""The migrations make exactly the tables of schema.py, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from engine.store.database.connection import HEAD, Database
from engine.store.migrations import config
from engine.store.tables import metadata

# Alembic reads no index of an expression; the next test compares it word for word.
OF_EXPRESSIONS = {"ix_alerts_unresolved"}


def compares(_: object, name: str | None, kind: str, *__: object) -> bool:
    return kind != "index" or name not in OF_EXPRESSIONS


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrated_tables_are_the_tables_of_the_schema(database: Database) -> None:
    with database.read() as conn:
        opts = {"compare_server_default": True, "include_object": compares}
        context = MigrationContext.configure(conn, opts=opts)
        assert compare_metadata(context, metadata) == []


# Columns that are ordered otherwise than the server orders texts.
ORDERS = text(
    "SELECT table_name, column_name, collation_name FROM information_schema.columns WHERE "
    "collation_name = 'C'"
)


def definitions(conn: Connection) -> set[tuple[str, ...]]:
    """Every constraint and index, as the database itself writes them."""
    if conn.dialect.name == "sqlite":
        written = conn.execute(
            text("SELECT name, sql FROM sqlite_master WHERE tbl_name != 'alembic_version'")
        )
        # The order of a table's constraints is nothing.
        return {
            (name, *sorted(str(sql).replace(",", " ").replace('"', "").split()))
            for name, sql in written
        }
    constraints = text(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 2200"
    )
    indexes = text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
    queries = (constraints, indexes, ORDERS)
    return {
        tuple(row) for query in queries for row in conn.execute(query) if "alembic" not in row[0]
    }


def test_constraints_and_indexes_are_those_of_the_schema_word_for_word(database: Database) -> None:
    with database.write() as conn:
        migrated = definitions(conn)
        metadata.drop_all(conn)
        metadata.create_all(conn)
        assert definitions(conn) == migrated


@pytest.mark.postgres
def test_events_of_one_instant_have_one_order_whatever_the_language_of_the_server(
    postgres_database: Database,
) -> None:
    with postgres_database.read() as conn:
        ordered = {tuple(row) for row in conn.execute(ORDERS) if row.table_name == "events"}
    assert ordered == {("events", "source", "C"), ("events", "key", "C")}


def test_the_known_head_is_the_newest_migration(sqlite_database: Database) -> None:
    with sqlite_database.read() as conn:
        assert ScriptDirectory.from_config(config(conn)).get_heads() == [HEAD]


def test_upgrading_again_changes_nothing(database: Database) -> None:
    database.upgrade()
    assert database.version() == HEAD
