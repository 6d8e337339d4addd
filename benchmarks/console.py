"""The console's pages through HTTP as the caseload grows, and what fifty people cost in memory."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from statistics import median, quantiles
from typing import Any

import requests
from sqlalchemy import text

from benchmarks.caseload import Caseload
from benchmarks.console_server import Serving, serving
from benchmarks.figures import Figure
from benchmarks.growing import NOW, Large
from engine.flows.console import accounts, signing_in
from engine.flows.evaluation import evaluate
from engine.flows.intake import ingest
from engine.model.account import AccountRole
from engine.model.duration import Duration
from engine.model.event import write_fields
from engine.model.instant import DAY_US, MINUTE_US
from engine.model.intake import Batch, ReadEvent, Reject
from engine.model.notification_settings import NotificationSettings
from engine.model.routing import RoutingSettings

SIZES = (100, 1_000, 10_000, 100_000)
ONE_ALERT_IN = 20  # clients
SAMPLES, WARM_UP = 100, 5
PEOPLE, AT_ONCE = 50, 8
LONG_HISTORY = 20_000  # events of one client, every fifty minutes
_POSITIVE = write_fields({"method": "urine", "result": "positive"})
_SUPERVISOR, _CASE_MANAGER = "supervisor", "case-manager"

_LENGTHEN = """
INSERT INTO events (client_id, kind, occurred_at, recorded_at, source, key, fields, origin)
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :events)
    SELECT 1, 'check_in', :now - n * 50 * :minute, :now, 'generated', 'long:' || n,
        json_object('status', 'completed', 'craving', n % 10), 'generated:1' FROM numbers
"""


@dataclass(slots=True)
class _Laboratory:
    """A source that tells of a positive test of each of some clients."""

    clients: Sequence[int]
    silent_after: Duration | None = None
    name: str = "laboratory"

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        """All of them at once."""
        tests = tuple(
            ReadEvent(f"C-{n}", "test", NOW, f"test:{n}", _POSITIVE, None, 1, False, "")
            for n in self.clients
        )
        yield Batch("results.csv", {"at": self.clients[-1]}, tests)

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Nothing was rejected."""
        raise AssertionError(item)


def console(caseload: Caseload) -> Iterator[Figure]:
    """The time of each page at each size, the long history, and the memory.

    Sizes are compared by processor time, which other work on the machine hardly changes.
    """
    large = Large(caseload, caseload.rulebook())
    url = f"sqlite:///{caseload.room / 'large.db'}"
    times: dict[tuple[str, int], float] = {}
    for clients in SIZES:
        _grow(large, clients)
        tokens = _sign_in(large, clients)
        with serving(url, NOW) as console:
            for page, path, token in _pages(tokens, clients):
                before = console.use.processor_time()
                taken = _timed(console, path, token)
                times[page, clients] = console.use.processor_time() - before
                yield from _figures(f"{page}, at {clients:,} clients", taken, clients == 10_000)
    for page in dict.fromkeys(page for page, _ in times):
        ratio = times[page, 100_000] / times[page, 1_000]
        yield Figure(f"{page}: times the processor at 100 times the clients", ratio, "×", 1.5)
    yield from _long_history(large, url, tokens[_SUPERVISOR])
    yield from _memory(large, url)
    large.database.close()


def _pages(tokens: Mapping[str, str], clients: int) -> list[tuple[str, str, str]]:
    """The name of each measured page, its path, and the token of the person who opens it."""
    return [
        ("console: caseload of a supervisor", "/", tokens[_SUPERVISOR]),
        ("console: caseload of a case manager", "/", tokens[_CASE_MANAGER]),
        ("console: deliveries of a case manager", "/deliveries", tokens[_CASE_MANAGER]),
        ("console: client", f"/clients/C-{clients}", tokens[_SUPERVISOR]),
    ]


def _grow(large: Large, clients: int) -> None:
    """Add clients; of the new ones, one in ONE_ALERT_IN has an open alert."""
    first = large.clients + ONE_ALERT_IN
    large.grow(clients)
    tested = range(first, clients + 1, ONE_ALERT_IN)
    ingest.run(large.database, [_Laboratory(tested)], "America/New_York", NOW)
    telling = NotificationSettings(RoutingSettings(), notify_within=DAY_US)
    opened = 0
    # A step of the flow takes a part of the clients.
    while opened < len(tested):
        counts = evaluate.run(large.database, large.rulebook, telling, now=NOW, owner="bench")
        assert counts.opened, counts
        opened += counts.opened


def _sign_in(large: Large, clients: int) -> dict[str, str]:
    """A new session of a supervisor and of the case manager of the first clients."""
    tokens = {}
    for name, role, staff in (
        (_SUPERVISOR, AccountRole.SUPERVISOR, "S-1"),
        (_CASE_MANAGER, AccountRole.CASE_MANAGER, "S-0"),
    ):
        tokens[name] = _session(large, f"{name}-{clients}", role, staff)
    return tokens


def _session(large: Large, name: str, role: AccountRole, staff: str) -> str:
    with large.database.write() as conn:
        accounts.add(conn, name, role, staff, "bench", NOW)
        link = accounts.make_link(conn, name, "bench", NOW)
    return signing_in.sign_in(large.database, link, NOW)[1]


def _timed(console: Serving, path: str, token: str) -> list[float]:
    """Milliseconds of each request for a page, one after another."""
    taken = []
    with _browser(token) as browser:
        for _ in range(WARM_UP + SAMPLES):
            began = time.perf_counter()
            answer = browser.get(console.address + path, timeout=60)
            taken.append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 200, answer.text
            assert "C-" in answer.text, answer.text
    return taken[WARM_UP:]


def _browser(token: str) -> requests.Session:
    browser = requests.Session()
    browser.cookies["handrail"] = token
    return browser


def _figures(name: str, taken: Sequence[float], barred: bool) -> Iterator[Figure]:
    yield Figure(f"{name}, p50", median(taken), "ms")
    yield Figure(f"{name}, p95", quantiles(taken, n=20)[18], "ms", 100 if barred else None)


def _long_history(large: Large, url: str, token: str) -> Iterator[Figure]:
    with large.database.write() as conn:
        conn.execute(text(_LENGTHEN), {"events": LONG_HISTORY, "now": NOW, "minute": MINUTE_US})
    with serving(url, NOW) as console:
        taken = _timed(console, "/clients/C-1", token)
    yield from _figures(f"console: client with {LONG_HISTORY:,} events", taken, barred=False)


def _memory(large: Large, url: str) -> Iterator[Figure]:
    """What the process holds after fifty people have read, above what it held before the first."""
    people = [
        _session(large, f"person-{n}", AccountRole.SUPERVISOR, f"S-{n}") for n in range(PEOPLE)
    ]
    with serving(url, NOW) as console:
        requests.get(f"{console.address}/sign-in", timeout=60)
        before = console.use.resident()

        def read(place: int) -> None:
            with _browser(people[place]) as browser:
                for path in ("/", f"/clients/C-{ONE_ALERT_IN * (place + 1)}"):
                    browser.get(console.address + path, timeout=60).raise_for_status()

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(read, range(PEOPLE)))
        above = console.use.resident() - before
    yield Figure(f"console: memory of {PEOPLE} people signed in", above, "MB", 60)
