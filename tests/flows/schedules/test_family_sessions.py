"""Supporters are reminded of family sessions, and get the series that they agreed to."""

from __future__ import annotations

import pytest

from engine.errors import MistakesError
from engine.flows.escalation import lessons
from engine.messaging.supporter_words import TEXTS
from engine.model.event_kinds import BUILT_IN
from engine.model.message import MessageKind
from engine.rulebook.parsing.load import PLAN, from_texts
from engine.store.database.connection import Database
from engine.store.people import disclosures, opt_outs, supporters
from tests.kit.supporter_site import MOTHER, SupporterSite
from tests.kit.times import DAY, MINUTE, NOON, clock

SESSIONS = """
  - id: family-session
    title: Family session
    status: live
    expects: {kind: attendance, where: {activity: family}}
    every: wednesday
    by: 18:00
    window: 2 hours
    grace: 1 hour
    remind_supporters: 1 day
"""
SOON = TEXTS[MessageKind.SUPPORTER_SESSION]["english"]
SERIES = """format: 1
messages:
  - id: one
    text: {english: "Handrail: notice what goes well.", spanish: "Handrail: fijese en lo bueno."}
  - id: two
    text: {english: "Handrail: look after yourself."}
series:
  - id: family
    title: For families
    every: 7 days
    messages: [one, two]
"""
ONE, TWO = "Handrail: notice what goes well.", "Handrail: look after yourself."


@pytest.fixture
def site(sqlite_database: Database) -> SupporterSite:
    return SupporterSite(sqlite_database).begin()


def meets(site: SupporterSite, scope: str = "sessions") -> None:
    site.agrees()
    site.lets_know(scope)
    site.plan(SESSIONS)
    site.at(NOON)


def test_a_supporter_is_reminded_of_a_session_once_and_the_disclosure_recorded(
    site: SupporterSite,
) -> None:
    meets(site)
    assert site.to_mother(clock("17:59")) == []
    assert site.to_mother(clock("18:00")) == [SOON]
    assert site.to_mother(clock("19:00")) == [SOON]
    with site.database.read() as conn:
        (told,) = disclosures.listed(conn, "C-1", 0)
    assert (told.told, told.alert_id, told.scope) == ("a family session", None, "sessions")


def test_a_session_that_nobody_came_to_is_missed_and_one_that_was_held_is_kept(
    site: SupporterSite,
) -> None:
    meets(site)
    site.caseload.event(1, "attendance", clock("17:00", 1), activity="family", status="attended")
    site.at(clock("17:00", 1), clock("20:00", 8))
    assert [outcome for _, outcome in site.outcomes][:2] == ["kept", "missed"]


def test_nobody_is_reminded_without_the_scope(site: SupporterSite) -> None:
    meets(site, "milestones")
    assert site.to_mother(clock("18:00")) == []


def test_nobody_is_reminded_while_the_client_is_on_leave(site: SupporterSite) -> None:
    meets(site)
    site.record(clock("12:30"), "leave_began")
    assert site.to_mother(clock("18:00")) == []


def serve(site: SupporterSite) -> None:
    site.rules = from_texts({f"p.yaml{PLAN}": SERIES}, BUILT_IN)
    site.accept(NOON)


def learns(site: SupporterSite, at: int) -> list[str]:
    lessons.run(site.database, site.rules.plans.series, at)
    return site.to_mother(at)


def test_a_supporter_who_agreed_gets_one_message_a_week_and_then_none(
    site: SupporterSite,
) -> None:
    serve(site)
    site.agrees(series="family", at=NOON)
    assert learns(site, NOON) == [ONE]
    assert learns(site, NOON + 7 * DAY - MINUTE) == [ONE]
    assert learns(site, NOON + 7 * DAY) == [ONE, TWO]
    assert learns(site, NOON + 30 * DAY) == [ONE, TWO]
    with site.database.read() as conn:
        assert disclosures.listed(conn, "C-1", 0) == []


def test_after_a_long_pause_one_message_goes_and_not_all(site: SupporterSite) -> None:
    serve(site)
    site.agrees(series="family", at=NOON)
    assert learns(site, NOON + 40 * DAY) == [ONE]


def test_it_is_in_their_language_and_waits_for_the_morning(site: SupporterSite) -> None:
    serve(site)
    site.agrees("spanish", series="family", at=clock("22:00"))
    assert learns(site, clock("22:00")) == []
    assert site.to_mother(clock("08:00", 1)) == ["Handrail: fijese en lo bueno."]


@pytest.mark.parametrize("ends", ["never asked for", "withdrawn", "stopped"])
def test_it_goes_to_nobody_who_did_not_agree_or_agrees_no_more(
    site: SupporterSite, ends: str
) -> None:
    serve(site)
    site.agrees(series=None if ends == "never asked for" else "family", at=NOON)
    with site.database.write() as conn:
        if ends == "withdrawn":
            supporters.withdraw(conn, 4, NOON + MINUTE)
        elif ends == "stopped":
            opt_outs.add(conn, MOTHER, NOON + MINUTE)
    assert learns(site, NOON + 2 * MINUTE) == []


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (("[one, two]", "[one, twoo]"), "there is no message 'twoo'; did you mean 'two'?"),
        (("7 days", "2 hours"), "is a day at least"),
        (("title: For families", "titel: For families"), "did you mean 'title'?"),
    ],
)
def test_a_slip_in_a_series_is_named(slip: tuple[str, str], said: str) -> None:
    with pytest.raises(MistakesError) as found:
        from_texts({f"p.yaml{PLAN}": SERIES.replace(*slip)}, BUILT_IN)
    assert said in str(found.value.mistakes[0])
