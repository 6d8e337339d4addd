"""Staff and mentors: who they are, whom they look after, and under which consents."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import time
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, or_, select

from engine.model.instant import Instant
from engine.model.staff import Assignment, Consent, PersonRole, Role, Staff
from engine.store.database.prepared import prepared
from engine.store.tables.people import assignments, consents, staff

_THESE: BindParameter[int] = bindparam("client_ids", expanding=True)
_ASSIGNMENTS = prepared(
    select(*[assignments.c[name] for name in Assignment.__dataclass_fields__])
    .where(assignments.c.client_id.in_(_THESE))
    .order_by(assignments.c.staff_id, assignments.c.began)
)
_IN_ROLE = (
    select(*[assignments.c[name] for name in Assignment.__dataclass_fields__])
    .where(assignments.c.role == bindparam("role"))
    .order_by(assignments.c.client_id, assignments.c.began)
)
_CONSENTS = prepared(
    select(*[consents.c[name] for name in Consent.__dataclass_fields__])
    .where(consents.c.client_id.in_(_THESE))
    .order_by(consents.c.given_at, consents.c.id)
)
_SOME = prepared(
    select(staff).where(
        or_(
            staff.c.id.in_(bindparam("ids", expanding=True)),
            staff.c.role.in_(bindparam("roles", expanding=True)),
        )
    )
)

_OF_ROLE = prepared(select(staff).where(staff.c.role == bindparam("role")).order_by(staff.c.id))


def by_id(conn: Connection, staff_id: int) -> Staff | None:
    """Return one member of staff or mentor."""
    row = conn.execute(select(staff).where(staff.c.id == staff_id)).first()
    return None if row is None else read(row)


def of_role(conn: Connection, role: PersonRole) -> list[Staff]:
    """Return all who have a role, in the order of ids, whether they can be told or not."""
    return [read(row) for row in conn.execute(_OF_ROLE, {"role": role})]


def with_ref(conn: Connection, ref: str) -> Staff | None:
    """Return the member of staff or mentor of this ref."""
    row = conn.execute(select(staff).where(staff.c.ref == ref)).first()
    return None if row is None else read(row)


def with_phone(conn: Connection, phone: str) -> Sequence[Staff]:
    """Return everybody who is active and has this number."""
    return [
        read(row)
        for row in conn.execute(select(staff).where(staff.c.active, staff.c.phone == phone))
    ]


def shares_call_name(conn: Connection, one: Staff) -> bool:
    """Return whether another active person has the same call name."""
    if one.call_name is None:
        return False
    same = func.lower(staff.c.call_name) == one.call_name.lower()
    others = select(staff.c.id).where(staff.c.active, same, staff.c.id != one.id).limit(1)
    return conn.scalar(others) is not None


def call_names(conn: Connection) -> dict[str, str]:
    """Read the call names of all who have one, by ref."""
    wanted = select(staff.c.ref, staff.c.call_name).where(staff.c.call_name.is_not(None))
    return {row.ref: row.call_name for row in conn.execute(wanted)}


def everybody(conn: Connection) -> dict[int, Staff]:
    """Return all members of staff and mentors, by id."""
    return {row.id: read(row) for row in conn.execute(select(staff).order_by(staff.c.id))}


def some(conn: Connection, staff_ids: Collection[int], roles: Sequence[Role]) -> dict[int, Staff]:
    """Return these members of staff and mentors, and all who have one of these roles, by id."""
    return {
        row.id: read(row)
        for row in conn.execute(_SOME, {"ids": sorted(staff_ids), "roles": list(roles)})
    }


def assignments_of(conn: Connection, client_ids: Sequence[int]) -> list[Assignment]:
    """Return every assignment that these clients ever had, by the ids of staff."""
    return [
        Assignment(*row) for row in conn.execute(_ASSIGNMENTS, {"client_ids": list(client_ids)})
    ]


def assignments_in_role(conn: Connection, role: Role) -> list[Assignment]:
    """Return every assignment that there ever was in a role, by the ids of clients."""
    return [Assignment(*row) for row in conn.execute(_IN_ROLE, {"role": role})]


def clients_of(conn: Connection, now: Instant) -> dict[int, int]:
    """Return how many clients each person is assigned to now; people without any are left out."""
    lasting = or_(assignments.c.ended.is_(None), assignments.c.ended > now)
    number = func.count(assignments.c.client_id.distinct())
    wanted = select(assignments.c.staff_id, number).where(assignments.c.began <= now, lasting)
    return {row[0]: row[1] for row in conn.execute(wanted.group_by(assignments.c.staff_id))}


def consents_of(conn: Connection, client_ids: Sequence[int]) -> list[Consent]:
    """Return every consent that these clients ever gave, the newest last."""
    return [Consent(*row) for row in conn.execute(_CONSENTS, {"client_ids": list(client_ids)})]


def consents_for(conn: Connection, client_id: int, staff_id: int) -> list[Consent]:
    """Return every consent that a client ever gave for one mentor, the newest last."""
    return [one for one in consents_of(conn, [client_id]) if one.staff_id == staff_id]


def read(row: Row[Any]) -> Staff:
    """Read a row that holds the columns of `staff`."""
    return Staff(
        id=row.id,
        ref=row.ref,
        role=row.role,
        phone=row.phone,
        timezone=row.timezone,
        quiet_from=time.fromisoformat(row.quiet_from) if row.quiet_from else None,
        quiet_to=time.fromisoformat(row.quiet_to) if row.quiet_to else None,
        active=row.active,
        call_name=row.call_name,
        confirmed_phone=row.confirmed_phone,
    )
