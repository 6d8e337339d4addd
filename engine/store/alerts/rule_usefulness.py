"""How alerts of each rule ended, as the people who closed them said."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from engine.model.console_pages import RuleUsefulness
from engine.store.tables.alerts import alerts


def by_rule(conn: Connection) -> dict[str, RuleUsefulness]:
    """Return the counts of each rule that ever opened an alert, without alerts on trial."""

    def number(condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.sum(case((condition, 1), else_=0))

    found = (
        select(
            alerts.c.rule_id,
            number(~alerts.c.historic),
            number(alerts.c.resolution == "done"),
            number(alerts.c.resolution == "false_alarm"),
            number(alerts.c.state != "resolved"),
        )
        .where(~alerts.c.shadow)
        .group_by(alerts.c.rule_id)
    )
    return {rule_id: RuleUsefulness(*map(int, counts)) for rule_id, *counts in conn.execute(found)}
