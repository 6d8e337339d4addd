"""A site for the command `handrail preview`."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from engine.store.database.connection import Database
from engine.store.tables import people
from tests.cli.rules.preview_site import (
    RULES,
    Say,
    write_rules,
)
from tests.kit.site import Site
from tests.kit.terminal import Terminal
from tests.kit.times import NOON, hours


@pytest.fixture
def site(sqlite_database: Database) -> Site:
    """C-1 of Denver misses check-ins 60, 40 and 39 days ago, and is positive 50 days ago.

    Other events come until the end.
    """
    site = Site(sqlite_database).with_people()
    with site.database.write() as conn:
        conn.execute(update(people.clients).values(timezone="America/Denver"))
    for days_ago in (60, 40, 39):
        site.missed(NOON - hours(days_ago * 24))
    site.caseload.event(1, "test", NOON - hours(50 * 24), result="positive")
    site.caseload.event(1, "check_in", NOON - hours(1), status="completed")
    return site


@pytest.fixture
def say(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Say:
    """What `handrail preview` prints, to stdout and to stderr."""
    monkeypatch.setenv("COLUMNS", "80")
    write_rules(tmp_path / "rules", *RULES)
    terminal = Terminal(tmp_path, f"database: {site.database.url}\ntimezone: UTC\n", capsys)

    def run(*arguments: str | Path, code: int = 0) -> tuple[str, str]:
        ended, out, err = terminal.run("preview", *map(str, arguments))
        assert ended == code, err
        return out, err

    return run
