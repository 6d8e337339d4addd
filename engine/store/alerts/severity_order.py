"""The order of alerts by severity, in statements, and which of them people act on."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, and_, case, literal_column

from engine.model.rule import SEVERITIES
from engine.store.database.constants import written
from engine.store.tables.alerts import alerts


def rank_of(table: FromClause) -> ColumnElement[int]:
    """Return the rank of the severity in `alerts`, or in an alias of it; the gravest is 0.

    Its words and numbers are no parameters, because the index is found by them.
    """
    ranks: dict[ColumnElement[str], ColumnElement[int]] = {
        written(severity): literal_column(str(rank)) for rank, severity in enumerate(SEVERITIES)
    }
    return case(ranks, value=table.c.severity, else_=literal_column(str(len(SEVERITIES))))


def to_act_on(table: FromClause) -> ColumnElement[bool]:
    """Return whether an alert is unresolved and none of a rule on trial.

    Of a rule on trial nobody is told, and so nobody is asked to act.
    """
    return and_(table.c.state != written("resolved"), ~table.c.shadow)


RANK = rank_of(alerts)
UNRESOLVED = to_act_on(alerts)
