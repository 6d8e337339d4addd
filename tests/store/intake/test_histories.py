"""Reading histories: in the order that counts, out of an index that has it."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.schema import CreateIndex, DropIndex

from engine.store.database.connection import Database
from engine.store.intake import histories
from engine.store.tables.intake import events
from tests.kit.caseload import Caseload


def test_a_history_is_read_without_sorting_it(sqlite_database: Database) -> None:
    plan: list[str] = []

    def explain(_conn: object, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        plan.extend(
            row[-1] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )

    with sqlite_database.read() as conn:
        event.listen(conn, "before_cursor_execute", explain)
        histories.read_events(conn, [1, 3])
    assert (
        "SEARCH events USING INDEX ix_events_client_id_occurred_at_source_key (client_id=?)" in plan
    )
    assert not any("TEMP B-TREE" in step for step in plan)


def fill(database: Database, written: Sequence[tuple[int, int, str, str]]) -> None:
    """Store events in this order of arrival: client, instant, source, key."""
    rows = [
        {
            "client_id": client,
            "kind": "check_in",
            "occurred_at": at,
            "recorded_at": 0,
            "source": source,
            "key": key,
            "fields": json.dumps([source, key]),
            "origin": "a",
        }
        for client, at, source, key in written
    ]
    with database.write() as conn:
        conn.execute(insert(events), rows)


# Upper case, a comma, a line feed and a letter beyond ASCII: the order is that of the code points.
KEYS = ["b", "a", "A", "a,b", "a\nb", "é", "Z", "10", "9"]


@pytest.mark.parametrize("keys", [KEYS, [key for key in KEYS if "\n" not in key]])
@pytest.mark.parametrize("sources", [["clinic", "Lab", "clinic2"], ["clinic"]])
@pytest.mark.parametrize("clients", [[1, 2], [1, 2, 3, 4]])
def test_events_of_one_instant_come_in_the_order_of_source_and_key_without_any_index(
    database: Database, clients: Sequence[int], sources: Sequence[str], keys: Sequence[str]
) -> None:
    """Without the index no database has a reason to find rows in order."""
    caseload = Caseload(database)
    for client in clients:
        caseload.client(client)
    expected = sorted(
        (client, at, source, f"{key}{client}{at}")
        for client in clients
        for at in (5, 30)
        for source in sources
        for key in keys
    )
    arrival = Random(1).sample(expected, len(expected))
    fill(database, arrival)
    index = next(index for index in events.indexes if len(index.columns) == 4)
    with database.write() as conn:
        conn.execute(DropIndex(index))
        read = histories.read_events(conn, clients, with_ids=True)
        conn.execute(CreateIndex(index))
        ids = conn.scalars(select(events.c.id).order_by(*index.columns)).all()
    assert read.content == [f"check_in{json.dumps(names)}" for _, _, *names in expected]
    assert list(read.id) == ids


@pytest.mark.parametrize("sources", [["clinic"], ["clinic", "schedules"]])
def test_events_are_read_once_however_many_sources_they_have(
    sqlite_database: Database, sources: Sequence[str]
) -> None:
    caseload, clients = Caseload(sqlite_database), [1, 2, 3, 4]
    for client in clients:
        caseload.client(client)
    fill(sqlite_database, [(1, at, source, str(at)) for at, source in enumerate(sources)])
    read: list[str] = []
    with sqlite_database.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda *told: read.append(told[2]))
        found = histories.read_events(conn, clients)
    assert len(found.content) == len(sources)
    assert len([statement for statement in read if "group_concat" in statement]) == 1


def test_a_client_without_events_has_none(database: Database) -> None:
    with database.read() as conn:
        read = histories.read_events(conn, [1], with_ids=True)
    assert (read.content, len(read.id)) == ([], 0)
