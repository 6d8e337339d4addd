"""An erasure leaves no word about the client, keeps the trail whole, and touches nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from engine.errors import UserError
from engine.flows.operations import client_erasure, client_export
from engine.presentation.export_page import export_page
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.people import client_data
from engine.store.people import disclosures as disclosures_of
from engine.store.tables import access, metadata
from engine.store.tables.alerts import alerts, mutes
from engine.store.tables.intake import event_versions, events, list_rows, received, rejects
from engine.store.tables.messages import inbox, inbox_alerts, outbox
from engine.store.tables.people import (
    agreements,
    clients,
    disclosures,
    letter_consents,
    notes,
    record_entries,
)
from engine.store.tables.schedules import expectations, schedule_changes
from tests.kit.site import Site
from tests.kit.times import DAY, HOUR, NOON

PHONE = "+12025550177"
SECRET = "zebra"  # stands in every free word about the client


@pytest.fixture
def site(database: Database) -> Site:
    return left_site(database)


@pytest.fixture
def sqlite_site(sqlite_database: Database) -> Site:
    return left_site(sqlite_database)


def left_site(database: Database) -> Site:
    """Two clients with the same past; C-1 has left, and their texts have ended."""
    site = Site(database).with_people()
    site.caseload.client(11)
    site.caseload.assign(1, "case_manager", 11)
    site.caseload.staff(5, "mentor", 1, 11)
    for client_id in (1, 11):
        site.caseload.consent(client_id, 5, alias=SECRET)
        site.missed(NOON - 30 * HOUR, client_id)
        site.missed(NOON - 6 * HOUR, client_id)
    site.evaluate()
    with database.write() as conn:
        conn.execute(insert(access.accounts), {"id": 1, "name": "sam", "role": "supervisor"})
        for client_id, alert_id in conn.execute(select(alerts.c.client_id, alerts.c.id)).all():
            _words_about(conn, client_id, alert_id)
        conn.execute(update(outbox).values(state="delivered"))
        conn.execute(update(alerts).values(state="resolved"))
        conn.execute(insert(record_entries), {"client_id": 1, "at": NOON - HOUR, "entry": "ended"})
    return site


def _words_about(conn: Any, client_id: int, alert_id: int) -> None:
    """Put a word about a client wherever people or sources can put one."""
    ref, of = f"C-{client_id}", {"client_id": client_id}
    conn.execute(
        update(clients).where(clients.c.id == client_id).values(phone=f"{PHONE}{client_id}")
    )
    conn.execute(update(events).where(events.c.client_id == client_id).values(note=SECRET))
    event: Any = conn.execute(select(events).where(events.c.client_id == client_id)).first()
    version = {name: value for name, value in event._mapping.items() if name != "id"}
    conn.execute(insert(event_versions), version | {"event_id": event.id, "replaced_at": NOON})
    text = {"provider_id": f"SM{client_id}", "sender": f"{PHONE}{client_id}", "body": SECRET}
    text_id = conn.scalar(
        insert(inbox).values(text | of | {"received_at": NOON}).returning(inbox.c.id)
    )
    reply = {"provider_id": f"SR{client_id}", "sender": "+15550100001", "body": f"{SECRET} a"}
    reply_id = conn.scalar(
        insert(inbox).values(reply | {"received_at": NOON, "answer": ref}).returning(inbox.c.id)
    )
    for each in (text_id, reply_id):
        conn.execute(insert(inbox_alerts), {"inbox_id": each, "alert_id": alert_id})
    conn.execute(
        insert(inbox),
        {"provider_id": f"SL{client_id}", "sender": "+15550100001", "body": "list",
         "received_at": NOON, "answer": "1: C-1, 2: C-11."},
    )  # fmt: skip
    conn.execute(
        insert(notes), {**of, "alert_id": alert_id, "account_id": 1, "at": NOON, "words": SECRET}
    )
    conn.execute(insert(mutes), {**of, "began": NOON, "ended": NOON + DAY, "why": SECRET})
    conn.execute(
        insert(agreements),
        {**of, "given_at": NOON, "how": "signed form", "wording": "v1", "language": "english",
         "quiet_from": "21:00", "quiet_to": "08:00"},
    )  # fmt: skip
    conn.execute(
        insert(access.emergency_access),
        {**of, "account_id": 1, "reason": SECRET, "began_at": NOON, "ends_at": NOON + HOUR},
    )
    conn.execute(
        insert(disclosures),
        {**of, "at": NOON, "staff_id": 5, "alert_id": alert_id, "told": "step", "text_id": reply_id,
         "attempt": 1, "scope": "outreach", "purpose": "support", "given_at": 0},
    )  # fmt: skip
    conn.execute(
        insert(letter_consents),
        {**of, "recipient_kind": "employer", "recipient": "Works", "purpose": "return_to_work",
         "scope": frozenset({"attendance"}), "how": "signed form", "given_at": 0,
         "expires_at": NOON},
    )  # fmt: skip
    conn.execute(
        insert(expectations),
        {**of, "schedule_id": "daily", "day": "2026-06-01", "opens_at": 0, "due_at": 1,
         "closes_at": 2},
    )  # fmt: skip
    conn.execute(
        insert(schedule_changes),
        {**of, "schedule_id": "daily", "kind": "off", "first_day": "2026-06-01",
         "reason": SECRET, "actor": "S-1", "made_at": NOON},
    )  # fmt: skip
    about = {"source": "inbox", "item": "tests.csv", "seen_at": NOON, "reason": "bad"}
    conn.execute(
        insert(rejects), {**about, "line": client_id, "row": f'["{ref}","{SECRET}"]', "digest": ref}
    )
    conn.execute(
        insert(list_rows),
        {"source": "inbox", "list": "clients", "key": ref, "item": "x", "complete": True},
    )
    conn.execute(
        insert(received),
        {"source": "lab", "digest": "d", "body": f"{ref}|{SECRET}".encode(), "arrived_at": NOON},
    )


def everything(database: Database) -> dict[str, list[Any]]:
    with database.read() as conn:
        return {
            table.name: [
                tuple(row) for row in conn.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


def erase(site: Site, ref: str = "C-1", **told: Any) -> client_erasure.Erasure:
    asked = {"by": "S-2", "reason": "asked by letter", "for_good": True} | told
    return client_erasure.erase(site.database, ref, now=NOON, **asked)


def test_no_word_about_the_client_is_left_and_the_trail_is_whole(site: Site) -> None:
    erase(site)
    left = repr(everything(site.database))
    assert "'C-1'" not in left
    assert f"{PHONE}1'" not in left
    with site.database.read() as conn:
        assert audit_log.verify(conn) is None
        assert (
            conn.scalar(select(audit_log.audit.c.action).order_by(audit_log.audit.c.id.desc()))
            == "erased"
        )
        texts = conn.scalars(select(inbox.c.answer).where(inbox.c.body == "list")).all()
    assert texts == ["1: (erased), 2: C-11."] * 2


def test_nobody_else_loses_a_row(site: Site) -> None:
    before = everything(site.database)
    with site.database.read() as conn:
        theirs = {one.table.name: rows for one, rows in client_data.rows(conn, 11)}
    erase(site)
    with site.database.read() as conn:
        assert {one.table.name: rows for one, rows in client_data.rows(conn, 11)} == theirs
    after = everything(site.database)
    for table in ("rejects", "list_rows", "received"):
        assert [row for row in after[table] if "C-11" in repr(row)] == [
            row for row in before[table] if "C-11" in repr(row)
        ]
        assert len(after[table]) == 1


def test_the_free_words_of_the_client_are_gone_from_the_file(
    site: Site,
) -> None:
    erase(site)
    with site.database.write() as conn:
        conn.execute(insert(record_entries), {"client_id": 11, "at": NOON - HOUR, "entry": "ended"})
    erase(site, "C-11")
    assert SECRET not in repr(everything(site.database))
    if site.database.dialect == "sqlite":
        assert SECRET.encode() not in Path(site.database.url.database or "").read_bytes()


def test_without_yes_nothing_changes(sqlite_site: Site) -> None:
    before = everything(sqlite_site.database)
    tried = erase(sqlite_site, for_good=False)
    assert everything(sqlite_site.database) == before
    assert erase(sqlite_site).rows == tried.rows


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (update(alerts).values(state="open"), "open alerts"),
        (update(outbox).values(state="queued"), "still waits"),
        (record_entries.delete().where(record_entries.c.entry == "ended"), "is enrolled"),
        (
            insert(record_entries).values(client_id=1, at=NOON, entry="legal_hold", value="case 7"),
            "legal hold",
        ),
    ],
)
def test_a_client_who_is_looked_after_or_on_hold_is_not_erased(
    sqlite_site: Site, change: Any, said: str
) -> None:
    with sqlite_site.database.write() as conn:
        conn.execute(change)
    with pytest.raises(UserError, match=said):
        erase(sqlite_site)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"by": "S-1"}, "supervisor or admin"),
        ({"reason": "c-1 asked"}, "must not name"),
        ({"reason": " "}, "1 to 200 characters"),
        ({"ref": "C-9"}, "no client"),
    ],
)
def test_it_takes_a_person_who_may_and_a_reason_that_names_nobody(
    sqlite_site: Site, told: Any, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        erase(sqlite_site, **told)


def test_a_client_who_was_erased_is_told_from_one_who_never_was(sqlite_site: Site) -> None:
    erase(sqlite_site)
    with pytest.raises(UserError, match=r"^C-1 was erased\.$"):
        erase(sqlite_site)


def test_every_table_is_erased_kept_with_a_reason_or_about_nobody() -> None:
    """Fails when a new table is neither."""
    about = {one.table.name for one in client_data.CLIENT_TABLES} | client_data.NAMING
    assert not about & client_data.ELSEWHERE
    assert about | client_data.ELSEWHERE == set(metadata.tables)
    of_client = {"clients", "alerts"}
    for table in metadata.sorted_tables:
        named = {key.column.table.name for key in table.foreign_keys} & of_client
        if named or "client_id" in table.c or "alert_id" in table.c:
            assert table.name in about


def test_an_export_has_everything_and_is_a_disclosure_if_it_leaves(sqlite_site: Site) -> None:
    with sqlite_site.database.write() as conn:
        for to in (None, "the client"):
            found = client_export.export(conn, "C-1", "S-2", to, NOON)
        told = [one.staff_ref for one in disclosures_of.listed(conn, "C-1", NOON)]
        theirs = {one.table.name: len(rows) for one, rows in client_data.rows(conn, 1)}
        assert "handed out" in {one.state for one in disclosures_of.listed(conn, "C-1", NOON)}
    assert {name: len(rows) for name, rows in found.tables.items()} == theirs
    assert found.tables["notes"][0]["words"] == SECRET
    assert found.tables["assignments"][0]["staff_id"] == "S-1"
    assert found.tables["events"][0]["occurred_at"].startswith("2026-06-01T")
    assert [row["action"] for row in found.tables["audit"]][-2:] == ["exported", "exported"]
    assert "the client" in told
    assert f"{SECRET}</td>" in export_page(*found)
