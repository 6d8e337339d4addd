"""A daemon goes on with a replica once its PostgreSQL is lost, and tells nobody twice."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.journeys.test_hard_times import CONFIG, read_reports, report, site, text_about
from tests.kit.generated import CASES
from tests.kit.own_postgres import control, own_server, replica_of
from tests.kit.processes import daemon_of

__all__ = ["site"]


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.skipif(not CASES, reason="make thorough runs it, because two servers take long")
def test_a_replica_that_is_promoted_goes_on_where_the_lost_server_was(site: Path) -> None:
    with own_server() as first, replica_of(first) as second:
        hosts = f"host={first.pgdata}&host={second.pgdata}&target_session_attrs=read-write"
        url = f"postgresql://postgres@/postgres?{hosts}"
        with closing(Database.open(url)) as database:
            database.upgrade()
        (site / "config.yaml").write_text(f'database: "{url}"\n{CONFIG}')
        with daemon_of(site) as running:
            running.wait_for("started")
            report(site, 1)
            assert text_about(running, 1)
            control(first, "-m", "immediate", "stop")
            report(site, 2)
            control(second, "promote")
            read_reports(running, 2)
            assert text_about(running, 2)
            report(site, 3)
            assert text_about(running, 3)
            running.process.terminate()
            assert not re.findall(r"C-\d needs you", running.out.read())
