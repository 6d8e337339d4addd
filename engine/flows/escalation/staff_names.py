"""Names members of staff and mentors in texts, by the word that colleagues know."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.messaging import names
from engine.model.staff import Staff
from engine.store.people import staff


def person(conn: Connection, one: Staff) -> str:
    """Name a person in a text to a colleague: the call name, or else the role in words."""
    return names.person(one, shared=staff.shares_call_name(conn, one))


def staff_word(conn: Connection, one: Staff) -> str:
    """Name a person in a text to those who oversee: the call name, or else the ref."""
    return names.staff_word(one, shared=staff.shares_call_name(conn, one))
