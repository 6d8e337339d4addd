"""The site of a load test: its folder, its people with two weeks of check-ins, and its daemons."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import yaml
from sqlalchemy import Connection, Table, insert

from benchmarks.caseload import ROOT
from benchmarks.process_use import ProcessUse
from engine.model.event import write_fields
from engine.model.instant import DAY_US, Instant, to_us
from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.tables.alerts import evaluations
from engine.store.tables.intake import events
from engine.store.tables.people import agreements, assignments, clients, record_entries, staff

CLIENTS_OF_ONE = 50  # case manager
DAYS = 14
PUBLIC_URL = "https://load.example"
SENDER = "+12025550199"
QUESTION = "Handrail: how is today? Reply with your three answers, such as 5 5 n."
GRAVE = 9
_AT_ONCE = 2_000  # clients written in one transaction
_RULE = f"""\
format: 1
rules:
  - {{id: load-craving, title: Strong craving, status: live, severity: urgent, why: It is a load
    test., when: {{latest: check_in.craving, not_older_than: 1 day, at_least: {GRAVE}}}}}
"""
_PLANS = """\
format: 1
questions:
  - id: load
    text: {{english: "{question}"}}
    answers: [craving, mood, used]
schedules:
"""
_SCHEDULE = """\
  - {{id: load-{minute}, title: Check-in, status: live, expects: check_in, every: day,
      by: "{by}", window: 3 hours, for: {{minute: "{minute}"}},
      ask: {{questions: load, at: "{at}"}}}}
"""


@dataclass(frozen=True, slots=True)
class LoadSite:
    """A folder with a site whose clients are asked in groups, one group a minute.

    Attributes:
        folder: Where the site is.
        database: Its database's URL.
        clients: How many clients it has, numbered from 1.
        begins: When the first group is asked; aware, a whole minute.
        minutes: How many groups there are.
    """

    folder: Path
    database: str
    clients: int
    begins: datetime
    minutes: int

    def asked_at(self, client: int) -> Instant:
        """When a client is asked."""
        return to_us(self.begins + timedelta(minutes=self._group(client)))

    def write(self, carrier: str, **sms: int) -> None:
        """Write configuration, rules and plans.

        Args:
            carrier: The address of the simulated carrier.
            sms: Keys of the part `sms:`.
        """
        for name in ("rules", "plans"):
            copytree(ROOT / name, self.folder / name, ignore=ignore_patterns("sample.yaml"))
        (self.folder / "rules" / "load.yaml").write_text(_RULE)
        plans = _PLANS.format(question=QUESTION)
        by = f"{self.begins + timedelta(minutes=self.minutes + 60):%H:%M}"
        for minute in range(self.minutes):
            at = f"{self.begins + timedelta(minutes=minute):%H:%M}"
            plans += _SCHEDULE.format(minute=minute, by=by, at=at)
        (self.folder / "plans" / "load.yaml").write_text(plans)
        twilio = {"from_number": SENDER, "base_url": carrier, "public_url": PUBLIC_URL}
        config = {
            "timezone": str(self.begins.tzinfo),
            "database": self.database,
            "routing": yaml.safe_load((ROOT / "config.yaml").read_text())["routing"],
            "web": {"port": 0},
            "log": {"format": "json"},
            "watch": {"canary": "off"},
            "sms": {
                "gateway": "twilio",
                "verify_numbers": False,
                "twilio": twilio,
                **sms,
            },
        }
        (self.folder / "config.yaml").write_text(yaml.safe_dump(config))

    def fill(self, database: Database, now: Instant) -> None:
        """Write the people, and let all clients be new, as an import leaves them."""
        numbers = range(1, self.clients + 1)
        with database.write() as conn:
            self._write(conn, staff, map(_person, range(1, 2 + self.clients // CLIENTS_OF_ONE)))
        for first in range(0, self.clients, _AT_ONCE):
            some = numbers[first : first + _AT_ONCE]
            with database.write() as conn:
                self._add_clients(conn, some, now)

    def _add_clients(self, conn: Connection, some: Iterable[int], now: Instant) -> None:
        zone, enrolled = str(self.begins.tzinfo), now - DAYS * DAY_US
        known = {"entry": "enrolled", "at": enrolled, "value": None}
        self._write(conn, clients, (_client(n, zone) for n in some))
        self._write(conn, record_entries, ({"client_id": n, **known} for n in some))
        grouped = ({"client_id": n, **known, "entry": "minute", "value": str(self._group(n))}
                   for n in some)  # fmt: skip
        self._write(conn, record_entries, grouped)
        self._write(conn, assignments, (_assignment(n, enrolled) for n in some))
        self._write(conn, agreements, (_agreement(n, enrolled) for n in some))
        self._write(conn, events, (one for n in some for one in _check_ins(n, now)))
        self._write(conn, evaluations, ({"client_id": n} for n in some))
        due_clients.mark_dirty(conn, dict.fromkeys(some, enrolled))

    def _group(self, client: int) -> int:
        return client % self.minutes

    @staticmethod
    def _write(conn: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        conn.execute(insert(table), list(rows))


def phone_of(client: int) -> str:
    """A client's number."""
    return f"+1556{client:07}"


