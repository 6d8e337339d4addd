"""Expectations become rows, end once, and a missed one is an event like any other."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time

import pytest

from engine.errors import SourcesError, UserError
from engine.flows.intake import ingest
from engine.flows.schedules import settle
from engine.flows.schedules.change import change_schedule
from engine.flows.schedules.client_plan import ScheduleContext
from engine.model.outages import Feed
from engine.model.schedule import ChangeKind, ScheduleChange
from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.intake import histories, source_health
from engine.store.operations.counts import expectations_of_a_day
from engine.store.tables.schedules import expectations
from tests.kit.schedule_site import DAILY, ScheduleSite
from tests.kit.times import DAY, HOUR, MINUTE, NOON, SECOND, clock
from tests.kit.twilio_site import Arrivals

TODAY, TOMORROW = "2026-06-02", "2026-06-03"


@pytest.fixture
def site(database: Database) -> ScheduleSite:
    site = ScheduleSite(database)
    site.with_people()
    site.accept(NOON)
    site.at(NOON)
    return site


def test_a_check_in_that_does_not_come_is_missed_at_the_end_of_its_grace_and_raises_an_alert(
    site: ScheduleSite,
) -> None:
    assert site.outcomes == [(TODAY, None), (TOMORROW, None)]
    assert site.evaluation().next_due_at == clock("22:00")
    site.at(clock("21:59"))
    assert site.missed_events == []
    site.at(clock("22:00"))
    assert site.outcomes == [(TODAY, "missed"), (TOMORROW, None)]
    assert site.missed_events == [(clock("22:00"), '{"status":"missed"}')]
    assert [alert.rule_id for alert in site.alerts] == ["missed-one"]
    assert site.messages == [(0, 1, "step")]


def test_the_expectations_of_a_day_are_counted_by_outcome(site: ScheduleSite) -> None:
    site.at(clock("22:00"), clock("22:00", 1), clock("22:00", 2))
    with site.database.read() as conn:
        found = expectations_of_a_day(conn, clock("22:00", 2))
        assert found == {"missed": 1, "open": 1}


def test_a_check_in_on_the_day_keeps_it(site: ScheduleSite) -> None:
    site.caseload.event(1, "check_in", clock("21:59"), status="completed")
    site.at(clock("22:00"), clock("23:00"))
    assert site.outcomes == [(TODAY, "kept"), (TOMORROW, None)]
    assert site.missed_events == site.alerts == []


def test_one_check_in_keeps_one_day_alone(site: ScheduleSite) -> None:
    site.caseload.event(1, "check_in", clock("13:00"), craving=3)
    site.at(clock("22:00"), clock("22:00", 1))
    assert site.outcomes[:2] == [(TODAY, "kept"), (TOMORROW, "missed")]


def test_an_event_of_any_kind_of_a_signal_keeps_a_schedule_that_expects_it(
    site: ScheduleSite,
) -> None:
    signal = "signals: {heard_from: [check_in, {kind: contact, where: {outcome: reached}}]}\n"
    site.plan(DAILY.replace("expects: check_in", "expects: heard_from") + signal)
    site.caseload.event(1, "contact", clock("13:00"), outcome="reached")
    site.at(clock("22:00"))
    site.caseload.event(1, "contact", clock("13:00", 1), outcome="no_answer")
    site.at(clock("22:00", 1))
    assert site.outcomes[:2] == [(TODAY, "kept"), (TOMORROW, "missed")]
    assert site.missed_events == [(clock("22:00", 1), '{"status":"missed"}')]


def test_deciding_again_decides_nothing(site: ScheduleSite) -> None:
    site.at(clock("22:00"))
    before = site.rows(expectations), site.audited
    site.caseload.event(1, "contact", clock("22:00"), outcome="reached")
    site.at(clock("22:01"))
    assert (site.rows(expectations), site.audited) == before


def test_a_check_in_that_becomes_known_late_withdraws_the_missed_event_and_the_alert(
    site: ScheduleSite,
) -> None:
    site.at(clock("22:00"))
    site.caseload.event(1, "check_in", clock("19:30"), status="completed")
    site.at(clock("23:00"))
    assert site.outcomes[0] == (TODAY, "withdrawn")
    assert site.missed_events == []
    assert [(alert.state, alert.resolution) for alert in site.alerts] == [("resolved", "corrected")]


def test_an_event_that_its_source_takes_back_keeps_nothing(site: ScheduleSite) -> None:
    site.caseload.event(1, "check_in", clock("13:00"), status="completed")
    site.at(clock("22:00"))
    site.take_back("1", clock("22:30"))
    site.at(clock("22:30"))
    assert site.outcomes[0] == (TODAY, "missed")
    assert site.missed_events == [(clock("22:00"), '{"status":"missed"}')]


def test_a_source_that_says_so_itself_ends_it_without_an_event_of_ours(site: ScheduleSite) -> None:
    site.caseload.event(1, "check_in", clock("20:30"), status="missed")
    site.at(clock("20:30"))
    site.caseload.event(1, "check_in", clock("20:10", 1), status="excused")
    site.at(clock("22:00", 1))
    assert site.outcomes[:2] == [(TODAY, "missed"), (TOMORROW, "excused")]
    assert site.missed_events == []


def test_on_leave_nothing_is_missed(site: ScheduleSite) -> None:
    site.record(clock("18:00"), "leave_began")
    site.at(clock("18:00"), clock("22:00"), clock("22:00", 1))
    site.record(clock("08:00", 2), "leave_ended")
    site.at(clock("08:00", 2), clock("22:00", 2))
    ends = [outcome for _, outcome in site.outcomes]
    assert ends[:3] == ["held", "held", "missed"]
    assert len(site.missed_events) == 1


def test_a_leave_that_becomes_known_late_withdraws_what_was_missed_in_it(
    site: ScheduleSite,
) -> None:
    site.at(clock("22:00"))
    site.record(clock("15:00"), "leave_began")
    site.at(clock("23:00"))
    assert site.outcomes[0] == (TODAY, "held")
    assert site.missed_events == []


def test_a_client_who_leaves_the_programme_is_expected_no_more(site: ScheduleSite) -> None:
    site.record(clock("18:00"), "ended")
    site.at(clock("18:00"), clock("22:00"))
    assert {outcome for _, outcome in site.outcomes} == {"withdrawn"}
    assert site.missed_events == []


def test_what_was_due_before_the_schedule_served_was_never_expected(site: ScheduleSite) -> None:
    site.plan(DAILY.replace("20:00", "11:00").replace("2 hours", "6 hours"), clock("13:00"))
    site.at(clock("13:00"), clock("18:00"))
    assert site.outcomes == [(TODAY, "withdrawn"), (TOMORROW, None)]


def test_a_changed_time_moves_what_is_open(site: ScheduleSite) -> None:
    site.plan(DAILY.replace("20:00", "18:00"), clock("13:00"))
    site.at(clock("13:00"))
    assert site.evaluation().next_due_at == clock("20:00")
    site.at(clock("20:00"))
    assert site.outcomes[0] == (TODAY, "missed")


def test_a_schedule_that_is_gone_withdraws_what_is_open_and_leaves_what_was_missed(
    site: ScheduleSite,
) -> None:
    site.at(clock("22:00"))
    site.plan("", clock("23:00"))
    site.at(clock("23:00"))
    assert site.outcomes == [(TODAY, "missed"), (TOMORROW, "withdrawn")]


def test_three_days_without_a_daemon_are_missed_once_each_and_told_in_one_text(
    site: ScheduleSite,
) -> None:
    site.at(NOON + 3 * DAY)
    assert [outcome for _, outcome in site.outcomes] == ["missed"] * 3 + [None, None]
    assert len(site.messages) == 1


def test_a_clock_that_was_a_year_ahead_leaves_nothing_missed(site: ScheduleSite) -> None:
    site.at(NOON + 20 * DAY)
    assert len(site.missed_events) == 20
    site.caseload.event(1, "contact", NOON, outcome="reached")
    site.at(NOON + MINUTE)
    assert site.missed_events == []
    site.at(clock("22:00"))
    assert site.outcomes[0] == (TODAY, "missed")
    assert site.missed_events == [(clock("22:00"), '{"status":"missed"}')]


def test_only_clients_of_the_named_attributes_are_expected(site: ScheduleSite) -> None:
    site.plan(DAILY + "    for: {program: [iop, php]}\n")
    site.at(NOON)
    assert site.outcomes == [(TODAY, "withdrawn"), (TOMORROW, "withdrawn")]
    site.record(clock("15:00"), "program", "IOP")
    site.at(clock("15:00"), clock("22:00"))
    assert site.outcomes[0] == (TODAY, "missed")


def test_a_daemon_that_lost_its_claim_writes_nothing(site: ScheduleSite) -> None:
    context = ScheduleContext(
        site.database, site.rules.plans.live, NOON, clock("22:00"), clock("22:00")
    )
    with site.database.write() as conn:
        lost = due_clients.claim_due(conn, clock("22:00"), "slow", 30 * SECOND, 10)
        due_clients.claim_due(conn, clock("22:01"), "quick", HOUR, 10)
    with site.database.read() as conn:
        clients = histories.read_clients(conn, [one.client_id for one in lost])
        decided = settle.decide_due(conn, context, lost, clients, {})
    assert [one.after.outcome for one in decided.made if one.before] == ["missed"]
    with site.database.write() as conn:
        settle.write(conn, context, lost, decided.made)
    assert site.missed_events == []
    assert site.outcomes == [(TODAY, None), (TOMORROW, None)]


def test_nothing_is_missed_while_its_source_is_down_and_the_wait_ends_as_it_is_read_again(
    site: ScheduleSite,
) -> None:
    source = Arrivals([], outages=[(clock("21:30"), clock("23:40"))])

    def read(at: int) -> None:
        source.clock.at = at
        with suppress(SourcesError):
            ingest.run(site.database, [source], "UTC", at)

    with site.database.write() as conn:
        at = clock("21:00")
        source_health.write(conn, source.name, Feed(at, at, at, frozenset({"check_in"})))
    read(clock("22:00"))
    site.at(clock("22:00"), clock("22:01"), clock("23:30"))
    assert site.missed_events == []
    assert site.outcomes[0] == (TODAY, None)
    read(clock("23:40"))
    assert site.evaluation().dirty_from == clock("22:00")
    site.at(clock("23:40"))
    assert site.outcomes[0] == (TODAY, "missed")


def test_what_no_source_told_of_for_days_is_held_and_kept_if_it_turns_out_so(
    site: ScheduleSite,
) -> None:
    with site.database.write() as conn:
        at, tried = clock("21:00"), clock("22:00")
        source_health.write(conn, "inbox", Feed(tried, at, at, frozenset({"check_in"})))
    site.at(clock("22:00"), clock("22:00", 3))
    assert site.outcomes[0] == (TODAY, "held")
    site.caseload.event(1, "check_in", clock("19:00"), status="completed")
    site.at(clock("23:00", 3))
    assert site.outcomes[0] == (TODAY, "kept")


def changed(
    site: ScheduleSite,
    kind: ChangeKind,
    first: str,
    at: int,
    last: str | None = None,
    by: str | None = None,
    reason: str = "as agreed",
) -> None:
    change = ScheduleChange(
        0,
        "daily-check-in",
        kind,
        date.fromisoformat(first),
        date.fromisoformat(last) if last else None,
        time.fromisoformat(by) if by else None,
        reason,
        "Ana",
        at,
    )
    with site.database.write() as conn:
        schedule = site.rules.plans.schedules["daily-check-in"]
        change_schedule(conn, "C-1", schedule, change, at)
    site.at(at)


def test_a_client_may_be_due_by_another_time_for_some_days(site: ScheduleSite) -> None:
    changed(site, ChangeKind.BY, TODAY, clock("13:00"), TODAY, "16:00")
    assert site.evaluation().next_due_at == clock("18:00")
    site.at(clock("18:00"), clock("20:00", 1), clock("22:00", 1))
    assert [at for at, _ in site.missed_events] == [clock("18:00"), clock("22:00", 1)]


def test_nothing_is_due_while_a_schedule_is_off_for_a_client(site: ScheduleSite) -> None:
    changed(site, ChangeKind.OFF, TODAY, clock("13:00"), TOMORROW)
    site.at(clock("22:00"), clock("22:00", 1), clock("22:00", 2))
    assert site.outcomes[0] == (TODAY, "withdrawn")
    assert [at for at, _ in site.missed_events] == [clock("22:00", 2)]


def test_an_extra_day_is_due_like_any_other(site: ScheduleSite) -> None:
    site.plan(DAILY.replace("every: day", "every: sunday"), NOON)
    changed(site, ChangeKind.EXTRA, TODAY, clock("13:00"), TODAY, "15:00")
    site.at(clock("17:00"))
    assert [at for at, _ in site.missed_events] == [clock("17:00")]


def test_an_extra_day_before_the_next_one_leaves_that_one_open(site: ScheduleSite) -> None:
    site.plan(DAILY.replace("every: day", "every: thursday"), NOON)
    site.at(clock("13:00"))
    changed(site, ChangeKind.EXTRA, TOMORROW, clock("13:00"), TOMORROW)
    open_days = [day for day, outcome in site.outcomes if outcome is None]
    assert open_days == [TOMORROW, "2026-06-04"]
    site.at(clock("22:00", 1), clock("22:00", 2))
    assert [at for at, _ in site.missed_events] == [clock("22:00", 1), clock("22:00", 2)]


def test_a_missed_day_that_a_person_excuses_is_missed_no_more(site: ScheduleSite) -> None:
    site.at(clock("22:00"))
    changed(site, ChangeKind.EXCUSED, TODAY, clock("22:30"), TODAY)
    assert site.outcomes[0] == (TODAY, "excused")
    assert site.missed_events == []
    assert [(alert.state, alert.resolution) for alert in site.alerts] == [("resolved", "corrected")]


@pytest.mark.parametrize(
    ("kind", "last", "by"),
    [
        (ChangeKind.BY, TODAY, "16:00"),
        (ChangeKind.OFF, TODAY, None),
        (ChangeKind.EXTRA, TODAY, None),
    ],
)
def test_a_change_of_days_that_are_over_is_refused_because_it_would_do_nothing(
    site: ScheduleSite, kind: ChangeKind, last: str, by: str | None
) -> None:
    site.at(clock("22:00"))
    with pytest.raises(UserError, match="2026-06-02 is over for C-1, and this would change"):
        changed(site, kind, TODAY, clock("09:00", 1), last, by)


def test_an_extra_day_whose_time_is_over_is_refused(site: ScheduleSite) -> None:
    with pytest.raises(UserError, match="2026-06-02 is over for C-1"):
        changed(site, ChangeKind.EXTRA, TODAY, clock("13:00"), TODAY, "13:00")


def test_a_day_on_which_nothing_was_due_cannot_be_excused_afterwards(site: ScheduleSite) -> None:
    with pytest.raises(UserError, match="2026-06-01 is over for C-1"):
        changed(site, ChangeKind.EXCUSED, "2026-06-01", clock("13:00"), "2026-06-01")


def test_a_day_that_is_over_and_undecided_can_still_be_switched_off(site: ScheduleSite) -> None:
    changed(site, ChangeKind.OFF, TODAY, clock("09:00", 1), TODAY)
    assert site.outcomes[0] == (TODAY, "withdrawn")


@pytest.mark.parametrize("reason", [" ", "x" * 201])
def test_a_change_without_a_reason_or_with_a_long_one_is_refused(
    site: ScheduleSite, reason: str
) -> None:
    with pytest.raises(UserError, match="a reason of at most 200 characters"):
        changed(site, ChangeKind.OFF, TODAY, clock("13:00"), reason=reason)
