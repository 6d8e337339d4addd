"""The report of services: what alerts ask of the staff, and services before outcomes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from engine.flows.evaluation.caseload import whole_caseload
from engine.flows.replay.followed_clients import follow_ups
from engine.flows.reports.outcomes import NO_VALUE, values_held
from engine.flows.reports.services_before import ServicesBefore
from engine.measures.histories import Histories
from engine.model.handled_alert import AlertText, HandledAlert
from engine.model.instant import Instant, from_us
from engine.rulebook.core.figures import Figure
from engine.store.alerts import handled
from engine.store.people import staff, staff_attributes
from engine.studies.observed_time import MONTH_US
from engine.studies.service_report import (
    GroupLoad,
    ServiceReport,
    by_role,
    by_rule,
    by_severity,
    group_load,
    training_needs,
)
from engine.studies.small_cells import hidden_cells

TEAM = "team"  # the attribute of staff that names their team
ALL = "all clients"


@dataclass(frozen=True, slots=True)
class ServiceQuery:
    """The period of the alerts, from `since` on and before `until`, and the groups of clients."""

    since: Instant
    until: Instant
    by: str = ""


def report(conn: Connection, figures: Sequence[Figure], query: ServiceQuery) -> ServiceReport:
    """Compute the report of a site.

    Args:
        conn: A connection to read from.
        figures: The figures of the rule files; those of the parts service and stratum count, and
            the first one about retention.
        query: The period and the groups.
    """
    alerts = handled.handled(conn, query.since, query.until)
    months: dict[str, dict[int, float]] = defaultdict(dict)
    before = ServicesBefore(figures, query.until)
    for histories in whole_caseload(conn, query.until):
        _add_months(months, histories, query)
        before.add(histories)
    return ServiceReport(
        query.since,
        query.until,
        by_severity(alerts),
        by_rule(alerts),
        by_role(alerts),
        _hours(handled.texts(conn, query.since, query.until)),
        tuple(training_needs(alerts, _teams(conn))),
        query.by,
        _groups(months, alerts),
        before.found(),
        before.outcome,
    )


def _add_months(
    months: dict[str, dict[int, float]], histories: Histories, query: ServiceQuery
) -> None:
    """Add how long each client of a batch was in care in the period, by their groups."""
    followed = follow_ups(histories, query.since, query.until)
    for client, one in zip(histories.clients, followed, strict=True):
        if not one.duration:
            continue
        groups = {ALL}
        if query.by:
            held = values_held(client, query.by, query.since, query.until)
            groups |= set(held) or {NO_VALUE}
        for group in groups:
            months[group][client.id] = one.duration / MONTH_US


def _groups(
    months: Mapping[str, Mapping[int, float]], alerts: Sequence[HandledAlert]
) -> dict[str, GroupLoad | None]:
    """Compute the load of each group; a small one is hidden, and one that gives it away."""
    names = [ALL, *sorted(name for name in months if name != ALL)]
    clients = sorted(months.get(ALL, {}))
    if not clients:
        return {}
    inside = np.array([[one in months[name] for one in clients] for name in names], np.int64)
    members, counts = np.unique(inside, axis=1, return_counts=True)
    groups = [list(range(1, len(names)))]
    hidden = hidden_cells(members, counts[:, None], groups, np.zeros(len(names), bool))
    return {
        name: None if secret else group_load(name, months[name], alerts)
        for name, secret in zip(names, hidden.tolist(), strict=True)
    }


def _hours(texts: Iterable[AlertText]) -> dict[str, tuple[int, ...]]:
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for one in texts:
        found[one.role][from_us(one.sent_at).astimezone(ZoneInfo(one.timezone)).hour] += 1
    return {role: tuple(hours[hour] for hour in range(24)) for role, hours in sorted(found.items())}


def _teams(conn: Connection) -> dict[int, str]:
    """Return the team of each member of staff: as the roster says, or else their role."""
    said = staff_attributes.read_all(conn)
    return {
        id_: said.get(id_, {}).get(TEAM) or one.role.replace("_", " ")
        for id_, one in staff.everybody(conn).items()
    }
