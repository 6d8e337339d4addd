"""What the API says, as documents; every instant is in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from engine.flows.console.alert_answers import UnresolvedAlert, UnresolvedAlerts
from engine.model.alert_explanation import AlertExplanation
from engine.model.console_pages import CaseloadClient, CaseloadPage, RuleCard, RulePage
from engine.model.instant import Instant, from_us
from engine.model.rule import Severity, Status


class ClientBody(BaseModel):
    """A client of the caseload, with the gravest of their unresolved alerts."""

    ref: str
    timezone: str
    severity: Severity | None
    since: datetime | None
    open_alerts: list[str]
    last_event: datetime | None
    case_managers: list[str]

    @classmethod
    def of(cls, one: CaseloadClient) -> ClientBody:
        """Make the document of a client."""
        return cls(
            ref=one.ref,
            timezone=one.timezone,
            severity=one.severity,
            since=_at(one.since),
            open_alerts=[title for title, _ in one.alerts],
            last_event=_at(one.last_event),
            case_managers=list(one.case_managers),
        )


class ClientsBody(BaseModel):
    """A page of the caseload, the gravest first; `at_risk` counts those with an alert."""

    clients: list[ClientBody]
    at_risk: int
    page: int
    has_next: bool

    @classmethod
    def of(cls, page: CaseloadPage) -> ClientsBody:
        """Make the document of a page."""
        clients = [ClientBody.of(one) for one in page.clients]
        return cls(clients=clients, at_risk=page.at_risk, page=page.page, has_next=page.has_next)


class RuleBody(BaseModel):
    """A rule that serves, how many alerts it has opened, and how they ended."""

    id: str
    title: str
    status: Status
    severity: Severity
    alerts: int
    done: int
    false_alarms: int
    unresolved: int

    @classmethod
    def of(cls, one: RuleCard) -> RuleBody:
        """Make the document of a rule in the list."""
        return cls(**_card(one))


class RuleDetailBody(RuleBody):
    """A rule in words and as it is written, and where it stands.

    `file` is empty if it stands in no file any more.
    """

    words: list[str]
    written: str
    file: str
    line: int

    @classmethod
    def of_page(cls, page: RulePage) -> RuleDetailBody:
        """Make the document of one rule."""
        return cls(
            **_card(page.card),
            words=page.words.splitlines(),
            written=page.source,
            file=page.file,
            line=page.line,
        )


def _card(one: RuleCard) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "status": one.status,
        "severity": one.severity,
        "alerts": one.useful.opened,
        "done": one.useful.done,
        "false_alarms": one.useful.false_alarms,
        "unresolved": one.useful.unresolved,
    }


class AlertBody(BaseModel):
    """An unresolved alert; `owner` is who has it, and null if nobody has."""

    id: int
    client: str
    rule: str
    severity: Severity
    opened: datetime
    owner: str | None

    @classmethod
    def of(cls, one: UnresolvedAlert) -> AlertBody:
        """Make the document of an alert."""
        return cls(
            id=one.id,
            client=one.client,
            rule=one.rule,
            severity=one.severity,
            opened=from_us(one.opened_at),
            owner=one.owner,
        )


class AlertsBody(BaseModel):
    """The unresolved alerts of a page of clients."""

    alerts: list[AlertBody]
    page: int
    has_next: bool

    @classmethod
    def of(cls, page: UnresolvedAlerts) -> AlertsBody:
        """Make the document of a page."""
        alerts = [AlertBody.of(one) for one in page.alerts]
        return cls(alerts=alerts, page=page.page, has_next=page.has_next)


class FindingBody(BaseModel):
    """A condition of the rule in words, and whether it was true; null if that is unknown."""

    text: str
    truth: bool | None


class AlertDetailBody(BaseModel):
    """An alert with its proof."""

    id: int
    client: str
    rule: str
    advice: str
    severity: str
    state: str
    began: datetime
    ended: datetime | None
    opened: datetime
    owner: str | None
    findings: list[FindingBody]
    clears: str

    @classmethod
    def of(cls, told: AlertExplanation) -> AlertDetailBody:
        """Make the document of an alert."""
        return cls(
            id=told.alert,
            client=told.client,
            rule=told.rule.title or told.rule.id,
            advice=told.rule.advice or "",
            severity=told.severity,
            state=told.state,
            began=told.began,
            ended=told.ended,
            opened=told.opened,
            owner=told.owner,
            findings=[FindingBody(text=one.text, truth=one.truth) for one in told.findings],
            clears=told.clears,
        )


class ActBody(BaseModel):
    """What an act did."""

    alert: int
    client: str
    result: str


def _at(us: Instant | None) -> datetime | None:
    return None if us is None else from_us(us)
