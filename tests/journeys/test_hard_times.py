"""Urgent texts go out whatever happens around the daemon.

The causes are hostile callers, a wrong clock, and a database that hangs.
"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest

from engine.store.database.connection import Database
from tests.kit.generated import CASES
from tests.kit.own_postgres import control, own_server
from tests.kit.processes import FileClock, Running, daemon_of

CONFIG = """\
timezone: America/New_York
sms: {detail: reason}
web: {port: 0}
log: {format: json}
ticks: {rules: 0.1 seconds, ingest: 0.1 seconds, evaluate: 0.1 seconds, deliver: 0.1 seconds, \
audit: 0.2 seconds}
sources:
  - name: inbox
    folder: inbox
    files:
      - match: staff.csv
        roster: staff
        columns: {ref: staff, role: role, phone: phone, timezone: timezone}
      - match: clients.csv
        roster: clients
        columns: {ref: client, timezone: timezone, enrolled: enrolled}
      - match: assignments.csv
        roster: assignments
        columns: {client: client, staff: staff, role: role, began: began}
      - match: reports-*.csv
        events:
          - {kind: return_to_use, client: client, at: when, id: id, fields: {reported_by: \
reported_by}}
"""
RULES = """\
format: 1
rules:
  - id: return-to-use
    title: A client reports a return to use
    status: live
    severity: urgent
    when: {count: return_to_use, within: 2 days, at_least: 1}
    reason: please call now
"""
CLIENTS = range(1, 4)
# `make thorough` lets the hard times last as long, and weigh as much, as they may in earnest. A
# shorter line counts as one that is still being written until a minute has passed.
LOCKED_SECONDS, STOPPED_SECONDS, LINE_BYTES = (60, 40, 1 << 30) if CASES else (1.5, 2, 1 << 27)
# The daemon holds about 150 MB; a line that it kept would add its whole length.
MOST_MEMORY_KB = 400_000


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Three clients and their case manager, with one urgent rule."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "inbox").mkdir()
    files = {
        "staff": [
            "staff,role,phone,timezone",
            "S-1,case_manager,+12025550101,America/New_York",
            "S-2,admin,+12025550102,America/New_York",
        ],
        "clients": [
            "client,timezone,enrolled",
            *(f"C-{n},America/New_York,2026-01-01" for n in CLIENTS),
        ],
        "assignments": [
            "client,staff,role,began",
            *(f"C-{n},S-1,case_manager,2026-01-01" for n in CLIENTS),
        ],
    }
    for name, lines in files.items():
        (tmp_path / "inbox" / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def report(site: Path, client: int, ago: timedelta = timedelta()) -> None:
    """A client reports a return to use."""
    at = (datetime.now(UTC) - ago).isoformat(timespec="seconds")
    rows = f"id,client,when,reported_by\nr{client},C-{client},{at},self\n"
    (site / "inbox" / f"reports-{client}.csv").write_text(rows)


def text_about(running: Running, client: int) -> bool:
    """Wait for the text about a client; the test's time-out ends a wait in vain."""
    return any(f"C-{client} needs you" in line for line in running.out)


def read_reports(running: Running, number: int) -> None:
    """Wait until so many reports were read in all.

    Who waits for the output alone would leave the log unread, until the daemon waits for its pipe.
    """
    while number > 0:
        number -= running.wait_for("ingest")["new"]


def healthy(web: str) -> bool:
    with urlopen(f"{web}/healthz", timeout=30) as answer:
        return bool(answer.status == 200)


def test_1100_half_open_connections_to_a_daemon_of_1024_files(site: Path) -> None:
    with daemon_of(site, files=1024) as running, ExitStack() as held:
        web = running.wait_for("started")["web"]
        report(site, 1)
        assert text_about(running, 1)
        port = int(web.rpartition(":")[2])
        for _ in range(1100):
            connection = held.enter_context(socket.create_connection(("127.0.0.1", port), 30))
            connection.sendall(b"POST /twilio/inbound HTTP/1.1\r\nHost: a\r\nX-A: ")
        report(site, 2)
        assert text_about(running, 2)
        assert healthy(web)


def test_the_clock_an_hour_back(site: Path) -> None:
    clock = FileClock(site / "clock")
    clock.file.write_text("0")
    with daemon_of(site, clock=clock) as running:
        running.wait_for("started")
        report(site, 1)
        assert text_about(running, 1)
        clock.file.write_text("-3600")
        running.wait_for("the clock jumped")
        # A source on this machine goes by the wrong clock too, and one elsewhere by the right one.
        report(site, 2, ago=timedelta(hours=1))
        assert text_about(running, 2)
        report(site, 3)
        assert text_about(running, 3)


def test_the_database_locked_by_another_program(site: Path) -> None:
    with daemon_of(site) as running:
        web = running.wait_for("started")["web"]
        report(site, 1)
        assert text_about(running, 1)
        with closing(sqlite3.connect(site / "var" / "handrail.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            report(site, 2)
            threading.Event().wait(LOCKED_SECONDS)
            assert healthy(web)
            other.execute("ROLLBACK")
        assert text_about(running, 2)


def endless_line(site: Path) -> None:
    """A file with a header, and one line of nothing that never ends; the disk holds none of it."""
    arriving = site / "reports.part"
    arriving.write_text("id,client,when,reported_by\n")
    os.truncate(arriving, LINE_BYTES)
    # Its name comes first, so it is read before the others.
    arriving.rename(site / "inbox" / "reports-0.csv")


def most_memory_kb(running: Running) -> int:
    """The most memory that the daemon has held."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def test_a_line_without_an_end_in_the_inbox(site: Path) -> None:
    with daemon_of(site) as running:
        running.wait_for("started")
        report(site, 1)
        assert text_about(running, 1)
        endless_line(site)
        report(site, 2)
        assert text_about(running, 2)
        while not running.wait_for("ingest")["rejected"]:
            pass
        report(site, 3)
        assert text_about(running, 3)
        assert most_memory_kb(running) < MOST_MEMORY_KB


@contextmanager
def stopped(postmaster: int) -> Iterator[None]:
    """A server all of whose processes are stopped, as by a machine that hangs."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    processes = [postmaster, *map(int, children)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


@pytest.mark.postgres
def test_postgresql_stopped_for_some_seconds_and_started_again(site: Path) -> None:
    with own_server() as server:
        url = server.get_uri().replace(":@", "@")  # it has no password
        with closing(Database.open(url)) as database:
            database.upgrade()
        (site / "config.yaml").write_text(f"database: {url}\n{CONFIG}")
        with daemon_of(site) as running:
            web = running.wait_for("started")["web"]
            report(site, 1)
            assert text_about(running, 1)
            with stopped(server.get_pid()):
                report(site, 2)
                threading.Event().wait(STOPPED_SECONDS)
                assert healthy(web)
            assert text_about(running, 2)
            # Every connection ends, in the middle of whatever the daemon does.
            control(server, "-m", "immediate", "restart")
            report(site, 3)
            read_reports(running, 3)
            assert text_about(running, 3)
