"""A preview measures alerts against an outcome, and against another version of the rules."""

from __future__ import annotations

from sqlalchemy import insert

from engine.flows.replay.preview import Preview
from engine.model.instant import DAY_US
from engine.store.tables.people import record_entries
from engine.studies.alert_value import AlertValue
from engine.studies.at_risk import AtRisk
from engine.studies.observed_time import MONTH_US
from engine.studies.preview import ANY_LIVE, PreviewQuery, PreviewResult
from tests.flows.replay.previewing import MISSED, ONE, POSITIVE, TWO_MISSED, previewed
from tests.kit.site import Site, rulebook_of, written_rule
from tests.kit.times import NOON, hours

MONTH = {"outcome": "positive", "lead": 7 * DAY_US, "horizon": 30 * DAY_US}


def measured(found: PreviewResult, rule: str = "one-missed") -> AlertValue:
    outcome = found.version.outcome
    assert outcome is not None
    (sort,) = outcome.sorts(rule)
    return outcome.value(sort)


def test_good_news_warns_of_nothing(site: Site) -> None:
    """Of all live rules together only alerts of medium severity and above count."""
    site.caseload.event(1, "check_in", NOON - hours(20 * 24), status="completed")
    site.missed(NOON - hours(15 * 24))
    site.caseload.event(1, "test", NOON - hours(5 * 24), result="positive")
    good = written_rule(
        "good", "{count: check_in, where: {status: completed}, at_least: 1}", severity="low"
    )
    rules = (ONE, good, written_rule("positive", POSITIVE, status="shadow"))
    found = previewed(site, *rules, **MONTH)
    assert measured(found, "good").alerts == 1
    assert measured(found, ANY_LIVE) == measured(found)


def test_what_rules_are_worth_before_an_outcome(site: Site) -> None:
    """Told 60 and 40 days ago; positive 50 days ago, so the second alert is no longer at risk."""
    site.missed(NOON - hours(60 * 24))
    site.caseload.event(1, "test", NOON - hours(50 * 24), result="positive")
    site.missed(NOON - hours(40 * 24))
    site.caseload.event(1, "check_in", NOON - hours(1), status="completed")
    found = previewed(site, ONE, written_rule("positive", POSITIVE, status="shadow"), **MONTH)
    outcome = found.version.outcome
    assert outcome is not None
    assert (outcome.clients, outcome.reached) == (1, 1)
    assert outcome.sorts("positive") == []  # the outcome does not warn of itself
    one = measured(found)
    assert (one.alerts, one.reach.value, one.precision.value, one.days_before) == (1, 1, 1, 10)


def test_a_client_is_at_risk_once_the_rule_named_by_from_has_held(site: Site) -> None:
    """Positive 80 and 50 days ago, and clean between: the first positive is not the outcome."""
    for days_ago in (80, 50):
        site.caseload.event(1, "test", NOON - hours(days_ago * 24), result="positive")
    site.caseload.event(1, "test", NOON - hours(70 * 24), result="negative")
    site.missed(NOON - hours(75 * 24))
    site.missed(NOON - hours(60 * 24))
    site.caseload.client(2)
    site.missed(NOON - hours(60 * 24), 2)
    rules = (
        ONE,
        written_rule("positive", POSITIVE, status="shadow"),
        written_rule("clean", POSITIVE.replace("positive", "negative"), status="shadow"),
    )
    found = previewed(site, *rules, **MONTH, at_risk_from="clean")
    outcome = found.version.outcome
    assert outcome is not None
    assert (outcome.clients, outcome.reached, outcome.not_at_risk) == (1, 1, 1)
    assert outcome.client_months * MONTH_US == 20 * DAY_US
    assert measured(found).alerts == 1


def test_who_is_at_risk_can_be_given_and_then_no_rule_says_so(site: Site) -> None:
    site.caseload.client(2)
    site.missed(NOON - hours(60 * 24))
    cohort = {
        "C-1": AtRisk(NOON - 80 * DAY_US, NOON - 50 * DAY_US, NOON),
        "C-9": AtRisk(0, None, NOON),
    }
    found = previewed(site, ONE, **{**MONTH, "outcome": "admitted", "cohort": cohort})
    outcome = found.version.outcome
    assert outcome is not None
    assert (outcome.clients, outcome.reached, outcome.not_at_risk) == (1, 1, 1)
    assert measured(found).days_before == 10


def test_groups_are_by_the_attributes_as_the_time_at_risk_began(site: Site) -> None:
    entered = NOON - hours(100 * 24)
    for number in (2, 3):
        site.caseload.client(number)
    with site.database.write() as conn:
        conn.execute(
            insert(record_entries),
            [
                {"client_id": client, "at": at, "entry": "arm", "value": value}
                for client, at, value in ((1, 0, "a"), (1, entered, "b"), (2, 0, "b"), (3, 0, "a"))
            ],
        )
    for number in (1, 2, 3):
        site.missed(NOON - hours(200 * 24), number)
    found = previewed(site, ONE, written_rule("positive", POSITIVE, status="shadow"), **MONTH)
    outcome = found.version.outcome
    assert outcome is not None
    groups = outcome.by_group(outcome.sorts("one-missed")[0])
    assert {name: clients for name, (clients, _) in groups.items()} == {
        ("arm", "a"): 2,
        ("arm", "b"): 1,
    }


def test_rules_that_read_the_same_events_as_the_outcome_are_named(site: Site) -> None:
    again = written_rule("again", "{count: test, where: {result: refused}, at_least: 1}")
    found = previewed(site, ONE, again, written_rule("positive", POSITIVE), **MONTH)
    assert found.same_kinds == {"again": {"test"}}


def test_against_another_version_what_is_gained_lost_and_changed_is_counted_and_listed(
    site: Site,
) -> None:
    site.caseload.client(2)
    site.missed(NOON - hours(20 * 24))
    site.missed(NOON - hours(10 * 24))
    site.missed(NOON - hours(9 * 24))
    site.missed(NOON - hours(10 * 24), 2)
    old, new = [ONE, written_rule("gone", MISSED)], [written_rule("one-missed", TWO_MISSED)]
    preview = Preview(PreviewQuery(0, NOON), site.routing, rulebook_of(*new), rulebook_of(*old))
    with site.database.read() as conn:
        rows = [row for _, batch in preview.batches(conn) for row in batch]
    found = preview.result
    assert found.difference.spans["one-missed"] == {"lost": 2, "changed": 1}
    assert found.difference.spans["gone"] == {"lost": 3}
    assert list(found.difference.refs["lost", "one-missed"]) == ["C-1", "C-2"]
    assert [(row.client.ref, row.change) for row in rows if row.span.rule_id == "one-missed"] == [
        ("C-1", "lost"),
        ("C-1", "changed from"),
        ("C-1", "changed to"),
        ("C-2", "lost"),
    ]
    assert found.against is not None
    assert found.against.tally.rules["one-missed"].alerts == 3


def test_of_gained_and_lost_alerts_it_is_known_whether_the_outcome_followed(site: Site) -> None:
    site.missed(NOON - hours(60 * 24))
    site.caseload.event(1, "test", NOON - hours(50 * 24), result="positive")
    site.caseload.event(1, "check_in", NOON - hours(1), status="completed")
    positive = written_rule("positive", POSITIVE, status="shadow")
    found = previewed(site, positive, against=[ONE, positive], **MONTH)
    lost = found.difference.outcomes["lost"]
    assert lost.value(lost.sorts("one-missed")[0]).precision.value == 1
    assert found.difference.outcomes["gained"].sorts("one-missed") == []
