"""How alerts of each rule ended, as the people who closed them said, and how soon people acted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, or_, select

from engine.model.alert import DRILL
from engine.model.console_pages import RuleUsefulness
from engine.model.instant import Instant
from engine.store.tables.alerts import alert_transitions, alerts

_BY_A_PERSON = alerts.c.resolution.in_(["done", "false_alarm"])


def by_rule(
    conn: Connection, since: Instant = 0, rule_id: str | None = None
) -> dict[str, RuleUsefulness]:
    """Return the counts of each rule, without alerts on trial and historic ones.

    Args:
        conn: The connection.
        since: Alerts that opened before count for nothing.
        rule_id: The one rule to look at; None for all.
    """
    counted = [~alerts.c.shadow, ~alerts.c.historic, alerts.c.opened_at >= since]
    counted.append(alerts.c.rule_id != DRILL)
    if rule_id is not None:
        counted.append(alerts.c.rule_id == rule_id)

    def number(condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.sum(case((condition, 1), else_=0))

    found = (
        select(
            alerts.c.rule_id,
            func.count(),
            number(alerts.c.resolution == "done"),
            number(alerts.c.resolution == "false_alarm"),
            number(alerts.c.state != "resolved"),
        )
        .where(*counted)
        .group_by(alerts.c.rule_id)
    )
    waits = _waits(conn, counted)
    return {
        rule_id: RuleUsefulness(
            opened,
            int(done),
            int(false_alarms),
            int(unresolved),
            len(waits[rule_id]),
            round(median(waits[rule_id])) if waits[rule_id] else None,
        )
        for rule_id, opened, done, false_alarms, unresolved in conn.execute(found)
    }


def _waits(conn: Connection, counted: Sequence[ColumnElement[bool]]) -> dict[str, list[int]]:
    """Return by rule how long each alert waited for its first act of a person, microseconds.

    It waits from when its policy began, because quiet hours are nobody's delay.
    """
    acted = or_(
        alert_transitions.c.to_state == "acknowledged",
        (alert_transitions.c.to_state == "resolved") & _BY_A_PERSON,
    )
    told = func.coalesce(alerts.c.notified_at, alerts.c.opened_at)
    first = (
        select(alerts.c.rule_id, func.min(alert_transitions.c.at) - told)
        .join(alert_transitions, alert_transitions.c.alert_id == alerts.c.id)
        .where(acted, *counted)
        .group_by(alerts.c.id, alerts.c.rule_id, told)
    )
    waits: dict[str, list[int]] = defaultdict(list)
    for rule_id, wait in conn.execute(first):
        waits[rule_id].append(max(0, int(wait)))
    return waits
