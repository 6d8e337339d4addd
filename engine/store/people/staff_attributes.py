"""What a roster says of members of staff beside their columns, by the site's own names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, select

from engine.model.mail_settings import ADDRESS
from engine.store.database.upsert import put_row
from engine.store.tables.people import staff_attributes

EMAIL = "email"  # the attribute that holds the address
_OF_ONE = select(staff_attributes.c.name, staff_attributes.c.value).where(
    staff_attributes.c.staff_id == bindparam("of")
)
_ONE = select(staff_attributes.c.value).where(
    staff_attributes.c.staff_id == bindparam("of"), staff_attributes.c.name == bindparam("named")
)
_FORGET = delete(staff_attributes).where(
    staff_attributes.c.staff_id == bindparam("of"), staff_attributes.c.name == bindparam("named")
)


def change(conn: Connection, staff_id: int, said: Mapping[str, str | None]) -> bool:
    """Record attributes of a member of staff; None takes one away. Return whether any changed."""
    known = {row.name: row.value for row in conn.execute(_OF_ONE, {"of": staff_id})}
    changed = {name: value for name, value in said.items() if known.get(name) != value}
    for name, value in changed.items():
        if value is None:
            conn.execute(_FORGET, {"of": staff_id, "named": name})
        else:
            put_row(conn, staff_attributes, {"staff_id": staff_id, "name": name, "value": value})
    return bool(changed)


def address(conn: Connection, staff_id: int) -> str | None:
    """Return the e-mail address of a member of staff; None if the roster has none that can be."""
    found: str | None = conn.scalar(_ONE, {"of": staff_id, "named": EMAIL})
    return found if found and ADDRESS.fullmatch(found) else None


def read_all(conn: Connection) -> dict[int, dict[str, str]]:
    """Return the attributes of everybody who has some, by the id of the member of staff."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in conn.execute(select(staff_attributes)):
        found[row.staff_id][row.name] = row.value
    return dict(found)
