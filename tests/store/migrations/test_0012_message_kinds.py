"""A database of version 0010 keeps its messages, each with its kind in columns of its own."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engine.store.database.connection import Database
from engine.store.tables.messages import outbox
from engine.store.tables.people import disclosures
from tests.store.migrations.older_database import downgrade_to, put, put_alert

NOW = 1_800_000_000_000_000
# What version 0010 wrote: the alert, kind, sequence and subject that it is from now on.
REASONS = {
    "step": (1, "step", 0, 0),
    "newly": (1, "newly", 0, 0),
    "storm": (1, "storm", 0, 0),
    "remind-1": (1, "reminder", 1, 0),
    "remind-12": (1, "reminder", 12, 0),
    f"snooze over {NOW}": (1, "snooze_over", NOW, 0),
    "reaches nobody": (1, "reaches_nobody", 0, 0),
    "reaches nobody 3": (1, "reaches_nobody", 3, 0),
    f"notice {NOW}": (1, "notice", NOW, 0),
    f"danger 2 {NOW}": (None, "danger", NOW, 2),
    f"opted out 2 {NOW}": (None, "opted_out", NOW, 2),
    f"held {NOW}": (None, "held", NOW, 0),
    f"held urgent {NOW}": (None, "held_urgent", NOW, 0),
    f"inference {NOW}": (None, "inference", NOW, 0),
    f"broken {NOW}": (None, "promises_broken", NOW, 0),
    f"mended {NOW}": (None, "promises_mended", NOW, 0),
}
WAITING = {"step": 0, "staff_id": 1, "body": "words", "state": "queued"}
AT = {"created_at": NOW, "due_at": NOW, "updated_at": NOW}


@pytest.fixture
def upgraded(own_database: Database) -> Database:
    """A database with messages of every kind and a disclosure, upgraded from version 0010."""
    downgrade_to(own_database, "0010")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "staff", id=1, ref="S-1", role="mentor", timezone="UTC", active=True)
        put_alert(conn)
        for number, (reason, (alert_id, *_)) in enumerate(REASONS.items(), 1):
            put(conn, "outbox", id=number, alert_id=alert_id, reason=reason, **WAITING, **AT)
        put(
            conn, "disclosures", id=1, at=NOW, client_id=1, staff_id=1, alert_id=1, attempt=1,
            told="reminder", message_id=4, scope="s", purpose="p", given_at=1,
        )  # fmt: skip
    own_database.upgrade()
    return own_database


def test_every_message_has_its_kind(upgraded: Database) -> None:
    columns = (outbox.c.alert_id, outbox.c.kind, outbox.c.sequence, outbox.c.subject_id)
    with upgraded.read() as conn:
        found = [tuple(row) for row in conn.execute(select(*columns).order_by(outbox.c.id))]
    assert found == list(REASONS.values())


def test_a_disclosure_still_names_the_message_by_which_it_was_made(upgraded: Database) -> None:
    with upgraded.read() as conn:
        assert conn.scalar(select(disclosures.c.message_id)) == 4


@pytest.mark.parametrize("sequence", [12, 13])
def test_messages_stay_unique_by_kind_and_sequence(upgraded: Database, sequence: int) -> None:
    row = {"id": 99, "alert_id": 1, "kind": "reminder", "sequence": sequence, **WAITING, **AT}
    if sequence == 12:
        with pytest.raises(IntegrityError), upgraded.write() as conn:
            put(conn, "outbox", **row)
    else:
        with upgraded.write() as conn:
            put(conn, "outbox", **row)
