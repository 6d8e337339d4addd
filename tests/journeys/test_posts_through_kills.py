"""A sender posts while the daemon is killed again and again: nothing is lost, nothing is twice.

HANDRAIL_SEED=7 chooses other moments.
"""

from __future__ import annotations

import hmac
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from io import StringIO
from itertools import count
from pathlib import Path
from random import Random
from threading import Event, Semaphore, Thread

import pytest
from sqlalchemy import select

from engine.app import wire
from engine.config import load
from engine.daemon import step_once
from engine.store.database.connection import Database
from engine.store.tables.intake import events, received
from tests.journeys.test_breath import RULE
from tests.kit.processes import ShiftedClock, daemon_of

SEED = int(os.environ.get("HANDRAIL_SEED", "1"))
KILLS = 5
# A daemon that serves is killed within 20 answers and some milliseconds; another while it starts.
ANSWERS, A_MOMENT, STARTING = 20, 0.02, 0.6
LOST_ANSWERS = 0.2  # so many never reach the sender, though the post was taken
SECRET = "the secret of the sender"
CONFIG = """
timezone: America/New_York
sms: {gateway: printed}
ticks: {ingest: 0.1 seconds, evaluate: 0.1 seconds, deliver: 0.1 seconds, audit: 0.1 seconds}
web: {port: 0}
log: {format: json}
sources:
  - name: people
    folder: inbox
    files: [{match: clients.csv, roster: clients, columns: {ref: ref, enrolled: enrolled}}]
  - name: breath
    http:
      secret: {env: BREATH_SECRET}
      signature: {header: X-Sign, written: "t={timestamp},v1={signature}", of: "{timestamp}.{body}"}
      per_minute: 100000
    events:
      # Without id:, so that the sender's own key alone keeps a post from counting twice.
      - kind: check_in
        client: person
        at: at
        fields: {status: {always: completed}, meetings: number}
"""


class Sender:
    """A service that posts one reading after another, each until it is answered."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.acknowledged: list[int] = []
        self.repeated = 0
        self._address: str | None = None
        self._done, self._given_up = Event(), Event()
        self._answers = Semaphore(0)
        self._thread = Thread(target=self._post_all)

    @contextmanager
    def posting(self) -> Iterator[None]:
        """Post until it is stopped, at the end of the block at the latest."""
        self._thread.start()
        try:
            yield
        finally:
            self._given_up.set()
            self.stop()

    def stop(self) -> None:
        """Post no more, once the present post is answered."""
        self._done.set()
        self._thread.join(20)
        assert not self._thread.is_alive()

    def goes_to(self, address: str) -> None:
        """Post to this address from now on."""
        self._address = address.partition("//")[2]

    def wait_for(self, answers: int) -> None:
        """Wait until so many more posts are answered."""
        for _ in range(answers):
            assert self._answers.acquire(timeout=20)

    def _post_all(self) -> None:
        for number in count():
            if self._done.is_set():
                return
            while not self._is_answered(number):
                if self._given_up.is_set():
                    return
                self.repeated += 1
            self.acknowledged.append(number)
            self._answers.release()

    def _is_answered(self, number: int) -> bool:
        said = {"person": "C-1", "at": "2026-03-02T20:15:00Z", "number": number}
        body, stamp = json.dumps(said).encode(), str(int(datetime.now(UTC).timestamp()))
        digest = hmac.digest(SECRET.encode(), f"{stamp}.".encode() + body, "sha256").hex()
        headers = {"Idempotency-Key": str(number), "X-Sign": f"t={stamp},v1={digest}"}
        connection = HTTPConnection(self._address or "", timeout=5)
        try:
            connection.request("POST", "/in/breath", body, headers)
            if self._random.random() < LOST_ANSWERS:
                return False
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            self._done.wait(0.01)
            return False
        finally:
            connection.close()
        assert answer.status in {200, 503}
        return answer.status == 200


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BREATH_SECRET", SECRET)
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    for name in ("rules", "inbox"):
        (tmp_path / name).mkdir(mode=0o700)
    (tmp_path / "rules" / "breath.yaml").write_text(RULE, "utf-8")
    (tmp_path / "inbox" / "clients.csv").write_text("ref,enrolled\nC-1,2026-01-05\n", "utf-8")
    return tmp_path


def kill(site: Path, sender: Sender, random: Random) -> None:
    """Start a daemon and kill it: every third during its start, the others while it serves."""
    with daemon_of(site) as running:
        if random.randrange(3):
            sender.goes_to(running.wait_for("started")["web"])
            sender.wait_for(random.randrange(ANSWERS))
            running.process.join(random.uniform(0, A_MOMENT))
        else:
            running.process.join(random.uniform(0, STARTING))
        running.process.kill()
        running.process.join()
        assert running.process.exitcode == -signal.SIGKILL


def test_each_post_that_was_answered_is_an_event_once_after_kills(site: Path) -> None:
    random, sender = Random(SEED), Sender(Random(f"{SEED}/sender"))
    with sender.posting():
        for _ in range(KILLS):
            kill(site, sender, random)
        with daemon_of(site) as last:
            sender.goes_to(last.wait_for("started")["web"])
            sender.wait_for(ANSWERS)
            sender.stop()
            assert last.end(signal.SIGTERM) == 0
    assert sender.repeated
    read_the_rest(site)
    kept, made = stored(site)
    assert sorted(kept) == sorted(sender.acknowledged)
    assert sorted(made) == sorted(sender.acknowledged)


def read_the_rest(site: Path) -> None:
    """Read the posts that the last daemon took and did not read before it ended."""
    engine = wire(load(site / "config.yaml"), ShiftedClock(timedelta()), StringIO())
    assert step_once(engine)
    engine.close()


def stored(site: Path) -> tuple[list[int], list[int]]:
    """The numbers of the posts that are kept and read, and those of all events."""
    database = Database.open(load(site / "config.yaml").database)
    with database.read() as conn:
        read = received.c.read_at.is_not(None)
        kept = [int(each) for each in conn.scalars(select(received.c.key).where(read))]
        made = [json.loads(each)["meetings"] for each in conn.scalars(select(events.c.fields))]
    database.close()
    return kept, made
