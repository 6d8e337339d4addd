"""A rule set that forty clients trip already goes live: nobody's phone buzzes forty times."""

from __future__ import annotations

from engine.flows.delivery import deliver
from engine.store.database.connection import Database
from engine.store.tables.messages import outbox
from tests.kit.carrier import Carrier
from tests.kit.phones import headline
from tests.kit.site import MISSED, Site, rulebook, rulebook_of, written_rule
from tests.kit.times import MINUTE, NOON, hours

THREE_MISSED = "{count: check_in, where: {status: missed}, within: 7 days, at_least: 3}"
# From two missed check-ins on it is an alert, and from two within one hour on an urgent one.
URGENT = written_rule(
    "urgent",
    "{count: check_in, where: {status: missed}, within: 1 day, at_least: 2}",
    severity="urgent",
)
NEW = rulebook_of(written_rule("missed", MISSED), URGENT)


def live(site: Site, carrier: Carrier, begin: int, minutes: int) -> None:
    """The daemon's work, minute by minute."""
    for minute in range(minutes):
        now = begin + minute * MINUTE
        site.evaluate(now)
        while deliver.run(site.database, carrier, now, "a"):
            pass


def test_forty_clients_trip_a_new_rule(database: Database) -> None:
    site = Site(database, rules=rulebook(THREE_MISSED))
    site.caseload.staff(1, "case_manager")
    site.caseload.staff(2, "case_manager")
    site.caseload.staff(3, "supervisor")
    for client_id in range(1, 42):
        site.caseload.client(client_id)
        site.caseload.assign(1 if client_id <= 25 else 2, "case_manager", client_id)
        site.missed(NOON - hours(2), client_id)
        site.missed(NOON - hours(2 if client_id == 41 else 30), client_id)
    # 12:00. By the rules so far nobody needs anybody.
    carrier = Carrier()
    live(site, carrier, NOON, 2)
    assert not carrier.asked

    # 13:00. The new rules are accepted. The one urgent alert is told at once, the forty others in a
    # text a recipient.
    site.serve(NEW)
    live(site, carrier, NOON + hours(1), 30)
    texts = [(message.to, message.body) for message in carrier.asked]
    assert texts[0][0].endswith("2")
    assert texts[0][1].startswith("Handrail: C-41 needs you")
    assert sorted((number, headline(words)) for number, words in texts[1:]) == [
        ("+15550100001", "25 clients newly need you"),
        ("+15550100002", "16 clients newly need you"),
    ]

    # 14:00. No alert is taken, so each climbs; the supervisor gets one text about the lesser ones.
    live(site, carrier, NOON + hours(2), 30)
    later = [message.body for message in carrier.asked[3:]]
    assert [headline(body) for body in later if "C-41" not in body] == [
        "40 alerts about 40 clients need you"
    ]
    assert {row.state for row in site.rows(outbox)} == {"accepted"}


def test_one_client_who_trips_a_new_rule_is_told_as_any_other(database: Database) -> None:
    site = Site(database, rules=rulebook(THREE_MISSED)).with_people()
    site.missed(NOON - hours(2))
    site.missed(NOON - hours(30))
    carrier = Carrier()
    live(site, carrier, NOON, 1)
    site.serve(rulebook())
    live(site, carrier, NOON + MINUTE, 4)
    assert [message.body[:40] for message in carrier.asked] == [
        "Handrail: C-1 needs you (missed check-in"
    ]


def test_what_happened_since_the_last_evaluation_is_told_one_by_one(database: Database) -> None:
    site = Site(database, rules=rulebook(THREE_MISSED)).with_people()
    site.missed(NOON - hours(30))
    carrier = Carrier()
    live(site, carrier, NOON, 1)
    site.missed(NOON + MINUTE)
    site.serve(rulebook())
    live(site, carrier, NOON + 2 * MINUTE, 1)
    assert site.messages == [(0, 1, "step")]