def client_with(phone: str) -> int | None:
    """The client with this number; None if it is a case manager's."""
    return int(phone[5:]) if phone.startswith("+1556") else None


def _client(n: int, zone: str) -> dict[str, Any]:
    return {"id": n, "ref": f"L-{n}", "timezone": zone, "phone": phone_of(n)}


def _person(n: int) -> dict[str, Any]:
    return {
        "ref": f"S-{n}",
        "role": "case_manager",
        "phone": f"+1555{n:07}",
        "timezone": "UTC",
        "active": True,
    }


def _assignment(n: int, began: Instant) -> dict[str, Any]:
    person = 1 + (n - 1) // CLIENTS_OF_ONE
    return {"client_id": n, "staff_id": person, "role": "case_manager", "began": began}


def _agreement(n: int, given_at: Instant) -> dict[str, Any]:
    return {
        "client_id": n,
        "given_at": given_at,
        "how": "load test",
        "wording": "load",
        "language": "english",
        "quiet_from": "23:00",
        "quiet_to": "06:00",
    }


def _check_ins(n: int, now: Instant) -> Iterator[dict[str, Any]]:
    for day in range(1, DAYS):
        at = now - day * DAY_US
        fields = {"status": "completed", "craving": (n + day) % 4, "mood": 5 + (n + day) % 4}
        yield {
            "client_id": n,
            "kind": "check_in",
            "occurred_at": at,
            "recorded_at": at,
            "source": "load",
            "key": f"{n}-{day}",
            "origin": "load",
            "fields": write_fields(fields),
        }


@dataclass(frozen=True, slots=True)
class LoadDaemon:
    """A running `handrail run`: its address, and what its process uses."""

    address: str
    use: ProcessUse


@contextmanager
def daemon(folder: Path, number: int, secrets: dict[str, str]) -> Iterator[LoadDaemon]:
    """A daemon of the site until the block ends."""
    log = folder / f"daemon-{number}.log"
    command = [sys.executable, "-m", "engine", "run", "--config", str(folder / "config.yaml")]
    environ = {name: value for name, value in os.environ.items() if name != "HANDRAIL_DATABASE_URL"}
    with log.open("w") as err, subprocess.Popen(
        command, cwd=ROOT, env=environ | secrets, stdout=subprocess.DEVNULL, stderr=err
    ) as process:  # fmt: skip
        try:
            yield LoadDaemon(_address(log, process), ProcessUse(process.pid))
        finally:
            process.terminate()


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    while process.poll() is None:
        for line in log.read_text().splitlines():
            if '"started"' in line:
                return str(json.loads(line)["web"])
        time.sleep(0.1)
    raise SystemExit(f"The daemon ended at once:\n{log.read_text()}")
