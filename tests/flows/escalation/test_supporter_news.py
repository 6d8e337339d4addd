"""Supporters hear beside an alert what the client lets them know, and nothing else."""

from __future__ import annotations

import pytest

from engine.messaging import operator_texts
from engine.messaging.supporter_words import TEXTS
from engine.model.message import MessageKind
from engine.store.database.connection import Database
from engine.store.people import client_data, disclosures, opt_outs, roster, supporters
from engine.store.tables.messages import outbox
from tests.kit.rows import add_client
from tests.kit.supporter_site import ADMIN, CASE_MANAGER, MOTHER, SupporterSite
from tests.kit.times import MINUTE, NOON, clock

GOOD_NEWS = TEXTS[MessageKind.SUPPORTER_MILESTONE]["english"]
MISSED = TEXTS[MessageKind.SUPPORTER_MISSED]["english"]


@pytest.fixture
def site(database: Database) -> SupporterSite:
    site = SupporterSite(database).begin()
    site.agrees()
    site.lets_know()
    site.at(NOON)
    return site


def test_a_milestone_is_told_once_and_its_disclosure_recorded_with_the_consent(
    site: SupporterSite,
) -> None:
    site.good_day(clock("13:00"))
    assert site.to_mother(clock("13:00")) == [GOOD_NEWS]
    assert site.to_mother(clock("15:00")) == [GOOD_NEWS]
    with site.database.read() as conn:
        (told,) = disclosures.listed(conn, "C-1", 0)
    assert (told.staff_ref, told.told, told.alert_id) == ("S-4", "a milestone", 1)
    assert told.scope.startswith("milestones")


def test_it_is_in_the_supporters_language(site: SupporterSite) -> None:
    site.agrees("spanish")
    site.good_day(clock("13:00"))
    (text,) = site.to_mother(clock("13:00"))
    assert text == TEXTS[MessageKind.SUPPORTER_MILESTONE]["spanish"]


def test_the_case_manager_is_told_of_the_alert_all_the_same(site: SupporterSite) -> None:
    site.good_day(clock("13:00"))
    site.delivered(clock("13:00"))
    assert {row.staff_id for row in site.rows(outbox)} == {1, 4}


def test_without_an_agreement_of_their_own_nothing_goes_out(database: Database) -> None:
    site = SupporterSite(database).begin()
    site.lets_know()
    site.at(NOON)
    site.good_day(clock("13:00"))
    assert site.to_mother(clock("13:00")) == []


def test_in_their_quiet_hours_a_text_waits_for_the_morning(site: SupporterSite) -> None:
    site.good_day(clock("22:00"))
    assert site.to_mother(clock("07:59", 1)) == []
    assert site.to_mother(clock("08:00", 1)) == [GOOD_NEWS]


def test_a_consent_that_ends_before_the_text_goes_stops_it(site: SupporterSite) -> None:
    site.good_day(clock("22:00"))
    with site.database.write() as conn:
        roster.end_consents(conn, 1, 4, clock("23:00"))
    assert site.to_mother(clock("08:00", 1)) == []
    with site.database.read() as conn:
        assert disclosures.listed(conn, "C-1", 0) == []


def test_a_consent_that_runs_out_before_the_text_goes_stops_it(database: Database) -> None:
    site = SupporterSite(database).begin()
    site.agrees()
    site.lets_know(expires=clock("07:00", 1))
    site.at(NOON)
    site.good_day(clock("22:00"))
    assert site.to_mother(clock("08:00", 1)) == []


def test_an_agreement_taken_back_before_the_text_goes_stops_it(site: SupporterSite) -> None:
    site.good_day(clock("22:00"))
    with site.database.write() as conn:
        supporters.withdraw(conn, 4, clock("23:00"))
    assert site.to_mother(clock("08:00", 1)) == []


def test_a_narrower_consent_takes_the_place_of_a_wider_one(site: SupporterSite) -> None:
    site.lets_know("request_to_call", at=clock("12:30"))
    site.good_day(clock("13:00"))
    assert site.to_mother(clock("13:00")) == []


def test_after_stop_nothing_goes_out(site: SupporterSite) -> None:
    with site.database.write() as conn:
        opt_outs.add(conn, MOTHER, NOON)
    site.good_day(clock("13:00"))
    assert site.to_mother(clock("13:00")) == []


def test_a_number_that_becomes_a_clients_gets_nothing_and_the_admins_hear_of_it(
    site: SupporterSite,
) -> None:
    site.good_day(clock("22:00"))
    with site.database.write() as conn:
        add_client(conn, id=2, ref="C-2", phone=MOTHER)
    assert site.to_mother(clock("08:00", 1)) == []
    told = operator_texts.supporter_number("Ann", 4)
    site.delivered(clock("08:00", 1))
    assert site.sent_to(ADMIN).count(told) == 1
    site.good_day(clock("09:00", 2))  # not even put into the outbox, and told again the day after
    site.delivered(clock("09:00", 2))
    assert site.sent_to(ADMIN).count(told) == 2


def test_a_missed_contact_is_told_hours_later_and_not_if_a_person_has_it(
    site: SupporterSite,
) -> None:
    site.missed(clock("13:00"))
    site.delivered(clock("13:00"))
    assert site.to_mother(clock("16:59")) == []
    assert site.to_mother(clock("17:00")) == [MISSED]


def test_a_missed_contact_that_a_person_has_taken_is_theirs_to_tell(site: SupporterSite) -> None:
    site.missed(clock("13:00"))
    site.delivered(clock("13:00"))
    site.texts_in(CASE_MANAGER, "1 a", clock("13:10"))
    assert site.to_mother(clock("17:00")) == []


def test_a_supporter_of_two_clients_hears_of_each_under_its_own_consent(
    site: SupporterSite,
) -> None:
    site.caseload.client(2)
    site.lets_know("milestones", client_id=2)
    site.good_day(clock("13:00"))
    site.caseload.event(2, "check_in", clock("13:00"), status="completed")
    site.caseload.event(2, "check_in", clock("14:00"), status="missed")
    for time in ("14:00", "14:02", "18:10"):
        site.delivered(clock(time))
    assert site.to_mother(clock("18:12")) == [GOOD_NEWS, GOOD_NEWS]
    with site.database.read() as conn:
        for ref in ("C-1", "C-2"):
            assert len(disclosures.listed(conn, ref, 0)) == 1


def test_no_more_than_three_texts_go_to_a_supporter_in_a_day(site: SupporterSite) -> None:
    for number in range(2, 7):
        site.caseload.client(number)
        site.lets_know(client_id=number)
        site.caseload.event(number, "check_in", clock("13:00"), status="completed")
    site.at(clock("13:00"))
    for minute in range(9):
        site.delivered(clock("13:00") + minute * MINUTE)
    assert len(site.to_mother(clock("13:30"))) == 3


def test_an_export_has_the_texts_to_supporters_and_an_erasure_blanks_them(
    site: SupporterSite,
) -> None:
    site.good_day(clock("13:00"))
    site.delivered(clock("13:00"))
    with site.database.write() as conn:
        exported = {one.table.name: rows for one, rows in client_data.rows(conn, 1)}
        assert GOOD_NEWS in [row["body"] for row in exported["outbox"]]
        assert [row["relation"] for row in exported["consents"]] == ["mother"]
        client_data.erase(conn, 1, "C-1")
    assert {row.body for row in site.rows(outbox)} == {client_data.GONE}


def test_a_consent_to_a_supporter_has_no_alias_that_doctor_would_examine(
    site: SupporterSite,
) -> None:
    with site.database.read() as conn:
        assert roster.aliases(conn) == []
