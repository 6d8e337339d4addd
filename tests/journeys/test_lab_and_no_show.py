"""Stories of a laboratory and an EHR: each text is told once, and taken back once."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from connectors.hl7v2.framing import frame
from engine.app import Engine, wire
from engine.config import load
from engine.daemon import step_once
from engine.model.instant import to_us
from tests.kit.fhir_server import SEKMET, WHY_SKIPPED, FhirServerProcess
from tests.kit.source_pages import read_page
from tests.kit.times import HOUR, MINUTE, SetClock

SITE = """\
timezone: America/New_York
sms: {gateway: printed, detail: reason}
routing:
  policies: {worker: [{to: case_manager}]}
  severities: {urgent: worker, high: worker, medium: worker, low: worker}
"""
PEOPLE = """\
  - name: people
    folder: inbox
    files:
      - {match: staff.csv, roster: staff, columns: {ref: ref, role: role, phone: phone}}
      - {match: clients.csv, roster: clients, columns: {ref: ref, enrolled: enrolled}}
      - {match: workers.csv, roster: assignments, columns: {client: ref, staff: staff, role: role}}
"""
ROWS = {
    "staff.csv": "ref,role,phone\nS-1,case_manager,+12125550100\n",
    "clients.csv": "ref,enrolled\nC-1042,2026-01-05\n",
    "workers.csv": "ref,staff,role\nC-1042,S-1,case_manager\n",
}
RULES = """\
format: 1
rules:
  - id: positive-test
    title: A positive test
    status: live
    severity: high
    why: Someone should talk to the client.
    evidence: {grade: opinion, source: Ours.}
    when: {count: test, where: {result: positive}, within: 7 days, at_least: 1}
    reason: a new entry in the record
  - id: no-show
    title: A session missed
    status: live
    severity: medium
    why: Someone should call.
    evidence: {grade: opinion, source: Ours.}
    when: {count: attendance, where: {status: no_show}, within: 7 days, at_least: 1}
    reason: missed appointment
"""
# Four in the afternoon in New York.
START = to_us(datetime(2026, 3, 2, 21, tzinfo=UTC))


@dataclass
class Site:
    """A site whose texts are printed; time stands still until a test moves it on."""

    folder: Path
    sources: str
    clock: SetClock = field(default_factory=lambda: SetClock(START))
    printed: StringIO = field(default_factory=StringIO)
    seen: int = 0

    def engine(self) -> Engine:
        """Write what the site has, and wire it."""
        for name in ("rules", "inbox"):
            (self.folder / name).mkdir()
        (self.folder / "rules" / "rules.yaml").write_text(RULES)
        for name, text in ROWS.items():
            (self.folder / "inbox" / name).write_text(text)
        (self.folder / "config.yaml").write_text(SITE + self.sources + PEOPLE)
        return wire(load(self.folder / "config.yaml"), self.clock, self.printed)

    def texts(self, engine: Engine, passed: int = MINUTE) -> list[str]:
        """The texts of two steps, each so much later."""
        for _ in range(2):
            assert step_once(engine)
            self.clock.at += passed
        new, self.seen = self.printed.getvalue()[self.seen :], len(self.printed.getvalue())
        return new.splitlines()


def test_a_preliminary_positive_is_told_once_and_its_correction_takes_it_back_once(
    tmp_path: Path,
) -> None:
    page = read_page("sources_hl7v2.md")
    preliminary, corrected = list(page.files.values())
    site = Site(tmp_path, page.config.replace("{folder: lab}", "{listen: 127.0.0.1:0}"))
    engine = site.engine()
    with ExitStack() as ending:
        ending.callback(engine.close)
        (listener,) = engine.incoming.listeners()
        listener.start()
        ending.callback(listener.stop)
        connection = socket.create_connection(("127.0.0.1", listener.port))  # type: ignore[attr-defined]
        ending.enter_context(connection)

        def deliver(text: str) -> None:
            connection.sendall(frame(text.replace("\n", "\r").encode()))
            assert b"MSA|AA|" in connection.recv(4096)

        assert site.texts(engine) == []
        # 16:04  The laboratory finds fentanyl, and says that this is preliminary.
        deliver(preliminary)
        (told,) = site.texts(engine)
        assert told.startswith("SMS to +12125550100: Handrail: C-1042")
        # 16:10  It sends the same message again, because our answer was lost.
        deliver(preliminary)
        assert site.texts(engine) == []
        # 17:04  It was another sample. One text takes the first one back, and nothing follows.
        site.clock.at = START + HOUR + 4 * MINUTE
        deliver(corrected.partition("MSH|^~\\&|SCHED")[0])
        (back,) = site.texts(engine)
        assert "corrected" in back
        deliver(preliminary.replace("|1|P|2.5.1", "|9|P|2.5.1"))
        assert site.texts(engine, HOUR) == []


@pytest.mark.skipif(not SEKMET.exists(), reason=WHY_SKIPPED)
def test_a_no_show_in_the_ehr_is_told_within_its_interval(tmp_path: Path) -> None:
    (tmp_path / "ehr").mkdir()
    server = FhirServerProcess(tmp_path / "ehr")
    page = read_page("sources_fhir.md")
    config = page.config.replace("https://ehr.example.org/fhir/r4", server.url)
    lines = [line for line in config.splitlines() if not line.strip().startswith("auth:")]
    site = Site(tmp_path, "\n".join(lines) + "\n")
    engine = site.engine()
    with ExitStack() as ending:
        ending.callback(server.close)
        ending.callback(engine.close)
        server.put(json.loads(page.files["Patient"]))
        appointment: dict[str, Any] = json.loads(page.files["Appointment"])
        server.put({**appointment, "status": "booked"})
        assert site.texts(engine) == []
        # 16:02  The client does not come. Five minutes after the last look the case manager hears.
        server.put(appointment)
        assert site.texts(engine) == []
        (told,) = site.texts(engine, 2 * MINUTE)
        assert told.startswith("SMS to +12125550100: Handrail: C-1042")
        # 16:12  The client came late after all, and the text is taken back.
        server.put({**appointment, "status": "arrived"})
        (back,) = site.texts(engine, 5 * MINUTE)
        assert "corrected" in back
