"""The wait of an urgent text while a thousand low ones are queued, in carrier calls."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Event, Thread

from sqlalchemy import Connection, insert

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure
from engine.flows.delivery.senders import Senders
from engine.model.instant import SECOND_US, Instant
from engine.model.message import Outgoing, SendResult
from engine.model.rule import Severity
from engine.model.sms_settings import SmsSettings
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.operations import rule_sets
from engine.store.tables.people import clients, staff

QUEUED = 1_000
CALL_SECONDS = 1.0
TIMES = 5
_URGENCY: dict[Severity, int] = {"urgent": 0, "low": 3}


class _SlowCarrier:
    """Takes every text, each in a second, and remembers when an urgent one was handed to it."""

    name = "slow"
    parallel = True

    def __init__(self) -> None:
        self.busy, self.urgent = Event(), Event()
        self.urgent_at = 0.0

    def send(self, message: Outgoing) -> SendResult:
        """Take it."""
        if message.body == "urgent":
            self.urgent_at = time.perf_counter()
            self.urgent.set()
        self.busy.set()
        time.sleep(CALL_SECONDS)
        return SendResult("accepted", provider_id=f"SM{message.id}")

    def look_up(self, message: Outgoing) -> SendResult | None:
        """Never asked."""
        raise AssertionError(message)


def urgent(caseload: Caseload) -> Iterator[Figure]:
    """Queue low texts, let the senders begin, and measure how long an urgent one then waits."""
    database = caseload.empty("urgent.db")
    with database.write() as conn:
        _fill(conn)
    # To another number each time, because the same words go to a number once a minute.
    waits = [_wait(database, QUEUED + 1 + nth) for nth in range(TIMES)]
    name = f"urgent: carrier calls until an urgent text is handed over, {QUEUED:,} low ones queued"
    yield Figure(name, max(waits) / CALL_SECONDS, "×", 5, 2)
    database.close()


def _wait(database: Database, recipient: int) -> float:
    carrier, stop = _SlowCarrier(), Event()
    number = SmsSettings().senders
    senders = Senders(database, carrier, _now, "bench", number, lambda: not stop.is_set())
    thread = Thread(target=senders.run)
    thread.start()
    carrier.busy.wait()
    with database.write() as conn:
        began = time.perf_counter()
        _queue(conn, recipient, "urgent")
    carrier.urgent.wait()
    stop.set()
    thread.join()
    return carrier.urgent_at - began


def _fill(conn: Connection) -> None:
    numbers = range(1, QUEUED + 1 + TIMES)
    conn.execute(
        insert(clients), [{"id": one, "ref": f"C-{one}", "timezone": "UTC"} for one in numbers]
    )
    conn.execute(insert(rule_sets), {"id": 1, "hash": "h", "accepted_at": 0, "files": "{}"})
    conn.execute(insert(staff), [_person(one) for one in numbers])
    for one in numbers[:QUEUED]:
        _queue(conn, one, "low")


def _person(number: int) -> dict[str, object]:
    phone = f"+1202555{number:04}"
    row = {"id": number, "ref": f"S-{number}", "role": "case_manager", "phone": phone}
    return {**row, "timezone": "UTC", "active": True}


def _queue(conn: Connection, number: int, severity: Severity) -> None:
    at = _now()
    alert = {
        "client_id": number, "rule_id": "r", "rule_version": "1", "rule_set_id": 1,
        "severity": severity, "state": "open", "began": at, "opened_at": at, "historic": False,
        "shadow": False, "evidence": "{}", "policy": "[]",
    }  # fmt: skip
    alert_id = conn.scalar(insert(alerts).values(alert).returning(alerts.c.id))
    message = {
        "alert_id": alert_id, "step": 0, "staff_id": number, "kind": "step", "body": severity,
        "state": "queued", "created_at": at, "due_at": at, "updated_at": at,
        "urgency": _URGENCY[severity],
    }  # fmt: skip
    conn.execute(insert(outbox), message)


def _now() -> Instant:
    return int(time.time() * SECOND_US)
