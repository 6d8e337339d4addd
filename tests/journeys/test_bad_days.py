"""Stories of days on which the carrier, the clock or the process fails.

Everybody is told once, and nobody is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from connectors.twilio_simulator.texts import CarrierMessage
from connectors.twilio_simulator.trouble import Answer
from engine.flows.inbound import alert_actions
from engine.messaging import answers
from engine.model.event import write_fields
from engine.model.instant import from_us
from engine.model.intake import ReadEvent
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.messages import inbox, outbox
from engine.store.tables.people import staff
from tests.chaos.story import SETTINGS, rules
from tests.kit.caseload import Caseload
from tests.kit.phones import named
from tests.kit.site import Site
from tests.kit.times import MINUTE, NOON
from tests.kit.twilio_daemon import Killed
from tests.kit.twilio_site import Arrivals, TwilioSite, web_database_of

CASE_MANAGER, SUPERVISOR, ON_CALL, ADMIN, MENTOR = (
    f"+1555010000{number}" for number in range(1, 6)
)
CLIENT = "+15550209999"


class Day:
    """A day at a site with two clients: C-1, and C-2 whose mentor may be told.

    It begins at noon.
    """

    def __init__(self, database: Database, senders: int = 1) -> None:
        self.tables = Site(database)
        people = Caseload(database)
        for client in (1, 2):
            people.client(client, phone=CLIENT if client == 1 else None)
        people.staff(1, "case_manager", 1, 2)
        people.staff(2, "supervisor")
        people.staff(3, "on_call")
        people.staff(4, "admin")
        people.staff(5, "mentor", 2)
        people.consent(2, 5)
        self.dies_at: str | None = None
        self.site = TwilioSite(
            [(database, web_database_of(database))], database, rules(), SETTINGS, Arrivals([]),
            NOON, passing=self._passing, senders=senders,
        )  # fmt: skip
        self.site.carrier.shown = self._shown
        self.shown: list[tuple[str, str, str]] = []
        self.site.first.start()

    def _passing(self, point: str, _: object) -> None:
        if point == self.dies_at:
            self.dies_at = None
            raise Killed

    def _shown(self, text: CarrierMessage) -> None:
        self.shown.append((from_us(self.site.clock.at).strftime("%H:%M"), text.to, text.body))

    def happens(self, client: int, **fields: object) -> None:
        """A check-in of this moment becomes known."""
        at, key = self.site.clock.at, f"event {len(self.site.source.rows)}"
        row = ReadEvent(
            f"C-{client}", "check_in", at, key, write_fields(fields), None, 1, False, key
        )  # type: ignore[arg-type]
        self.site.source.rows.append((at, row))

    def until(self, time: str, every: int = 10) -> list[tuple[str, str]]:
        """Let the daemon work until then, with a tick every `every` minutes.

        Returns:
            (time, number) of each text shown.
        """
        hour, minute = map(int, time.split(":"))
        now, end = (
            self.site.clock.at,
            NOON + timedelta(hours=hour - 12, minutes=minute) // timedelta(microseconds=1),
        )
        while now <= end:
            self.site.clock.at = now
            self.site.take_calls()
            if now % (every * MINUTE) == 0:
                self.site.first.tick("ingest", "evaluate", "deliver", "reconcile", "audit")
            while due := self.site.first.due():
                self.site.first.tick(*due)
            ahead = (self.site.next_at(now), now - now % (every * MINUTE) + every * MINUTE)
            now = min(at for at in ahead if at is not None and at > now)
        self.site.clock.at = end
        return self.read()

    def read(self) -> list[tuple[str, str]]:
        """The texts that phones have shown since the last call, as (time, number)."""
        seen, self.shown = self.shown, []
        return [(time, number) for time, number, _ in seen]

    def texts(self, sender: str, body: str) -> None:
        """Somebody texts."""
        self.site.carrier.receive(sender, body, self.site.clock.at)

    def taken(self) -> int:
        """How many messages Twilio has taken."""
        return sum(text.direction == "outbound-api" for text in self.site.carrier.texts.values())

    def states(self) -> list[str]:
        """The states of the messages about alerts."""
        return [row.state for row in self.tables.rows(outbox) if row.alert_id]


@pytest.fixture
def day(database: Database) -> Iterator[Day]:
    day = Day(database)
    yield day
    day.site.close()


@pytest.fixture
def busy_day(database: Database) -> Iterator[Day]:
    """A day on which four senders text at once, as in production."""
    day = Day(database, senders=4)
    yield day
    day.site.close()


def test_twilio_times_out_after_taking_a_text(day: Day) -> None:
    # 12:00  A craving of 9. Twilio takes the text and then says nothing.
    day.happens(1, status="completed", craving=9)
    day.site.api.answers.append(Answer(taken=True, silent=True))
    day.until("12:00")
    assert day.states() == ["unknown"]
    # 12:01  It is delivered all the same, and Twilio says so; nothing is sent again.
    assert day.until("12:10") == [("12:00", CASE_MANAGER)]
    assert (day.taken(), day.states()) == (1, ["delivered"])


def test_twilio_times_out_after_taking_a_text_and_loses_its_reports(day: Day) -> None:
    day.happens(1, status="completed", craving=9)
    day.site.api.answers.append(Answer(taken=True, silent=True))
    day.site.carrier.trouble.shares["dropped"] = 1
    day.until("12:00")
    # 12:01  Twilio, asked for the text, has it. 12:10 It is asked again, because no report came.
    assert day.until("12:20") == [("12:00", CASE_MANAGER)]
    assert (day.taken(), day.states()) == (1, ["delivered"])


def test_twilio_is_down_for_six_hours_in_the_middle_of_an_escalation(
    busy_day: Day,
) -> None:
    day = busy_day
    # 12:00  The case manager is told of C-1, and does not answer.
    day.happens(1, status="completed", craving=9)
    assert day.until("12:05") == [("12:00", CASE_MANAGER)]
    # 12:10  Twilio goes down until 18:10. At 12:30 the supervisor is due.
    day.site.carrier.trouble.outages.append((NOON + 10 * MINUTE, NOON + 370 * MINUTE))
    # 13:00  C-2 has used, which is urgent: case manager, 13:10 on call, 13:20 supervisor. Nobody
    # hears of it.
    day.until("12:59", every=30)
    day.site.clock.at = NOON + 60 * MINUTE
    day.happens(2, status="completed", used=True)
    # 14:00  C-2 misses the second check-in. 15:00 The alert is taken at the terminal.
    day.until("13:55", every=30)
    day.site.clock.at = NOON + 120 * MINUTE
    day.happens(2, status="missed")
    day.happens(2, status="missed")
    assert day.until("15:00", every=30) == []
    alert_actions.command(day.tables.database, 3, "S-2", "accept", day.site.clock.at)
    assert day.until("18:05", every=30) == []
    assert any("texts cannot be sent" in row.body for row in day.tables.rows(outbox))
    # 18:10  Twilio is back. Each recipient of an open alert is told once: the supervisor of C-1,
    # all three of the urgent one. No text goes out about the alert taken meanwhile.
    day.until("18:09")
    day.read()
    day.until("19:00")
    told = [
        row for row in day.tables.rows(outbox) if row.state == "delivered" and row.kind == "step"
    ]
    assert sorted((row.alert_id, row.step, row.staff_id) for row in told) == [
        (1, 0, 1), (1, 1, 2), (2, 0, 1), (2, 1, 3), (2, 2, 2),
    ]  # fmt: skip
    # The admin hears once that no texts could be sent, and once that nobody is left for alert 1.
    # Nobody takes the urgent one, so the supervisor, who was told last, is told again each hour.
    assert day.until("23:00", every=30) == [(f"{hour}:30", SUPERVISOR) for hour in range(19, 23)]


def test_a_crash_after_twilio_took_a_text_and_before_we_knew(day: Day) -> None:
    day.happens(1, status="completed", craving=9)
    day.dies_at = "answer"
    with pytest.raises(Killed):
        day.until("12:00")
    day.site.first.stop()
    assert (day.taken(), day.states()) == (1, ["claimed"])
    # 12:05  Started again, the daemon asks Twilio before it sends.
    day.site.clock.at = NOON + 5 * MINUTE
    day.site.first.start()
    day.until("12:10")
    assert (day.taken(), day.states()) == (1, ["delivered"])


def test_our_clock_is_set_back_an_hour(day: Day) -> None:
    # 12:00  The case manager is told of C-1.
    day.happens(1, status="completed", craving=9)
    assert day.until("12:20") == [("12:00", CASE_MANAGER)]
    # 12:20  It is 11:20 now. Nobody is told again, and the supervisor is told when the clock says
    # that it is time.
    day.site.clock.at = NOON - 40 * MINUTE
    assert [number for _, number in day.until("11:30") if number != ADMIN] == []
    # 11:30  C-2 has used: that is told at once, whatever the clock said before.
    day.happens(2, status="completed", used=True)
    assert day.until("11:35") == [("11:30", CASE_MANAGER)]
    day.texts(CASE_MANAGER, "2 a")
    day.until("11:40")
    assert [row.state for row in day.tables.alerts] == ["open", "acknowledged"]
    assert ("12:30", SUPERVISOR) in day.until("13:00")
    assert max(day.states().count(state) for state in ("queued", "claimed", "unknown")) == 0


def test_the_webhook_is_away_for_an_hour(day: Day) -> None:
    day.happens(1, status="completed", craving=9)
    day.until("12:05")
    # 12:05  The way to us is cut, and the case manager takes it; a client writes, too.
    day.site.carrier.inbound_url = None
    day.texts(CASE_MANAGER, "1 a")
    day.texts(CLIENT, "I want to die")
    # 12:10  Twilio is asked for inbound texts. Both are taken in, acted on and answered, once.
    day.until("12:20")
    assert len(day.tables.rows(inbox)) == 2
    assert next(iter(day.tables.alerts)).state == "acknowledged"
    day.until("13:00")
    sent = [
        text.body for text in day.site.carrier.texts.values() if text.direction == "outbound-api"
    ]
    assert sent.count(answers.yours(named(1))) == 1
    assert sent.count(answers.CRISIS) == 1


def test_a_recipient_is_deleted_between_the_decision_and_the_send(day: Day) -> None:
    day.happens(1, status="completed", craving=9)
    day.site.first.tick("ingest", "evaluate")
    with day.tables.database.write() as conn:
        conn.execute(update(staff).where(staff.c.id == 1).values(active=False))
    # The supervisor is told at once, not at 12:30, and the one who left is not texted.
    assert day.until("12:05") == [("12:00", SUPERVISOR)]


def test_a_number_that_belongs_to_a_client_and_a_mentor(day: Day) -> None:
    with day.tables.database.write() as conn:
        conn.execute(update(staff).where(staff.c.id == 5).values(phone=CLIENT))
    # 12:00  C-2 misses a second check-in, and the mentor, who is client C-1, is asked to reach out.
    day.happens(2, status="missed")
    day.happens(2, status="missed")
    assert day.until("12:05") == [("12:00", CLIENT)]
    # 12:05  What answers the text is the mentor's; 12:10 any other words are the client's, and
    # reach a person.
    day.texts(CLIENT, "1 a")
    day.until("12:10")
    assert [row.state for row in day.tables.alerts] == ["acknowledged"]
    day.texts(CLIENT, "I am not doing well")
    day.until("12:15")
    assert [(row.rule_id, row.client_id) for row in day.tables.rows(alerts)] == [
        ("missed", 2),
        ("client_text", 1),
    ]
