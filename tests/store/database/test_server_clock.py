"""The clock of the database's server counts for every machine that writes to it."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from engine.cli.instants import now
from engine.cli.options import stored
from engine.errors import UserError
from engine.model.settings import Settings
from engine.store.database import server_clock
from engine.store.database.connection import Database
from engine.store.tables.operations import job_runs
from tests.kit.times import MINUTE

RUN = {"job": "evaluate", "ended_at": 1}


def test_a_machine_whose_clock_is_minutes_off_the_servers_is_refused(
    postgres_database: Database,
) -> None:
    with postgres_database.write() as conn:
        theirs = server_clock.read(conn)
        assert theirs is not None
        for off in (-4 * MINUTE, 0, 4 * MINUTE):
            server_clock.refuse_another(conn, theirs + off)
        for off in (-6 * MINUTE, 6 * MINUTE):
            with pytest.raises(UserError, match="Nothing was changed"):
                server_clock.refuse_another(conn, theirs + off)


@pytest.mark.parametrize(("off", "written"), [(0, 1), (60 * MINUTE, 0)])
def test_no_command_writes_by_such_a_clock(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, off: int, written: int
) -> None:
    monkeypatch.setattr(server_clock, "read", lambda _: now() + off)
    settings = Settings.model_validate(
        {"timezone": "UTC", "rules": "none", "database": str(sqlite_database.url)}
    )
    try:
        with stored(settings) as database, database.write() as conn:
            conn.execute(insert(job_runs), RUN)
    except UserError:
        assert not written
    with sqlite_database.read() as conn:
        assert len(conn.execute(select(job_runs)).all()) == written
