"""A database to try things on."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from engine.store.database.connection import Database
from engine.store.database.in_memory import scratch
from engine.store.tables import metadata
from engine.store.tables.alerts import evaluations
from engine.store.tables.people import clients
from tests.store.migrations.test_schema import definitions

CLIENT = {"ref": "C-1", "timezone": "UTC"}


def put(database: Database) -> None:
    with database.write() as conn:
        conn.execute(insert(clients), CLIENT)
        conn.execute(insert(evaluations), {"client_id": 1})


def test_nothing_is_left_of_an_earlier_trial_and_ids_begin_again() -> None:
    with scratch() as databases:
        put(databases.empty())
        emptied = databases.empty()
        with emptied.read() as conn:
            assert all(
                conn.execute(select(table)).first() is None for table in metadata.tables.values()
            )
        put(emptied)
        with emptied.read() as conn:
            assert conn.scalars(select(clients.c.id)).all() == [1]


def test_its_tables_are_those_that_the_migrations_make(sqlite_database: Database) -> None:
    with (
        scratch() as databases,
        databases.empty().read() as conn,
        sqlite_database.read() as migrated,
    ):
        assert definitions(conn) == definitions(migrated)


def test_it_keeps_foreign_keys() -> None:
    with scratch() as databases, pytest.raises(IntegrityError), databases.empty().write() as conn:
        conn.execute(insert(evaluations), {"client_id": 7})
