"""Withdrawn events are found, however many the source withdrew and however many are asked for."""

from __future__ import annotations

import pytest
from sqlalchemy import event, insert

from engine.store.database.connection import Database
from engine.store.intake import withdrawals
from engine.store.tables import intake

SOURCE = "clinic"


def withdraw(database: Database, *keys: str, source: str = SOURCE, away: bool = True) -> None:
    rows = [
        {"source": source, "key": key, "item": "a", "line": 2, "said_at": 0, "away": away}
        for key in keys
    ]
    with database.write() as conn:
        conn.execute(insert(intake.withdrawals), rows)


@pytest.mark.parametrize("others", [0, 5])
@pytest.mark.parametrize("asked", [{"gone"}, {"gone", "back", "here", "elsewhere"}])
def test_only_events_that_are_asked_for_and_still_away_are_found(
    database: Database, others: int, asked: set[str]
) -> None:
    withdraw(database, "gone", *(f"other {number}" for number in range(others)))
    withdraw(database, "back", away=False)
    withdraw(database, "elsewhere", source="lab")
    with database.read() as conn:
        assert withdrawals.away(conn, SOURCE, asked).keys() == {"gone"}


def test_one_withdrawal_does_not_make_an_import_ask_for_each_of_its_keys(
    database: Database,
) -> None:
    withdraw(database, "gone")
    statements: list[str] = []
    with database.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda *told: statements.append(told[2]))
        assert not withdrawals.away(conn, SOURCE, {str(number) for number in range(2500)})
    assert len(statements) == 1
