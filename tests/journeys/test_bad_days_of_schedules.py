"""Bad days of what is due: crowded hours, odd clocks, days without a daemon, odd clients."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time

import pytest

from engine.errors import SourcesError
from engine.flows.delivery import deliver
from engine.flows.intake import ingest
from engine.flows.schedules.client_agreements import agree
from engine.model.instant import to_us
from engine.model.intake import ReadEvent
from engine.model.message import Outgoing, SendResult
from engine.store.database.connection import Database
from engine.store.operations import clock_repair
from engine.store.tables.messages import outbox
from engine.store.tables.schedules import expectations
from tests.flows.schedules.test_asking import ENGLISH, AskedSite
from tests.kit.schedule_site import ASKED, DAILY, ScheduleSite
from tests.kit.times import DAY, HOUR, MINUTE, NOON, SECOND, clock
from tests.kit.twilio_site import Arrivals

CLIENTS = 500


@pytest.fixture
def site(sqlite_database: Database) -> AskedSite:
    return AskedSite(sqlite_database).begin()


class Reception:
    """A carrier that notes what it takes."""

    name, parallel = "test", False

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send(self, message: Outgoing) -> SendResult:
        self.taken.append(message.body)
        return SendResult("accepted", provider_id=f"SM{message.id}")

    def look_up(self, message: Outgoing) -> SendResult | None:
        return None


@pytest.mark.slow
def test_a_site_of_500_is_asked_within_ten_minutes_and_an_urgent_text_waits_for_none_of_them(
    site: AskedSite,
) -> None:
    for number in range(2, CLIENTS + 1):
        site.caseload.client(number, phone=f"+1202556{number:04}")
    quiet = (time(21), time(8))
    with site.database.write() as conn:
        for number in range(1, CLIENTS + 1):
            agree(conn, f"C-{number}", "form", "1", "english", quiet, NOON)
    site.at(NOON, NOON + 1, clock("18:00"))
    carrier = Reception()

    def sent_at(now: int) -> list[str]:
        before = len(carrier.taken)
        while deliver.run(site.database, carrier, now, "test"):
            pass
        return carrier.taken[before:]

    assert sent_at(clock("18:00")) == [ENGLISH]
    assert len(sent_at(clock("18:01"))) == 60
    site.says("I want to die", clock("18:01") + SECOND)
    site.at(clock("18:01") + SECOND)
    first, *others = sent_at(clock("18:01") + SECOND)
    assert others == [ENGLISH]
    assert "please call now" in first
    sent_at(clock("18:10"))
    assert carrier.taken.count(ENGLISH) == CLIENTS


def test_after_three_days_without_a_daemon_nobody_is_asked_about_them(site: AskedSite) -> None:
    site.agrees()
    assert site.to_client(NOON + 3 * DAY) == []
    assert site.to_client(NOON + 3 * DAY + 6 * HOUR) == [ENGLISH]
    assert [outcome for _, outcome in site.outcomes[:3]] == ["held"] * 3


def test_a_clock_a_year_ahead_and_back_asks_as_ever_and_leaves_nothing_missed(
    site: AskedSite,
) -> None:
    site.agrees()
    ahead = NOON + 365 * DAY
    site.at(ahead)
    with site.database.write() as conn:
        clock_repair.repair(conn, NOON + MINUTE, ahead)
    assert site.to_client(NOON + MINUTE) == []
    assert site.missed_events == []
    assert site.to_client(clock("18:00")) == [ENGLISH]
    site.at(clock("22:00"))
    assert site.outcomes[0] == ("2026-06-02", "missed")
    assert len(site.missed_events) == 1


def test_a_question_of_a_wrong_clock_is_asked_again_at_its_own_hour(site: AskedSite) -> None:
    site.agrees()
    ahead = clock("18:00", 1)
    site.at(clock("17:00", 1))
    assert site.to_client(ahead) == [ENGLISH]
    with site.database.write() as conn:
        clock_repair.repair(conn, NOON + MINUTE, ahead)
    site.at(NOON + MINUTE)
    assert site.to_client(clock("18:00")) == [ENGLISH] * 2
    site.at(clock("22:00"))
    assert site.to_client(clock("18:00", 1)) == [ENGLISH] * 3


def test_schedules_that_began_to_serve_under_a_clock_a_year_ahead_serve_at_once(
    sqlite_database: Database,
) -> None:
    site = ScheduleSite(sqlite_database)
    site.with_people()
    site.accept(NOON + 365 * DAY)
    site.at(NOON, clock("22:00"))
    assert site.outcomes[0] == ("2026-06-02", "missed")


def test_a_client_in_two_programmes_is_expected_once_by_each_schedule(
    sqlite_database: Database,
) -> None:
    site = ScheduleSite(sqlite_database)
    site.with_people()
    other = DAILY.replace("daily-check-in", "morning").replace("20:00", "10:00")
    for_iop = DAILY + "    for: {program: [iop, aftercare]}\n"
    site.plan(for_iop + other + "    for: {second_program: iop}\n")
    site.record(NOON - DAY, "program", "aftercare")
    site.record(NOON - DAY, "second_program", "iop")
    site.at(NOON, clock("22:00"), clock("22:00", 1))
    rows = [(row.schedule_id, row.day) for row in site.rows(expectations)]
    assert len(rows) == len(set(rows))
    assert {("daily-check-in", "2026-06-02"), ("morning", "2026-06-03")} <= set(rows)


@pytest.mark.parametrize(
    ("night", "by", "due"),
    [
        ("2026-03-08", "02:30", "2026-03-08T07:00"),  # skipped: reached when the clock jumps
        ("2026-11-01", "01:30", "2026-11-01T05:30"),  # twice: the first of the two
    ],
)
def test_on_the_odd_nights_a_dose_is_due_once_and_missed_once(
    sqlite_database: Database, night: str, by: str, due: str
) -> None:
    at = to_us(datetime.fromisoformat(due).replace(tzinfo=UTC))
    site = ScheduleSite(sqlite_database)
    site.caseload.client(1, timezone="America/New_York")
    site.record(at - 20 * DAY, "enrolled")
    site.plan(DAILY.replace("20:00", by).replace("check_in", "medication"), at - DAY)
    site.at(at - DAY + HOUR, at, at + 2 * HOUR - 1)
    (row,) = [row for row in site.rows(expectations) if row.day == night]
    assert (row.due_at, row.closes_at, row.outcome) == (at, at + 2 * HOUR, None)
    site.at(at + 2 * HOUR, at + 3 * HOUR)
    ended = [row for row in site.rows(expectations) if row.day == night]
    assert [str(row.outcome) for row in ended] == ["missed"]
    assert site.missed_events[-1][0] == at + 2 * HOUR


def test_a_schedule_that_changes_while_a_question_waits_is_asked_once(site: AskedSite) -> None:
    site.agrees()
    assert site.to_client(clock("18:00")) == [ENGLISH]
    site.plan(ASKED.replace("20:00", "21:00"), clock("18:30"))
    assert site.to_client(clock("18:30")) == [ENGLISH]
    assert site.to_client(clock("19:00")) == [ENGLISH]
    assert len([row for row in site.rows(outbox) if row.client_id]) == 1
    site.at(clock("22:00"))
    assert site.outcomes[0] == ("2026-06-02", None)
    site.at(clock("23:00"))
    assert site.outcomes[0] == ("2026-06-02", "missed")


def test_a_feed_that_is_out_overnight_gives_not_one_false_alert(sqlite_database: Database) -> None:
    site = ScheduleSite(sqlite_database)
    site.with_people()
    for number in range(2, 11):
        site.caseload.client(number)
        site.caseload.assign(1, "case_manager", number)
    site.plan(DAILY.replace("20:00", "21:00"))
    night = (clock("20:30"), clock("08:00", 1))
    done = [(clock("19:00") + n * MINUTE, clock("20:00") + n * 7 * MINUTE, n) for n in range(1, 10)]
    rows = [(known, _check_in(at, number)) for at, known, number in done]
    source = Arrivals(sorted([(NOON - HOUR, _check_in(NOON - DAY, 1)), *rows]), outages=[night])
    for minutes in range(0, 24 * 60, 10):
        now = source.clock.at = NOON + minutes * MINUTE
        with suppress(SourcesError):
            ingest.run(site.database, [source], "UTC", now)
        site.at(now)
        if now < night[1]:
            assert site.alerts == []
            assert site.missed_events == []
    # The tenth client did not check in, and is the only one to be missed once data are back.
    assert [alert.client_id for alert in site.alerts] == [10]
    ends = {row.client_id: str(row.outcome) for row in site.rows(expectations) if row.outcome}
    assert ends == {**dict.fromkeys(range(1, 10), "kept"), 10: "missed"}


def _check_in(at: int, number: int) -> ReadEvent:
    key, fields = f"{number}-{at}", '{"status":"completed"}'
    return ReadEvent(f"C-{number}", "check_in", at, key, fields, None, 1, False, key)
