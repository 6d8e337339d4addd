"""Version 0011 renames columns and tables, and keeps every row."""

from __future__ import annotations

from sqlalchemy import insert

from engine.store.database.connection import Database
from engine.store.tables.alerts import skipped_recipients
from tests.store.migrations.older_database import downgrade_to, put, rows


def test_rows_of_version_0010_are_kept_under_the_new_names(own_database: Database) -> None:
    downgrade_to(own_database, "0010")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "rule_sets", id=1, hash="h", accepted_at=1, files="{}")
        put(
            conn, "alerts", id=1, client_id=1, rule_id="r", rule_version="v", rule_set_id=1,
            severity="low", state="open", began=1, opened_at=1, historic=False, shadow=False,
            evidence="{}", policy="[]", quieted_by=7, silence="held", held_at=3,
        )  # fmt: skip
        put(conn, "passed_over", id=5, alert_id=1, at=2, role="mentor", why="nobody has this role")
        put(
            conn, "rejects", id=1, source="s", item="i", line=1, reason="x", row="y", digest="d",
            seen_at=1, mended_at=9,
        )  # fmt: skip
    own_database.upgrade()
    with own_database.write() as conn:
        (alert,) = rows(conn, "alerts")
        assert (alert["inhibited_by"], alert["inactivity"], alert["held_at"]) == (7, "held", 3)
        (reject,) = rows(conn, "rejects")
        assert reject["fixed_at"] == 9
        # A new row gets an id of its own, also where a sequence counts.
        conn.execute(insert(skipped_recipients).values(alert_id=1, at=3, reason="absent"))
        assert [row["id"] for row in rows(conn, "skipped_recipients")] == [5, 6]
