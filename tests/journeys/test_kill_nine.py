"""kill -9 of the daemon at random moments loses and doubles nothing.

In rounds of five. HANDRAIL_KILLS=1000 kills so often, and a fifth of it on PostgreSQL;
HANDRAIL_SEED=7 chooses other moments.
"""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from shutil import copytree
from threading import Timer

import pytest
from sqlalchemy import Row, select

from engine.app import wire
from engine.config import load
from engine.daemon import step_once
from engine.model.instant import to_us
from engine.model.message import MessageKind
from engine.sample import write_sample
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import events
from engine.store.tables.messages import outbox
from engine.store.tables.people import clients, staff
from tests.kit.databases import Postgres
from tests.kit.processes import daemon_of
from tests.kit.times import SetClock

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("HANDRAIL_KILLS", "50"))
SEED = int(os.environ.get("HANDRAIL_SEED", "1"))
A_ROUND = 5
# An undisturbed run logs so many lines, from its start to the last text, and then has nothing to
# do.
LINES = 24
IDLE = 1.2  # seconds after which a run that has no more to say is killed too
# By then the claims of a killed daemon have run out.
RESTART = timedelta(minutes=11)
# In New York, so that nobody has quiet hours until all is told.
NOON = datetime(2026, 3, 10, 17, tzinfo=UTC)
# When the routing policies have run to their ends, whenever their alerts opened.
AFTERWARDS = [
    A_ROUND * RESTART + timedelta(minutes=minutes) for minutes in (0, 15, 30, 45, 180, 360, 480)
]
QUICK = """\
ticks: {ingest: 0.1 seconds, evaluate: 0.1 seconds, deliver: 0.1 seconds, audit: 0.1 seconds}
web: {port: 0}
"""


@dataclass(frozen=True)
class Outcome:
    """The final contents of a database, without numbers that depend on the order of writes."""

    events: Counter[tuple[object, ...]]
    alerts: Counter[tuple[object, ...]]
    # Only messages about alerts, because a kill may rightly let the admins hear of a late flow. No
    # reminders, because a kill may delay the first text, and so change how many follow.
    messages: Counter[tuple[object, ...]]


def new_site(folder: Path, database: str = "") -> Path:
    """A site with the shipped configuration and rules, the sample inbox, and an empty database."""
    (folder / "config.yaml").write_text((ROOT / "config.yaml").read_text() + QUICK + database)
    copytree(ROOT / "rules", folder / "rules")
    write_sample(folder / "inbox", NOON)
    return folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What it comes to where nothing is killed."""
    site = new_site(tmp_path_factory.mktemp("undisturbed"))
    step(site, [*(n * RESTART for n in range(A_ROUND)), *AFTERWARDS])
    expected = outcome(site)
    assert len(expected.alerts) > 5
    assert max(max(count.values()) for count in vars(expected).values()) == 1
    return expected


def step(site: Path, passed: Iterable[timedelta]) -> None:
    """Step every flow at each of these times after noon."""
    clock = SetClock(to_us(NOON))
    engine = wire(load(site / "config.yaml"), clock, StringIO())
    for after in passed:
        clock.at = to_us(NOON + after)
        assert step_once(engine)
    engine.close()


def kill(site: Path, clock: timedelta, random: Random) -> None:
    """Start a daemon and kill it at a random moment.

    The moment is during its start, or soon after any line of its log.
    """
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
        clients.c.ref,
        events.c.kind,
        events.c.occurred_at,
        events.c.source,
        events.c.key,
        events.c.fields,
    )
    of_alerts = select(
        clients.c.ref, alerts.c.rule_id, alerts.c.began, alerts.c.state, alerts.c.historic
    )
    of_messages = select(
        clients.c.ref,
        alerts.c.rule_id,
        alerts.c.began,
        outbox.c.step,
        staff.c.ref,
        outbox.c.kind,
        outbox.c.state,
    ).select_from(outbox.join(alerts).join(clients).join(staff, outbox.c.staff_id == staff.c.id))
    of_messages = of_messages.where(outbox.c.kind != MessageKind.REMINDER)
    with database.read() as conn:
        assert audit_log.verify(conn) is None
        found = Outcome(
            _counted(conn.execute(of_events.join_from(events, clients))),
            _counted(conn.execute(of_alerts.join_from(alerts, clients))),
            _counted(conn.execute(of_messages)),
        )
        # What another message carried with it was printed as that one.
        by_itself = outbox.c.bundle_id.is_(None)
        accepted = conn.scalars(
            select(outbox.c.id).where(outbox.c.state == "accepted", by_itself)
        ).all()
    database.close()
    assert sorted(accepted) == sorted(printed(site))
    return found


def printed(site: Path) -> list[int]:
    """The ids of the messages that the phone printed, each as often as it did."""
    return [
        json.loads(line)["id"]
        for line in (site / "var" / "printed_sms.jsonl").read_text().splitlines()
    ]


def differences(found: Outcome, expected: Outcome) -> list[str]:
    told = []
    for name, ours in vars(found).items():
        theirs = vars(expected)[name]
        told += [f"too many {name}: {one}" for one in ours - theirs]
        told += [f"too few {name}: {one}" for one in theirs - ours]
    return told


def _counted(rows: Iterable[Row[tuple[object, ...]]]) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row) for row in rows)


def kills_lose_and_double_nothing(site: Path, undisturbed: Outcome, round_: int) -> None:
    random = Random(f"{SEED}/{round_}")
    for n in range(A_ROUND):
        kill(site, NOON + n * RESTART - datetime.now(UTC), random)
    step(site, AFTERWARDS)
    assert differences(outcome(site), undisturbed) == []


# Each round is a test of its own, so that workers share them.
@pytest.mark.parametrize("round_", range(KILLS // A_ROUND))
def test_kill_nine_at_random_moments_loses_and_doubles_nothing(
    tmp_path: Path, undisturbed: Outcome, round_: int
) -> None:
    kills_lose_and_double_nothing(new_site(tmp_path), undisturbed, round_)


@pytest.mark.postgres
@pytest.mark.parametrize("round_", range(KILLS // A_ROUND // 5))
def test_kill_nine_on_postgresql_loses_and_doubles_nothing(
    tmp_path: Path, postgres: Postgres, undisturbed: Outcome, round_: int
) -> None:
    site = new_site(tmp_path, f"database: {postgres.new_url()}\n")
    kills_lose_and_double_nothing(site, undisturbed, round_)
