"""Who sees which clients, in which order, and that each view is written down before it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, update

from engine.access.abilities import Access
from engine.errors import StoreUnavailableError, UserError
from engine.flows.console import buttons, caseload_page, client_page, rule_pages, why_page
from engine.model.alert import Act
from engine.model.console_pages import CaseloadPage, ClientPage, RuleCard, RulePage
from engine.model.instant import DAY_US, from_us
from engine.model.rule_explanation import RuleAtInstant, RuleState
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.tables.alerts import alerts
from engine.store.tables.people import record_entries, staff
from tests.kit.console import ConsoleSite
from tests.kit.times import NOON, hours


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def listed(site: ConsoleSite, name: str, **wanted: Any) -> CaseloadPage:
    asked = {"text": "", "at_least": None, "page": 1} | wanted
    found = caseload_page.open_page(site.desk, site.who(name), **asked)
    assert isinstance(found, CaseloadPage)
    return found


def refs(page: CaseloadPage) -> list[str]:
    return [client.ref for client in page.clients]


def opened(site: ConsoleSite, name: str, ref: str) -> ClientPage:
    found = client_page.open_page(site.desk, site.who(name), ref, 60)
    assert isinstance(found, ClientPage)
    return found


def test_a_case_manager_sees_their_own_clients(site: ConsoleSite) -> None:
    assert refs(listed(site, "one")) == ["C-1"]


@pytest.mark.parametrize("name", ["super", "auditor"])
def test_who_answers_for_the_site_sees_every_client(site: ConsoleSite, name: str) -> None:
    assert refs(listed(site, name)) == ["C-1", "C-2"]


def test_the_gravest_alert_comes_first_and_clients_without_any_last(site: ConsoleSite) -> None:
    site.site.caseload.client(4, ref="C-0")
    with site.database.write() as conn:
        conn.execute(update(alerts).where(alerts.c.client_id == 2).values(severity="urgent"))

    page = listed(site, "super")

    assert [(one.ref, one.severity) for one in page.clients] == [
        ("C-2", "urgent"),
        ("C-1", "medium"),
        ("C-0", None),
    ]


def test_a_severity_and_a_part_of_the_ref_narrow_the_list(site: ConsoleSite) -> None:
    with site.database.write() as conn:
        conn.execute(update(alerts).where(alerts.c.client_id == 2).values(severity="high"))

    assert refs(listed(site, "super", at_least="high")) == ["C-2"]
    assert refs(listed(site, "super", text="c-1")) == ["C-1"]
    assert refs(listed(site, "super", text="%")) == []


def test_who_has_left_aftercare_is_listed_while_an_alert_of_theirs_is_open(
    site: ConsoleSite,
) -> None:
    site.site.caseload.client(4)
    ended = [{"client_id": each, "at": NOON - 1, "entry": "ended"} for each in (1, 4)]
    with site.database.write() as conn:
        conn.execute(insert(record_entries), ended)

    assert refs(listed(site, "super")) == ["C-1", "C-2"]


def test_pages_hold_each_client_once_and_say_whether_another_follows(site: ConsoleSite) -> None:
    for number in range(10, 10 + 2 * caseload_page.ROWS):
        site.site.caseload.client(number)

    pages = [listed(site, "super", page=page) for page in (1, 2, 3, 4)]

    assert [page.has_next for page in pages] == [True, True, False, False]
    assert [len(page.clients) for page in pages] == [caseload_page.ROWS, caseload_page.ROWS, 2, 0]
    assert len({ref for page in pages for ref in refs(page)}) == 2 + 2 * caseload_page.ROWS
    assert {page.at_risk for page in pages} == {2}


def test_an_alert_is_named_with_who_has_it(site: ConsoleSite) -> None:
    (client,) = listed(site, "one").clients

    assert client.alerts == (("Two check-ins missed", None),)
    assert client.case_managers == ("S-1",)


def test_a_list_is_written_down_with_the_clients_on_it(site: ConsoleSite) -> None:
    listed(site, "super")
    listed(site, "super", text="nobody")

    assert site.audited("viewed") == ["caseload"]


def test_a_client_is_written_down_once_a_view(site: ConsoleSite) -> None:
    opened(site, "one", "C-1")
    opened(site, "super", "C-1")

    assert site.audited("viewed") == ["client 1", "client 1"]


def test_a_view_that_cannot_be_written_down_shows_nothing(
    site: ConsoleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = site.who("one")

    def full(*_: object, **__: object) -> None:
        raise StoreUnavailableError("The disk is full.")

    monkeypatch.setattr(audit_log, "record", full)
    with pytest.raises(StoreUnavailableError):
        client_page.open_page(site.desk, who, "C-1", 60)


def test_another_case_managers_client_stays_hidden_and_the_try_is_written_down(
    site: ConsoleSite,
) -> None:
    found = client_page.open_page(site.desk, site.who("two"), "C-1", 60)

    assert found is Access.NOT_THEIR_CLIENT
    assert site.audited("access refused") == ["client 1"]
    assert site.audited("viewed") == []


def test_a_client_nobody_knows_has_no_page(site: ConsoleSite) -> None:
    assert client_page.open_page(site.desk, site.who("super"), "C-77", 60) is None


def test_a_page_proves_the_alert_and_shows_the_weeks(site: ConsoleSite) -> None:
    page = opened(site, "one", "C-1")

    (alert,) = page.alerts
    assert alert.explanation.findings[0].value == "2"
    assert [event.occurred_at for event in page.events] == [NOON - hours(30), NOON - hours(5)]
    assert [past.title for past in page.past] == ["Two check-ins missed"]


def test_only_who_may_know_sees_who_looked(site: ConsoleSite) -> None:
    opened(site, "one", "C-1")
    client_page.open_page(site.desk, site.who("two"), "C-1", 60)

    views = opened(site, "auditor", "C-1").views

    assert opened(site, "one", "C-1").views is None
    assert views is not None
    assert [(view.by, view.what) for view in views] == [("two", "was refused"), ("one", "looked")]


def test_an_auditor_sees_no_button(site: ConsoleSite) -> None:
    assert not opened(site, "auditor", "C-1").may_act
    assert opened(site, "one", "C-1").may_act


def test_a_case_manager_asks_why_a_rule_did_not_hold(site: ConsoleSite) -> None:
    at = from_us(NOON - hours(6)).isoformat()
    told = why_page.open_page(site.desk, site.who("one"), "C-1", "two-missed", at)

    assert isinstance(told, RuleAtInstant)
    assert told.state is RuleState.NOT_MET
    assert site.audited("viewed") == ["client 1"]


def test_why_is_refused_about_another_case_managers_client(site: ConsoleSite) -> None:
    refused = why_page.open_page(site.desk, site.who("two"), "C-1", "two-missed", "")

    assert refused is Access.NOT_THEIR_CLIENT


@pytest.mark.parametrize("at", ["soon", "9999-12-31T23:59", "2026-99-01"])
def test_a_time_that_cannot_be_read_is_a_mistake(site: ConsoleSite, at: str) -> None:
    with pytest.raises(UserError):
        why_page.open_page(site.desk, site.who("one"), "C-1", "two-missed", at)


def test_rules_show_how_their_alerts_ended(site: ConsoleSite) -> None:
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.DONE)
    buttons.act(site.desk, site.who("two"), site.alert_of(2), Act.FALSE_ALARM)

    cards = rule_pages.open_list(site.desk, site.who("auditor"))

    assert not isinstance(cards, Access)
    (card,) = cards
    assert (card.useful.opened, card.useful.done, card.useful.false_alarms) == (2, 1, 1)


def test_rules_show_how_soon_people_acted_and_in_which_time(site: ConsoleSite) -> None:
    site.now += hours(1)
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE)
    site.now += hours(2)
    buttons.act(site.desk, site.who("two"), site.alert_of(2), Act.FALSE_ALARM)
    site.now += 31 * DAY_US

    (ever,) = rule_pages.open_list(site.desk, site.who("auditor"))
    (month,) = rule_pages.open_list(site.desk, site.who("auditor"), 30)

    assert isinstance(ever, RuleCard)
    assert isinstance(month, RuleCard)
    assert (ever.useful.taken, ever.useful.median_wait) == (2, hours(2))
    assert (month.useful.opened, month.useful.taken, month.useful.median_wait) == (0, 0, None)


def test_a_rule_is_said_in_words(site: ConsoleSite) -> None:
    page = rule_pages.open_page(site.desk, site.who("one"), "two-missed")

    assert isinstance(page, RulePage)
    assert "2 or more missed check-ins in the last 7 days" in page.words
    assert rule_pages.open_page(site.desk, site.who("one"), "nothing") is None


def test_a_quieted_alert_is_named_after_the_one_that_quiets_it(site: ConsoleSite) -> None:
    (first,) = (row for row in site.site.alerts if row.client_id == 1)
    later = {**first._mapping, "id": 90, "rule_id": "graver", "opened_at": first.opened_at + 1}
    with site.database.write() as conn:
        conn.execute(insert(alerts), later)
        conn.execute(update(alerts).where(alerts.c.id == first.id).values(inhibited_by=90))

    (client,) = listed(site, "one").clients

    assert [title for title, _ in client.alerts] == ["graver", "Two check-ins missed"]


def test_staff_are_named_as_colleagues_know_them(site: ConsoleSite) -> None:
    with site.database.write() as conn:
        conn.execute(update(staff).where(staff.c.ref == "S-1").values(call_name="Sam"))
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE)

    (client,) = listed(site, "one").clients
    second = buttons.act(site.desk, site.who("super"), site.alert_of(1), Act.TAKE)

    assert client.alerts == (("Two check-ins missed", "Sam (S-1)"),)
    assert client.case_managers == ("Sam (S-1)",)
    assert second.owner == "Sam (S-1)"
