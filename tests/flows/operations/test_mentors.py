"""Mentors are proposed with reasons, planned for the site, and assigned by a person alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.errors import UserError
from engine.flows.escalation.recipients import RecipientResolver
from engine.flows.operations import mentors
from engine.model.instant import to_us
from engine.model.matching_settings import MatchingSettings
from engine.store.database.connection import Database
from engine.store.people.roster import find_clients
from engine.store.tables.messages import outbox
from engine.store.tables.operations import audit
from engine.store.tables.people import assignments
from tests.kit.csv_site import CsvSite, settings_of

MAPPING = """
- match: clients*.csv
  roster: clients
  columns:
    ref: client
    enrolled: enrolled
    ended: ended
    attributes: {wants: wants, interests: interests}
- match: staff*.csv
  roster: staff
  columns:
    ref: staff
    role: role
    active: active
    phone: phone
    attributes: {takes: takes, most: most, interests: interests}
- match: assigned*.csv
  roster: assignments
  columns: {client: client, staff: staff, role: role}
- match: consents*.csv
  roster: consents
  columns:
    client: client
    staff: staff
    alias: alias
    scope: scope
    purpose: purpose
    given: given
    revoked: revoked
"""
MATCHING = MatchingSettings.model_validate(
    {
        "format": "1",
        "agreed": {"client": "wants", "mentor": "takes"},
        "most_clients": "most",
        "weigh": [{"name": "interests", "wish": "client.interests", "of": "mentor.interests"}],
    }
)
CLIENTS = """\
client,enrolled,ended,wants,interests
C-1,2026-01-05,,yes,chess
C-2,2026-01-05,,yes,music
C-3,2026-01-05,,no,chess
C-4,2026-01-05,2026-03-01,yes,chess
"""
STAFF = """\
staff,role,active,phone,takes,most,interests
M-1,mentor,yes,+12025550111,yes,1,chess
M-2,mentor,yes,+12025550112,yes,1,chess; music
M-3,mentor,no,,yes,5,chess
CM-1,case_manager,yes,,,,
"""
CONSENT = "client,staff,alias,scope,purpose,given,revoked\nC-1,M-1,Ana,alerts,support,2026-11-01,"


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> CsvSite:
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, MAPPING))
    site.write("clients.csv", CLIENTS)
    site.write("staff.csv", STAFF)
    site.read()
    return site


def plan(site: CsvSite) -> tuple[dict[str, str], dict[str, str]]:
    with site.database.read() as conn:
        found = mentors.plan(conn, MATCHING, "UTC", to_us(site.now))
    return {one.client: one.mentor.ref for one in found.proposals}, dict(found.without)


def told(site: CsvSite, client: str) -> list[tuple[str, str | None]]:
    """The mentors who can be told of a client now, each with the client's name for them."""
    now = to_us(site.now)
    with site.database.read() as conn:
        about = RecipientResolver(conn, now).about(find_clients(conn, [client])[client].id)
    return [(one.staff.ref, one.alias) for one in about.told.get("mentor", ())]


def assign(site: CsvSite, client: str, mentor: str, by: str = "CM-1") -> None:
    mentors.assign(site.database, MATCHING, client, mentor, "UTC", by, to_us(site.now))


def test_active_mentors_are_proposed_the_best_first(site: CsvSite) -> None:
    with site.database.read() as conn:
        found = mentors.suggest(conn, MATCHING, "C-2", "UTC", to_us(site.now))
    assert [(one.mentor.ref, one.fit.points, one.consented) for one in found] == [
        ("M-2", 100, False),
        ("M-1", 0, False),
    ]


def test_the_plan_is_for_enrolled_clients_who_agreed_and_have_none(site: CsvSite) -> None:
    assert plan(site) == ({"C-1": "M-1", "C-2": "M-2"}, {})
    site.write("assigned.csv", "client,staff,role\nC-2,M-1,mentor\n")
    site.read()
    assert plan(site) == ({"C-1": "M-2"}, {})


def test_a_mentor_who_leaves_is_planned_no_more(site: CsvSite) -> None:
    site.write("staff.csv", STAFF.replace("M-1,mentor,yes", "M-1,mentor,no"))
    site.read()
    assert plan(site) == ({"C-1": "M-2"}, {"C-2": "every mentor who fits is taken"})


def test_a_person_assigns_under_a_live_consent_and_nobody_is_texted(site: CsvSite) -> None:
    with pytest.raises(UserError, match="no live consent of the client names the mentor"):
        assign(site, "C-1", "M-1")
    site.write("consents.csv", CONSENT)
    site.read()
    assign(site, "C-1", "M-1")
    with site.database.read() as conn:
        assert [row.role for row in conn.execute(select(assignments))] == ["mentor"]
        assert conn.scalar(select(func.count()).select_from(outbox)) == 0
        last = conn.execute(select(audit).order_by(audit.c.id.desc())).first()
    assert last is not None
    assert last.actor.startswith("staff ")
    with pytest.raises(UserError, match="is a mentor of C-1 already"):
        assign(site, "C-1", "M-1")


def test_a_mentor_is_matched_told_and_replaced(site: CsvSite) -> None:
    consents = f"{CONSENT}\n"
    site.write("consents.csv", consents)
    site.read()
    assign(site, "C-1", "M-1")
    assert told(site, "C-1") == [("M-1", "Ana")]
    site.write("staff.csv", STAFF.replace("M-1,mentor,yes", "M-1,mentor,no"))
    site.read()
    assert told(site, "C-1") == []
    assert plan(site)[0]["C-1"] == "M-2"
    site.write("consents.csv", f"{consents}C-1,M-2,Robin,alerts,support,2026-11-20,\n")
    site.read()
    assign(site, "C-1", "M-2")
    assert told(site, "C-1") == [("M-2", "Robin")]


def test_a_revoked_consent_and_a_full_mentor_are_refused(site: CsvSite) -> None:
    site.write("consents.csv", f"{CONSENT}2026-11-10\nC-2,M-2,Jo,alerts,support,2026-11-01,\n")
    site.write("assigned.csv", "client,staff,role\nC-3,M-2,mentor\n")
    site.read()
    with pytest.raises(UserError, match="no live consent"):
        assign(site, "C-1", "M-1")
    with pytest.raises(UserError, match="the mentor has no place"):
        assign(site, "C-2", "M-2")


@pytest.mark.parametrize(
    ("client", "mentor", "by", "said"),
    [
        ("C-9", "M-1", "CM-1", "no client C-9"),
        ("C-1", "M-3", "CM-1", "no active mentor M-3"),
        ("C-1", "M-1", "M-1", "nobody active among the staff called M-1"),
        ("C-3", "M-1", "CM-1", "the client has not agreed"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    site: CsvSite, client: str, mentor: str, by: str, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        assign(site, client, mentor, by)
