"""Who is on call, as texts go, and taking a shift over."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.access.abilities import Access
from engine.flows.console import on_call_page
from engine.flows.escalation.recipients import RecipientResolver
from engine.flows.operations import on_call
from engine.model.console_pages import OnCallPage, OnCallShift
from engine.store.database.connection import Database
from tests.kit.console import WEEKS, ConsoleSite
from tests.kit.times import hours


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    """S-1 is on call from yesterday morning for a week, then S-2, in turns."""
    site = ConsoleSite(database)
    with database.write() as conn:
        on_call.accept(conn, [WEEKS], site.now)
    return site


def shifts(site: ConsoleSite, name: str = "one") -> tuple[OnCallShift, ...]:
    page = on_call_page.open_page(site.desk, site.who(name))
    assert isinstance(page, OnCallPage)
    (rotation,) = page.rotations
    return rotation.shifts


def told(site: ConsoleSite) -> list[str]:
    """Who would be told as on call now."""
    with site.database.read() as conn:
        return [one.staff.ref for one in RecipientResolver(conn, site.now).on_call()]


def test_shifts_follow_each_other_and_name_the_accounts_own(site: ConsoleSite) -> None:
    found = shifts(site)

    assert [(one.person, one.mine) for one in found[:3]] == [
        ("S-1", True),
        ("S-2", False),
        ("S-1", True),
    ]
    assert all(a.ended == b.began for a, b in pairwise(found))


def test_who_takes_over_gets_the_next_text_until_the_shift_ends(site: ConsoleSite) -> None:
    assert told(site) == ["S-1"]

    assert on_call_page.take_over(site.desk, site.who("two"), "weeks") is True

    assert told(site) == ["S-2"]
    present = shifts(site, "two")[0]
    assert (present.mine, present.overridden) == (True, True)
    assert site.audited("override added") == ["override 1"]


def test_taking_over_ones_own_shift_changes_nothing(site: ConsoleSite) -> None:
    assert on_call_page.take_over(site.desk, site.who("one"), "weeks") is False
    assert site.audited("override added") == []


def test_a_rotation_that_is_not_there_cannot_be_taken(site: ConsoleSite) -> None:
    assert on_call_page.take_over(site.desk, site.who("one"), "nights") is None


def test_an_auditor_looks_and_takes_nothing(site: ConsoleSite) -> None:
    page = on_call_page.open_page(site.desk, site.who("auditor"))

    assert isinstance(page, OnCallPage)
    assert not page.may_take
    taken = on_call_page.take_over(site.desk, site.who("auditor"), "weeks")
    assert taken is Access.NOT_THEIR_ROLE


def test_who_is_away_is_shown_with_their_stand_in(site: ConsoleSite) -> None:
    with site.database.write() as conn:
        on_call.be_absent(conn, "S-1", site.now, site.now + hours(24), "S-2", site.now)

    present = shifts(site)[0]

    assert (present.person, present.absent, present.stand_in) == ("S-1", True, "S-2")
