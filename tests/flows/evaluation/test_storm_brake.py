"""The storm brake: many texts at once go out as one to each recipient."""

from __future__ import annotations

from engine.flows.delivery import deliver
from engine.flows.operations import watchdog
from engine.store.database.connection import Database
from tests.kit.carrier import Carrier
from tests.kit.phones import headline
from tests.kit.site import Site, rulebook_of, written_rule
from tests.kit.times import MINUTE, NOON, hours

TWO = "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}"
URGENT = written_rule(
    "urgent", "{latest: check_in.craving, not_older_than: 1 day, at_least: 9}", severity="urgent"
)
BOOK = rulebook_of(written_rule("missed", TWO), URGENT)


def sites(database: Database, clients: int) -> Site:
    """As many clients as there are, four to a case manager.

    Each has missed a check-in by yesterday.
    """
    site = Site(database, rules=BOOK)
    site.caseload.staff(99, "admin")
    for client_id in range(1, clients + 1):
        site.caseload.client(client_id)
        if client_id % 4 == 1:
            site.caseload.staff(client_id, "case_manager")
        site.caseload.assign((client_id - 1) // 4 * 4 + 1, "case_manager", client_id)
        site.missed(NOON - hours(24), client_id)
    site.evaluate(NOON - hours(23))
    return site


def sent(site: Site, begin: int, minutes: int) -> list[str]:
    carrier = Carrier()
    for minute in range(minutes):
        watchdog.run(site.database, begin + minute * MINUTE)
        while deliver.run(site.database, carrier, begin + minute * MINUTE, "a"):
            pass
    return [message.body for message in carrier.asked]


def test_in_a_storm_each_gets_one_text_urgent_ones_come_at_once_and_the_admin_hears_of_it(
    database: Database,
) -> None:
    site = sites(database, 16)
    for client_id in range(1, 17):
        site.missed(NOON, client_id)
    site.caseload.event(16, "check_in", NOON, status="completed", craving=10)
    site.evaluate(NOON)
    now = sent(site, NOON, 2)
    assert [words[:23] for words in now if "C-16" in words] == ["Handrail: C-16 needs yo"]
    assert [words for words in now if "C-16" not in words] == [
        "Handrail: far more alerts at once than ever. The log says more."
    ]
    assert sorted(map(headline, sent(site, NOON + 2 * MINUTE, 10))) == [
        f"{many} alerts about {many} clients need you" for many in (3, 4, 4, 4)
    ]


def test_what_comes_while_the_storm_lasts_is_gathered_too(database: Database) -> None:
    site = sites(database, 16)
    for client_id in range(1, 13):
        site.missed(NOON, client_id)
    site.evaluate(NOON)
    for client_id in range(13, 17):
        site.missed(NOON + MINUTE, client_id)
    site.evaluate(NOON + MINUTE)
    texts = [words for words in sent(site, NOON + MINUTE, 10) if "far more" not in words]
    assert [*map(headline, texts)] == ["4 alerts about 4 clients need you"] * 4


def test_below_that_each_alert_is_a_text_of_its_own(database: Database) -> None:
    site = sites(database, 16)
    for client_id in range(1, 10):
        site.missed(NOON, client_id)
    site.evaluate(NOON)
    assert len(sent(site, NOON, 10)) == 9
