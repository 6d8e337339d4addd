"""A rule's words of support go to the client beside the alert, and never instead of it."""

from __future__ import annotations

import pytest

from engine.errors import MistakesError
from engine.model.event_kinds import BUILT_IN
from engine.model.message import MessageKind
from engine.rulebook.parsing.load import PLAN, from_texts
from engine.store.database.connection import Database
from engine.store.people import opt_outs
from engine.store.tables.messages import outbox
from tests.flows.schedules.test_asking import PHONE, AskedSite
from tests.kit.schedule_site import ASKED
from tests.kit.times import NOON, clock

RULE = """format: 1
rules:
  - id: high-craving
    title: Craving of eight or more
    status: STATUS
    severity: high
    reason: check-in
    message_client: wave
    when: {latest: check_in.craving, not_older_than: 1 day, at_least: 8}
"""
WORDS = """format: 1
messages:
  - id: wave
    text:
      english: "Handrail: it is a wave. It rises, and it goes."
      spanish: "Handrail: es como una ola. Sube y se va."
"""
ENGLISH, SPANISH = (
    "Handrail: it is a wave. It rises, and it goes.",
    ("Handrail: es como una ola. Sube y se va."),
)


@pytest.fixture
def site(database: Database) -> AskedSite:
    site = AskedSite(database).begin()
    serve(site)
    return site


def serve(site: AskedSite, status: str = "live") -> None:
    files = {"r.yaml": RULE.replace("STATUS", status), f"p.yaml{PLAN}": WORDS}
    site.rules = from_texts(files, BUILT_IN)
    site.accept(NOON)


def craves(site: AskedSite, at: int) -> list[str]:
    site.caseload.event(1, "check_in", at, craving=9)
    return site.to_client(at)


def test_the_client_gets_the_words_and_the_case_manager_the_alert(site: AskedSite) -> None:
    site.agrees()
    assert craves(site, clock("13:00")) == []  # a question that is due goes first
    assert len(site.carrier.sent) == 1
    assert site.to_client(clock("13:02")) == [ENGLISH]
    assert len(site.alerts) == 1
    assert len(site.carrier.sent) == 2
    assert site.to_client(clock("13:05")) == [ENGLISH]


def test_they_are_in_the_clients_language(site: AskedSite) -> None:
    site.agrees("spanish")
    craves(site, clock("13:00"))
    assert site.to_client(clock("13:02")) == [SPANISH]


def test_without_an_agreement_or_after_stop_nothing_goes_out_and_the_alert_does(
    site: AskedSite,
) -> None:
    assert craves(site, clock("13:00")) == []
    site.agrees(at=clock("13:01"))
    with site.database.write() as conn:
        opt_outs.add(conn, PHONE, clock("13:02"))
    craves(site, clock("14:00"))
    assert site.to_client(clock("14:02")) == []
    assert len(site.alerts) == 1


def test_in_quiet_hours_they_wait_for_the_morning(site: AskedSite) -> None:
    site.agrees()
    assert craves(site, clock("22:00")) == []
    assert site.to_client(clock("07:59", 1)) == []
    assert site.to_client(clock("08:00", 1)) == [ENGLISH]


def test_a_rule_in_shadow_sends_none(site: AskedSite) -> None:
    site.agrees()
    serve(site, "shadow")
    craves(site, clock("13:00"))
    assert site.to_client(clock("13:02")) == []


def test_a_client_gets_four_texts_in_a_day_at_most_and_no_question_after_them(
    site: AskedSite,
) -> None:
    head, rule = RULE.replace("STATUS", "live").split("rules:\n")
    six = "".join(rule.replace("high-craving", f"craving-{number}") for number in range(6))
    plan = WORDS + f"schedules:{ASKED}"
    site.rules = from_texts({"r.yaml": f"{head}rules:\n{six}", f"p.yaml{PLAN}": plan}, BUILT_IN)
    site.accept(NOON)
    site.agrees()
    site.caseload.event(1, "check_in", clock("13:00", -1), craving=9)
    site.at(clock("12:30"), clock("18:00"), clock("22:00"))
    assert len(site.alerts) == 6
    texts = [row.kind for row in site.rows(outbox) if row.client_id is not None]
    assert texts == [MessageKind.CLIENT_WORDS] * 4
    assert site.outcomes[0] == ("2026-06-02", "held")


def test_a_message_that_the_plans_do_not_have_is_refused_at_its_place() -> None:
    files = {
        "r.yaml": RULE.replace("wave", "wafe").replace("STATUS", "live"),
        f"p.yaml{PLAN}": WORDS,
    }
    with pytest.raises(MistakesError) as refused:
        from_texts(files, BUILT_IN)
    said = "r.yaml:8:21: the plans have no message 'wafe'; did you mean 'wave'?"
    assert str(refused.value.mistakes[0]) == said
