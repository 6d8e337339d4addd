"""What staff ask for in their own words is done, asked about or answered, and can be taken back."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update

from engine.flows.operations.why import explain
from engine.messaging import answers
from engine.model.alert import CLIENT_TEXT, Act
from engine.model.event_kinds import BUILT_IN
from engine.model.instant import MINUTE_US
from engine.store.alerts import mutes
from engine.store.database.connection import Database
from engine.store.messages import reply_codes
from engine.store.tables.alerts import alerts
from engine.store.tables.people import assignments, staff
from tests.kit.phones import ADMIN, CASE_MANAGER, SUPERVISOR, Phones, named
from tests.kit.site import Site, routing
from tests.kit.times import NOON, hours


def test_got_it_is_asked_about_once_and_a_yes_to_that_takes_it(phones: Phones) -> None:
    asked = phones.text(CASE_MANAGER, "got it")
    assert asked == "Handrail: Take C-1? Reply A."
    assert phones.states() == ["open"]
    assert phones.text(CASE_MANAGER, "yes") == answers.yours(named(1))
    assert phones.states() == ["acknowledged"]


def test_a_yes_to_all_of_them_takes_them_all(database: Database) -> None:
    phones = Phones.of(database, 1, 2)
    asked = phones.text(CASE_MANAGER, "got all of them")
    assert asked == "Handrail: all of them? Reply 1A 2A."
    phones.text(CASE_MANAGER, "yes")
    assert phones.states() == ["acknowledged", "acknowledged"]


def test_a_yes_does_what_the_question_asked(phones: Phones) -> None:
    assert phones.text(CASE_MANAGER, "cant take 1") == "Handrail: Pass C-1 on? Reply 1 P."
    assert phones.text(CASE_MANAGER, "yes") == answers.passed_on(named(1), "supervisor")


def test_an_ok_after_taking_the_only_alert_asks_nothing(phones: Phones) -> None:
    phones.text(CASE_MANAGER, "1 a")
    said = phones.text(CASE_MANAGER, "ok")
    assert said == answers.listed([replace(named(1), mine=True)])


def test_an_urgent_alert_is_closed_beside_its_code_alone(phones: Phones) -> None:
    with phones.site.database.write() as conn:
        conn.execute(update(alerts).values(severity="urgent"))
    asked = phones.text(CASE_MANAGER, "d")
    for again in ("yes", "d", "ok"):
        assert phones.text(CASE_MANAGER, again) == asked
    assert phones.states() == ["open"]
    phones.text(CASE_MANAGER, "1 d")
    assert phones.states() == ["resolved"]


def test_an_urgent_alert_waits_only_after_a_question(phones: Phones) -> None:
    with phones.site.database.write() as conn:
        conn.execute(update(alerts).values(severity="urgent"))
    for asks in ("s", "1 s"):
        assert phones.text(CASE_MANAGER, asks) == "Handrail: Let C-1 wait 2 hours? Reply 1 S."
        assert phones.states() == ["open"]
        phones.text(CASE_MANAGER, "list")
    phones.text(CASE_MANAGER, "1 s")
    assert phones.text(CASE_MANAGER, "1 s") == answers.snoozed(replace(named(1), urgent=True))
    assert phones.states() == ["snoozed"]


def test_a_yes_to_a_question_of_long_ago_is_asked_about_again(phones: Phones) -> None:
    asked = phones.text(CASE_MANAGER, "ok")
    phones.now += 31 * MINUTE_US
    assert phones.text(CASE_MANAGER, "ok") == asked
    assert phones.states() == ["open"]


def test_the_list_names_codes_and_clients_and_urgent_ones_first(database: Database) -> None:
    phones = Phones.of(database, 1, 2, 3)
    assert phones.text(CASE_MANAGER, "list") == (
        "Handrail: open with you: 1 C-1, 2 C-2, 3 C-3. Reply a number and A, P, D or F."
    )


def test_two_acts_in_one_text_are_both_done(database: Database) -> None:
    phones = Phones.of(database, 1, 2)
    said = phones.text(CASE_MANAGER, "1a 2 done")
    assert said == "Handrail: 1 (C-1) is yours. 2 (C-2) is closed: done."
    assert phones.states() == ["acknowledged", "resolved"]


def test_one_unknown_code_among_several_stops_them_all(database: Database) -> None:
    phones = Phones.of(database, 1, 2)
    phones.text(CASE_MANAGER, "1a 9a")
    assert phones.states() == ["open", "open"]


def test_undo_takes_a_mistaken_done_back_and_the_alert_climbs_again(phones: Phones) -> None:
    phones.go_on(hours(1))
    phones.text(CASE_MANAGER, "1 d")
    assert phones.go_on() == [(SUPERVISOR, answers.closed_by(named(1), "the case manager"))]
    phones.now += MINUTE_US
    assert phones.text(CASE_MANAGER, "undo") == answers.undone(named(1), Act.DONE)
    assert phones.states() == ["open"]
    assert (SUPERVISOR, answers.open_again(named(1), "the case manager")) in phones.go_on()


def test_what_happened_more_than_ten_minutes_ago_cannot_be_undone(phones: Phones) -> None:
    phones.text(CASE_MANAGER, "1 d")
    phones.now += 11 * MINUTE_US
    assert phones.text(CASE_MANAGER, "undo") == answers.NOTHING_TO_UNDO
    assert phones.states() == ["resolved"]


def test_nobody_undoes_what_another_did_since(phones: Phones) -> None:
    phones.go_on(hours(1))
    phones.text(CASE_MANAGER, "1 a")
    phones.text(CASE_MANAGER, "1 p")
    phones.text(SUPERVISOR, "1 a")
    assert phones.text(CASE_MANAGER, "undo") == answers.NOTHING_TO_UNDO
    assert phones.site.alerts[0].owner_id == 2


def test_liking_the_text_about_an_open_alert_is_asked_about(phones: Phones) -> None:
    liked = "Liked “Handrail: C-1 needs you (missed check-ins). Reply 1 A to take it”"
    assert phones.text(CASE_MANAGER, liked) == "Handrail: Take C-1? Reply A."
    assert phones.text(CASE_MANAGER, liked.replace("C-1", "C-2")) is None
    assert phones.states() == ["open"]


def test_a_former_case_manager_acts_on_nothing(phones: Phones) -> None:
    with phones.site.database.write() as conn:
        conn.execute(update(assignments).values(ended=phones.now))
    phones.text(CASE_MANAGER, "1 d")
    phones.text(CASE_MANAGER, "a")
    assert phones.states() == ["open"]


def test_a_recipient_told_without_an_assignment_may_act_later(phones: Phones) -> None:
    phones.go_on(hours(1))
    assert phones.text(SUPERVISOR, "1 d") == answers.closed(named(1), "done")


def test_an_old_code_of_a_number_that_moved_closes_nothing(database: Database) -> None:
    phones = Phones.of(database, 1, 2)
    with database.write() as conn:
        conn.execute(update(staff).where(staff.c.id == 1).values(phone=None))
        conn.execute(update(staff).where(staff.c.id == 2).values(phone=CASE_MANAGER))
    phones.go_on(hours(1))
    assert phones.states() == ["open", "open"]
    phones.text(CASE_MANAGER, "1 d")
    phones.text(CASE_MANAGER, "2 d")
    assert phones.states() == ["open", "open"]
    phones.text(CASE_MANAGER, "3 d")
    assert sorted(phones.states()) == ["open", "resolved"]


def test_asking_for_the_list_again_reads_on_in_it(database: Database) -> None:
    phones = Phones.of(database, *range(1, 21))
    phones.go_on()
    pages = [phones.text(CASE_MANAGER, "list") or "" for _ in range(3)]
    assert "Reply LIST for the rest." in pages[0]
    assert pages[1] != pages[0]
    assert pages[2] == pages[0]
    assert all(f"{code} C-{code}" in pages[0] + pages[1] for code in range(1, 21))


def test_the_code_of_a_text_about_many_can_be_asked_and_acted_on(database: Database) -> None:
    phones = Phones.of(database, *range(1, 9))
    ((_, words),) = phones.go_on()
    assert "8 alerts about 8 clients need you: 1 C-1, 2 C-2" in words
    assert "1 (C-1) since" in (phones.text(CASE_MANAGER, "1 ?") or "")
    assert phones.text(CASE_MANAGER, "1 a") == answers.yours(named(1))


def test_asking_about_an_alert_of_ones_own_says_how_to_end_it(phones: Phones) -> None:
    phones.text(CASE_MANAGER, "1 a")
    said = phones.text(CASE_MANAGER, "1 ?") or ""
    assert "It is yours. Reply 1 D when done, 1 P to pass on." in said


def advised(phones: Phones, words: str) -> Phones:
    (alert,) = phones.site.alerts
    phones.advice = {alert.rule_id: words}
    return phones


def test_more_is_answered_by_a_line_of_the_rules_advice(phones: Phones) -> None:
    advised(phones, "Call today. Ask how the week went.")
    said = "Handrail: 1 (C-1): Call today. Ask how the week went."
    assert phones.text(CASE_MANAGER, "1 more") == said
    assert phones.text(CASE_MANAGER, "1 más") == said
    assert phones.text(CASE_MANAGER, "more") == said
    assert phones.states() == ["open"]


def test_of_long_advice_a_text_says_the_first_sentence(phones: Phones) -> None:
    advised(phones, "Call today. " + "Ask how the week went. " * 9)
    assert phones.text(CASE_MANAGER, "1 more") == "Handrail: 1 (C-1): Call today."


NO_ADVICE = "Handrail: no advice on 1 can be texted. See: handrail why"


def test_advice_that_a_text_may_not_say_is_not_texted(phones: Phones) -> None:
    assert phones.text(CASE_MANAGER, "1 more") == NO_ADVICE
    advised(phones, "Ask about heroin and the overdose.")
    assert phones.text(CASE_MANAGER, "1 more") == NO_ADVICE
    advised(phones, "Call today.").detail = "reference"
    assert phones.text(CASE_MANAGER, "1 more") == NO_ADVICE


def test_a_mentor_gets_no_advice(phones: Phones) -> None:
    advised(phones, "Call today.")
    phones.site.caseload.staff(4, "mentor", 1, phone="+15550144444")
    phones.site.caseload.consent(1, 4)
    with phones.site.database.write() as conn:
        reply_codes.give(conn, 4, 1, phones.now)
    assert phones.text("+15550144444", "1 more") == NO_ADVICE


def test_more_about_a_clients_text_says_what_to_do_by_how_grave_it_is(phones: Phones) -> None:
    with phones.site.database.write() as conn:
        conn.execute(update(alerts).values(rule_id=CLIENT_TEXT, severity="high"))
    assert phones.text(CASE_MANAGER, "1 more") == (
        "Handrail: 1 (C-1): Call today. Listen first, without blame, and agree on one next step."
    )


def test_passing_on_names_nobody_whom_the_next_step_cannot_tell(phones: Phones) -> None:
    phones.text(SUPERVISOR, "STOP")
    assert phones.text(CASE_MANAGER, "1 ?") == answers.details(
        named(1), "11:00", ["you"], "Nobody else is next."
    )
    with phones.site.database.read() as conn:
        assert explain(conn, 1, BUILT_IN, phones.now).next_step is None
    assert phones.text(CASE_MANAGER, "1 p") == answers.passed_on(named(1), None)
    assert any(number == ADMIN and "C-1" in words for number, words in phones.go_on())


def test_passing_on_promises_no_admin_whom_the_policy_does_not_tell(database: Database) -> None:
    site = Site(database).with_people()
    site.routing = routing({"to": "case_manager", "else": "nobody"}, severities=("medium",))
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    phones = Phones(site)
    site.evaluate()
    assert phones.text(CASE_MANAGER, "1 p") == answers.passed_on(named(1), None, admins=False)
    assert all(number != ADMIN for number, _ in phones.go_on())


def test_passing_on_a_muted_alert_says_until_when_nobody_is_told(phones: Phones) -> None:
    with phones.site.database.write() as conn:
        mutes.add(conn, 1, None, phones.now + hours(30), "in hospital", phones.now)
    told = answers.passed_on(named(1), "supervisor", "Wed 18:00")
    following = "Next: the supervisor at Wed 18:00."
    assert phones.text(CASE_MANAGER, "1 ?") == answers.details(
        named(1), "11:00", ["you"], following
    )
    assert phones.text(CASE_MANAGER, "1 p") == told
    assert phones.go_on(hours(1)) == []


def test_a_supervisor_who_insists_takes_an_alert_over(phones: Phones) -> None:
    phones.told(hours(2))
    phones.text(CASE_MANAGER, "1 a")

    offered = phones.text(SUPERVISOR, "1 a")
    taken = phones.text(SUPERVISOR, "1 a")

    assert (
        offered == "Handrail: 1 (C-1) is with the case manager. To take it over, reply 1 A again."
    )
    assert taken == answers.yours(named(1))
    assert (CASE_MANAGER, answers.taken_by(named(1), "the supervisor")) in phones.go_on()


def test_a_case_manager_takes_nothing_over_by_insisting(phones: Phones) -> None:
    phones.told(hours(2))
    phones.text(SUPERVISOR, "1 a")

    said = [phones.text(CASE_MANAGER, "1 a") for _ in range(2)]

    assert said == [answers.already_taken(named(1), "the supervisor")] * 2
