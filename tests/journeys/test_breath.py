"""A breath reading is posted, a case manager is told, and the retest that follows clears it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.app import Engine, wire
from engine.config import load
from engine.daemon import step_once
from engine.store.tables.alerts import alerts
from engine.web.application import application
from engine.web.server import WebServer
from tests.kit.posted_site import ENVIRON, SIGNED, PostedSite, reading
from tests.kit.times import MINUTE, SetClock, clock
from tests.web.test_health import Daemon

CONFIG = f"""
timezone: America/New_York
sms: {{gateway: printed}}
sources:
  - name: people
    folder: inbox
    files:
      - {{match: clients.csv, roster: clients, columns: {{ref: ref, enrolled: enrolled}}}}
      - {{match: staff.csv, roster: staff, columns: {{ref: ref, role: role, phone: phone}}}}
      - {{match: cares.csv, roster: assignments, columns: {{client: c, staff: s, role: role}}}}
  - name: breath
    http: {SIGNED}
    each: readings
    events:
      - kind: test
        client: /person
        at: taken_at
        id: reading
        fields: {{method: {{always: breath}}, bac: bac, result: outcome}}
"""
RULE = """
format: 1
rules:
  - id: breath-without-retest
    title: A positive breath test, and none that was clear within 30 minutes
    status: live
    severity: high
    when:
      latest: test.result
      where: {method: breath, result: [positive, negative]}
      not_older_than: 1 day
      is: positive
    hold: 30 minutes
    reason: a new entry in the record
"""
FILES = {
    "clients.csv": "ref,enrolled\nC-1,2026-01-05\n",
    "staff.csv": "ref,role,phone\nCM-1,case_manager,+12025550101\n",
    "cares.csv": "c,s,role\nC-1,CM-1,case_manager\n",
}


class BreathSite(PostedSite):
    """A whole site, whose clock a test sets."""

    def __init__(self, folder: Path) -> None:  # its parts are the engine's own
        (folder / "config.yaml").write_text(CONFIG, "utf-8")
        for name, text in (
            ("rules/breath.yaml", RULE),
            *((f"inbox/{k}", v) for k, v in FILES.items()),
        ):
            path = folder / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_text(text, "utf-8")
        self.folder, self.clock, self.phone = folder, SetClock(clock("16:00")), StringIO()
        self.engine: Engine = wire(load(folder / "config.yaml"), self.clock, self.phone, ENVIRON)
        self.server = WebServer(
            "127.0.0.1", 0, lambda: application(Daemon(), self.engine.incoming.routes())
        )
        self.server.start()

    def close(self) -> None:
        self.server.stop()
        self.engine.close()

    def measure(self, number: str, bac: float) -> None:
        """The device measures now, and its service posts it."""
        at = self.clock.now().isoformat()
        body = json.dumps({"person": "C-1", "readings": [reading(number, bac, taken_at=at)]})
        self.now = self.clock.now()
        assert self.post(body.encode(), self.sign(body.encode(), number))[0] == 200

    def passes(self, minutes: int) -> list[str]:
        """Step a minute before the end and at it; the states of all alerts then."""
        for some in (minutes - 1, 1):
            self.clock.at += some * MINUTE
            assert step_once(self.engine)
        with self.engine.database.read() as conn:
            return list(conn.scalars(select(alerts.c.state).order_by(alerts.c.id)))


@pytest.fixture
def site(tmp_path: Path) -> BreathSite:
    return BreathSite(tmp_path)


def test_a_reading_is_posted_and_somebody_is_told_until_the_retest(site: BreathSite) -> None:
    try:
        assert site.passes(1) == []
        # 12:01  Positive, and no retest comes.
        site.measure("r-1", 0.08)
        assert site.passes(29) == []
        # 12:31  The case manager is told.
        assert site.passes(2) == ["open"]
        assert site.phone.getvalue().count("SMS to +12025550101") == 1
        # 12:32  The retest is clear, and the alert is closed by itself.
        site.measure("r-2", 0)
        assert site.passes(2) == ["resolved"]
        # 12:34  Positive, and clear a quarter of an hour later: nobody hears of it.
        site.measure("r-3", 0.02)
        assert site.passes(15) == ["resolved"]
        site.measure("r-4", 0)
        assert site.passes(30) == ["resolved"]
    finally:
        site.close()
