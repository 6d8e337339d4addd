"""The report of services as titled tables, which the terminal and the pages both show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.model.instant import HOUR_US, MINUTE_US
from engine.presentation.local_clock import local
from engine.presentation.preview.section import Section
from engine.presentation.quantities import (
    NONE,
    count,
    rate,
    rates_between,
    share,
    shares_between,
    sparkline,
)
from engine.studies.service_report import (
    ENOUGH,
    Handling,
    RuleAdvice,
    ServiceReport,
    ServiceUse,
)
from engine.studies.small_cells import LEAST
from engine.studies.stratified import pooled_difference

HIDDEN = "*"
_NONE_YET = "There were none."
_HANDLED = (">Told", ">Taken", ">95 %", ">Half within", ">Nine in ten", ">False", ">95 %")


def service_sections(report: ServiceReport, timezone: str) -> list[Section]:
    """Return the sections of the report.

    Args:
        report: The report.
        timezone: The site's time zone, in which the report gives days.
    """
    return [
        _response(report, timezone),
        _rules(report),
        _proposals(report),
        _roles(report),
        _hours(report),
        *([_groups(report)] if report.by else []),
        _training(report),
        _services(report),
        _limits(),
    ]


def _response(report: ServiceReport, timezone: str) -> Section:
    text = (
        f"Alerts of which people were first told {period_of(report, timezone)}. Taken: a person "
        "took or closed it; the others ended by themselves or are open. Half within: the median "
        "wait from the first text, which quiet hours may hold back. Nine in ten: of those that "
        "were taken. False: of those that a person closed, how many were called a false alarm."
    )
    return _handled("response", "How alerts were answered", text, "Severity", report.severities)


def _rules(report: ServiceReport) -> Section:
    return _handled("rules", "By rule", "The most frequent first.", "Rule", report.rules)


def _roles(report: ServiceReport) -> Section:
    rows = tuple(
        (role.replace("_", " "), count(one.closed), share(one.false_share.value),
         shares_between(one.false_share))
        for role, one in report.roles.items()
    )  # fmt: skip
    text = "By the role of the person who closed the alerts." if rows else _NONE_YET
    columns = ("Role", ">Closed", ">False", ">95 %")
    return Section("roles", "False alarms by role", text, columns, rows)


def _handled(name: str, title: str, text: str, head: str, some: Mapping[str, Handling]) -> Section:
    rows = tuple((word.replace("_", " "), *_cells(one)) for word, one in some.items())
    return Section(name, title, text if rows else _NONE_YET, (head, *_HANDLED), rows)


def _cells(one: Handling) -> tuple[str, ...]:
    return (
        count(one.told),
        share(one.taken_share.value),
        shares_between(one.taken_share),
        _wait(one.wait),
        _wait(one.wait_of_nine),
        share(one.false_share.value),
        shares_between(one.false_share),
    )


def _wait(wait: int | None) -> str:
    if wait is None:
        return NONE
    return f"{wait / HOUR_US:.1f} h" if wait >= 2 * HOUR_US else f"{wait / MINUTE_US:.0f} min"


def _proposals(report: ServiceReport) -> Section:
    rows = tuple(
        (rule, *_advice(rule, one))
        for rule, one in report.rules.items()
        if one.proposal is not RuleAdvice.NONE
    )
    text = (
        f"A rule is named if at least {ENOUGH} of its alerts speak against it, and the whole "
        "interval lies beyond half. A person decides; the console's rule page shows each rule."
    )
    if not rows:
        text += " No rule is named."
    columns = ("Rule", "Proposal", "Because", "Command")
    return Section("proposals", "Alerts that cost more than they give", text, columns, rows)


def _advice(rule: str, one: Handling) -> tuple[str, str, str]:
    if one.proposal is RuleAdvice.RETIRE:
        why = f"nobody took {share(1 - (one.taken_share.value or 0))} of them"
        return "retire, or tell other people", why, f"handrail explain {rule}"
    why = f"{share(one.false_share.value)} were false alarms"
    return "retune, or retire", why, f"handrail tune {rule} --outcome RULE"


def _hours(report: ServiceReport) -> Section:
    rows = tuple(
        (role.replace("_", " "), count(sum(hours)), sparkline(hours), _busiest(hours))
        for role, hours in report.hours.items()
    )
    text = "Texts about alerts by the hour of the recipients' own clocks, from 0:00 to 23:00."
    text = text if rows else _NONE_YET
    return Section("hours", "Load by hour", text, ("Role", ">Texts", "0:00–23:00", "Busiest"), rows)


def _busiest(hours: tuple[int, ...]) -> str:
    hour = max(range(24), key=hours.__getitem__)
    return f"{hour}:00 ({count(hours[hour])})"


def _groups(report: ServiceReport) -> Section:
    rows = []
    for name, one in report.groups.items():
        if one is None:
            rows.append((name, *(HIDDEN for _ in range(7))))
            continue
        rows.append(
            (
                name, count(one.clients), rate(one.rate.value, 2), rates_between(one.rate),
                share(one.handling.taken_share.value), shares_between(one.handling.taken_share),
                share(one.handling.false_share.value), shares_between(one.handling.false_share),
            )
        )  # fmt: skip
    text = (
        f"By {report.by}. A month: alerts for each month of a client in care. Groups whose "
        "intervals do not meet are alerted, answered or doubted differently: ask why. Groups may "
        f"differ in need. {HIDDEN} hides fewer than {LEAST} clients, and groups that would give "
        "them away."
    )
    columns = ("Group", ">Clients", ">A month", ">95 %", ">Taken", ">95 %", ">False", ">95 %")
    return Section("equity", "Equity", text, columns, tuple(rows))


def _training(report: ServiceReport) -> Section:
    rows = tuple(
        (one.rule_id, one.team, share(one.theirs.value), shares_between(one.theirs),
         share(one.others.value), shares_between(one.others))
        for one in report.training
    )  # fmt: skip
    text = (
        "Rules that one team calls a false alarm far more often than all others. Talk about the "
        "rule with that team: it may see something that the others miss, or miss what it is for."
    )
    if not rows:
        text = "No team differs from the others beyond chance."
    columns = ("Rule", "Team", ">False", ">95 %", ">Others", ">95 %")
    return Section("training", "To talk about with one team", text, columns, rows)


def _services(report: ServiceReport) -> Section:
    if not report.services or not report.outcome:
        text = "No figure of the rule files says 'report: service' and 'report: retention'."
        return Section("services", "Services before outcomes", text)
    text = (
        f"Clients who were still in care 4 weeks after enrolment, and how many were still in care "
        f"after 12 weeks ({report.outcome}: not by then). Difference: with the service less "
        "without, within strata of clients who are alike in early use and early contact "
        "(Mantel and Haenszel). It is no proof that a service helps: people choose services, and "
        "those who do well come more often. It says where to look."
    )
    rows = tuple(_service(one) for one in report.services)
    columns = ("Service", ">With", ">Stayed", ">Without", ">Stayed", ">Difference", ">95 %")
    return Section("services", "Services before outcomes", text, columns, rows)


def _service(one: ServiceUse) -> tuple[str, ...]:
    a, n1, b, n0 = one.crude
    if one.is_hidden:
        return (one.title, *(HIDDEN for _ in range(6)))
    pooled = pooled_difference(one.strata)
    difference = NONE if pooled.value is None else f"{100 * pooled.value:+.0f} %"
    return (
        one.title, count(n1), share(a / n1 if n1 else None), count(n0),
        share(b / n0 if n0 else None), difference, shares_between(pooled),
    )  # fmt: skip


def _limits() -> Section:
    text = (
        "An alert that nobody called false need not have been right, and a quick answer need not "
        "have helped. Whether a rule warns of anything is shown by handrail preview --outcome."
    )
    return Section("limits", "What this cannot say", text)


def period_of(report: ServiceReport, timezone: str) -> str:
    """Return the period of a report in words, such as `from 2026-10-01 to 2026-10-31`."""
    first: date = local(report.since, timezone).date()
    last: date = local(report.until - 1, timezone).date()
    return f"from {first} to {last}"
