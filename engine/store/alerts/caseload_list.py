"""The caseload as a list: clients by risk, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)

from engine.model.instant import Instant
from engine.model.rule import SEVERITIES, Severity
from engine.model.staff import shown
from engine.store.alerts.severity_order import RANK, UNRESOLVED, rank_of, to_act_on
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import events
from engine.store.tables.people import assignments, clients, record_entries, staff

_CLIENT = (clients.c.id, clients.c.ref, clients.c.timezone)
_other = alerts.alias()
_HAS_A_GRAVER_ONE = exists().where(
    _other.c.client_id == alerts.c.client_id,
    to_act_on(_other),
    tuple_(rank_of(_other), _other.c.opened_at, _other.c.id)
    < tuple_(RANK, alerts.c.opened_at, alerts.c.id),
)


@dataclass(frozen=True, slots=True)
class CaseloadFilter:
    """Chooses clients who are enrolled at `now`, or have an unresolved alert.

    Attributes:
        text: A part of their ref; an empty text leaves nobody out.
        at_least: The least severity of an alert; None leaves nobody out.
        staff_id: The member of staff to whom they are assigned at `now`; None leaves nobody out.
    """

    now: Instant
    text: str = ""
    at_least: Severity | None = None
    staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class CaseloadRow:
    """A client, and the gravest of their unresolved alerts if they have any."""

    client_id: int
    ref: str
    timezone: str
    severity: Severity | None
    since: Instant | None


@dataclass(frozen=True, slots=True)
class CaseloadAlert:
    """An unresolved alert of a client in the list."""

    client_id: int
    alert_id: int
    rule_id: str
    severity: Severity
    owner: str | None  # as colleagues know them
    opened_at: Instant


def count_at_risk(conn: Connection, wanted: CaseloadFilter) -> int:
    """Return how many clients of a list have an unresolved alert."""
    counted = select(func.count(alerts.c.client_id.distinct())).where(*_at_risk(wanted))
    if wanted.text:
        counted = counted.join(clients, clients.c.id == alerts.c.client_id).where(_named(wanted))
    return conn.scalar(counted) or 0


def at_risk(conn: Connection, wanted: CaseloadFilter, start: int, most: int) -> list[CaseloadRow]:
    """Return a part of the clients with an unresolved alert, the gravest and oldest first.

    Args:
        conn: A connection.
        wanted: Which clients the list holds.
        start: How many rows come before the part.
        most: How many rows the part has at most.
    """
    found = (
        select(*_CLIENT, alerts.c.severity, alerts.c.opened_at)
        .join(clients, clients.c.id == alerts.c.client_id)
        .where(*_at_risk(wanted), _named(wanted), ~_HAS_A_GRAVER_ONE)
        .order_by(RANK, alerts.c.opened_at, alerts.c.client_id)
    )
    return [CaseloadRow(*row) for row in conn.execute(found.offset(start).limit(most))]


def calm(conn: Connection, wanted: CaseloadFilter, start: int, most: int) -> list[CaseloadRow]:
    """Return a part of the enrolled clients without an unresolved alert, by their refs.

    The arguments are those of `at_risk`.
    """
    unresolved = exists().where(alerts.c.client_id == clients.c.id, UNRESOLVED)
    found = select(*_CLIENT).where(~unresolved, _enrolled(wanted.now), _named(wanted))
    if wanted.staff_id is not None:
        found = found.where(clients.c.id.in_(_assigned(wanted.staff_id, wanted.now)))
    cut = found.order_by(clients.c.ref).offset(start).limit(most)
    return [CaseloadRow(*row, None, None) for row in conn.execute(cut)]


def open_alerts(conn: Connection, client_ids: Sequence[int]) -> list[CaseloadAlert]:
    """Return these clients' unresolved alerts, the gravest first, and quieted ones last."""
    columns = (alerts.c.client_id, alerts.c.id, alerts.c.rule_id, alerts.c.severity)
    found = (
        select(*columns, staff.c.ref, staff.c.call_name, alerts.c.opened_at)
        .outerjoin(staff, staff.c.id == alerts.c.owner_id)
        .where(alerts.c.client_id.in_(client_ids), UNRESOLVED)
        .order_by(alerts.c.inhibited_by.is_not(None), RANK, alerts.c.opened_at, alerts.c.id)
    )
    return [
        CaseloadAlert(client_id, id_, rule_id, severity, ref and shown(ref, call_name), opened_at)
        for client_id, id_, rule_id, severity, ref, call_name, opened_at in conn.execute(found)
    ]


def last_events(conn: Connection, client_ids: Sequence[int], now: Instant) -> dict[int, Instant]:
    """Return when each of these clients' newest event occurred; those without any are left out."""
    of_these = (events.c.client_id.in_(client_ids), events.c.occurred_at <= now)
    found = (
        select(events.c.client_id, func.max(events.c.occurred_at).label("at"))
        .where(*of_these)
        .group_by(events.c.client_id)
    )
    return {row.client_id: row.at for row in conn.execute(found)}


def is_assigned(conn: Connection, client_id: int, staff_id: int, now: Instant) -> bool:
    """Return whether a member of staff is assigned to a client at `now`."""
    found = _assigned(staff_id, now).where(assignments.c.client_id == client_id)
    return conn.execute(found).first() is not None


def _at_risk(wanted: CaseloadFilter) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on an unresolved alert in a list, except the one on the ref."""
    yield UNRESOLVED
    if wanted.at_least:
        yield literal(SEVERITIES.index(wanted.at_least)) >= RANK
    if wanted.staff_id is not None:
        yield alerts.c.client_id.in_(_assigned(wanted.staff_id, wanted.now))


def _named(wanted: CaseloadFilter) -> ColumnElement[bool]:
    return clients.c.ref.icontains(wanted.text, autoescape=True) if wanted.text else true()


def _enrolled(now: Instant) -> ColumnElement[bool]:
    """Whether the last enrolment has not ended; one that ends as the next begins is the earlier."""
    began, ended = _last_entry("enrolled", now), _last_entry("ended", now)
    return and_(began.is_not(None), or_(ended.is_(None), began >= ended))


def _last_entry(entry: str, now: Instant) -> ScalarSelect[int | None]:
    of_client = (
        record_entries.c.client_id == clients.c.id,
        record_entries.c.entry == entry,
        record_entries.c.at <= now,
    )
    return select(func.max(record_entries.c.at)).where(*of_client).scalar_subquery()


def _assigned(staff_id: int, now: Instant) -> Select[tuple[int]]:
    return select(assignments.c.client_id).where(
        assignments.c.staff_id == staff_id,
        assignments.c.began <= now,
        or_(assignments.c.ended.is_(None), assignments.c.ended > now),
    )
