"""The caseload as a list: clients by risk, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    Case,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    case,
    func,
    or_,
    select,
)

from engine.model.instant import Instant
from engine.model.rule import SEVERITIES, Severity
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import events
from engine.store.tables.people import assignments, clients, record_entries, staff

_LEAST = len(SEVERITIES)
_RANK: Mapping[Severity, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class CaseloadFilter:
    """Which of the clients a list holds who are enrolled at `now`, or have an unresolved alert.

    `text` is part of their ref, `at_least` the least severity of an alert, `staff_id` the member of
    staff to whom they are assigned at `now`; None and an empty text leave nobody out.
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
    owner_ref: str | None
    opened_at: Instant


def count(conn: Connection, wanted: CaseloadFilter) -> int:
    """Return how many clients a list holds."""
    gravest = _gravest()
    joined = clients.outerjoin(gravest, gravest.c.client_id == clients.c.id)
    found = select(func.count()).select_from(joined)
    return conn.scalar(_filtered(found, gravest, wanted)) or 0


def page(conn: Connection, wanted: CaseloadFilter, start: int, most: int) -> list[CaseloadRow]:
    """Return a page of a list, the gravest and oldest alerts first, then clients without any.

    Args:
        conn: A connection.
        wanted: Which clients the list holds.
        start: How many rows come before the page.
        most: How many rows the page has at most.
    """
    gravest = _gravest()
    found = select(
        clients.c.id, clients.c.ref, clients.c.timezone, gravest.c.rank, gravest.c.since
    ).select_from(clients.outerjoin(gravest, gravest.c.client_id == clients.c.id))
    order = (func.coalesce(gravest.c.rank, _LEAST), gravest.c.since, clients.c.ref)
    cut = _filtered(found, gravest, wanted).order_by(*order).offset(start).limit(most)
    return [
        CaseloadRow(id_, ref, zone, None if rank is None else SEVERITIES[rank], since)
        for id_, ref, zone, rank, since in conn.execute(cut)
    ]


def open_alerts(conn: Connection, client_ids: Sequence[int]) -> list[CaseloadAlert]:
    """Return these clients' unresolved alerts, the gravest and oldest first."""
    columns = (alerts.c.client_id, alerts.c.id, alerts.c.rule_id, alerts.c.severity)
    found = (
        select(*columns, staff.c.ref, alerts.c.opened_at)
        .outerjoin(staff, staff.c.id == alerts.c.owner_id)
        .where(alerts.c.client_id.in_(client_ids), *_unresolved())
        .order_by(_rank(), alerts.c.opened_at, alerts.c.id)
    )
    return [CaseloadAlert(*row) for row in conn.execute(found)]


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


def _filtered(found: Select[Any], gravest: CTE, wanted: CaseloadFilter) -> Select[Any]:
    found = found.where(or_(gravest.c.rank.is_not(None), _enrolled(wanted.now)))
    if wanted.text:
        found = found.where(clients.c.ref.icontains(wanted.text, autoescape=True))
    if wanted.at_least:
        found = found.where(gravest.c.rank <= _RANK[wanted.at_least])
    if wanted.staff_id is not None:
        found = found.where(clients.c.id.in_(_assigned(wanted.staff_id, wanted.now)))
    return found


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


def _gravest() -> CTE:
    """Select the rank of each client's most severe unresolved alert, and since when it is open."""
    ranked = (
        select(
            alerts.c.client_id,
            _rank().label("rank"),
            alerts.c.opened_at.label("since"),
            func.row_number()
            .over(
                partition_by=alerts.c.client_id, order_by=(_rank(), alerts.c.opened_at, alerts.c.id)
            )
            .label("place"),
        )
        .where(*_unresolved())
        .cte("ranked")
    )
    return (
        select(ranked.c.client_id, ranked.c.rank, ranked.c.since)
        .where(ranked.c.place == 1)
        .cte("gravest")
    )


def _rank() -> Case[int]:
    return case(_RANK, value=alerts.c.severity, else_=_LEAST)


def _unresolved() -> tuple[ColumnElement[bool], ...]:
    # Of a rule on trial nobody is told, and so nobody is asked to act.
    return (alerts.c.state.in_(("open", "acknowledged", "snoozed")), ~alerts.c.shadow)
