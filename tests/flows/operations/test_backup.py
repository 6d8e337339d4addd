"""A backup holds everything, opens, and fills an empty database of either kind."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from engine.errors import StoreUnavailableError, UserError
from engine.flows.delivery import deliver
from engine.flows.operations import backup
from engine.model.message import MessageKind
from engine.store.database.connection import Database
from engine.store.messages import reply_codes
from engine.store.operations import audit_log
from engine.store.tables import metadata
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from engine.store.tables.operations import audit
from tests.kit.carrier import Carrier
from tests.kit.databases import Postgres
from tests.kit.site import Site
from tests.kit.times import HOUR, NOON
from tests.store.migrations.older_database import downgrade_to, put, put_alert


def filled(database: Database) -> Site:
    """A site with people, and an alert that its case manager was told of."""
    site = Site(database).with_people()
    site.missed(NOON - HOUR)
    site.missed(NOON - 2 * HOUR)
    site.evaluate()
    assert site.alerts
    assert site.messages
    return site


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    with closing(Database.open(f"sqlite:///{tmp_path / 'new' / 'handrail.db'}")) as database:
        yield database


def rows_of(database: Database) -> dict[str, list[Any]]:
    with database.read() as conn:
        return {
            table.name: list(conn.execute(select(table).order_by(*table.primary_key)).all())
            for table in metadata.sorted_tables
        }


def test_a_restored_database_has_every_row_and_tells_the_admins(
    database: Database, empty: Database, tmp_path: Path
) -> None:
    before = rows_of(filled(database).database)
    counted = {name: len(rows) for name, rows in before.items()}
    report = backup.write(database, tmp_path / "backup", NOON, None)

    backup.restore(empty, tmp_path / "backup", NOON + HOUR, None)

    after = rows_of(empty)
    admins = [one.id for one in after["staff"] if one.role == "admin"]
    texts = after["outbox"][len(before["outbox"]) :]
    assert admins
    assert [(one.kind, one.staff_id) for one in texts] == [
        (MessageKind.RESTORED, admin) for admin in admins
    ]
    assert "from the backup of 2026-06-02 12:00 UTC" in texts[0].body
    entry = after["audit"][-1]
    assert (entry.action, entry.detail) == (
        "restored",
        f'{{"taken_at":{NOON},"texts_in_doubt":{len(before["outbox"])}}}',
    )
    after["audit"] = after["audit"][: len(before["audit"])]
    # The texts that waited are in doubt, and a code is skipped; both have a test of their own.
    for name in ("outbox", "reply_codes"):
        assert len(after[name]) > len(before[name])
        del after[name], before[name]
    assert after == before
    assert report.rows == counted
    assert report.broken_at is None


def test_the_carrier_is_asked_about_a_text_that_waited_before_it_goes(
    sqlite_database: Database, empty: Database, tmp_path: Path
) -> None:
    (waited,) = filled(sqlite_database).rows(outbox)
    backup.write(sqlite_database, tmp_path / "backup", NOON, None)
    backup.restore(empty, tmp_path / "backup", NOON + HOUR, None)

    text = rows_of(empty)["outbox"][0]
    assert (waited.state, text.state) == ("queued", "unknown")
    assert (text.phone, text.sent_at) == ("+15550100001", waited.created_at)
    carrier = Carrier()
    while not carrier.looked_up:
        assert deliver.run(empty, carrier, NOON + HOUR, "test")
    assert [one.body for one in carrier.looked_up] == [waited.body]
    assert waited.body not in [one.body for one in carrier.asked]


def test_a_code_that_people_got_since_the_backup_names_no_other_alert(
    sqlite_database: Database, empty: Database, tmp_path: Path
) -> None:
    filled(sqlite_database)
    backup.write(sqlite_database, tmp_path / "backup", NOON, None)
    backup.restore(empty, tmp_path / "backup", NOON + HOUR, None)

    with empty.write() as conn:
        alert = dict(conn.execute(select(alerts)).one()._mapping)
        assert reply_codes.give(conn, 1, alert["id"], NOON + HOUR) == 1
        conn.execute(insert(alerts), alert | {"id": 99})
        assert reply_codes.give(conn, 1, 99, NOON + HOUR) == 202
        known = reply_codes.known(conn, "+15550100001", [1], NOON + HOUR)
        assert [one.code for one in known] == [1, 202]


def test_what_sqlite_held_goes_on_in_postgresql(
    sqlite_database: Database, postgres: Postgres, tmp_path: Path
) -> None:
    site = filled(sqlite_database)
    backup.write(sqlite_database, tmp_path / "backup", NOON, None)
    with closing(Database.open(postgres.new_url())) as moved:
        backup.restore(moved, tmp_path / "backup", NOON, None)

        there = rows_of(moved)
        assert there["events"] == rows_of(sqlite_database)["events"]
        assert [row.id for row in there["alerts"]] == [row.id for row in site.alerts]
        ids = [row.id for row in there["audit"]]  # the restore is the last of them
        assert ids == list(range(1, len(ids) + 1))
        with moved.read() as conn:
            assert audit_log.verify(conn) is None


def test_an_encrypted_backup_opens_with_its_key_alone(
    sqlite_database: Database, empty: Database, tmp_path: Path
) -> None:
    filled(sqlite_database)
    public = backup.new_key(tmp_path / "key")
    backup.new_key(tmp_path / "other")
    backup.write(sqlite_database, tmp_path / "backup", NOON, public)

    content = (tmp_path / "backup").read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert b"SQLite format 3" not in content
    with pytest.raises(UserError, match="is encrypted; name the file of its key with --key"):
        backup.restore(empty, tmp_path / "backup", NOON, None)
    with pytest.raises(UserError, match=r"cannot be decrypted with .*other"):
        backup.restore(empty, tmp_path / "backup", NOON, tmp_path / "other")
    backup.restore(empty, tmp_path / "backup", NOON, tmp_path / "key")
    assert len(rows_of(empty)["alerts"]) == 1


def test_only_the_owner_reads_a_backup_and_its_key(
    sqlite_database: Database, tmp_path: Path
) -> None:
    public = backup.new_key(tmp_path / "key")
    backup.write(sqlite_database, tmp_path / "plain", NOON, None)
    backup.write(sqlite_database, tmp_path / "encrypted", NOON, public)

    modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    assert {modes[name] for name in ("key", "plain", "encrypted")} == {0}
    assert not [name for name in modes if name.startswith(".handrail")]


def test_no_file_is_overwritten(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("a letter")

    with pytest.raises(UserError, match="no backup is overwritten"):
        backup.write(sqlite_database, tmp_path / "there", NOON, None)
    with pytest.raises(UserError, match="no key is overwritten"):
        backup.new_key(tmp_path / "there")
    assert (tmp_path / "there").read_text() == "a letter"


def test_a_word_that_is_no_key_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'age1x' is no public key of age"):
        backup.write(sqlite_database, tmp_path / "backup", NOON, "age1x")


def test_a_database_with_rows_is_left_alone(
    sqlite_database: Database, empty: Database, tmp_path: Path
) -> None:
    backup.write(sqlite_database, tmp_path / "backup", NOON, None)
    empty.upgrade()
    before = rows_of(filled(empty).database)

    with pytest.raises(UserError, match=r"is not empty: .* has rows. Restore into a new"):
        backup.restore(empty, tmp_path / "backup", NOON, None)
    assert rows_of(empty) == before


def test_a_damaged_backup_is_refused_and_nothing_is_stored(
    sqlite_database: Database, empty: Database, tmp_path: Path
) -> None:
    filled(sqlite_database)
    backup.write(sqlite_database, tmp_path / "backup", NOON, None)
    content = bytearray((tmp_path / "backup").read_bytes())
    content[5000:90000] = bytes(85000)
    (tmp_path / "backup").write_bytes(content)

    with pytest.raises(UserError, match=r"is damaged: .*Use another backup"):
        backup.restore(empty, tmp_path / "backup", NOON, None)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a workbook"])
def test_another_file_is_no_backup(content: bytes, empty: Database, tmp_path: Path) -> None:
    (tmp_path / "backup").write_bytes(content)

    with pytest.raises(UserError, match="is no backup of Handrail"):
        backup.restore(empty, tmp_path / "backup", NOON, None)


def test_another_database_is_no_backup(empty: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as conn:
        conn.execute("CREATE TABLE songs (id INTEGER)")

    with pytest.raises(UserError, match="is no backup of Handrail"):
        backup.restore(empty, tmp_path / "other.db", NOON, None)


def test_a_backup_of_a_later_version_is_refused(
    sqlite_database: Database, empty: Database, tmp_path: Path
) -> None:
    backup.write(sqlite_database, tmp_path / "backup", NOON, None)
    with closing(sqlite3.connect(tmp_path / "backup")) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(UserError, match=r"was made by a later Handrail .tables 9999"):
        backup.restore(empty, tmp_path / "backup", NOON, None)


def test_a_backup_comes_before_an_upgrade(tmp_path: Path, empty: Database) -> None:
    with closing(Database.open(f"sqlite:///{tmp_path / 'old.db'}")) as old:
        old.upgrade()
        downgrade_to(old, "0034")
        with old.write() as conn:
            put(conn, "clients", id=1, ref="C-1", timezone="UTC")
            put_alert(conn)
        backup.write(old, tmp_path / "backup", NOON, None)

        backup.restore(empty, tmp_path / "backup", NOON, None)
    assert len(rows_of(empty)["alerts"]) == 1


def test_the_database_of_a_daemon_is_not_filled(sqlite_database: Database, tmp_path: Path) -> None:
    backup.write(sqlite_database, tmp_path / "backup", NOON, None)
    url = f"sqlite:///{tmp_path / 'served.db'}"
    with closing(Database.ready(url)) as daemon, closing(Database.open(url)) as other:
        daemon.mark_served()
        with pytest.raises(StoreUnavailableError, match=r"A daemon uses the database .*stop it"):
            backup.restore(other, tmp_path / "backup", NOON, None)


def test_a_changed_audit_trail_is_said(sqlite_database: Database, tmp_path: Path) -> None:
    filled(sqlite_database)
    with sqlite_database.write() as conn:
        conn.execute(audit.update().where(audit.c.id == 2).values(actor="another"))

    assert backup.write(sqlite_database, tmp_path / "backup", NOON, None).broken_at == 2
