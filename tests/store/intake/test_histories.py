"""Reading histories: in the order that counts, out of an index that has it."""

from typing import Any

from sqlalchemy import event

from engine.store.database.connection import Database
from engine.store.intake import histories


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
