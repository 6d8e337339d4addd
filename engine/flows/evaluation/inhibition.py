"""Inhibition: records which alerts are inhibited, and finds those that people must now hear of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from engine.alerts.inhibition import quieted
from engine.alerts.muting import muted_until
from engine.alerts.tell_again import told_recently
from engine.model.alert import Alert
from engine.model.instant import Instant
from engine.model.rule import Rule
from engine.store.alerts import alerts, mutes
from engine.store.messages import outbox


def settle(
    conn: Connection,
    by_client: Iterable[Sequence[Alert]],
    tell: Collection[int],
    rules: Mapping[str, Rule],
    now: Instant,
    actor: str,
) -> list[int]:
    """Record which alerts of the clients are inhibited, and cancel messages of newly inhibited.

    Args:
        conn: A transaction that writes.
        by_client: All alerts of each client, locked.
        tell: The ids of alerts that people should be told of.
        rules: The rules by id.
        now: The present instant.
        actor: The name for the audit trail.

    Returns:
        The ids of the alerts to tell of: those of `tell` that are not inhibited, and open ones that
        were inhibited until now.
    """
    wanted, each_client = set(tell), list(by_client)
    # An alert alone quiets no other one, so mutes do not matter.
    several = any(len(of_client) > 1 for of_client in each_client)
    lasting = mutes.lasting(conn, now) if several else []
    newly_quieted = []
    for of_client in each_client:
        muted = {one.id for one in of_client if muted_until(one, lasting) is not None}
        loud = quieted(of_client, rules, muted)
        for alert in of_client:
            by = loud.get(alert.id)
            if alert.state == "resolved" or alert.inhibited_by == by:
                continue
            reason = (
                f"quieted by alert {by}"
                if by
                else f"no longer quieted by alert {alert.inhibited_by}"
            )
            alerts.change(
                conn, alert, replace(alert, inhibited_by=by), at=now, actor=actor, why=reason
            )
            if by is not None:
                newly_quieted.append(alert.id)
            elif _is_told(alert) and not told_recently(
                rules.get(alert.rule_id), alert.severity, of_client, now
            ):
                wanted.add(alert.id)
        wanted -= loud.keys()
    if newly_quieted:
        outbox.cancel(conn, newly_quieted, now)
    return sorted(wanted)


def _is_told(alert: Alert) -> bool:
    return alert.state == "open" and not (alert.shadow or alert.historic or alert.in_doubt)
