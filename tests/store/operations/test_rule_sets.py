"""Rule sets are kept whole, and the one accepted last serves."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.store.database.connection import Database
from engine.store.operations import rule_sets

FIRST = {"silence.yaml": "format: 1\nrules: []\n", "tests.yaml": "ä: “quoted”\n"}
SECOND = {"silence.yaml": "format: 1\n"}


def test_nothing_serves_before_the_first_is_accepted(database: Database) -> None:
    with database.read() as conn:
        assert rule_sets.serving(conn) is None
        assert rule_sets.by_id(conn, 1) is None


def test_the_one_accepted_last_serves_whole(database: Database) -> None:
    with database.write() as conn:
        first = rule_sets.accept(conn, "a" * 64, FIRST, 10)
        second = rule_sets.accept(conn, "b" * 64, SECOND, 20)
        assert rule_sets.serving(conn) == rule_sets.StoredRuleSet(second, "b" * 64, 20, SECOND)
        assert rule_sets.by_id(conn, first) == rule_sets.StoredRuleSet(first, "a" * 64, 10, FIRST)


def test_accepting_what_serves_changes_nothing(database: Database) -> None:
    with database.write() as conn:
        first = rule_sets.accept(conn, "a" * 64, FIRST, 10)
        assert rule_sets.accept(conn, "a" * 64, FIRST, 30) == first
        assert rule_sets.serving(conn) == rule_sets.StoredRuleSet(first, "a" * 64, 10, FIRST)


def test_going_back_to_an_earlier_set_lets_it_serve_again_under_its_old_id(
    database: Database,
) -> None:
    with database.write() as conn:
        first = rule_sets.accept(conn, "a" * 64, FIRST, 10)
        rule_sets.accept(conn, "b" * 64, SECOND, 20)
        assert rule_sets.accept(conn, "a" * 64, FIRST, 30) == first
        assert rule_sets.serving(conn) == rule_sets.StoredRuleSet(first, "a" * 64, 30, FIRST)


def test_a_clock_that_was_set_back_does_not_keep_a_new_set_from_serving(database: Database) -> None:
    with database.write() as conn:
        first = rule_sets.accept(conn, "a" * 64, FIRST, 20)
        rule_sets.accept(conn, "b" * 64, SECOND, 10)
        serving = rule_sets.serving(conn)
        assert serving
        assert serving.hash == "b" * 64
        assert rule_sets.accept(conn, "a" * 64, FIRST, 5) == first
        serving = rule_sets.serving(conn)
        assert serving
        assert serving.id == first


@pytest.mark.postgres
def test_two_daemons_that_start_at_once_let_the_same_set_serve(postgres_database: Database) -> None:
    def accepted() -> int:
        with postgres_database.write() as conn:
            return rule_sets.accept(conn, "a" * 64, FIRST, 10)

    with ThreadPoolExecutor(1) as other:
        with postgres_database.write() as conn:
            first = rule_sets.accept(conn, "a" * 64, FIRST, 10)
            waiting = other.submit(accepted)
            with pytest.raises(TimeoutError):
                waiting.result(0.2)
        assert waiting.result() == first
