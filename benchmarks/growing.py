"""A large generated caseload in SQLite that grows.

Each client has a hundred events, made inside the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from sqlalchemy import Connection, insert, text

from benchmarks.caseload import Caseload
from engine.model.event import write_fields
from engine.model.instant import DAY_US
from engine.rulebook.core.rulebook import Rulebook
from engine.store.operations import rule_sets
from engine.store.tables.people import staff

NOW = 20_600 * DAY_US  # in 2026
EVENTS = 100
# Clients of an even number take course 0, on which no rule holds until one more test is positive.
STEADY = 0
COURSES = 20
CLIENTS_OF_ONE = 50  # case manager
Happening = tuple[str, int, dict[str, Any]]  # kind, how long ago, fields

_GROW = """
CREATE TEMP TABLE added AS
    WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
    SELECT n, CASE n % 2 WHEN 0 THEN 0 ELSE 1 + n / 2 % (:courses - 1) END AS course FROM numbers;
INSERT INTO clients (id, ref, timezone) SELECT n, 'C-' || n, 'America/New_York' FROM added;
INSERT INTO record_entries (client_id, at, entry) SELECT n, :now - 70 * :day, 'enrolled' FROM added;
INSERT INTO assignments (client_id, staff_id, role, began)
    SELECT n, 1 + (n - 1) / :of_one, 'case_manager', :now - 70 * :day FROM added;
INSERT INTO evaluations (client_id, evaluated_to, next_due_at, rules_hash)
    SELECT n, :now, :now + 7 * :day, :hash FROM added;
INSERT INTO events (client_id, kind, occurred_at, recorded_at, source, key, fields, origin)
    SELECT n, kind, :now - ago + n % 60 * 1000000, :now, 'generated',
        printf('%010d', (n - 1) * :events + nth), fields, 'generated:1'
    FROM added JOIN courses USING (course) ORDER BY n, nth;
DROP TABLE added
"""


class Large:
    """A caseload whose clients were all evaluated up to NOW under the rulebook, which serves."""

    def __init__(self, caseload: Caseload, rulebook: Rulebook) -> None:
        self.database = caseload.empty("large.db")
        self.rulebook = rulebook
        self.clients = 0
        with self.database.write() as conn:
            rule_sets.accept(conn, rulebook.hash, rulebook.files, NOW)

    def grow(self, clients: int) -> None:
        """Add clients until there are so many."""
        numbers = {
            "first": self.clients + 1, "last": clients, "courses": COURSES,
            "of_one": CLIENTS_OF_ONE,
            "now": NOW, "day": DAY_US, "events": EVENTS, "hash": self.rulebook.hash,
        }  # fmt: skip
        with self.database.write() as conn:
            _employ(conn, range(self.clients // CLIENTS_OF_ONE, clients // CLIENTS_OF_ONE))
            _write_courses(conn)
            for statement in _GROW.split(";\n"):
                names = {name: value for name, value in numbers.items() if f":{name}" in statement}
                conn.execute(text(statement), names)
        self.clients = clients


def _employ(conn: Connection, numbers: Iterable[int]) -> None:
    zone = "America/New_York"
    rows = [
        {
            "ref": f"S-{n}",
            "role": "case_manager",
            "phone": f"+1555{n:07}",
            "timezone": zone,
            "active": True,
        }
        for n in numbers
    ]
    conn.execute(insert(staff), rows)


def _write_courses(conn: Connection) -> None:
    conn.execute(text("CREATE TEMP TABLE IF NOT EXISTS courses (course, nth, kind, ago, fields)"))
    if conn.scalar(text("SELECT count(*) FROM courses")):
        return
    rows = [
        {"course": course, "nth": nth, "kind": kind, "ago": ago, "fields": write_fields(fields)}
        for course in range(COURSES)
        for nth, (kind, ago, fields) in enumerate(_course(Random(course), steady=course == STEADY))
    ]
    conn.execute(text("INSERT INTO courses VALUES (:course, :nth, :kind, :ago, :fields)"), rows)


def _course(random: Random, steady: bool) -> list[Happening]:
    """A hundred events of the last seventy days, in the order of time."""
    happenings = [*_doses(random, steady), *_weeks(random, steady)]
    happenings.sort(key=lambda happening: -happening[1])
    assert len(happenings) == EVENTS
    return happenings


def _doses(random: Random, steady: bool) -> Iterator[Happening]:
    for days in range(70):
        dose = 16 if steady else random.choice((4, 8, 12, 16, 20, 24))
        yield "medication", days * DAY_US + DAY_US // 3, {"status": "taken", "dose_mg": dose}


def _weeks(random: Random, steady: bool) -> Iterator[Happening]:
    for week in range(10):
        ago = (7 * week + 3) * DAY_US
        positive = week == 0 if steady else random.random() < 0.4
        yield "test", ago, {"method": "urine", "result": "positive" if positive else "negative"}
        kept = steady or random.random() < 0.7
        yield (
            "attendance",
            ago + DAY_US,
            {"activity": "group", "status": "attended" if kept else "no_show"},
        )
        score = 0 if steady else random.randint(0, 3)
        yield "assessment", ago + 2 * DAY_US, {"instrument": "withdrawal", "score": score}
