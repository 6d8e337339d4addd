"""Reports in the console: who sees them, and that the trail has each before it is shown."""

from __future__ import annotations

import pytest

from engine.access.abilities import Access
from engine.flows.console import report_pages
from engine.model.report_form import ReportForm
from engine.store.database.connection import Database
from engine.studies.outcome_report import OutcomeReport
from engine.studies.service_report import ServiceReport
from tests.kit.console import ConsoleSite


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def test_the_form_suggests_the_month_that_is_over(site: ConsoleSite) -> None:
    form = report_pages.open_form(site.desk, site.who("super"))
    assert isinstance(form, ReportForm)
    assert (form.cohort, form.month, form.too_large) == ("enrolled in 2026", "2026-05", False)


def test_each_report_is_in_the_trail_and_two_clients_are_too_few_to_show(
    site: ConsoleSite,
) -> None:
    super_ = site.who("super")
    found = report_pages.open_outcomes(site.desk, super_, "enrolled in 2020", "")
    month = report_pages.open_services(site.desk, super_, "2026-06", "")
    assert isinstance(found, OutcomeReport)
    assert found.groups[0].attribute == ""
    assert isinstance(month, ServiceReport)
    assert sum(one.told for one in month.rules.values()) == 2
    assert site.audited("report viewed") == ["report outcomes", "report services"]


def test_a_case_manager_sees_no_report_and_the_trail_has_none(site: ConsoleSite) -> None:
    one = site.who("one")
    assert report_pages.open_form(site.desk, one) is Access.NOT_THEIR_ROLE
    assert (
        report_pages.open_outcomes(site.desk, one, "enrolled in 2026", "") is Access.NOT_THEIR_ROLE
    )
    assert report_pages.open_services(site.desk, one, "2026-06", "") is Access.NOT_THEIR_ROLE
    assert site.audited("report viewed") == []


def test_an_attribute_that_no_client_has_makes_no_groups(site: ConsoleSite) -> None:
    assert report_pages.open_services(site.desk, site.who("super"), "2026-06", "colour") is None
    with pytest.raises(ValueError, match="cohort"):
        report_pages.open_outcomes(site.desk, site.who("super"), "everybody", "")
