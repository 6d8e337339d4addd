"""The repair of stamps keeps how old texts in doubt are, which tells them apart."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import insert, select

from engine.model.schedule import Outcome, OutcomeReason
from engine.store.alerts import alerts as store
from engine.store.database.connection import Database
from engine.store.operations import clock_repair
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.schedules import expectations
from tests.kit.rows import NOW, add_alert, add_client, add_message, add_staff, change, row_of
from tests.kit.times import HOUR, MINUTE

JUMP = 3 * HOUR


@pytest.mark.parametrize(
    ("before_the_jump", "ages"),
    [
        pytest.param([190, 20], [190, 20], id="right, and now behind"),
        pytest.param([260, 190, 20], [260, 190, 20], id="right for long, and now behind"),
        pytest.param([240, 20], [60, 20], id="ahead since the first, and now right"),
        pytest.param([50, 20], [50, 20], id="ahead at each, and now right"),
    ],
)
def test_texts_in_doubt_keep_their_ages_when_the_clock_goes_back(
    database: Database, before_the_jump: Sequence[int], ages: Sequence[int]
) -> None:
    """The numbers are minutes by the clock that stamped each text, and by the one that is right."""
    was = NOW + JUMP
    with database.write() as conn:
        alert_id, staff_id = add_alert(conn), add_staff(conn)
        ids = []
        for step, ago in enumerate(before_the_jump):
            ids.append(add_message(conn, alert_id, staff_id, step=step))
            change(conn, outbox, ids[-1], state="unknown", sent_at=was - ago * MINUTE)
        for _ in range(2):
            clock_repair.repair(conn, NOW, was)
            assert [NOW - row_of(conn, one).sent_at for one in ids] == [
                age * MINUTE for age in ages
            ]


@pytest.mark.parametrize("waits", [0, 2 * HOUR])
def test_a_step_settled_by_the_wrong_clock_comes_as_long_after_the_repair(
    database: Database, waits: int
) -> None:
    """People were last told by the right clock: they passed it on, slept on it, or left."""
    was = NOW + JUMP
    with database.write() as conn:
        alert_id = add_alert(conn)
        change(conn, alerts, alert_id, told_at=NOW - HOUR)
        store.set_next_step(conn, alert_id, was + waits, was)
        for _ in range(2):
            clock_repair.repair(conn, NOW, was)
            assert conn.scalar(select(alerts.c.next_step_at)) == NOW + waits


def test_data_that_a_wrong_clock_gave_up_are_waited_for_again(database: Database) -> None:
    was = NOW + JUMP
    ended = {"closes_at": NOW, "ended_at": was, "outcome": Outcome.HELD}
    days = {"2026-06-01": OutcomeReason.DATA_MISSING, "2026-06-02": OutcomeReason.ON_LEAVE}
    with database.write() as conn:
        client_id = add_client(conn, ref="C-1")
        for day, reason in days.items():
            one = {"client_id": client_id, "schedule_id": "daily", "day": day, "reason": reason}
            at = {"opens_at": NOW - HOUR, "due_at": NOW - HOUR, **ended}
            conn.execute(insert(expectations), {**one, **at})
        for _ in range(2):
            clock_repair.repair(conn, NOW, was)
            rows = conn.execute(select(expectations.c.outcome, expectations.c.ended_at)).all()
            assert rows == [(None, None), (Outcome.HELD, NOW)]
