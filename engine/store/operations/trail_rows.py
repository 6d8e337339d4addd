"""Rows of the audit trail as a list, with names in place of ids."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, false, func, or_, select

from engine.model.instant import Instant
from engine.model.local_time import first_reached
from engine.model.site_pages import MOST_COUNTED, TrailFilter, TrailRow
from engine.store.access import accounts
from engine.store.operations import trail_subjects
from engine.store.people import roster, staff
from engine.store.tables.operations import audit, listed_views

# What a detail holds by id: the words, and whose ids stand under them.
_IDS: Mapping[str, str] = {"clients": "client", "client": "client"} | dict.fromkeys(
    ("staff", "stand_in", "case_manager"), "staff"
)


def newest(conn: Connection) -> int:
    """Return the id of the newest row; 0 if there is none."""
    return conn.scalar(select(func.max(audit.c.id))) or 0


def listed(
    conn: Connection, chosen: TrailFilter, timezone: str, before: int | None, most: int
) -> list[TrailRow]:
    """Return rows, the newest first.

    Args:
        conn: A connection.
        chosen: Which rows.
        timezone: The timezone of its days.
        before: Only rows older than this one; None for the newest.
        most: How many at most.
    """
    wanted = select(audit).where(*_conditions(conn, chosen, timezone))
    if before is not None:
        wanted = wanted.where(audit.c.id < before)
    return _with_names(conn, conn.execute(wanted.order_by(audit.c.id.desc()).limit(most)).all())


def count(conn: Connection, chosen: TrailFilter, timezone: str, oldest: int = 0) -> int:
    """Count rows, one more than `MOST_COUNTED` at most.

    Args:
        conn: A connection.
        chosen: Which rows.
        timezone: The timezone of its days.
        oldest: Only this row and newer ones.
    """
    wanted = select(audit.c.id).where(*_conditions(conn, chosen, timezone), audit.c.id >= oldest)
    counted = wanted.limit(MOST_COUNTED + 1).subquery()
    return conn.scalar(select(func.count()).select_from(counted)) or 0


def since(conn: Connection, first: Instant, client_id: int | None) -> list[TrailRow]:
    """Return the rows from an instant on, the oldest first.

    Args:
        conn: A connection.
        first: The instant.
        client_id: Only rows about this client; None for all.
    """
    wanted = select(audit).where(audit.c.at >= first).order_by(audit.c.id)
    if client_id is not None:
        wanted = wanted.where(_about(client_id))
    return _with_names(conn, conn.execute(wanted).all())


def _conditions(conn: Connection, chosen: TrailFilter, timezone: str) -> list[ColumnElement[bool]]:
    """Return what rows must satisfy; a client whom nobody knows has none."""
    found: list[ColumnElement[bool]] = []
    if chosen.newest is not None:
        found.append(audit.c.id <= chosen.newest)
    if chosen.action:
        found.append(audit.c.action == chosen.action)
    if chosen.person:
        found.append(audit.c.actor.in_(_actors(conn, chosen.person)))
    if chosen.client:
        known = roster.find_clients(conn, [chosen.client]).get(chosen.client)
        found.append(false() if known is None else _about(known.id))
    if chosen.first is not None:
        found.append(audit.c.at >= first_reached(datetime.combine(chosen.first, time()), timezone))
    if chosen.last is not None:
        end = datetime.combine(chosen.last + timedelta(days=1), time())
        found.append(audit.c.at < first_reached(end, timezone))
    return found


def _about(client_id: int) -> ColumnElement[bool]:
    in_lists = select(listed_views.c.audit_id).where(listed_views.c.client_id == client_id)
    return or_(audit.c.subject.in_(trail_subjects.of_client(client_id)), audit.c.id.in_(in_lists))


def _actors(conn: Connection, person: str) -> list[str]:
    """Return all under which a person acts: their accounts, their phone, or the word itself."""
    everybody = accounts.everybody(conn)
    refs = {one.staff for one in everybody if one.name == person and one.staff}
    theirs = [
        one
        for one in staff.everybody(conn).values()
        if person in (one.ref, one.shown) or one.ref in refs
    ]
    refs |= {one.ref for one in theirs}
    own = [f"account {one.id}" for one in everybody if one.name == person or one.staff in refs]
    return [person, *own, *(f"staff {one.id}" for one in theirs)]


@dataclass(frozen=True, slots=True)
class _Names:
    """What ids are called; `whose` are the clients of subjects that are not clients themselves."""

    by_kind: Mapping[str, Mapping[int, str]]
    whose: Mapping[str, int]
    shown: dict[int, str] = field(default_factory=dict)  # the clients that a row names

    def of(self, kind: str, number: int) -> str:
        """Return what an id is called; a client counts as shown."""
        name = self.by_kind.get(kind, {}).get(number)
        if name is None:
            return f"{kind} {number}"
        if kind == "client":
            self.shown[number] = name
        return name

    def named(self, text: str) -> str:
        """Put a name in the place of a word and an id."""
        kind, _, number = text.rpartition(" ")
        if not number.isdigit():
            return text
        called = self.of(kind, int(number))
        whose = self.whose.get(text)
        return called if whose is None else f"{called}, {self.of('client', whose)}"

    def in_detail(self, word: str, value: object) -> object:
        """Put names in the place of the ids of a detail."""
        if isinstance(value, str):
            return self.named(value) if value.startswith(("account ", "staff ")) else value
        kind = _IDS.get(word)
        # The count of a storm's clients stands under the same word as the ids of a list's.
        if kind is None or value is None or (word == "clients" and isinstance(value, int)):
            return value
        if isinstance(value, list):
            return [self.of(kind, one) for one in value]
        return self.of(kind, value) if isinstance(value, int) else value


def _with_names(conn: Connection, rows: Sequence[Row[Any]]) -> list[TrailRow]:
    details = [json.loads(row.detail) for row in rows]
    whose = trail_subjects.clients_of(conn, {row.subject for row in rows})
    about = {int(id_) for row in rows if (id_ := row.subject.removeprefix("client ")).isdigit()}
    about.update(whose.values())
    for detail in details:
        for word in ("clients", "client"):
            value = detail.get(word)
            about.update(value if isinstance(value, list) else ())
            about.update([value] if word == "client" and isinstance(value, int) else ())
    by_kind: dict[str, Mapping[int, str]] = {
        "client": roster.refs_of(conn, sorted(about)),
        "staff": {one.id: one.shown for one in staff.everybody(conn).values()},
        "account": {one.id: one.name for one in accounts.everybody(conn)},
    }
    return [
        _row(row, detail, _Names(by_kind, whose)) for row, detail in zip(rows, details, strict=True)
    ]


def _row(row: Row[Any], detail: Mapping[str, object], names: _Names) -> TrailRow:
    return TrailRow(
        row.id, row.at, names.named(row.actor), row.action, names.named(row.subject),
        {word: names.in_detail(word, value) for word, value in detail.items()}, row.hash,
        names.shown,
    )  # fmt: skip
