"""Version 0041 keeps who had seen which text, and lists begin from indexes."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from engine.store.alerts import caseload_list, supervision
from engine.store.alerts.caseload_list import CaseloadFilter
from engine.store.database.connection import Database
from engine.store.messages import conversation, seen_texts
from tests.store.migrations.older_database import downgrade_to, put


def test_texts_that_a_person_had_seen_stay_seen(own_database: Database) -> None:
    downgrade_to(own_database, "0040")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "accounts", id=4, name="anna", role="supervisor")
        for number in (7, 8):
            put(
                conn, "inbox", id=number, provider_id=f"SM{number}", sender="+12025550102",
                body="hello", received_at=number, client_id=1,
            )  # fmt: skip
        put(conn, "seen_texts", inbox_id=7, account_id=4, at=9)
    own_database.upgrade()
    with own_database.read() as conn:
        assert seen_texts.unseen_of(conn, 1) == 1
        assert supervision.unseen(conn, 10) == [(1, "C-1", 1, 8)]
        first, _ = conversation.read(conn, 1, 10)
    assert (first.seen_by, first.seen_at) == ("anna", 9)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (CaseloadFilter(1), "SCAN alerts USING INDEX ix_alerts_unresolved"),
        (CaseloadFilter(1, at_least="high"), "SEARCH alerts USING INDEX ix_alerts_unresolved"),
        (CaseloadFilter(1, staff_id=1), "SEARCH assignments USING INDEX ix_assignments_staff_id"),
    ],
    ids=["all", "grave", "own"],
)
def test_the_caseload_is_read_in_its_order_or_from_the_persons_clients(
    sqlite_database: Database, wanted: CaseloadFilter, index: str
) -> None:
    plan = plan_of(sqlite_database, wanted)

    assert any(step.startswith(index) for step in plan), plan
    assert wanted.staff_id or not any("TEMP B-TREE" in step for step in plan), plan


def plan_of(database: Database, wanted: CaseloadFilter) -> list[str]:
    """How SQLite finds the clients at risk of a list."""
    sent = []
    with database.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda *call: sent.append(call[2:4]))
        caseload_list.at_risk(conn, wanted, 0, 26)
        (statement, parameters), *_ = sent
        return [
            row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
