"""What the tests of decisions share: rules, spans, and carrying decisions out in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from engine.alerts.decide import AlertChange, Decision, Open, decide
from engine.model.alert import Alert
from engine.model.rule import Rule, Severity, Status
from engine.model.spans import Span

NOTIFY_WITHIN = 72


def rule(
    name: str = "r", status: Status = "live", version: str = "v1", severity: Severity = "medium"
) -> Rule:
    return Rule(name, version, name, status, severity)


def span(
    began: int, ended: int | None = None, severity: Severity = "medium", name: str = "r"
) -> Span:
    return Span(1, name, severity, began, ended)


def alert(began: int, ended: int | None = None, **changed: object) -> Alert:
    given = Alert(1, 1, "r", "v1", "medium", "open", began, ended, opened_at=began)
    return replace(given, **changed)  # type: ignore[arg-type]


def carry_out(decisions: Iterable[Decision], alerts: Sequence[Alert], now: int) -> list[Alert]:
    """The alerts as the store would hold them afterwards."""
    by_id = {stored.id: stored for stored in alerts}
    for decision in decisions:
        if isinstance(decision, AlertChange):
            assert by_id[decision.before.id] == decision.before
            by_id[decision.after.id] = _notified(decision.after, decision, now)
        else:
            opened = opened_alert(decision, max(by_id, default=0) + 1, now)
            by_id[opened.id] = _notified(opened, decision, now)
    return list(by_id.values())


def _notified(alert: Alert, decision: Decision, now: int) -> Alert:
    return replace(alert, notified_at=now) if decision.tell else alert


def opened_alert(decision: Open, number: int, now: int) -> Alert:
    span = decision.span
    return Alert(
        number,
        span.client_id,
        span.rule_id,
        decision.rule.version,
        span.severity,
        decision.state,
        span.began,
        span.ended,
        now,
        decision.historic,
        decision.shadow,
        "cleared" if decision.state == "resolved" else None,
    )


@dataclass
class Desk:
    """One client's alerts through several evaluations.

    `told` counts by alert how often people were told.
    """

    rules: dict[str, Rule] = field(default_factory=lambda: {"r": rule()})
    alerts: list[Alert] = field(default_factory=list)
    evaluated_to: int | None = None

    def evaluate(self, spans: Sequence[Span], now: int) -> list[Decision]:
        decisions = decide(spans, self.alerts, self.rules, self.evaluated_to, now, NOTIFY_WITHIN)
        self.alerts = carry_out(decisions, self.alerts, now)
        self.evaluated_to = max(now, self.evaluated_to or 0)
        return decisions

    def resolve(self, number: int) -> None:
        """A person resolves an alert."""
        self.alerts = [
            replace(a, state="resolved", resolution="done")
            if a.id == number and a.state != "resolved"
            else a
            for a in self.alerts
        ]
