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
from engine.studies.preview import PreviewQuery
from tests.flows.replay.previewing import ADMIN, MISSED, ONE, POSITIVE, TWO_MISSED, previewed, texts
from tests.kit.site import Site, routing, rulebook_of, written_rule
from tests.kit.times import NOON, hours


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
