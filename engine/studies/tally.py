"""How many alerts and texts there are: by rule, week, recipient, hour and client."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.model.client import Client
from engine.model.instant import from_us
from engine.model.local_time import zone_at
from engine.model.rule import Rule, Severity
from engine.model.spans import Span
from engine.model.staff import PersonRole, Staff
from engine.studies.observed_time import MONTH_US, FollowUp
from engine.studies.simulated_notifications import SimulatedNotifications

# By the recipient's own clock: from ten in the evening until seven.
NIGHT = frozenset({22, 23, 0, 1, 2, 3, 4, 5, 6})
PRESSING: frozenset[Severity] = frozenset({"urgent", "high", "medium"})
# In place of a severity: alerts of rules that tell nobody, being on trial or drafts.
UNTOLD = "untold"


@dataclass(slots=True)
class RuleTally:
    """Of one rule: its alerts and whose they are, and the texts that its alerts carry."""

    status: str
    severity: Severity
    alerts: int = 0
    texts: int = 0
    at_night: int = 0
    reach_nobody: int = (
        0  # alerts that no step of the policy tells anybody of, so that the admins hear of it
    )
    taken_back: int = 0  # texts that quiet hours held back until there was nothing to tell any more
    clients: list[str] = field(default_factory=list)  # refs, each once


@dataclass(slots=True)
class RecipientTally:
    """Of one recipient: the texts by the hour of their own clock."""

    role: PersonRole
    by_hour: list[int] = field(default_factory=lambda: [0] * 24)

    @property
    def texts(self) -> int:
        """All of them."""
        return sum(self.by_hour)

    @property
    def at_night(self) -> int:
        """Those that buzz at night."""
        return sum(self.by_hour[hour] for hour in NIGHT)


@dataclass(slots=True)
class ClientTally:
    """Of one client: alerts by severity (UNTOLD apart), texts, and the rules that made them."""

    alerts: Counter[str] = field(default_factory=Counter)
    texts: int = 0
    rules: Counter[str] = field(default_factory=Counter)


class Tally:
    """Counts clients one after the other; it grows with clients, rules, recipients and weeks."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        """Take the rules; retired ones open no alerts and count nowhere."""
        self.rules = {
            rule_id: RuleTally(rule.status, rule.severity)
            for rule_id, rule in rules.items()
            if rule.status != "retired"
        }
        self.recipients: dict[str, RecipientTally] = {}
        # By their Monday, in the clients' own time.
        self.weeks: dict[date, Counter[str]] = defaultdict(Counter)
        # By their Monday, in the recipients' own time.
        self.texts_by_week: Counter[date] = Counter()
        self.clients: dict[str, ClientTally] = {}  # who have an alert
        self.observed_clients = 0
        self.without_alert = 0  # of these
        self.followed_for = 0  # microseconds

    @property
    def client_months(self) -> float:
        """For how long clients were in care and observed."""
        return self.followed_for / MONTH_US

    @property
    def pressing_per_month(self) -> float | None:
        """Alerts of live rules, medium and above, for each client-month; None without a month."""
        pressing = sum(alerts[severity] for alerts in self.weeks.values() for severity in PRESSING)
        return pressing / self.client_months if self.followed_for else None

    def add(
        self,
        client: Client,
        alerts: Sequence[Span],
        told: SimulatedNotifications,
        follow_up: FollowUp,
    ) -> None:
        """Count one client: the spans that began in the period, and the texts about them."""
        self.observed_clients += bool(follow_up.stretches)
        self.without_alert += bool(follow_up.stretches) and not alerts
        self.followed_for += follow_up.duration
        if alerts:
            self._add_alerts(client, alerts)
        for rule_id, staff, at in told.texts:
            local = from_us(at).astimezone(ZoneInfo(staff.timezone))
            self._add_text(self.rules[rule_id], staff, local)
            self.clients.setdefault(client.ref, ClientTally()).texts += 1
        for rule_id in told.reach_nobody:
            self.rules[rule_id].reach_nobody += 1
        for rule_id in told.taken_back:
            self.rules[rule_id].taken_back += 1

    def _add_alerts(self, client: Client, alerts: Sequence[Span]) -> None:
        of_client = self.clients.setdefault(client.ref, ClientTally())
        for span in alerts:
            rule = self.rules[span.rule_id]
            sort = span.severity if rule.status == "live" else UNTOLD
            rule.alerts += 1
            if span.rule_id not in of_client.rules:
                rule.clients.append(client.ref)
            of_client.rules[span.rule_id] += 1
            of_client.alerts[sort] += 1
            zone = ZoneInfo(zone_at(client.zones, span.began))
            self.weeks[_monday(from_us(span.began).astimezone(zone))][sort] += 1

    def _add_text(self, rule: RuleTally, staff: Staff, local: datetime) -> None:
        rule.texts += 1
        rule.at_night += local.hour in NIGHT
        self.recipients.setdefault(staff.ref, RecipientTally(staff.role)).by_hour[local.hour] += 1
        self.texts_by_week[_monday(local)] += 1

    def total(self, statuses: Collection[str]) -> int:
        """Return the alerts of rules of these statuses."""
        return sum(rule.alerts for rule in self.rules.values() if rule.status in statuses)


def _monday(local: datetime) -> date:
    return local.date() - timedelta(days=local.weekday())
