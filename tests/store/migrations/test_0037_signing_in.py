"""Version 0037 gives accounts more ways to sign in; those there were stay signed in."""

from __future__ import annotations

from engine.store.access import sessions
from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put


def test_a_session_of_the_version_before_goes_on(own_database: Database) -> None:
    downgrade_to(own_database, "0036")
    with own_database.write() as conn:
        put(conn, "accounts", id=1, name="anna", role="auditor")
        put(conn, "console_sessions", token_hash="t" * 64, account_id=1, began_at=1, seen_at=2)
    own_database.upgrade()
    with own_database.read() as conn:
        session = sessions.of_token(conn, "t" * 64)
    assert session is not None
    assert (session.account_id, session.way, session.browser) == (1, None, None)
