"""A site whose clients are due to do something: plans that serve beside a rule."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select

from engine.model.event_kinds import BUILT_IN
from engine.model.instant import Instant
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import PLAN, from_texts
from engine.store.alerts import due_clients
from engine.store.intake import events as stored_events
from engine.store.tables.intake import events
from engine.store.tables.people import record_entries
from engine.store.tables.schedules import expectations
from tests.kit.site import Site
from tests.kit.times import NOON

DAILY = """
  - id: daily-check-in
    title: Daily check-in
    status: live
    expects: check_in
    every: day
    by: 20:00
    grace: 2 hours
"""
ASKED = (
    DAILY
    + """    ask: {questions: evening, at: 18:00}
questions:
  - id: evening
    text:
      english: "Handrail: how is today? Reply with your three answers, such as 5 5 n."
      spanish: "Handrail: como va hoy? Responda con sus tres respuestas, como 5 5 n."
    answers: [craving, mood, used]
"""
)
RULES = """format: 1
rules:
  - id: missed-one
    title: A missed check-in
    status: live
    severity: medium
    reason: missed check-ins
    when: {count: check_in, where: {status: missed}, within: 1 day, at_least: 1}
"""


def planned(schedules: str = DAILY, rules: str = RULES) -> Rulebook:
    """A rule about missed check-ins, and these schedules."""
    files = {"rules.yaml": rules}
    if schedules:
        files[f"plans.yaml{PLAN}"] = f"format: 1\nschedules:{schedules}"
    return from_texts(files, BUILT_IN)


@dataclass
class ScheduleSite(Site):
    """Client C-1 in UTC unless it is said otherwise, looked at from NOON on."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rules = planned()

    def at(self, *instants: Instant) -> None:
        """Evaluate at each of these instants."""
        for instant in instants:
            self.evaluate(instant)

    def plan(self, schedules: str, at: Instant = NOON) -> None:
        """Let these schedules serve from an instant on."""
        self.rules = planned(schedules)
        self.accept(at)

    def accept(self, at: Instant) -> None:
        from engine.store.operations import rule_sets  # noqa: PLC0415 - as elsewhere

        with self.database.write() as conn:
            rule_sets.accept(conn, self.rules.hash, self.rules.files, at)

    def record(self, at: Instant, entry: str, value: str | None = None, client_id: int = 1) -> None:
        """Change a client's record from an instant on."""
        row = {"client_id": client_id, "at": at, "entry": entry, "value": value}
        with self.database.write() as conn:
            conn.execute(insert(record_entries), row)
            due_clients.mark_dirty(conn, {client_id: at})

    def take_back(self, key: str, now: Instant) -> None:
        """Let the source of the events of tests withdraw one."""
        with self.database.write() as conn:
            gone = stored_events.withdraw(conn, "tests", {key: None}, now)
            due_clients.mark_dirty(conn, gone.earliest)

    @property
    def outcomes(self) -> list[tuple[str, str | None]]:
        """The day and the outcome of each expectation."""
        return [(row.day, row.outcome and str(row.outcome)) for row in self.rows(expectations)]

    @property
    def missed_events(self) -> list[tuple[Instant, str]]:
        """When each event of ours occurred, and its fields."""
        with self.database.read() as conn:
            wanted = select(events.c.occurred_at, events.c.fields)
            ours = wanted.where(events.c.source == "schedules").order_by(events.c.occurred_at)
            return [(at, fields) for at, fields in conn.execute(ours)]
