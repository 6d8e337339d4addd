"""What a roster says of members of staff beside their columns, by the site's own names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, delete, select

from engine.model.agreement import TextLanguage
from engine.model.mail_settings import ADDRESS
from engine.model.message import Way
from engine.store.database.upsert import put_row
from engine.store.tables.people import staff_attributes

# The attribute that holds the address of each way that goes to no number, and how one looks.
_ADDRESSES = {
    Way.MAIL: ("email", ADDRESS),
    Way.PUSH: ("ntfy", re.compile(r"[-_A-Za-z0-9]{1,64}")),
    Way.WEBHOOK: ("pager", re.compile(r"[!-~]{1,100}")),
}
_SPANISH = frozenset({"es", "spa", "spanish", "español"})
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


def address(conn: Connection, staff_id: int, way: Way) -> str | None:
    """Return the address of a member of staff by a way; None if the roster has none that can be."""
    if way not in _ADDRESSES:
        return None
    name, pattern = _ADDRESSES[way]
    found: str | None = conn.scalar(_ONE, {"of": staff_id, "named": name})
    return found if found and pattern.fullmatch(found) else None


def language(conn: Connection, staff_id: int) -> TextLanguage:
    """Return the language in which a member of staff is called; English if the roster says none."""
    said = conn.scalar(_ONE, {"of": staff_id, "named": "language"}) or ""
    return "spanish" if said.strip().casefold() in _SPANISH else "english"


def read_all(conn: Connection) -> dict[int, dict[str, str]]:
    """Return the attributes of everybody who has some, by the id of the member of staff."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in conn.execute(select(staff_attributes)):
        found[row.staff_id][row.name] = row.value
    return dict(found)
