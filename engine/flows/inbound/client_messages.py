"""A client's text reaches a person: it opens an alert, whose words say only that there is a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from engine.errors import UserError
from engine.flows.inbound.alert_actions import tell
from engine.messaging import answers
from engine.messaging.client_words import ClientTextSort
from engine.model.alert import CLIENT_TEXT, Alert, AlertEvidence, FindingSeen
from engine.model.instant import Instant
from engine.model.routing import RoutingSettings
from engine.model.rule import Severity
from engine.store.alerts import alerts
from engine.store.alerts.alerts import NewAlert, Routed
from engine.store.messages import reply_codes
from engine.store.operations import rule_sets

ACTOR = "inbox"
_SHOWN = 500  # characters of a text that `handrail why` shows


def open_alert(
    conn: Connection,
    client_id: int,
    body: str,
    severity: Severity,
    routing: RoutingSettings,
    now: Instant,
) -> int | None:
    """Open an alert about a text, to be told of at once; its id, or None where one of no less urgency waits already.

    Whoever has taken that one is told that there is another text. UserError where no rules were ever accepted.
    """
    waiting = alerts.unresolved_of(conn, client_id, CLIENT_TEXT)
    urgent = severity == "urgent"
    if any(
        held.alert.state == "open" and (held.alert.severity == "urgent" or not urgent)
        for held in waiting
    ):
        return None
    taken = [
        held for held in waiting if held.alert.state == "acknowledged" and held.owner_id is not None
    ]
    if taken and not urgent:
        _tell_owner(conn, taken[-1], now)
        return None
    return _open(conn, client_id, body, severity, routing, now)


def _open(
    conn: Connection,
    client_id: int,
    body: str,
    severity: Severity,
    routing: RoutingSettings,
    now: Instant,
) -> int:
    serving = rule_sets.serving(conn)
    if serving is None:
        raise UserError(
            "No rules have ever served, so nobody can be told of a text; start handrail run first."
        )
    alert = Alert(
        0, client_id, CLIENT_TEXT, "1", severity, "open", began=now, ended=None, opened_at=now
    )
    seen = FindingSeen(
        "the client sent a text", body.replace("\x00", "")[:_SHOWN], "any text", True, ()
    )
    evidence = AlertEvidence(
        now, (seen,), "Somebody reads the text, gets in touch, and closes this.", None
    )
    policy = routing.policy(severity, None)
    (alert_id,) = alerts.open_all(
        conn, [NewAlert(alert, serving.id, evidence, policy, "began")], ACTOR
    )
    alerts.set_route(conn, alert_id, policy, 0, now + policy[0].after)
    return alert_id


def _tell_owner(conn: Connection, held: Routed, now: Instant) -> None:
    assert held.owner_id is not None
    code = reply_codes.give(conn, held.owner_id, held.alert.id, now)
    tell(
        conn, held.alert.id, held.step, held.owner_id, answers.wrote_again(answers.Named(code)), now
    )


_SEVERITIES: Mapping[ClientTextSort, Severity] = {
    ClientTextSort.DANGER: "urgent",
    ClientTextSort.USE: "high",
    ClientTextSort.HELP: "high",
}


def severity_of(sort: ClientTextSort) -> Severity:
    """Return how urgent a client's text is: danger above all, then use and a request for help."""
    return _SEVERITIES.get(sort, "medium")


def opened(found: Sequence[int | None]) -> list[int]:
    """The ids of those that were opened."""
    return [alert_id for alert_id in found if alert_id is not None]
