"""An anchor shows that the trail was cut off or rewritten, which the chain itself cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, text, update
from structlog.testing import capture_logs

from engine.errors import UserError
from engine.flows.operations import watchdog
from engine.flows.operations.audit_anchor import EVERY_US, AuditAnchor
from engine.model.audit_action import AuditAction
from engine.model.audit_settings import AuditSettings
from engine.model.instant import DAY_US
from engine.model.secret import Secret
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.tables.operations import audit
from tests.kit.times import NOON

KEY = {"HANDRAIL_AUDIT_KEY": "hush"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "anchors.jsonl"


@pytest.fixture
def anchor(file: Path) -> AuditAnchor:
    return anchored_at(file)


def anchored_at(file: Path, key: str = "HANDRAIL_AUDIT_KEY") -> AuditAnchor:
    environ = {**KEY, "ANOTHER_KEY": "of somebody else"}
    return AuditAnchor(AuditSettings(anchor=file, key=Secret(env=key)), environ)


def grow(database: Database, rows: int, at: int = NOON) -> None:
    for _ in range(rows):
        with database.write() as conn:
            audit_log.record(
                conn,
                at=at,
                actor="staff 1",
                action=AuditAction.TAKEN,
                subject="alert 1",
                detail={},
            )


def keep(database: Database, anchor: AuditAnchor, now: int = NOON) -> None:
    with database.read() as conn:
        anchor.keep(conn, now)


def problem(database: Database, anchor: AuditAnchor) -> str | None:
    with database.read() as conn:
        return anchor.problem(conn)


def chained_again(conn: Connection) -> None:
    """Write every hash again, as a forger would who knows how the chain is made."""
    previous = "0" * 64
    for row in conn.execute(select(audit).order_by(audit.c.id)).all():
        parts = [previous, row.at, row.actor, row.action, row.subject, row.detail]
        written = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
        digest = sha256(written.encode()).hexdigest()
        conn.execute(
            update(audit).where(audit.c.id == row.id).values(previous=previous, hash=digest)
        )
        previous = digest


def rewrite(conn: Connection) -> None:
    conn.execute(update(audit).where(audit.c.id == 2).values(actor="staff 2"))
    chained_again(conn)


def leave_out(conn: Connection) -> None:
    conn.execute(delete(audit).where(audit.c.id == 1))
    chained_again(conn)


def cut(conn: Connection) -> None:
    conn.execute(delete(audit).where(audit.c.id > 3))


def cut_and_go_on(conn: Connection) -> None:
    cut(conn)
    audit_log.append(conn, [audit_log.Entry("a", AuditAction.DONE, "alert 1", {})] * 5, NOON)


def cut_all(conn: Connection) -> None:
    conn.execute(delete(audit))


ATTACKS = (rewrite, leave_out, cut, cut_and_go_on, cut_all)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_trail_that_was_cut_or_written_again_is_found_though_its_chain_is_whole(
    sqlite_database: Database, anchor: AuditAnchor, attack: Callable[[Connection], None]
) -> None:
    grow(sqlite_database, 6)
    keep(sqlite_database, anchor)
    grow(sqlite_database, 2)
    assert problem(sqlite_database, anchor) is None
    with sqlite_database.write() as conn:
        attack(conn)
        assert audit_log.verify(conn) is None
    assert "row 6 of the audit trail" in (problem(sqlite_database, anchor) or "")


def test_the_anchor_of_the_first_trail_stays_after_it_was_cut(
    sqlite_database: Database, anchor: AuditAnchor, file: Path
) -> None:
    grow(sqlite_database, 6)
    keep(sqlite_database, anchor)
    before = file.read_text()
    with sqlite_database.write() as conn:
        cut_and_go_on(conn)
    keep(sqlite_database, anchor, NOON + EVERY_US)
    assert file.read_text() == before
    assert problem(sqlite_database, anchor) is not None


def test_anchors_are_appended_while_the_trail_grows_and_count_its_rows(
    database: Database, anchor: AuditAnchor, file: Path
) -> None:
    keep(database, anchor)
    assert not file.exists()
    grow(database, 3)
    for now in (NOON, NOON + 1, NOON + EVERY_US):
        keep(database, anchor, now)
    grow(database, 2)
    for now in (NOON + EVERY_US - 1, NOON + EVERY_US, NOON + 2 * EVERY_US):
        keep(database, anchor, now)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["at"], line["rows"]) for line in lines] == [(NOON, 3), (NOON + EVERY_US, 5)]
    assert problem(database, anchor) is None


def test_a_line_that_was_written_without_the_key_is_found(
    sqlite_database: Database, anchor: AuditAnchor, file: Path
) -> None:
    grow(sqlite_database, 3)
    keep(sqlite_database, anchor)
    grow(sqlite_database, 3)
    with sqlite_database.write() as conn:
        rewrite(conn)
    file.unlink()
    keep(sqlite_database, anchored_at(file, "ANOTHER_KEY"))
    assert "was not written by this Handrail" in (problem(sqlite_database, anchor) or "")


@pytest.mark.parametrize("junk", ["{}", "not JSON", '{"at": 1, "rows": 1, "last": 1, "mac": 5}'])
def test_a_line_that_is_none_is_found(
    sqlite_database: Database, anchor: AuditAnchor, file: Path, junk: str
) -> None:
    grow(sqlite_database, 3)
    keep(sqlite_database, anchor)
    with file.open("a") as opened:
        opened.write(f"{junk}\n")
    assert "was not written by this Handrail" in (problem(sqlite_database, anchor) or "")


def test_the_log_has_the_head_of_the_trail_once_a_day_without_any_file(
    sqlite_database: Database,
) -> None:
    anchor = AuditAnchor(AuditSettings(anchor=None), {})
    with capture_logs() as logged:
        for now in (NOON, NOON + 1, NOON + DAY_US, NOON + DAY_US + 1):
            grow(sqlite_database, 2)
            keep(sqlite_database, anchor, now)
    assert [(line["event"], line["rows"], line["last"]) for line in logged] == [
        ("audit trail", 2, 2),
        ("audit trail", 6, 6),
    ]
    with sqlite_database.read() as conn:
        assert logged[-1]["hash"] == audit_log.hash_of(conn, 6)


def test_the_watchdog_tells_of_it_and_a_missing_key_is_a_mistake(
    sqlite_database: Database, anchor: AuditAnchor, file: Path
) -> None:
    grow(sqlite_database, 6)
    keep(sqlite_database, anchor)
    assert watchdog.run(sqlite_database, NOON, anchor) == {"broken": 0, "new": 0}
    with sqlite_database.write() as conn:
        conn.execute(text("DELETE FROM audit"))
    assert watchdog.run(sqlite_database, NOON, anchor) == {"broken": 1, "new": 1}
    with pytest.raises(UserError, match="HANDRAIL_AUDIT_KEY"):
        AuditAnchor(AuditSettings(anchor=file, key=Secret(env="HANDRAIL_AUDIT_KEY")), {})


def test_a_daemon_that_ends_anchors_what_was_done_last(
    sqlite_database: Database, anchor: AuditAnchor, file: Path
) -> None:
    grow(sqlite_database, 3)
    keep(sqlite_database, anchor)
    grow(sqlite_database, 2)
    with sqlite_database.read() as conn:
        anchor.keep(conn, NOON + 1, at_once=True)
    assert [json.loads(line)["rows"] for line in file.read_text().splitlines()] == [3, 5]
