"""A button acts once, if the account may, and never against another person's word."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.flows.console import buttons
from engine.flows.console.buttons import ActOutcome, ActResult
from engine.flows.console.signing_in import SignedIn
from engine.flows.inbound.alert_actions import SNOOZE_US
from engine.model.alert import Act
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.people import assignments
from tests.kit.console import ConsoleSite


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def states(site: ConsoleSite) -> dict[int, str]:
    return {row.client_id: row.state for row in site.site.alerts}


def test_taking_an_alert_makes_it_the_persons(site: ConsoleSite) -> None:
    done = buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE)

    assert done == ActOutcome(ActResult.COUNTED, "C-1")
    assert states(site) == {1: "acknowledged", 2: "open"}
    assert site.audited("taken") == [f"alert {site.alert_of(1)}"]


def test_of_two_who_take_an_alert_the_second_hears_who_has_it(site: ConsoleSite) -> None:
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE)

    second = buttons.act(site.desk, site.who("super"), site.alert_of(1), Act.TAKE)

    assert second == ActOutcome(ActResult.TAKEN, "C-1", "S-1")


def test_taking_it_twice_changes_nothing(site: ConsoleSite) -> None:
    who = site.who("one")
    buttons.act(site.desk, who, site.alert_of(1), Act.TAKE)

    assert buttons.act(site.desk, who, site.alert_of(1), Act.TAKE).result is ActResult.YOURS


def test_a_stale_page_cannot_act_on_a_closed_alert(site: ConsoleSite) -> None:
    who = site.who("one")
    buttons.act(site.desk, who, site.alert_of(1), Act.DONE)

    late = buttons.act(site.desk, who, site.alert_of(1), Act.TAKE)

    assert late.result is ActResult.CLOSED
    assert states(site)[1] == "resolved"


def test_a_closed_alert_opens_again_if_its_closer_undoes_it(site: ConsoleSite) -> None:
    who = site.who("one")
    buttons.act(site.desk, who, site.alert_of(1), Act.FALSE_ALARM)

    first = buttons.undo(site.desk, who, site.alert_of(1))
    second = buttons.undo(site.desk, who, site.alert_of(1))

    assert (first.result, second.result) == (ActResult.UNDONE, ActResult.NOTHING_TO_UNDO)
    assert states(site)[1] == "open"


@pytest.mark.parametrize("name", ["two", "auditor"])
def test_who_may_not_act_changes_nothing_and_is_written_down(site: ConsoleSite, name: str) -> None:
    done = buttons.act(site.desk, site.who(name), site.alert_of(1), Act.TAKE)

    assert done.result is ActResult.REFUSED
    assert states(site)[1] == "open"
    assert site.audited("access refused") == ["client 1"]


def test_an_assignment_that_ends_while_the_page_is_open_ends_the_right_to_act(
    site: ConsoleSite,
) -> None:
    who = site.who("one")
    with site.database.write() as conn:
        conn.execute(update(assignments).values(ended=site.now - 1))

    assert buttons.act(site.desk, who, site.alert_of(1), Act.TAKE).result is ActResult.REFUSED


def test_passing_on_says_whether_anybody_comes_next(site: ConsoleSite) -> None:
    who = site.who("one")
    first = acting_pass(site, who)
    with site.database.write() as conn:
        conn.execute(update(alerts).values(step=2))  # the supervisor, who is the last, was told
    second = acting_pass(site, who)
    site.site.caseload.staff(9, "admin")
    third = acting_pass(site, who)

    assert (first, second, third) == (ActResult.COUNTED, ActResult.LAST, ActResult.TO_ADMINS)


def acting_pass(site: ConsoleSite, who: SignedIn) -> ActResult:
    return buttons.act(site.desk, who, site.alert_of(1), Act.PASS).result


def test_an_alert_that_is_not_there_is_unknown(site: ConsoleSite) -> None:
    done = buttons.act(site.desk, site.who("one"), 77, Act.TAKE)

    assert done == ActOutcome(ActResult.UNKNOWN)


@pytest.mark.parametrize("second", [Act.TAKE, Act.PASS, Act.DONE])
def test_undoing_an_act_on_a_snoozed_alert_lets_it_sleep_and_wake_again(
    site: ConsoleSite, second: Act
) -> None:
    who = site.who("one")
    buttons.act(site.desk, who, site.alert_of(1), Act.SNOOZE)
    buttons.act(site.desk, who, site.alert_of(1), second)

    undone = buttons.undo(site.desk, who, site.alert_of(1))

    (row,) = (row for row in site.site.alerts if row.client_id == 1)
    assert undone.result is ActResult.UNDONE
    assert (row.state, row.next_step_at) == ("snoozed", site.now + SNOOZE_US)
    assert row.owner_id is not None
