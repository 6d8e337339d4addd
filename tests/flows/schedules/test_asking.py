"""Clients who agreed are asked by text, and their answers become a check-in."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from engine.flows.delivery import deliver, delivery_status
from engine.flows.inbound import receive
from engine.flows.schedules.client_agreements import agree, withdraw
from engine.model.agreement import TextLanguage
from engine.model.event import read_fields
from engine.model.inbound import Inbound
from engine.model.message import Outgoing, Report, SendResult
from engine.model.settings import Settings
from engine.model.sms_settings import SmsSettings
from engine.store.database.connection import Database
from engine.store.people import opt_outs
from engine.store.tables.intake import events
from engine.store.tables.messages import outbox
from tests.kit.schedule_site import ASKED, ScheduleSite
from tests.kit.times import HOUR, MINUTE, NOON, SECOND, clock

PHONE = "+12025550170"
ENGLISH = "Handrail: how is today? Reply with your three answers, such as 5 5 n."
SPANISH = "Handrail: como va hoy? Responda con sus tres respuestas, como 5 5 n."


class Carrier:
    """Takes every text, or none."""

    name = "test"
    parallel = False

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.works = True
        self.answers = True

    def send(self, message: Outgoing) -> SendResult:
        if not self.works:
            return SendResult("refused", error_code="30005")
        if not self.answers:
            return SendResult("unknown")
        self.sent.append((message.to, message.body))
        return SendResult("accepted", provider_id=f"SM{len(self.sent)}")

    def look_up(self, message: Outgoing) -> SendResult | None:
        return None


class AskedSite(ScheduleSite):
    """Client C-1 has a phone and is asked at 18:00."""

    def begin(self) -> AskedSite:
        self.carrier = Carrier()
        self.texts = 0
        self.caseload.client(1, phone=PHONE)
        self.caseload.staff(1, "case_manager", 1)
        self.caseload.staff(2, "supervisor")
        self.plan(ASKED)
        return self

    def agrees(
        self, language: TextLanguage = "english", at: int = NOON, quiet: str = "21:00"
    ) -> None:
        hours = (time.fromisoformat(quiet), time(8))
        with self.database.write() as conn:
            agree(conn, "C-1", "signed form", "1", language, hours, at)
        self.at(at)

    def to_client(self, at: int) -> list[str]:
        """Evaluate and deliver, and return the texts that went to the client since the start."""
        self.at(at)
        while deliver.run(self.database, self.carrier, at, "test"):
            pass
        return [body for number, body in self.carrier.sent if number == PHONE]

    def says(self, text: str, at: int) -> tuple[str, str | None]:
        """A text of the client: how it was understood, and the answer."""
        self.texts += 1
        inbound = Inbound(f"IN{self.texts}", PHONE, text)
        taken = receive.take(self.database, inbound, self.telling, at, self.rules.plans)
        return taken.understood, taken.answer

    @property
    def check_ins(self) -> list[dict[str, object]]:
        return [
            dict(read_fields(row.fields)) for row in self.rows(events) if row.source == "answers"
        ]


@pytest.fixture
def site(database: Database) -> AskedSite:
    return AskedSite(database).begin()


def test_a_client_who_agreed_is_asked_once_at_the_hour_and_the_answers_are_a_check_in(
    site: AskedSite,
) -> None:
    site.agrees()
    assert site.to_client(clock("17:59")) == []
    assert site.to_client(clock("18:00")) == [ENGLISH]
    assert site.to_client(clock("18:30")) == [ENGLISH]
    understood, answer = site.says("7 3 n", clock("18:31"))
    assert understood == "check_in"
    assert answer
    assert answer.startswith("Handrail: thank you")
    site.at(clock("18:31"), clock("22:00"))
    assert site.check_ins == [{"craving": 7, "mood": 3, "status": "completed", "used": False}]
    assert site.outcomes[0] == ("2026-06-02", "kept")
    assert site.alerts == []


def test_a_rule_judges_the_answers_in_the_next_step(site: AskedSite) -> None:
    from engine.model.event_kinds import BUILT_IN  # noqa: PLC0415
    from engine.rulebook.parsing.load import PLAN, from_texts  # noqa: PLC0415

    rule = (
        "format: 1\nrules:\n  - {id: craving, title: C, status: live, severity: high, "
        "when: {latest: check_in.craving, not_older_than: 1 day, at_least: 8}}\n"
    )
    plan = f"format: 1\nschedules:{ASKED}"
    site.rules = from_texts({"r.yaml": rule, f"p.yaml{PLAN}": plan}, BUILT_IN)
    site.accept(NOON)
    site.agrees()
    site.to_client(clock("18:00"))
    site.says("8 2 y", clock("18:05"))
    site.at(clock("18:05"))
    assert [alert.rule_id for alert in site.alerts] == ["craving"]


def test_a_client_is_asked_in_their_own_language(site: AskedSite) -> None:
    site.agrees("spanish")
    assert site.to_client(clock("18:00")) == [SPANISH]
    assert site.says("siete y tres y no", clock("18:01"))[0] == "check_in"


def test_answers_may_come_one_by_one(site: AskedSite) -> None:
    site.agrees()
    site.to_client(clock("18:00"))
    assert site.says("7", clock("18:01")) == (
        "part_of_check_in",
        "Handrail: thank you. 2 answers are still missing; please text them in one message.",
    )
    assert site.says("3", clock("18:02"))[0] == "part_of_check_in"
    assert site.check_ins == []
    assert site.says("n", clock("18:03"))[0] == "check_in"
    assert len(site.check_ins) == 1


def test_numbers_that_fit_nothing_are_asked_for_again_and_alarm_nobody(site: AskedSite) -> None:
    site.agrees()
    site.to_client(clock("18:00"))
    understood, answer = site.says("73n", clock("18:01"))
    assert (understood, site.check_ins, site.alerts) == ("unclear", [], [])
    assert answer
    assert "text 3 answers" in answer


def test_words_reach_a_person_as_ever_and_those_after_answers_too(site: AskedSite) -> None:
    site.agrees()
    site.to_client(clock("18:00"))
    site.says("i dont know", clock("18:01"))
    assert [alert.rule_id for alert in site.alerts] == ["client_text"]
    site.says("7 3 n but please call me", clock("18:02"))
    assert len(site.check_ins) == 1


@pytest.mark.parametrize("text", ["7 3 n i want to die", "i want to die", "help"])
def test_words_of_danger_and_calls_for_help_come_before_the_question(
    site: AskedSite, text: str
) -> None:
    site.agrees()
    site.to_client(clock("18:00"))
    understood, answer = site.says(text, clock("18:01"))
    assert understood in {"crisis", "help"}
    assert answer
    assert "988" in answer
    assert len(site.alerts) == 1


def test_stop_ends_it_and_nobody_is_missed_for_what_could_not_be_asked(site: AskedSite) -> None:
    site.agrees()
    site.says("STOP", clock("13:00"))
    assert site.to_client(clock("18:00")) == []
    site.at(clock("22:00"))
    assert site.outcomes[0] == ("2026-06-02", "held")
    assert site.missed_events == []


def test_a_client_who_did_not_agree_is_not_asked_and_misses_nothing(site: AskedSite) -> None:
    assert site.to_client(clock("18:00")) == []
    site.at(clock("22:00"))
    assert site.outcomes[0] == ("2026-06-02", "held")


def test_a_client_who_was_not_asked_misses_nothing_once_a_source_takes_back_that_they_did(
    site: AskedSite,
) -> None:
    site.at(NOON)
    site.caseload.event(1, "check_in", clock("19:00"), status="missed")
    site.at(clock("22:00"))
    assert site.outcomes[0] == ("2026-06-02", "missed")
    site.take_back("1", clock("23:00"))
    site.at(clock("23:00"))
    assert site.outcomes[0] == ("2026-06-02", "held")


def test_a_client_who_takes_the_agreement_back_gets_not_even_what_waits(site: AskedSite) -> None:
    site.agrees()
    site.at(NOON, clock("18:00"))
    with site.database.write() as conn:
        withdraw(conn, "C-1", clock("18:00"))
    assert site.to_client(clock("18:01")) == []


def test_a_client_who_was_asked_and_does_not_answer_misses_it(site: AskedSite) -> None:
    site.agrees()
    site.to_client(NOON)
    site.to_client(clock("18:00"))
    site.at(clock("22:00"))
    assert site.outcomes[0] == ("2026-06-02", "missed")


def test_a_text_that_did_not_arrive_asked_nothing(site: AskedSite) -> None:
    site.agrees()
    site.carrier.works = False
    site.to_client(NOON)
    site.to_client(clock("18:00"))
    site.at(clock("22:00"))
    assert site.outcomes[0] == ("2026-06-02", "held")


def test_a_question_that_turns_out_not_to_have_arrived_takes_back_what_was_missed(
    site: AskedSite,
) -> None:
    site.agrees()
    site.to_client(NOON)
    site.to_client(clock("18:00"))
    site.at(clock("22:00"))
    assert len(site.missed_events) == 1
    (asked,) = [row.id for row in site.rows(outbox) if row.client_id]
    delivery_status.take(site.database, Report(asked, "SM1", "undelivered"), clock("23:00"))
    site.at(clock("23:00"))
    assert site.outcomes[0] == ("2026-06-02", "held")
    assert site.missed_events == []


def test_nothing_is_missed_while_no_carrier_says_whether_the_question_went_out(
    site: AskedSite,
) -> None:
    site.agrees()
    site.carrier.answers = False
    site.to_client(NOON)
    site.to_client(clock("18:00"))
    site.at(clock("22:00"))
    assert site.outcomes[0] == ("2026-06-02", None)
    (asked,) = [row.id for row in site.rows(outbox) if row.client_id]
    delivery_status.take(site.database, Report(asked, "SM1", "delivered"), clock("22:05"))
    site.at(clock("22:05"))
    assert site.outcomes[0] == ("2026-06-02", "missed")


def test_nothing_goes_out_in_quiet_hours(site: AskedSite) -> None:
    site.agrees(quiet="17:00")
    site.to_client(NOON)
    assert site.to_client(clock("18:00")) == []
    assert site.to_client(clock("21:59")) == []
    site.to_client(clock("22:00"))
    site.to_client(clock("23:00"))
    assert [row.state for row in site.rows(outbox) if row.client_id] == ["expired"]


def test_a_phone_that_two_clients_share_is_not_asked(site: AskedSite) -> None:
    site.agrees()
    site.caseload.client(2, phone=PHONE)
    assert site.to_client(clock("18:00")) == []


def test_a_check_in_that_came_another_way_is_not_asked_for(site: AskedSite) -> None:
    site.agrees()
    site.caseload.event(1, "check_in", clock("13:00"), status="completed")
    site.to_client(clock("13:00"))
    assert site.to_client(clock("18:00")) == []


def test_an_answer_of_the_next_morning_is_a_check_in_of_that_morning(site: AskedSite) -> None:
    site.agrees()
    site.to_client(NOON)
    site.to_client(clock("18:00"))
    site.at(clock("22:00"))
    assert site.says("7 3 n", clock("07:00", 1))[0] == "check_in"
    site.at(clock("07:00", 1))
    assert site.outcomes == [
        ("2026-06-02", "missed"), ("2026-06-03", "kept"), ("2026-06-04", None),
    ]  # fmt: skip
    assert site.says("7 3 n", clock("18:00", 1) + HOUR + MINUTE)[0] == "check_in"


@pytest.mark.parametrize("a_second", [1, 4])
def test_texts_to_many_clients_go_as_many_a_second_as_the_carrier_takes(
    site: AskedSite, a_second: int
) -> None:
    sms = SmsSettings(texts_a_second=a_second)
    settings = Settings(timezone="UTC", rules=Path("rules"), sms=sms)
    site.apart = settings.telling.apart
    hours = (time(21), time(8))
    for number in range(2, 5):
        site.caseload.client(number, phone=f"+1202555018{number}")
        with site.database.write() as conn:
            agree(conn, f"C-{number}", "signed form", "1", "english", hours, NOON)
    site.agrees()
    site.at(clock("18:00"))
    due = sorted(row.due_at for row in site.rows(outbox))
    assert due == [clock("18:00") + turn * SECOND // a_second for turn in range(4)]


def test_a_number_that_opts_in_again_is_asked_again(site: AskedSite) -> None:
    with site.database.write() as conn:
        opt_outs.add(conn, PHONE, NOON)
    site.agrees()
    site.to_client(clock("13:00"))
    assert site.says("START", clock("14:00"))[0] == "start"
    site.at(clock("14:00"))
    assert site.to_client(clock("18:00")) == [ENGLISH]
