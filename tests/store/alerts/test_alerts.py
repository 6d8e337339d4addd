"""Alerts in the store: what goes in comes out, and steps that are due are found once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.model.alert import Alert, AlertEvidence, FindingSeen
from engine.model.routing import RoutingStep
from engine.store.alerts import alert_records, alerts
from engine.store.alerts.alerts import NewAlert
from engine.store.database.connection import Database
from engine.store.operations import rule_sets
from tests.kit.caseload import Caseload
from tests.kit.times import NOON

EVIDENCE = AlertEvidence(
    as_of=NOON,
    findings=(FindingSeen("3 or more, “soon”", "no value", "3 or more", None, (7, 8)),),
    clears="in time",
    clears_at=NOON + 9,
)
POLICY = (RoutingStep(to="case_manager"), RoutingStep(after=60, to="supervisor"))


def new(began: int = NOON, client_id: int = 1) -> NewAlert:
    alert = Alert(0, client_id, "silent", "v1", "high", "open", began, None, opened_at=NOON)
    return NewAlert(alert, 1, EVIDENCE, POLICY, "began")


@pytest.fixture
def stored(database: Database) -> Database:
    caseload = Caseload(database)
    caseload.client(1)
    caseload.client(2)
    with database.write() as conn:
        rule_sets.accept(conn, "h", {}, NOON)
    return database


def test_what_opened_an_alert_comes_back_as_it_went_in(stored: Database) -> None:
    with stored.write() as conn:
        (alert_id,) = alerts.open_all(conn, [new()], "test")
        record = alert_records.record_of(conn, alert_id)
    assert record is not None
    assert (record.evidence, record.policy, record.step) == (EVIDENCE, POLICY, 0)
    assert record.listed.alert == replace(new().alert, id=alert_id)


def test_ids_come_in_the_order_of_the_alerts(stored: Database) -> None:
    with stored.write() as conn:
        ids = alerts.open_all(conn, [new(NOON - number) for number in range(50)], "test")
        found = alerts.of_clients(conn, [1, 2])
    assert {alert.id: alert.began for alert in found[1]} == {
        alert_id: NOON - number for number, alert_id in enumerate(ids)
    }
    assert found[2] == []


def test_an_alert_that_is_no_longer_open_has_no_next_step(stored: Database) -> None:
    with stored.write() as conn:
        (alert_id,) = alerts.open_all(conn, [new()], "test")
        alerts.set_route(conn, alert_id, POLICY, 1, NOON, NOON)
        (before,) = alerts.of_clients(conn, [1])[1]
        after = replace(before, state="resolved", resolution="done")
        alerts.change(conn, before, after, at=NOON + 1, actor="S-1", why="done")
        assert alerts.with_due_step(conn, NOON + 1, 10) == []
        assert alerts.of_clients(conn, [1])[1] == [after]
        last = alert_records.transitions_of(conn, alert_id)[-1]
    assert last == alert_records.Transition(NOON + 1, "open", "resolved", "S-1", "done")


def test_steps_are_due_in_the_order_of_their_times(stored: Database) -> None:
    with stored.write() as conn:
        first, second, third = alerts.open_all(
            conn, [new(), new(NOON - 1), new(client_id=2)], "test"
        )
        for alert_id, due_at in ((first, NOON + 2), (second, NOON + 1), (third, NOON + 9)):
            alerts.set_route(conn, alert_id, POLICY, 1, due_at, due_at)
        due = alerts.with_due_step(conn, NOON + 2, 10)
        assert [routed.alert.id for routed in due] == [second, first]
        assert [routed.alert.id for routed in alerts.with_due_step(conn, NOON + 2, 1)] == [second]
    assert (due[0].client_ref, due[0].policy, due[0].step) == ("C-1", POLICY, 1)
