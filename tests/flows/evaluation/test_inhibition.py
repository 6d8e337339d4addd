"""An unresolved alert keeps those it quiets from notifying; afterwards the open ones notify."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine.flows.delivery import deliver
from engine.flows.operations import watchdog
from engine.store.alerts.alert_records import transitions_of
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import outbox
from tests.kit.carrier import Carrier
from tests.kit.site import Site, rulebook_of, written_rule
from tests.kit.times import NOON, hours

ONE_IN_TWO_DAYS = "{count: check_in, where: {status: missed}, within: 2 days, at_least: 1}"
TWO = "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}"
CALM = written_rule("calm", TWO, reason="missed check-ins")


def rules(**words: str) -> object:
    return rulebook_of(CALM, written_rule("loud", ONE_IN_TWO_DAYS, reason="please call", **words))


@pytest.fixture
def site(database: Database) -> Site:
    """Both rules hold from an hour ago on; `loud` ends in 47 hours, `calm` days later."""
    site = Site(database, rules=rules(quiets="[calm]")).with_people()  # type: ignore[arg-type]
    site.missed(NOON - hours(30))
    site.missed(NOON - hours(1))
    return site


def set_alert(site: Site, alert_id: int, **values: object) -> None:
    with site.database.write() as conn:
        conn.execute(update(alerts).where(alerts.c.id == alert_id).values(values))


def by_rule(site: Site) -> dict[str, int]:
    return {row.rule_id: row.id for row in site.alerts}


def told_of(site: Site) -> list[tuple[int, int]]:
    """(alert, staff) of every message."""
    return [(row.alert_id, row.staff_id) for row in site.rows(outbox)]


def test_the_quieted_alert_is_recorded_with_what_quiets_it_and_nobody_is_told(site: Site) -> None:
    site.evaluate()
    loud, calm = by_rule(site)["loud"], by_rule(site)["calm"]
    assert told_of(site) == [(loud, 1)]
    row = next(row for row in site.alerts if row.id == calm)
    assert (row.state, row.inhibited_by, row.next_step_at) == ("open", loud, None)
    with site.database.read() as conn:
        assert [one.why for one in transitions_of(conn, calm)] == [
            "began",
            f"quieted by alert {loud}",
        ]


def test_it_climbs_no_further_and_is_not_adrift(site: Site) -> None:
    site.evaluate()
    site.evaluate(NOON + hours(1))
    assert {alert for alert, _ in told_of(site)} == {by_rule(site)["loud"]}
    with site.database.read() as conn:
        assert watchdog.broken_promises(conn, NOON + hours(1)) == []


def test_when_the_quieting_alert_clears_the_one_that_still_holds_is_told(site: Site) -> None:
    site.evaluate()
    site.evaluate(NOON + hours(47))
    calm = by_rule(site)["calm"]
    assert told_of(site)[-1] == (calm, 1)
    assert next(row for row in site.alerts if row.id == calm).inhibited_by is None
    site.evaluate(NOON + hours(47))
    assert told_of(site).count((calm, 1)) == 1


def test_when_the_quieting_alert_is_resolved_the_other_is_told_at_the_next_tick(
    site: Site,
) -> None:
    site.evaluate()
    set_alert(site, by_rule(site)["loud"], state="resolved", resolution="done")
    assert site.evaluate(NOON + 5).steps == 1
    assert told_of(site)[-1] == (by_rule(site)["calm"], 1)


def test_an_alert_taken_meanwhile_is_not_told_again(site: Site) -> None:
    site.evaluate()
    set_alert(site, by_rule(site)["calm"], state="acknowledged", owner_id=1)
    set_alert(site, by_rule(site)["loud"], state="resolved", resolution="done")
    site.evaluate(NOON + 5)
    assert by_rule(site)["calm"] not in {alert for alert, _ in told_of(site)}


def test_what_waits_to_be_sent_is_taken_back_when_something_louder_opens(
    database: Database,
) -> None:
    site = Site(database, rules=rulebook_of(CALM)).with_people()
    site.missed(NOON - hours(30))
    site.missed(NOON - hours(1))
    site.evaluate()
    site.serve(rules(quiets="[calm]"))
    site.evaluate(NOON + 1)
    assert [row.state for row in site.rows(outbox) if row.alert_id == by_rule(site)["calm"]] == [
        "cancelled"
    ]
    assert not Carrier().asked
    carrier = Carrier()
    while deliver.run(database, carrier, NOON + hours(0.1), "a"):
        pass
    assert [message.id for message in carrier.asked] == [
        row.id for row in site.rows(outbox) if row.state == "accepted"
    ]
    assert len(carrier.asked) == 1


def test_a_rule_set_that_no_longer_quiets_it_lets_it_be_told(site: Site) -> None:
    site.evaluate()
    site.serve(rules())
    site.evaluate(NOON + 1)
    assert told_of(site)[-1] == (by_rule(site)["calm"], 1)
