"""Staff and mentors: who they are, and who can be told about a client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from engine.model.staff import Consent, Recipient, Role, Staff
from engine.store.schema import assignments, consents, opt_outs, staff

# Of these roles, all who have it stand in for a client who has nobody assigned.
_SITE_WIDE: tuple[Role, ...] = ("supervisor", "on_call", "admin")


def by_id(conn: Connection, staff_id: int) -> Staff | None:
    """One member of staff or mentor."""
    row = conn.execute(select(staff).where(staff.c.id == staff_id)).first()
    return None if row is None else read(row)


def admins(conn: Connection) -> Sequence[Staff]:
    """The admins who can receive."""
    return [read(row) for row in conn.execute(select(staff).where(_can_receive, staff.c.role == "admin"))]


def overseers(conn: Connection) -> Sequence[Staff]:
    """The supervisors who can receive, or the admins where there are none."""
    rows = conn.execute(select(staff).where(_can_receive, staff.c.role == "supervisor").order_by(staff.c.id))
    return [read(row) for row in rows] or admins(conn)


def with_ref(conn: Connection, ref: str) -> Staff | None:
    """The member of staff or mentor of this ref."""
    row = conn.execute(select(staff).where(staff.c.ref == ref)).first()
    return None if row is None else read(row)


def with_phone(conn: Connection, phone: str) -> Sequence[Staff]:
    """Who is active and has this number."""
    return [read(row) for row in conn.execute(select(staff).where(staff.c.active, staff.c.phone == phone))]


def recipients(conn: Connection, client_id: int, now: int) -> Mapping[Role, Sequence[Recipient]]:
    """Who of each role can be told about a client at `now`: active, with a phone, and assigned to the client.

    A mentor needs a consent that is valid now, besides. Supervisors, those on call and admins who are assigned to
    the client come before the site's, who are told where there are none.
    """
    found: dict[Role, list[Recipient]] = {}
    consented = {consent.staff_id: consent for consent in consents_of(conn, client_id) if consent.valid(now)}
    for row in conn.execute(_assigned(client_id, now)):
        consent = consented.get(row.id)
        if row.assigned_as == "mentor" and consent:
            _add(found, "mentor", Recipient(read(row), consent.alias))
        # Whoever is a mentor is told as a peer, whatever else the assignment says.
        elif row.assigned_as != "mentor" and row.role != "mentor":
            _add(found, row.assigned_as, Recipient(read(row)))
    missing = [role for role in _SITE_WIDE if role not in found]
    site = select(staff).where(_can_receive, staff.c.role.in_(missing)).order_by(staff.c.id)
    for row in conn.execute(site):
        _add(found, row.role, Recipient(read(row)))
    return found


def consents_of(conn: Connection, client_id: int) -> Sequence[Consent]:
    """Every consent that a client ever gave, the newest last."""
    given = select(consents).where(consents.c.client_id == client_id).order_by(consents.c.given_at, consents.c.id)
    return [
        Consent(
            client_id=row.client_id,
            staff_id=row.staff_id,
            alias=row.alias,
            scope=row.scope,
            purpose=row.purpose,
            given_at=row.given_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row in conn.execute(given)
    ]


def valid_consent(conn: Connection, client_id: int, staff_id: int, now: int) -> Consent | None:
    """The consent under which a mentor may be told about a client at `now`: of several the newest."""
    given = [one for one in consents_of(conn, client_id) if one.staff_id == staff_id and one.valid(now)]
    return given[-1] if given else None


def read(row: Row[Any]) -> Staff:
    """A row that holds the columns of `staff`."""
    return Staff(
        id=row.id,
        ref=row.ref,
        role=row.role,
        phone=row.phone,
        timezone=row.timezone,
        quiet_from=time.fromisoformat(row.quiet_from) if row.quiet_from else None,
        quiet_to=time.fromisoformat(row.quiet_to) if row.quiet_to else None,
        active=row.active,
    )


_can_receive = and_(staff.c.active, staff.c.phone.is_not(None), staff.c.phone.not_in(select(opt_outs.c.phone)))


def _assigned(client_id: int, now: int) -> Any:
    lasting = and_(assignments.c.began <= now, or_(assignments.c.ended.is_(None), assignments.c.ended > now))
    return (
        select(staff, assignments.c.role.label("assigned_as"))
        .join(assignments, assignments.c.staff_id == staff.c.id)
        .where(assignments.c.client_id == client_id, lasting, _can_receive)
        .order_by(staff.c.id)
        .distinct()
    )


def _add(found: dict[Role, list[Recipient]], role: Role, recipient: Recipient) -> None:
    found.setdefault(role, []).append(recipient)
