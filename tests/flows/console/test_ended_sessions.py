"""Once a day, sessions and known browsers that are of no use any more are deleted."""

from __future__ import annotations

from sqlalchemy import select

from engine.flows.console import ended_sessions
from engine.model.account import SignInWay
from engine.store.access import attempts, sessions
from engine.store.database.connection import Database
from engine.store.tables.access import console_sessions, known_browsers
from tests.kit.console import ConsoleSite
from tests.kit.times import DAY, HOUR


def test_the_old_ones_go_and_the_others_stay(database: Database) -> None:
    site = ConsoleSite(database)
    account, now = site.who("one").account, site.now
    with database.write() as conn:
        conn.execute(console_sessions.delete())
        for name, ago in {"old": 31 * DAY, "ended": 30 * DAY, "today": HOUR}.items():
            sessions.begin(conn, name, account.id, SignInWay.PASSWORD, "", now - ago)
        for name, ago in {"expired": 181 * DAY, "known": 179 * DAY}.items():
            attempts.add_browser(conn, name, account.id, now - ago)
    assert ended_sessions.forget(database, now) == {"sessions": 1, "browsers": 1}
    assert ended_sessions.forget(database, now) == {"sessions": 0, "browsers": 0}
    with database.read() as conn:
        assert set(conn.scalars(select(console_sessions.c.token_hash))) == {"ended", "today"}
        assert set(conn.scalars(select(known_browsers.c.token_hash))) == {"known"}
