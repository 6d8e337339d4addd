"""What the carrier reports counts whenever it comes, once, and leads nowhere back."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine.flows.delivery import delivery_status
from engine.model.audit_action import AuditAction
from engine.model.message import Report, ReportedState
from engine.store.database.connection import Database
from engine.store.people import opt_outs
from engine.store.tables.messages import outbox
from engine.store.tables.people import staff
from tests.kit.phones import CASE_MANAGER, SUPERVISOR, Phones
from tests.kit.rows import change


@pytest.fixture
def phones(database: Database) -> Phones:
    phones = Phones.of(database, 1)
    assert phones.told() == [CASE_MANAGER]
    return phones


def report(
    phones: Phones,
    reported: ReportedState,
    error: str | None = None,
    sid: str = "SM1",
    message: int = 1,
    opted_out: bool = False,
) -> str | None:
    said = Report(message, sid, reported, error, opted_out)
    return delivery_status.take(phones.site.database, said, phones.now)


def state(phones: Phones) -> str:
    return str(phones.site.rows(outbox)[0].state)


@pytest.mark.parametrize("order", list(permutations(["accepted", "sent", "delivered"])))
def test_reports_in_any_order_and_twice_come_to_the_same_end(
    sqlite_database: Database, order: tuple[ReportedState, ...]
) -> None:
    phones = Phones.of(sqlite_database, 1)
    phones.go_on()
    for status in (*order, *order):
        report(phones, status)
    assert state(phones) == "delivered"
    assert sum(action == AuditAction.MESSAGE_DELIVERED for action, _ in phones.site.audited) == 1


def test_a_report_that_comes_before_we_wrote_down_the_sending_stands(database: Database) -> None:
    phones = Phones.of(database, 1)
    assert report(phones, "delivered") == "delivered"
    assert phones.told() == []
    assert state(phones) == "delivered"


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_what_reached_nobody_sends_the_alert_to_the_next_step_once(
    phones: Phones, status: ReportedState
) -> None:
    assert report(phones, status, "30005") == status
    assert report(phones, status, "30005") is None
    assert phones.told() == [SUPERVISOR]


def test_a_report_that_the_number_opted_out_is_the_same_as_a_stop(phones: Phones) -> None:
    report(phones, "failed", "21610", opted_out=True)
    sent = phones.go_on()
    assert [number for number, _ in sent] == [SUPERVISOR, SUPERVISOR]
    assert ("opted out", "staff 1") in phones.site.audited


def test_the_number_that_a_text_went_to_has_opted_out_and_not_the_number_of_today(
    phones: Phones,
) -> None:
    with phones.site.database.write() as conn:
        change(conn, staff, 1, phone="+15550199")
    report(phones, "failed", "21610", opted_out=True)
    with phones.site.database.read() as conn:
        assert opt_outs.numbers(conn) == {CASE_MANAGER}


def test_a_report_about_another_message_than_the_row_is_known_by_counts_for_nothing(
    phones: Phones,
) -> None:
    assert report(phones, "failed", sid="SMother") is None
    assert report(phones, "failed", message=77) is None
    assert state(phones) == "accepted"
