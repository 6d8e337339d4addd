"""Evaluations: what makes a client due, and that one evaluator at a time has each."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, insert, select

from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.tables.alerts import evaluations as table
from engine.store.tables.people import clients

LEASE = 600
NOW = 10_000


@pytest.fixture
def three_clients(database: Database) -> Database:
    with database.write() as conn:
        conn.execute(
            insert(clients), [{"id": i, "ref": f"C-{i}", "timezone": "UTC"} for i in (1, 2, 3)]
        )
    return database


def stored(conn: Connection, client_id: int) -> dict[str, object]:
    return dict(conn.execute(select(table).where(table.c.client_id == client_id)).mappings().one())


def claim(
    database: Database, now: int = NOW, owner: str = "a", limit: int = 10
) -> list[due_clients.Claim]:
    with database.write() as conn:
        return due_clients.claim_due(conn, now, owner, LEASE, limit)


def mark(database: Database, earliest: dict[int, int]) -> None:
    with database.write() as conn:
        due_clients.mark_dirty(conn, earliest)


def end(
    database: Database, held: due_clients.Claim, next_due_at: int | None = None, rules: str = "r1"
) -> bool:
    with database.write() as conn:
        return due_clients.finish(conn, held, NOW, next_due_at, rules)


def test_a_client_is_dirty_from_the_earliest_of_what_came(three_clients: Database) -> None:
    mark(three_clients, {1: 500})
    mark(three_clients, {1: 300, 2: 40})
    mark(three_clients, {1: 400})
    with three_clients.read() as conn:
        assert stored(conn, 1)["dirty_from"] == 300
        assert stored(conn, 1)["generation"] == 3
        assert stored(conn, 2)["dirty_from"] == 40


def test_those_due_longest_are_claimed_first_whatever_made_them_due(
    three_clients: Database,
) -> None:
    mark(three_clients, {1: 500, 2: 600, 3: 100})
    (third,) = claim(three_clients, limit=1)
    assert third.client_id == 3
    assert end(three_clients, third, next_due_at=50)
    assert [held.client_id for held in claim(three_clients, limit=2)] == [1, 3]


def test_a_client_is_not_due_before_its_next_boundary(three_clients: Database) -> None:
    mark(three_clients, {1: 500})
    assert end(three_clients, *claim(three_clients), next_due_at=NOW + 5)
    assert claim(three_clients, NOW + 4) == []
    assert [held.client_id for held in claim(three_clients, NOW + 5)] == [1]


def test_a_claim_is_nobody_elses_until_its_lease_ends(three_clients: Database) -> None:
    mark(three_clients, {1: 500})
    (lost,) = claim(three_clients, owner="a")
    assert claim(three_clients, NOW + LEASE - 1, owner="b") == []
    (taken,) = claim(three_clients, NOW + LEASE, owner="b")
    assert not end(three_clients, lost)
    assert end(three_clients, taken)


def test_a_lease_that_its_own_owner_took_again_ends_the_old_one(three_clients: Database) -> None:
    mark(three_clients, {1: 500})
    (lost,) = claim(three_clients)
    (taken,) = claim(three_clients, NOW + LEASE)
    assert not end(three_clients, lost)
    assert end(three_clients, taken)


def test_an_event_arriving_during_the_evaluation_leaves_the_client_dirty(
    three_clients: Database,
) -> None:
    mark(three_clients, {1: 500})
    (held,) = claim(three_clients)
    mark(three_clients, {1: 700})
    assert not end(three_clients, held)
    with three_clients.write() as conn:
        due_clients.release(conn, held)
    (again,) = claim(three_clients)
    assert end(three_clients, again)
    assert claim(three_clients) == []


def test_new_rules_make_every_client_due_that_was_evaluated_under_others(
    three_clients: Database,
) -> None:
    mark(three_clients, {1: 500, 2: 500, 3: 500})
    first, second, third = claim(three_clients)
    assert end(three_clients, first, rules="r1")
    assert end(three_clients, second, rules="r2", next_due_at=NOW + 100)
    assert end(three_clients, third, rules="r3", next_due_at=NOW + 100)
    with three_clients.write() as conn:
        assert due_clients.mark_all_for_rules(conn, "r2", NOW) == 2
        assert due_clients.mark_all_for_rules(conn, "r2", NOW) == 0
    assert [held.client_id for held in claim(three_clients)] == [1, 3]


def test_a_failed_evaluation_waits_is_counted_and_is_tried_again(three_clients: Database) -> None:
    mark(three_clients, {1: 500, 2: 500})
    first, second = claim(three_clients)
    with three_clients.write() as conn:
        due_clients.postpone(conn, first, NOW + 60)
    assert end(three_clients, second)
    with three_clients.read() as conn:
        assert due_clients.failing(conn) == [due_clients.Failing(1, 1, NOW + 60)]
    assert claim(three_clients, NOW + 59) == []
    (again,) = claim(three_clients, NOW + 60)
    assert again.failures == 1
    assert end(three_clients, again)
    with three_clients.read() as conn:
        assert due_clients.failing(conn) == []


def test_a_claim_whose_evaluator_died_is_seen(three_clients: Database) -> None:
    mark(three_clients, {1: 500})
    claim(three_clients)
    with three_clients.read() as conn:
        assert due_clients.overdue(conn, NOW + LEASE) == 0
        assert due_clients.overdue(conn, NOW + LEASE + 1) == 1


def test_two_transactions_at_once_never_claim_the_same_client(postgres_database: Database) -> None:
    with postgres_database.write() as conn:
        conn.execute(
            insert(clients), [{"id": i, "ref": f"C-{i}", "timezone": "UTC"} for i in range(1, 9)]
        )
        due_clients.mark_dirty(conn, dict.fromkeys(range(1, 9), 1))
    with postgres_database.write() as one, postgres_database.write() as other:
        first = due_clients.claim_due(one, NOW, "a", LEASE, 4)
        second = due_clients.claim_due(other, NOW, "b", LEASE, 4)
    assert sorted(held.client_id for held in first + second) == list(range(1, 9))


def test_where_more_are_due_than_are_lent_half_of_them_are_the_newest_changes(
    database: Database,
) -> None:
    with database.write() as conn:
        rows = [{"id": i, "ref": f"C-{i}", "timezone": "UTC"} for i in range(1, 41)]
        conn.execute(insert(clients), rows)
    mark(database, dict.fromkeys(range(1, 41), 100))
    mark(database, {30: 900})
    mark(database, {40: 50})
    first = [held.client_id for held in claim(database, limit=4)]
    assert first == [1, 2, 30, 40]
    mark(database, {35: 900})
    assert [held.client_id for held in claim(database, limit=4)] == [3, 4, 5, 35]


def test_a_backlog_goes_on_however_much_changes_meanwhile(database: Database) -> None:
    with database.write() as conn:
        rows = [{"id": i, "ref": f"C-{i}", "timezone": "UTC"} for i in range(1, 31)]
        conn.execute(insert(clients), rows)
    mark(database, dict.fromkeys(range(1, 11), 100))
    for number in range(5):
        mark(database, dict.fromkeys(range(11 + 4 * number, 15 + 4 * number), 200))
        for held in claim(database, limit=4):
            assert end(database, held)
    with database.read() as conn:
        assert all(stored(conn, client_id)["dirty_from"] is None for client_id in range(1, 11))


def test_a_lease_further_ahead_than_leases_last_has_run_out(three_clients: Database) -> None:
    mark(three_clients, {1: 500})
    (ahead,) = claim(three_clients, NOW + due_clients.LONGEST_LEASE_US)
    (taken,) = claim(three_clients, owner="b")
    assert not end(three_clients, ahead)
    assert end(three_clients, taken)
