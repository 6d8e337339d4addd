"""Once a day, sessions, links and known browsers that are of no use any more are deleted."""

from __future__ import annotations

from sqlalchemy import select

from engine.flows.console import ended_sessions
from engine.model.account import SignInWay
from engine.store.access import accounts, attempts, sessions
from engine.store.database.connection import Database
from engine.store.messages import alert_links
from engine.store.tables.access import console_sessions, known_browsers, sign_in_links
from engine.store.tables.messages import alert_links as links
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
        conn.execute(sign_in_links.delete())
        for name, ago in {"long ago": 31 * DAY, "of this month": 29 * DAY, "new": -HOUR}.items():
            accounts.add_link(conn, name, account.id, now - ago)
        alert_links.give(conn, 1, site.alert_of(1), now - 31 * DAY)
        alert_links.give(conn, 2, site.alert_of(2), now - 29 * DAY)
    one_each = {"sessions": 1, "sign-in links": 1, "links to alerts": 1, "browsers": 1}
    assert ended_sessions.forget(database, now) == one_each
    assert not any(ended_sessions.forget(database, now).values())
    with database.read() as conn:
        assert set(conn.scalars(select(console_sessions.c.token_hash))) == {"ended", "today"}
        assert set(conn.scalars(select(known_browsers.c.token_hash))) == {"known"}
        assert set(conn.scalars(select(sign_in_links.c.token_hash))) == {"of this month", "new"}
        assert conn.scalars(select(links.c.staff_id)).all() == [2]
