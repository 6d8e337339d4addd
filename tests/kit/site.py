"""A site for tests of evaluation: a caseload, serving rules, and queries of the outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, select

from engine.flows.evaluation import evaluate
from engine.model.event_kinds import BUILT_IN
from engine.model.notification_settings import NO_FOLLOW_UPS, FollowUps, NotificationSettings
from engine.model.routing import RoutingSettings
from engine.model.rule import SEVERITIES, Severity
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import from_texts
from engine.store.database.connection import Database
from engine.store.operations import rule_sets
from engine.store.tables.alerts import alert_transitions, alerts, evaluations
from engine.store.tables.messages import outbox
from engine.store.tables.operations import audit
from engine.store.tables.people import assignments
from tests.kit.caseload import Caseload
from tests.kit.times import NOON, SECOND

MISSED = "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}"
SILENT = "{time_since: check_in, at_least: 3 days}"


def rulebook(when: str = MISSED, **words: str) -> Rulebook:
    """One rule, live and of medium severity unless `words` say otherwise."""
    lines = {
        "status": "live",
        "severity": "medium",
        "reason": "missed check-ins",
        "when": when,
        **words,
    }
    written = "\n".join(f"    {word}: {value}" for word, value in lines.items())
    text = f"format: 1\nrules:\n  - id: two-missed\n    title: Two check-ins missed\n{written}\n"
    return from_texts({"rules.yaml": text}, BUILT_IN)


def routing(
    *steps: Mapping[str, str],
    severities: Sequence[Severity] = SEVERITIES,
    **named: Sequence[Mapping[str, str]],
) -> RoutingSettings:
    """A policy of these steps for alerts of these severities, and policies that rules may name."""
    return RoutingSettings.model_validate(
        {"policies": {"steps": steps, **named}, "severities": dict.fromkeys(severities, "steps")}
    )


@dataclass
class Site:
    """A database with a caseload, rules and a policy.

    The policy tells the case manager, and after an hour the supervisor.
    """

    database: Database
    caseload: Caseload = field(init=False)
    rules: Rulebook = field(default_factory=rulebook)
    routing: RoutingSettings = field(init=False)
    follow_ups: FollowUps = NO_FOLLOW_UPS
    apart: int = SECOND  # between texts of schedules

    def __post_init__(self) -> None:
        self.caseload = Caseload(self.database)
        self.routing = routing({"to": "case_manager"}, {"after": "1 hour", "to": "supervisor"})

    def with_people(self) -> Site:
        """Client C-1 with case manager 1; supervisor 2 and admin 3 are the site's."""
        self.caseload.client(1)
        self.caseload.staff(1, "case_manager", 1)
        self.caseload.staff(2, "supervisor")
        self.caseload.staff(3, "admin")
        return self

    def assign(self, client_id: int, staff_id: int, role: str = "case_manager") -> None:
        with self.database.write() as conn:
            conn.execute(
                insert(assignments),
                {"client_id": client_id, "staff_id": staff_id, "role": role, "began": 0},
            )

    def missed(self, at: int, client_id: int = 1) -> None:
        self.caseload.event(client_id, "check_in", at, status="missed")

    def serve(self, rules: Any) -> None:
        self.rules = rules
        with self.database.write() as conn:
            rule_sets.accept(conn, rules.hash, rules.files, NOON)

    def evaluate(
        self, now: int = NOON, rules: Any = None, owner: str = "test"
    ) -> evaluate.EvaluationCounts:
        with self.database.write() as conn:
            if rule_sets.serving(conn) is None:
                rule_sets.accept(conn, self.rules.hash, self.rules.files, 0)
        judging = (self.database, rules or self.rules, self.telling)
        counts = evaluate.EvaluationCounts()
        try:
            counts = evaluate.run(*judging, now=now, owner=owner)
        finally:
            counts += evaluate.climb(*judging, now=now)
        return counts

    @property
    def telling(self) -> NotificationSettings:
        return NotificationSettings(self.routing, follow_ups=self.follow_ups, apart=self.apart)

    def rows(self, table: Any) -> Sequence[Any]:
        with self.database.read() as conn:
            return conn.execute(select(table).order_by(*table.primary_key)).all()

    @property
    def alerts(self) -> Sequence[Any]:
        return self.rows(alerts)

    @property
    def messages(self) -> list[tuple[int, int, str]]:
        """(step, staff id, reason) of every message."""
        return [(row.step, row.staff_id, row.kind) for row in self.rows(outbox)]

    @property
    def transitions(self) -> list[tuple[str | None, str, str]]:
        return [(row.from_state, row.to_state, row.why) for row in self.rows(alert_transitions)]

    @property
    def audited(self) -> list[tuple[str, str]]:
        return [(row.action, row.subject) for row in self.rows(audit)]

    def evaluation(self, client_id: int = 1) -> Any:
        return next(row for row in self.rows(evaluations) if row.client_id == client_id)


def rulebook_of(*rules: str) -> Rulebook:
    """Rules, each as `written_rule` writes it."""
    return from_texts({"rules.yaml": "format: 1\nrules:\n" + "\n".join(rules) + "\n"}, BUILT_IN)


def written_rule(name: str, when: str, **words: str) -> str:
    """One rule as a file writes it, live and of medium severity unless `words` say otherwise."""
    lines = {"title": name, "status": "live", "severity": "medium", "when": when, **words}
    return f"  - id: {name}\n" + "\n".join(f"    {word}: {value}" for word, value in lines.items())
