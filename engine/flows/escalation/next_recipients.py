"""Who would be told of an alert next, decided as its next step will decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from engine.alerts.routing import ends_in_nobody, take_turn
from engine.flows.escalation import mutes, operator_notices
from engine.flows.escalation.recipients import RecipientResolver
from engine.model.alert import Alert
from engine.model.instant import Instant
from engine.model.routing import RoutingStep
from engine.model.staff import Role


@dataclass(frozen=True, slots=True)
class Next:
    """The role that the next step tells; without one, whether the admins are told instead.

    While the alert is muted, nobody is told before `muted_until`.
    """

    role: Role | None
    admins: bool = False
    muted_until: Instant | None = None


def after(
    conn: Connection, alert: Alert, policy: Sequence[RoutingStep], step: int, now: Instant
) -> Next:
    """Return who comes next if nobody takes an alert.

    Args:
        conn: The connection to read from.
        alert: The alert.
        policy: Its policy.
        step: The next step of the policy, from 0.
        now: The present instant.
    """
    told = RecipientResolver(conn, now).about(alert.client_id).told
    turn, muted = take_turn(policy, step, told, alert.severity), mutes.until(conn, alert, now)
    if turn.told:
        first, _ = turn.told[0]
        return Next(policy[first].to, muted_until=muted)
    meant = ends_in_nobody(policy, alert.severity)
    return Next(None, not meant and bool(operator_notices.admins(conn, now)), muted)
