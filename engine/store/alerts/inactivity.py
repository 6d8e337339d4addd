"""Alerts that began in inactivity, and whether they are believed or held."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from engine.model.alert import Alert
from engine.model.duration import Duration
from engine.model.instant import Instant
from engine.model.rule import Severity
from engine.store.database.constants import written
from engine.store.tables.alerts import alerts, evaluations, outages
from engine.store.tables.intake import source_health
from engine.store.tables.people import record_entries

_ALERT = [alerts.c[name] for name in Alert.__dataclass_fields__]
_IN_DOUBT = ("unjudged", "held")
# Not `in_`, because SQLAlchemy writes its values into the statement again each time.
_in_doubt = or_(*(alerts.c.inactivity == written(word) for word in _IN_DOUBT))
ANY_TO_SETTLE = or_(
    exists().where(_in_doubt, alerts.c.state != written("resolved")),
    select(outages.c.cause).exists(),
    exists().where(source_health.c.out_since.is_not(None)),
)
_STILL_JUDGING = (
    select(evaluations.c.client_id)
    .where(or_(evaluations.c.dirty_from.is_not(None), evaluations.c.lease_until > bindparam("now")))
    # A client whose evaluation fails must not keep all others waiting.
    .where(evaluations.c.failures == 0)
    .limit(1)
)
_UNRESOLVED = (
    select(*_ALERT)
    .where(alerts.c.inactivity.is_not(None), alerts.c.state != "resolved")
    .where(or_(_in_doubt, alerts.c.opened_at > bindparam("since")))
    .order_by(alerts.c.id)
)


def _last(entry: str) -> ColumnElement[int]:
    return func.coalesce(func.max(case((record_entries.c.entry == entry, record_entries.c.at))), -1)


_ACTIVE = select(func.count()).select_from(
    select(record_entries.c.client_id)
    .where(record_entries.c.at <= bindparam("now"))
    .group_by(record_entries.c.client_id)
    .having(
        _last("enrolled") > _last("ended"),
        _last("leave_began") <= _last("leave_ended"),
        _last("stay_began") <= _last("stay_ended"),
    )
    .limit(bindparam("most"))
    .subquery()
)


def unresolved(conn: Connection, opened_since: Instant) -> list[Alert]:
    """Return unresolved alerts of inactivity, not believed or opened since, by id, not locked."""
    return [Alert(*row) for row in conn.execute(_UNRESOLVED, {"since": opened_since})]


def believe(conn: Connection, alert_ids: Collection[int]) -> None:
    """Take the inactivity of these alerts for the clients' own.

    An alert that was never in doubt gets no record of this.
    """
    conn.execute(
        update(alerts).where(alerts.c.id.in_(alert_ids)).values(inactivity="believed", held_at=None)
    )


def long_held(conn: Connection, waits: Mapping[Severity, Duration], now: Instant) -> list[Alert]:
    """Return open alerts held longer than their severity's limit, about which no text went."""
    waited = or_(
        *(
            and_(
                alerts.c.severity == severity,
                alerts.c.held_at <= now - wait,
                or_(alerts.c.told_at.is_(None), alerts.c.told_at <= now - wait),
            )
            for severity, wait in waits.items()
        )
    )
    wanted = select(*_ALERT).where(alerts.c.inactivity == "held", alerts.c.state == "open", waited)
    return [
        Alert(*row)
        for row in conn.execute(wanted.order_by(alerts.c.id).with_for_update(skip_locked=True))
    ]


def told(conn: Connection, alert_ids: Collection[int], at: Instant) -> None:
    """Record that people were told that these alerts are held."""
    conn.execute(update(alerts).where(alerts.c.id.in_(alert_ids)).values(told_at=at))


def held_count(conn: Connection) -> int:
    """Return how many unresolved alerts are held."""
    held = and_(alerts.c.inactivity == "held", alerts.c.state != "resolved")
    return conn.scalar(select(func.count()).select_from(alerts).where(held)) or 0


def active_clients(conn: Connection, now: Instant, most: int) -> int:
    """Return how many clients are enrolled and not on leave at `now`, counted up to `most`.

    The count stops there, because counting all takes long.
    """
    return conn.scalar(_ACTIVE, {"now": now, "most": most}) or 0


def still_judging(conn: Connection, now: Instant) -> bool:
    """Return whether a client's news is not judged yet, or a daemon is judging it."""
    return conn.scalar(_STILL_JUDGING, {"now": now}) is not None
