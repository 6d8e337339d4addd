"""A preview counts what live work would have done, and nothing is written."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from engine.flows.escalation.recipients import RecipientResolver, StaffDirectory
from engine.flows.evaluation.caseload import histories
from engine.flows.replay.preview import Preview
from engine.flows.replay.simulated_notifications import simulate
from engine.model.instant import DAY_US
from engine.store.database.connection import Database
from engine.store.people import absences
from engine.store.tables import metadata, people
from engine.store.tables.alerts import alerts, evaluations
from engine.store.tables.messages import outbox
from engine.store.tables.people import assignments, record_entries
from engine.studies.alert_value import AlertValue
from engine.studies.at_risk import AtRisk
from engine.studies.observed_time import MONTH_US
from engine.studies.preview import ANY_LIVE, PreviewQuery, PreviewResult
from tests.kit.site import Site, routing, rulebook_of, written_rule
from tests.kit.times import NOON, hours

MISSED = "{count: check_in, where: {status: missed}, within: 2 days, at_least: 1}"
TWO_MISSED = "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}"
POSITIVE = "{count: test, where: {result: positive}, within: 7 days, at_least: 1}"
ADMIN = 3
ONE = written_rule("one-missed", MISSED)


@pytest.fixture
def site(sqlite_database: Database) -> Site:
    return Site(sqlite_database).with_people()


def previewed(
    site: Site, *rules: str, against: list[str] | None = None, **asked: Any
) -> PreviewResult:
    given = {"since": 0, "until": NOON, **asked}
    other = rulebook_of(*against) if against else None
    preview = Preview(PreviewQuery(**given), site.routing, rulebook_of(*rules), other)
    with site.database.read() as conn:
        for _ in preview.batches(conn):
            pass
    return preview.result


def texts(found: PreviewResult) -> dict[str, list[int]]:
    """By recipient, the hours of their texts that have any."""
    recipients = found.version.tally.recipients
    return {
        ref: [hour for hour in range(24) for _ in range(one.by_hour[hour])]
        for ref, one in recipients.items()
    }


def live(
    site: Site, rulebook: Any, happened: list[tuple[float, str, dict[str, Any]]]
) -> list[tuple[int, int]]:
    """The (staff, when) of every text in the outbox, with evaluation at each due instant."""
    site.serve(rulebook)
    for days_ago, kind, fields in [*sorted(happened, key=lambda one: -one[0]), (0, "", {})]:
        now = NOON - round(days_ago * DAY_US)
        while (due := _next_due(site)) < now:
            site.evaluate(due)
        if kind:
            site.caseload.event(1, kind, now, **fields)
            site.evaluate(now)
    return sorted(
        (row.staff_id, row.created_at) for row in site.rows(outbox) if row.bundle_id is None
    )


def _next_due(site: Site) -> int:
    with site.database.read() as conn:
        instants = [
            *conn.scalars(select(evaluations.c.next_due_at)),
            *conn.scalars(select(alerts.c.next_step_at)),
        ]
    return min((at for at in instants if at is not None), default=NOON)


def test_the_texts_are_those_that_live_work_decides_on(site: Site) -> None:
    """Inhibition, a raised severity, two alerts in one text, and a mentor's consent that ends.

    Each policy has the first step alone.
    """
    never = {"remind": "52 weeks"}  # a preview tells of first steps alone
    rules = [
        written_rule("one-missed", MISSED, quiets="[two-missed]", notify="mentor_only", **never),
        written_rule("two-missed", TWO_MISSED, hold="2 hours", clears_after="1 day", **never),
        written_rule("positive", POSITIVE, severity="high", quiets="[two-missed]", **never),
        written_rule("positive-too", POSITIVE, **never),
    ]
    later = [{"after": "1 hour", "to": "mentor"}]
    site.routing = routing({"to": "case_manager"}, mentor_only=later)
    site.caseload.staff(4, "mentor", 1)
    site.caseload.consent(1, 4, expires_at=NOON - hours(20 * 24))
    happened = [
        (day, "check_in", {"status": "missed"}) for day in (40, 39.5, 37, 30, 29.8, 12, 8, 7.5)
    ]
    happened += [(day, "test", {"result": "positive"}) for day in (36, 28, 8)]
    rulebook = rulebook_of(*rules)
    sent = live(site, rulebook, happened)
    with site.database.read() as conn:
        spans = [span for span in rulebook.replay(histories(conn, [1], NOON)) if span.began < NOON]
        told = simulate(spans, rulebook.rules, site.routing, StaffDirectory(conn, 0, NOON), 0, NOON)
    assert sorted((text.staff.id, text.at) for text in told.texts) == [
        one for one in sent if one[0] != ADMIN
    ]
    assert len(told.reach_nobody) == len([one for one in sent if one[0] == ADMIN]) == 2
    assert len(told.texts) == 8


def test_nothing_is_written(site: Site) -> None:
    site.missed(NOON - hours(5))
    before = {table.name: site.rows(table) for table in metadata.sorted_tables}
    previewed(site, ONE)
    assert {table.name: site.rows(table) for table in metadata.sorted_tables} == before


def test_quiet_hours_hold_back_what_is_not_urgent_until_they_end(site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(
            update(people.staff).values(
                quiet_from="21:00", quiet_to="07:00", timezone="America/New_York"
            )
        )
    site.missed(NOON - hours(30))  # two in the morning in New York
    assert texts(previewed(site, ONE)) == {"S-1": [7]}
    found = previewed(site, written_rule("one-missed", MISSED, severity="urgent"))
    assert texts(found) == {"S-1": [2]}
    assert found.version.tally.recipients["S-1"].at_night == 1


def test_a_text_is_taken_back_where_the_alert_is_over_before_quiet_hours_are(site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(update(people.staff).values(quiet_from="00:00", quiet_to="10:00"))
    site.missed(NOON - hours(4 * 24 + 11))
    rule = written_rule(
        "one-missed", "{count: check_in, where: {status: missed}, within: 4 hours, at_least: 1}"
    )
    found = previewed(site, rule)
    assert texts(found) == {}
    assert found.version.tally.rules["one-missed"].taken_back == 1


def test_who_was_assigned_then_is_told_and_where_nobody_was_the_next_step_is(site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(
            update(assignments).values(began=NOON - hours(20 * 24), ended=NOON - hours(10 * 24))
        )
    for days_ago in (30, 15, 5):
        site.missed(NOON - hours(days_ago * 24))
    assert texts(previewed(site, ONE)) == {"S-2": [12, 12], "S-1": [12]}


def test_who_was_absent_then_is_not_told_but_who_stood_in_for_them(site: Site) -> None:
    site.caseload.staff(4, "case_manager")
    with site.database.write() as conn:
        absences.add(conn, 1, NOON - hours(6 * 24), NOON - hours(4 * 24), 4)
    for days_ago in (15, 5):
        site.missed(NOON - hours(days_ago * 24))
    assert texts(previewed(site, ONE)) == {"S-1": [12], "S-4": [12]}


def test_whom_a_replay_can_tell_at_an_instant_is_whom_live_work_could(database: Database) -> None:
    site = Site(database).with_people()
    site.caseload.client(2)
    site.caseload.staff(4, "mentor", 1, 2)
    site.caseload.consent(1, 4, given_at=NOON - 30, expires_at=NOON - 10)
    with site.database.write() as conn:
        conn.execute(
            update(assignments)
            .where(assignments.c.staff_id == 1)
            .values(began=NOON - 40, ended=NOON - 20)
        )
        absences.add(conn, 2, NOON - 15, NOON - 5, 1)
    site.missed(NOON - hours(1))
    assert previewed(site, ONE).version.tally.total({"live"}) == 1
    with site.database.read() as conn:
        people = StaffDirectory(conn, 0, NOON)
        people.take([1, 2])
        for now in range(NOON - 50, NOON, 5):
            for client_id in (1, 2):
                assert people.at(now).about(client_id) == RecipientResolver(conn, now).about(
                    client_id
                )


def rows_of(site: Site, *rules: str) -> list[tuple[str, str, float, float | None, float | None]]:
    """Each row of a preview: rule, severity; hours before NOON of its begin, end, notification."""
    preview = Preview(PreviewQuery(0, NOON), site.routing, rulebook_of(*rules), None)
    with site.database.read() as conn:
        rows = [row for _, batch in preview.batches(conn) for row in batch]

    def ago(at: int | None) -> float | None:
        return None if at is None else (NOON - at) / hours(1)

    return [
        (
            row.span.rule_id,
            row.span.severity,
            (NOON - row.span.began) / hours(1),
            ago(row.span.ended),
            ago(row.notified),
        )
        for row in rows
    ]


def test_a_row_is_cut_where_people_are_told_again_and_where_the_severity_rises(site: Site) -> None:
    """Missed 100 and 70 hours ago: told, told again after a day, and told at once when it rises."""
    for ago in (100, 70):
        site.missed(NOON - hours(ago))
    rule = written_rule(
        "one-missed", MISSED, tell_again="1 day", **{"raise": f"{{to: high, when: {TWO_MISSED}}}"}
    )
    assert rows_of(site, rule) == [
        ("one-missed", "medium", 100, 76, 100),
        ("one-missed", "medium", 76, 70, 76),
        ("one-missed", "high", 70, 46, 70),
        ("one-missed", "high", 46, 22, 46),
    ]


def test_a_row_says_when_the_first_text_goes_after_the_policy_and_quiet_hours(site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(update(people.staff).values(quiet_from="00:00", quiet_to="10:00"))
    site.missed(NOON - hours(34))  # at two in the morning
    assert rows_of(site, ONE) == [("one-missed", "medium", 34, None, 26)]


def test_a_row_of_an_alert_that_nobody_is_told_of_has_no_instant_of_a_text(site: Site) -> None:
    site.missed(NOON - hours(40))
    site.missed(NOON - hours(20))
    quieted = written_rule("one-missed", MISSED, quiets="[two-missed]")
    trial = written_rule("trial", MISSED, status="shadow")
    assert rows_of(site, quieted, written_rule("two-missed", TWO_MISSED), trial) == [
        ("one-missed", "medium", 40, None, 40),
        ("trial", "medium", 40, None, None),
        ("two-missed", "medium", 20, None, None),
    ]


def test_an_alert_that_reaches_nobody_is_counted_apart(site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(update(people.staff).values(active=False))
    site.missed(NOON - hours(30))
    found = previewed(site, ONE)
    assert (texts(found), found.version.tally.rules["one-missed"].reach_nobody) == ({}, 1)


def test_an_alert_that_is_meant_for_nobody_is_not_counted_as_reaching_nobody(site: Site) -> None:
    meant = {"to": "mentor", "else": "nobody"}
    site.routing = routing(meant, severities=("high", "medium", "low"))
    site.missed(NOON - hours(30))
    found = previewed(site, ONE)
    assert (texts(found), found.version.tally.rules["one-missed"].reach_nobody) == ({}, 0)


def test_a_replay_sees_assignments_as_they_were(site: Site) -> None:
    with site.database.write() as conn:
        ended = {"ended": NOON - hours(20)}
        conn.execute(update(assignments).where(assignments.c.client_id == 1).values(**ended))
    site.missed(NOON - hours(30))
    alone = f"{{all: [{MISSED}, {{client: has_case_manager, is: no}}]}}"
    rulebook = rulebook_of(written_rule("alone", alone))
    with site.database.read() as conn:
        (span,) = rulebook.replay(histories(conn, [1], NOON))
    assert span.began == NOON - hours(20)


@pytest.mark.parametrize("status", ["shadow", "draft"])
def test_a_rule_that_is_not_live_texts_nobody_and_its_alerts_are_counted_apart(
    site: Site, status: str
) -> None:
    site.missed(NOON - hours(30))
    tally = previewed(site, written_rule("one-missed", MISSED, status=status)).version.tally
    assert (tally.total({"live"}), tally.total({status}), tally.recipients) == (0, 1, {})
    assert tally.clients["C-1"].alerts == {"untold": 1}
    assert tally.pressing_per_month == 0


def test_a_retired_rule_counts_nowhere(site: Site) -> None:
    site.missed(NOON - hours(30))
    tally = previewed(site, ONE, written_rule("old", MISSED, status="retired")).version.tally
    assert set(tally.rules) == {"one-missed"}


def test_alerts_count_in_the_week_in_which_the_client_lives(site: Site) -> None:
    """One in the morning on Monday 1 June in UTC is Sunday in Denver."""
    with site.database.write() as conn:
        conn.execute(update(people.clients).values(timezone="America/Denver"))
    site.missed(NOON - hours(35))
    (monday,) = previewed(site, ONE).version.tally.weeks
    assert monday.isoformat() == "2026-05-25"


def test_only_alerts_that_began_in_the_period_count_but_what_began_before_still_quiets(
    site: Site,
) -> None:
    site.missed(NOON - hours(40))
    site.missed(NOON - hours(20))
    rules = [
        written_rule("one-missed", MISSED, quiets="[two-missed]"),
        written_rule("two-missed", TWO_MISSED),
    ]
    tally = previewed(site, *rules, since=NOON - hours(30)).version.tally
    assert {rule_id: one.alerts for rule_id, one in tally.rules.items()} == {
        "one-missed": 0,
        "two-missed": 1,
    }
    assert sum(one.texts for one in tally.recipients.values()) == 0


def test_a_client_is_observed_while_in_care_until_the_last_event_known_by_then(site: Site) -> None:
    """A client enrolled 400 days ago, on leave from day 300 to 310, last heard from on day 390.

    An event comes after.
    """
    leave = [(NOON - hours(100 * 24), "leave_began"), (NOON - hours(90 * 24), "leave_ended")]
    with site.database.write() as conn:
        conn.execute(
            insert(record_entries),
            [{"client_id": 1, "at": at, "entry": word, "value": None} for at, word in leave],
        )
    site.caseload.client(2)
    site.caseload.event(1, "check_in", NOON - hours(10 * 24), status="completed")
    site.caseload.event(1, "check_in", NOON + hours(24), status="completed")
    found = previewed(site, ONE)
    assert found.version.tally.followed_for == 380 * DAY_US
    assert found.version.tally.observed_clients == 1
    assert (found.first, found.last) == (NOON - hours(400 * 24), NOON - hours(10 * 24))
    assert (
        previewed(site, ONE, since=NOON - hours(95 * 24)).version.tally.followed_for == 80 * DAY_US
    )


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
