"""kill -9 of the daemon at random moments, restarted each time: every event, alert and message is there once.

HANDRAIL_KILLS=1000 kills so often; HANDRAIL_SEED=7 chooses other moments.
"""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise
from pathlib import Path
from random import Random
from shutil import copytree
from threading import Timer

import pytest
from sqlalchemy import Row, select

from engine.app import wire
from engine.config import load
from engine.daemon import step_once
from engine.model.message import REMINDS
from engine.sample import write_sample
from engine.store import audit
from engine.store.database import Database
from engine.store.schema import alerts, clients, events, outbox, staff
from tests.journeys.processes import daemon_of

ROOT = Path(__file__).parents[2]
NewSite = Callable[[str], Path]
KILLS = int(os.environ.get("HANDRAIL_KILLS", "50"))
SEED = int(os.environ.get("HANDRAIL_SEED", "1"))
A_ROUND = 5
# An undisturbed run logs so many lines, from its start to the last text, and then has nothing to do.
LINES = 24
IDLE = 1.2  # seconds after which a run that has no more to say is killed too
# By then the claims of a killed daemon have run out.
RESTART = timedelta(minutes=11)
NOON = datetime(2026, 3, 10, 17, tzinfo=UTC)  # in New York, so that nobody has quiet hours until all is told
# When the routing policies have run to their ends, whenever their alerts opened.
AFTERWARDS = [A_ROUND * RESTART + timedelta(minutes=minutes) for minutes in (0, 15, 30, 45, 180, 360, 480)]
QUICK = """\
ticks: {ingest: 0.1 seconds, evaluate: 0.1 seconds, deliver: 0.1 seconds, audit: 0.1 seconds}
web: {port: 0}
"""


@dataclass
class SetClock:
    """A clock that stands still until it is set."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Outcome:
    """What a site's database holds in the end, without the numbers that depend on what came first."""

    events: Counter[tuple[object, ...]]
    alerts: Counter[tuple[object, ...]]
    # Those about alerts, for the admins are rightly told where one flow has not run for long; and no reminders, for
    # how many there are depends on when people were told, which a kill may put off.
    messages: Counter[tuple[object, ...]]


@pytest.fixture
def new_site(request: pytest.FixtureRequest, tmp_path: Path) -> NewSite:
    """Makes sites with the shipped configuration and rules, the sample in the inbox, and an empty database."""
    new_url = request.getfixturevalue("new_postgres_url") if request.param == "postgres" else None
    write_sample(tmp_path / "sample", NOON)

    def make(name: str) -> Path:
        database = f"database: {new_url()}\n" if new_url else ""
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.yaml").write_text((ROOT / "config.yaml").read_text() + QUICK + database)
        copytree(ROOT / "rules", folder / "rules")
        copytree(tmp_path / "sample", folder / "inbox")
        return folder

    return make


def step(site: Path, passed: Iterable[timedelta]) -> None:
    """Step every flow at each of these times after noon."""
    clock = SetClock()
    engine = wire(load(site / "config.yaml"), clock, StringIO())
    for after in passed:
        clock.at = NOON + after
        assert step_once(engine)
    engine.close()


def kill(site: Path, clock: timedelta, random: Random) -> None:
    """Start a daemon and kill it at a random moment: while it starts, or soon after any line of its log."""
    with daemon_of(site, ahead=clock) as running:
        lines = random.randint(0, LINES)
        idle = Timer(IDLE, running.process.kill)
        idle.start()
        for _ in range(lines):
            running.err.readline()
        running.process.join(random.uniform(0, 0.05 if lines else 0.5))
        running.process.kill()
        running.process.join()
        idle.cancel()
        assert running.process.exitcode == -signal.SIGKILL


def outcome(site: Path) -> Outcome:
    database = Database.open(load(site / "config.yaml").database)
    of_events = select(
        clients.c.ref, events.c.kind, events.c.occurred_at, events.c.source, events.c.key, events.c.fields
    )
    of_alerts = select(clients.c.ref, alerts.c.rule_id, alerts.c.began, alerts.c.state, alerts.c.historic)
    of_messages = select(
        clients.c.ref, alerts.c.rule_id, alerts.c.began, outbox.c.step, staff.c.ref, outbox.c.reason, outbox.c.state
    ).select_from(outbox.join(alerts).join(clients).join(staff, outbox.c.staff_id == staff.c.id))
    of_messages = of_messages.where(~outbox.c.reason.startswith(REMINDS))
    with database.read() as conn:
        assert audit.verify(conn) is None
        found = Outcome(
            _counted(conn.execute(of_events.join_from(events, clients))),
            _counted(conn.execute(of_alerts.join_from(alerts, clients))),
            _counted(conn.execute(of_messages)),
        )
        # What another message carried with it was printed as that one.
        by_itself = outbox.c.bundle_id.is_(None)
        accepted = conn.scalars(select(outbox.c.id).where(outbox.c.state == "accepted", by_itself)).all()
    database.close()
    assert sorted(accepted) == sorted(printed(site))
    return found


def printed(site: Path) -> list[int]:
    """The ids of the messages that the phone printed, each as often as it did."""
    return [json.loads(line)["id"] for line in (site / "var" / "printed_sms.jsonl").read_text().splitlines()]


def differences(found: Outcome, expected: Outcome) -> list[str]:
    told = []
    for name, ours in vars(found).items():
        theirs = vars(expected)[name]
        told += [f"too many {name}: {one}" for one in ours - theirs]
        told += [f"too few {name}: {one}" for one in theirs - ours]
    return told


def _counted(rows: Iterable[Row[tuple[object, ...]]]) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row) for row in rows)


@pytest.mark.parametrize(
    ("new_site", "kills"),
    [("sqlite", KILLS), pytest.param("postgres", KILLS // 5, marks=pytest.mark.postgres)],
    indirect=["new_site"],
)
def test_kill_nine_at_random_moments_loses_and_doubles_nothing(new_site: NewSite, kills: int) -> None:
    undisturbed = new_site("undisturbed")
    step(undisturbed, [*(n * RESTART for n in range(A_ROUND)), *AFTERWARDS])
    expected = outcome(undisturbed)
    assert len(expected.alerts) > 5
    assert max(max(count.values()) for count in vars(expected).values()) == 1

    random = Random(SEED)
    for first, past in pairwise([*range(0, kills, A_ROUND), kills]):
        site = new_site(f"killed-{first}")
        for n in range(past - first):
            kill(site, NOON + n * RESTART - datetime.now(UTC), random)
        step(site, AFTERWARDS)
        assert differences(outcome(site), expected) == [], f"the kills from number {first} on"
