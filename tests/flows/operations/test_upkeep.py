"""The upkeep deletes words whose time is over, and nothing about a client on legal hold."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import insert, select, update

from engine.flows.operations import upkeep
from engine.model.retention_settings import RetentionSettings
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.tables.intake import event_versions, events, rejects
from engine.store.tables.messages import inbox, outbox
from engine.store.tables.operations import audit
from engine.store.tables.people import record_entries
from tests.kit.site import Site
from tests.kit.times import DAY, HOUR, NOON

KEPT = RetentionSettings.model_validate(
    {"texts": "400 days", "corrections": "400 days", "rejects": "90 days"}
)
LATER = NOON + 401 * DAY


@pytest.fixture
def site(database: Database) -> Site:
    """Two clients, each with texts, a correction and an alert; C-2 is on legal hold."""
    site = Site(database).with_people()
    site.caseload.client(2)
    site.caseload.assign(1, "case_manager", 2)
    for client_id in (1, 2):
        site.missed(NOON - 30 * HOUR, client_id)
        site.missed(NOON - 6 * HOUR, client_id)
    site.evaluate()
    with database.write() as conn:
        conn.execute(update(outbox).values(state="delivered"))
        for client_id in (1, 2):
            text = {"provider_id": f"SM{client_id}", "sender": "+1", "body": "words"}
            conn.execute(insert(inbox), {**text, "received_at": NOON, "client_id": client_id})
        for event in conn.execute(select(events)).all():
            version = {name: value for name, value in event._mapping.items() if name != "id"}
            gone = {"event_id": event.id, "replaced_at": NOON}
            conn.execute(insert(event_versions), version | gone)
        hold = {"client_id": 2, "at": NOON, "entry": "legal_hold", "value": "case 7"}
        conn.execute(insert(record_entries), hold)
        for line, fixed in ((1, NOON), (2, None)):
            conn.execute(
                insert(rejects),
                {"source": "s", "item": "i", "line": line, "reason": "bad", "row": "[]",
                 "digest": "d", "seen_at": NOON, "fixed_at": fixed},
            )  # fmt: skip
    return site


def test_old_words_go_once_and_those_of_a_client_on_hold_stay(site: Site) -> None:
    done = upkeep.trim(site.database, KEPT, LATER)
    assert done == {"texts": 2, "corrections": 2, "rejects": 1}
    assert upkeep.trim(site.database, KEPT, LATER) == {}
    assert [row.body for row in site.rows(inbox)] == ["(deleted)", "words"]
    assert sorted("C-2" in row.body for row in site.rows(outbox)) == [False, True]
    assert {row.client_id for row in site.rows(event_versions)} == {2}
    assert [row.line for row in site.rows(rejects)] == [2]
    last: Any = site.rows(audit)[-1]
    assert last.action == "trimmed"
    with site.database.read() as conn:
        assert audit_log.verify(conn) is None


def test_without_a_word_of_the_site_everything_is_kept(site: Site) -> None:
    assert upkeep.trim(site.database, RetentionSettings(), LATER) == {}
    assert upkeep.trim(site.database, KEPT, NOON + DAY) == {}


def test_a_text_under_way_keeps_its_words(site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(update(outbox).values(state="unknown"))
    upkeep.trim(site.database, KEPT, LATER)
    assert all("C-" in row.body for row in site.rows(outbox))


def test_a_time_that_is_too_short_for_codes_and_look_ups_is_refused() -> None:
    with pytest.raises(ValidationError, match="90 days or longer"):
        RetentionSettings.model_validate({"texts": "30 days"})


def test_check_explains_what_is_deleted() -> None:
    assert KEPT.explained == (
        "deleted each day: words of texts after 400 days, "
        "earlier versions of events after 400 days, "
        "rejects that are fixed or dismissed after 90 days"
    )
    assert not RetentionSettings().explained
