"""The sample caseload becomes texts with the shipped configuration, whenever it is made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engine.app import Engine, wire
from engine.config import load
from engine.daemon import step_once
from engine.model.instant import to_us
from engine.sample import write_sample
from engine.sample.people import CLIENTS, STAFF
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import rejects
from engine.store.tables.people import clients
from tests.kit.times import SetClock

REPOSITORY = Path(__file__).parents[2]
# By the clock of the site: deep in the night, on the day the clocks go back, in the morning, in the
# evening.
INSTANTS = ["2026-06-03 03:10", "2026-11-01 01:30", "2027-01-04 09:00", "2026-08-29 22:45"]
NEWS = {
    ("C-1007", "craving-eight-or-more"),
    ("C-1007", "craving-above-own-usual"),
    ("C-1015", "craving-above-own-usual"),
    ("C-1023", "positive-test"),
    ("C-1023", "return-to-use-risk"),
    ("C-1031", "missed-or-refused-test"),
    ("C-1031", "naltrexone-overdue"),
    ("C-1038", "two-no-shows-in-a-row"),
    ("C-1042", "two-missed-check-ins"),
    ("C-1050", "seven-days-without-contact"),
    ("C-1050", "overdose-risk-lost-contact"),
    ("C-1064", "phq9-thoughts-of-death"),
    ("C-1064", "moderate-depression-or-anxiety"),
    ("C-1071", "use-reported"),
    ("C-1071", "return-to-use-risk"),
    ("C-1071", "craving-above-own-usual"),
    ("C-1071", "overdose-risk-after-use"),
    ("C-1090", "milestone"),
}


@dataclass
class Run:
    engine: Engine
    phone: StringIO

    def rows(self, query):
        with self.engine.database.read() as conn:
            return conn.execute(query).all()

    def texts(self) -> list[str]:
        return self.phone.getvalue().splitlines()


@pytest.fixture(params=INSTANTS)
def run(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Step every flow once over a sample made at that instant, with our own configuration."""
    monkeypatch.delenv("HANDRAIL_DATABASE_URL", raising=False)
    shutil.copy(REPOSITORY / "config.yaml", tmp_path)
    shutil.copytree(REPOSITORY / "rules", tmp_path / "rules")
    local = datetime.fromisoformat(request.param).replace(tzinfo=ZoneInfo("America/New_York"))
    clock = SetClock(to_us(local))
    settings = load(tmp_path / "config.yaml")
    assert write_sample(settings.sources[0].folder, local)
    phone = StringIO()
    engine = wire(settings, clock, phone)
    assert step_once(engine)
    yield Run(engine, phone)
    engine.close()


def test_every_row_is_read_and_what_has_just_happened_is_told_and_nothing_else(run: Run) -> None:
    assert run.rows(select(rejects)) == []
    joined = alerts.join(clients, clients.c.id == alerts.c.client_id)
    wanted = select(clients.c.ref, alerts.c.rule_id, alerts.c.historic, alerts.c.state).where(
        ~alerts.c.shadow
    )
    found = run.rows(wanted.select_from(joined))
    assert {(row.ref, row.rule_id) for row in found if not row.historic} == NEWS
    history = {
        (row.ref, row.rule_id, row.state)
        for row in found
        # The scorecard opens and closes with how lately a client was heard of.
        if row.historic and row.rule_id not in {"milestone", "return-to-use-risk"}
    }
    assert history == {
        ("C-1007", "positive-test", "resolved"),
        ("C-1031", "naltrexone-due", "resolved"),
    }
    # Urgent texts pass quiet hours, one case manager works nights, and one mentor has set none.
    told = {text.split(":")[0] for text in run.texts()}
    assert {"SMS to +12025550101", "SMS to +12025550102", "SMS to +12025550111"} <= told
    assert all(text.startswith("SMS to +120255501") for text in run.texts())


def test_a_folder_that_holds_anything_is_left_as_it_is(tmp_path: Path) -> None:
    now = datetime.fromisoformat("2026-06-03T12:00+00:00")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert not write_sample(tmp_path / "mine", now)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    assert write_sample(tmp_path / "new", now)
    assert not write_sample(tmp_path / "new", now)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "new"]


def test_the_same_instant_makes_the_same_caseload(tmp_path: Path) -> None:
    now = datetime.fromisoformat("2026-06-03T12:00+00:00")
    for name in ("one", "two"):
        write_sample(tmp_path / name, now)
    for path in (tmp_path / "one").iterdir():
        assert path.read_text() == (tmp_path / "two" / path.name).read_text()


def test_the_people_are_made_up() -> None:
    assert all(person["phone"].startswith("+120255501") for person in STAFF)
    assert len(CLIENTS) == 12
    assert len({client.ref for client in CLIENTS}) == 12
