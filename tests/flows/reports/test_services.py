"""The report of services reads what people did, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.flows.console import buttons
from engine.flows.reports.services import ServiceQuery, report
from engine.flows.reports.services_before import ServicesBefore
from engine.model.alert import Act
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.parsing.load import from_texts
from engine.store.database.connection import Database
from engine.studies.service_report import ServiceReport
from tests.kit.console import ConsoleSite
from tests.kit.generated_people import histories, us
from tests.kit.plain_people import Entry, Happening, Person
from tests.kit.times import hours

ENROLLED = datetime(2026, 1, 5, 9, tzinfo=UTC)
RULES = """
format: 1
rules:
  - id: silent
    title: Not seen for 14 days
    status: draft
    severity: low
    when: {time_since: attendance, at_least: 14 days}
figures:
  - {id: stay, title: Silent, figure: {weeks_until: silent}, report: retention}
  - id: groups
    title: Two groups early
    figure:
      count: attendance
      where: {activity: group}
      until: 28 days after enrolment
      at_least: 2
    report: service
  - {id: used, title: Used, figure: {count: return_to_use, at_least: 1}, report: stratum}
"""


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def reported(site: ConsoleSite) -> ServiceReport:
    with site.database.read() as conn:
        return report(conn, [], ServiceQuery(site.now - hours(48), site.now + hours(48)))


def test_an_alert_waits_until_a_person_acts_and_ends_as_they_say(site: ConsoleSite) -> None:
    before = reported(site)
    (untaken,) = before.rules.values()
    assert (untaken.taken, untaken.closed) == (0, 0)
    told = site.now
    site.now += hours(2)
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.FALSE_ALARM)

    (found,) = reported(site).rules.values()

    assert (found.told, found.taken, found.closed, found.false_alarms) == (untaken.told, 1, 1, 1)
    assert found.wait == site.now - told
    assert reported(site).roles["case_manager"].false_alarms == 1


def test_alerts_of_another_month_do_not_count(site: ConsoleSite) -> None:
    with site.database.read() as conn:
        later = report(conn, [], ServiceQuery(site.now + hours(1), site.now + hours(48)))
    assert later.rules == {}
    assert later.groups == {} or later.groups["all clients"] is None


def client(groups: int, weeks: int, *, used: bool = False) -> Person:
    """A client who came each week for so many weeks, the first ones to groups."""
    events = [
        Happening(
            "attendance",
            ENROLLED + timedelta(weeks=week, days=1),
            {"activity": "group" if week < groups else "medical", "status": "attended"},
            ("a", f"{week:02}"),
        )
        for week in range(weeks)
    ]
    if used:
        events.append(Happening("return_to_use", ENROLLED + timedelta(days=2), {}, ("u", "1")))
    return Person("UTC", [Entry(ENROLLED, "enrolled")], events)


def test_a_service_counts_among_those_who_were_still_there_when_it_was_over() -> None:
    figures = from_texts({"rules.yaml": RULES}, BUILT_IN).figures
    before = ServicesBefore(figures, us(ENROLLED + timedelta(weeks=40)))
    before.add(
        histories(
            [client(3, 30), client(3, 6), client(0, 6, used=True), client(3, 1), client(0, 30)]
        )
    )
    (groups,) = before.found()
    assert (groups.title, before.outcome) == ("Two groups early", "Silent")
    # The last one was lost within four weeks, and could not have used it longer.
    assert groups.crude == (1, 2, 1, 2)
    assert sorted(groups.strata) == [(0, 0, 0, 1), (1, 2, 1, 1)]


def test_who_enrolled_too_late_to_be_known_is_left_out() -> None:
    figures = from_texts({"rules.yaml": RULES}, BUILT_IN).figures
    before = ServicesBefore(figures, us(ENROLLED + timedelta(weeks=11)))
    before.add(histories([client(3, 10)]))
    assert before.found()[0].crude == (0, 0, 0, 0)
