"""The reports of outcomes and of services, for those who look after a programme."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access, may
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.evaluation.caseload import whole_caseload
from engine.flows.reports import outcomes, services
from engine.flows.reports.outcomes import OutcomeQuery
from engine.flows.reports.services import ServiceQuery
from engine.model.audit_action import AuditAction
from engine.model.enrolment_cohort import parse_cohort
from engine.model.report_form import ReportForm
from engine.model.report_month import last_month, parse_month, period_of_month
from engine.store.intake.histories import count_clients
from engine.store.operations import audit_log
from engine.studies.outcome_report import OutcomeReport
from engine.studies.service_report import ServiceReport

# A page waits for a report; with more clients it would wait too long, and the command serves.
MOST_CLIENTS = 3_000


def open_form(desk: Desk, who: SignedIn) -> ReportForm | Access:
    """Return what the form offers, or why the account must not see reports."""
    access = may(who.account.role, Ability.SEE_REPORTS)
    if access is not Access.GRANTED:
        return access
    month = last_month(desk.settings.timezone, desk.now())
    with desk.database.read() as conn:
        too_large = _too_large(conn)
    return ReportForm(f"enrolled in {month.year}", f"{month:%Y-%m}", _attributes(desk), too_large)


def open_outcomes(desk: Desk, who: SignedIn, cohort: str, by: str) -> OutcomeReport | Access | None:
    """Return the report of a cohort, once the audit trail has it; None if there is none.

    Args:
        desk: The engine as pages see it.
        who: Who asks.
        cohort: Whom it is about, as typed.
        by: The attribute of its groups; empty for no groups.

    Raises:
        ValueError: The cohort is not written as one.
    """
    access = may(who.account.role, Ability.SEE_REPORTS)
    if access is not Access.GRANTED:
        return access
    groups = (by,) if by else ()
    query = OutcomeQuery(parse_cohort(cohort), groups, desk.now())
    with desk.database.read() as conn:
        if _too_large(conn) or not set(groups) <= set(_attributes(desk)):
            return None
        found = outcomes.report(whole_caseload(conn, query.until), desk.rulebook().figures, query)
    _record(desk, who, "outcomes", cohort, by)
    return found


def open_services(desk: Desk, who: SignedIn, month: str, by: str) -> ServiceReport | Access | None:
    """Return the report of a month, as above.

    Raises:
        ValueError: The month is not written as one.
    """
    access = may(who.account.role, Ability.SEE_REPORTS)
    if access is not Access.GRANTED:
        return access
    query = ServiceQuery(*period_of_month(parse_month(month), desk.settings.timezone), by)
    with desk.database.read() as conn:
        if _too_large(conn) or (by and by not in _attributes(desk)):
            return None
        found = services.report(conn, desk.rulebook().figures, query)
    _record(desk, who, "services", month, by)
    return found


def _attributes(desk: Desk) -> tuple[str, ...]:
    return tuple(sorted(desk.settings.attributes or ()))


def _too_large(conn: Connection) -> bool:
    return count_clients(conn) > MOST_CLIENTS


def _record(desk: Desk, who: SignedIn, report: str, about: str, by: str) -> None:
    """Write down who saw which report, before the page is sent."""
    with desk.database.write() as conn:
        audit_log.record(
            conn,
            at=desk.now(),
            actor=who.actor,
            action=AuditAction.REPORT_VIEWED,
            subject=f"report {report}",
            detail={"about": about, "by": by},
        )
