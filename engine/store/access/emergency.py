"""Emergency access to clients, and its reviews."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from engine.model.emergency_access import LASTS_US, EmergencyAccess
from engine.model.instant import Instant
from engine.store.tables.access import accounts, emergency_access
from engine.store.tables.people import clients

_REVIEWER = accounts.alias("reviewer")
_LISTED = (
    select(
        emergency_access.c.id,
        accounts.c.name.label("account"),
        emergency_access.c.client_id,
        clients.c.ref.label("client"),
        emergency_access.c.reason,
        emergency_access.c.began_at,
        emergency_access.c.ends_at,
        emergency_access.c.reviewed_at,
        _REVIEWER.c.name.label("reviewed_by"),
        emergency_access.c.finding,
    )
    .join(accounts, accounts.c.id == emergency_access.c.account_id)
    .join(clients, clients.c.id == emergency_access.c.client_id)
    .outerjoin(_REVIEWER, _REVIEWER.c.id == emergency_access.c.reviewed_by)
)


def begin(conn: Connection, account_id: int, client_id: int, reason: str, now: Instant) -> int:
    """Open a client to an account; return the id of the access."""
    row = {
        "account_id": account_id,
        "client_id": client_id,
        "reason": reason,
        "began_at": now,
        "ends_at": now + LASTS_US,
    }
    made = conn.execute(insert(emergency_access).values(row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def ends(conn: Connection, account_id: int, client_id: int, now: Instant) -> Instant | None:
    """Return when an account's access to a client ends; None if it has none at `now`."""
    wanted = (
        emergency_access.c.account_id == account_id,
        emergency_access.c.client_id == client_id,
        emergency_access.c.began_at <= now,
        emergency_access.c.ends_at > now,
        emergency_access.c.reviewed_at.is_(None),
    )
    return conn.scalar(select(emergency_access.c.ends_at).where(*wanted).limit(1))


def listed(conn: Connection, most: int) -> list[EmergencyAccess]:
    """Return accesses: those without a review first, and of each sort the newest first."""
    order = (emergency_access.c.reviewed_at.is_not(None), emergency_access.c.began_at.desc())
    found = conn.execute(_LISTED.order_by(*order).limit(most))
    return [EmergencyAccess(**row._mapping) for row in found]


def unreviewed(conn: Connection, before: Instant) -> list[Instant]:
    """Return when each access began that nobody has reviewed and that began before an instant."""
    wanted = (emergency_access.c.reviewed_at.is_(None), emergency_access.c.began_at < before)
    order = emergency_access.c.began_at
    return list(conn.scalars(select(emergency_access.c.began_at).where(*wanted).order_by(order)))


def review(conn: Connection, access_id: int, reviewer: int, finding: str, now: Instant) -> bool:
    """Close an access; return whether it was there and had no review."""
    unreviewed = (emergency_access.c.id == access_id, emergency_access.c.reviewed_at.is_(None))
    values = {"reviewed_at": now, "reviewed_by": reviewer, "finding": finding}
    return conn.execute(update(emergency_access).where(*unreviewed).values(values)).rowcount == 1
