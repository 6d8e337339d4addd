"""The migrations make exactly the tables of schema.py, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.store.database import HEAD, Database
from engine.store.migrations import config
from engine.store.schema import metadata


def test_migrated_tables_are_the_tables_of_the_schema(database: Database) -> None:
    with database.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_known_head_is_the_newest_migration(sqlite_database: Database) -> None:
    with sqlite_database.read() as conn:
        assert ScriptDirectory.from_config(config(conn)).get_heads() == [HEAD]


def test_upgrading_again_changes_nothing(database: Database) -> None:
    database.upgrade()
    assert database.version() == HEAD
