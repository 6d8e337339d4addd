"""What mentors were told about a client can be listed, with the consent that it stood under."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import update

from engine.flows.delivery import deliver
from engine.store.database.connection import Database
from engine.store.tables.people import clients
from tests.kit.carrier import Carrier
from tests.kit.rows import NOW, add_alert, add_consent, add_message, add_staff, client_of
from tests.kit.terminal import Terminal
from tests.kit.times import HOUR


@pytest.fixture
def said(sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """What a command prints at a site where mentor S-9 was asked to reach out to C-1, in Denver."""
    with sqlite_database.write() as conn:
        alert_id, mentor = add_alert(conn), add_staff(conn, ref="S-9", role="mentor")
        conn.execute(update(clients).values(ref="C-1", timezone="America/Denver"))
        add_consent(conn, client_of(conn, alert_id), mentor, expires_at=NOW + HOUR)
        add_message(conn, alert_id, mentor)
    deliver.run(sqlite_database, Carrier(), NOW, "a")
    capsys.readouterr()  # the line that it logs
    return Terminal(tmp_path, f"database: {sqlite_database.url}\ntimezone: UTC\n", capsys)


def test_each_is_listed_with_its_consent_in_the_clients_own_time(said: Terminal) -> None:
    (one,) = json.loads(said("disclosures", "C-1", "--format", "json"))
    assert one == {
        "at": "2027-01-15T01:00:00-07:00",
        "to": "S-9",
        "told": "request to call",
        "alert": 1,
        "message": 1,
        "text": None,
        "state": "accepted",
        "scope": "alerts",
        "purpose": "support",
        "given": "2027-01-15T00:00:00-07:00",
        "expires": "2027-01-15T02:00:00-07:00",
    }
    (row,) = csv.DictReader(StringIO(said("disclosures", "C-1", "--format", "csv")))
    assert row["to"] == "S-9"
    assert said("disclosures", "C-1").splitlines()[1].startswith("2027-01-15   S-9 request to")


def test_none_are_listed_from_before_the_day_that_is_asked_for(said: Terminal) -> None:
    assert json.loads(said("disclosures", "C-1", "--since", "2027-01-15T08:00", "--format", "json"))
    assert json.loads(said("disclosures", "C-1", "--since", "2027-01-16", "--format", "json")) == []
    assert said("disclosures", "C-1", "--since", "2028-01-01") == "nothing to list"


def test_a_client_who_is_not_there_and_a_day_that_is_none_are_the_users_mistakes(
    said: Terminal,
) -> None:
    assert said("disclosures", "C-2", code=2) == "There is no client C-2."
    assert said("disclosures", "C-1", "--since", "lately", code=2).startswith(
        "'lately' is not a date; write one such as 2026-03-01"
    )
