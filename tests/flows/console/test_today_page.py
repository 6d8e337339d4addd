"""A supervisor sees what nobody took, what stays open, what nobody read, and who is unreachable."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.access.abilities import Access
from engine.flows.console import buttons, conversation, rule_release, today_page
from engine.model.alert import Act
from engine.model.notify_reason import NotifyReason
from engine.model.rule_draft import RuleFileTexts
from engine.model.today import TodayPage
from engine.store.database.connection import Database
from engine.store.operations import rule_drafts
from engine.store.people import opt_outs
from engine.store.tables.people import staff
from tests.kit.carrier import Carrier
from tests.kit.console import ConsoleSite
from tests.kit.times import hours


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def today(site: ConsoleSite) -> TodayPage:
    found = today_page.open_page(site.desk, site.who("super"))
    assert isinstance(found, TodayPage)
    return found


def test_untaken_alerts_stand_with_their_step_and_who_is_next(site: ConsoleSite) -> None:
    first = today(site).untaken[0]

    assert (first.client_ref, first.title, first.step, first.steps, first.next_role) == (
        "C-1", "Two check-ins missed", 1, 2, "supervisor",
    )  # fmt: skip
    site.now += hours(2)
    site.site.evaluate(site.now)
    climbed = today(site).untaken[0]
    assert (climbed.step, climbed.next_role) == (2, None)


def test_a_taken_alert_stands_with_who_has_it_since_when(site: ConsoleSite) -> None:
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE)
    site.now += hours(3)

    page = today(site)

    assert [(one.client_ref, one.owner, one.taken_at) for one in page.taken] == [
        ("C-1", "S-1", site.now - hours(3))
    ]
    assert [one.client_ref for one in page.untaken] == ["C-2"]


def test_texts_stand_there_until_a_person_has_seen_them(site: ConsoleSite) -> None:
    site.agreed()
    site.wrote("hello?")
    assert [(one.client_ref, one.number) for one in today(site).unseen] == [("C-1", 1)]

    conversation.mark_seen(site.desk, site.who("one"), "C-1", 99)

    assert today(site).unseen == ()


def test_people_whom_no_text_reaches_stand_with_the_reason(site: ConsoleSite) -> None:
    with site.database.write() as conn:
        opt_outs.add(conn, "+15550100001", site.now)
        conn.execute(update(staff).where(staff.c.id == 2).values(phone=None))

    found = [(one.person, one.reason, one.clients) for one in today(site).unreachable]

    assert found == [("S-1", NotifyReason.OPTED_OUT, 1), ("S-2", NotifyReason.NO_PHONE, 1)]


def test_only_a_supervisor_sees_the_lists(site: ConsoleSite) -> None:
    assert today_page.open_page(site.desk, site.who("one")) is Access.NOT_THEIR_ROLE
    assert site.audited("viewed") == []


def test_the_clients_of_the_lists_are_written_down(site: ConsoleSite) -> None:
    today(site)

    assert site.audited("viewed") == ["today"]


def test_a_supervisor_takes_an_alert_over_and_the_other_person_is_told(site: ConsoleSite) -> None:
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE)
    site.now += hours(3)

    done = buttons.act(site.desk, site.who("super"), site.alert_of(1), Act.TAKE, takes_over=True)
    carrier = Carrier()
    site.deliver(carrier)

    assert done.result is buttons.ActResult.COUNTED
    assert today(site).taken[0].owner == "S-3"
    assert site.audited("taken_over") == [f"alert {site.alert_of(1)}"]
    told = [each.body for each in carrier.asked if each.to == "+15550100001"]
    assert told[-1].startswith("Handrail: 1 (C-1) was taken by")


def test_a_case_manager_cannot_take_over(site: ConsoleSite) -> None:
    buttons.act(site.desk, site.who("super"), site.alert_of(1), Act.TAKE)

    done = buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE, takes_over=True)

    assert done.result is buttons.ActResult.REFUSED
    assert today(site).taken[0].owner == "S-3"


def test_a_proposal_waits_for_those_who_may_release_it_except_its_author(
    site: ConsoleSite,
) -> None:
    author, texts = site.who("clinician"), RuleFileTexts("rules", "cases")
    with site.database.write() as conn:
        draft = rule_drafts.begin(conn, "a.yaml", author.account.id, texts, texts, site.now)
        rule_drafts.propose(conn, draft, 1, "fewer alerts", site.now)

    assert [one.id for one in today(site).proposals] == [draft]
    with site.database.read() as conn:
        assert rule_release.waiting(conn, site.desk, author) == []
        assert rule_release.waiting(conn, site.desk, site.who("one")) == []
