"""Systemd ends a daemon that hangs, and the next one goes on where it was."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from engine.sample import write_sample
from engine.store.database.connection import Database
from tests.kit.systemd import Systemd

ROOT = Path(__file__).parents[2]
QUICK = """\
ticks: {give_up_after: 3 seconds, ingest: 0.2 seconds, evaluate: 0.2 seconds, \
deliver: 0.2 seconds, audit: 0.2 seconds}
web: {port: 0}
"""
WATCHDOG_SECONDS = 3.0


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text((ROOT / "config.yaml").read_text() + QUICK)
    copytree(ROOT / "rules", tmp_path / "rules")
    write_sample(tmp_path / "inbox", datetime.now(UTC))
    return tmp_path


@pytest.fixture
def systemd(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    manager = Systemd(site, WATCHDOG_SECONDS, monkeypatch)
    yield manager
    manager.close()


def test_a_daemon_that_hangs_as_a_whole_is_ended_by_the_watchdog_and_started_again(
    systemd: Systemd,
) -> None:
    with systemd.started() as running:
        assert not systemd.end_if_lifeless(running)
        assert running.process.pid
        os.kill(running.process.pid, signal.SIGSTOP)
        while not systemd.end_if_lifeless(running):
            pass  # signs from before it hung
        assert running.process.exitcode == -signal.SIGABRT
    with systemd.started() as again:
        assert not systemd.end_if_lifeless(again)
        assert again.end(signal.SIGTERM) == 0
        systemd.wait_for("STOPPING=1")


def test_a_scheduler_that_is_wedged_ends_itself_and_is_started_again(
    systemd: Systemd, site: Path
) -> None:
    with systemd.started() as running:
        running.wait_for("deliver")
        database = Database.open(f"sqlite:///{site}/var/handrail.db")
        with database.write():  # so that every step waits for the write lock
            running.process.join(30)
        database.close()
        assert running.process.exitcode == 3
    with systemd.started() as again:
        assert not systemd.end_if_lifeless(again)
