"""An act on an alert from the terminal does the same as a text, and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from engine.messaging import answers
from engine.store.database.connection import Database
from engine.store.tables.operations import audit
from engine.store.tables.people import staff
from tests.kit.phones import CASE_MANAGER, Phones, named
from tests.kit.terminal import Terminal


@pytest.fixture
def phones(sqlite_database: Database) -> Phones:
    phones = Phones.of(sqlite_database, 1)
    phones.go_on()
    return phones


@pytest.fixture
def said(phones: Phones, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """What a command prints."""
    return Terminal(tmp_path, f"database: {phones.site.database.url}\ntimezone: UTC\n", capsys)


def test_ack_takes_it_and_a_second_one_is_told_who_has_it(phones: Phones, said: Terminal) -> None:
    assert said("ack", "1", "--by", "S-1") == "Alert 1 is with S-1 now."
    assert phones.states() == ["acknowledged"]
    assert (
        said("ack", "1", "--by", "S-1", code=1) == "Nothing was done: alert 1 is with S-1 already."
    )
    assert said("ack", "1", "--by", "S-2", code=1) == "Nothing was done: alert 1 is with S-1."
    (row,) = [row for row in phones.site.rows(audit) if row.action == "taken"]
    assert (row.actor, json.loads(row.detail)) == ("staff 1", {"from": "open", "by": "command"})


def test_resolve_closes_what_another_has_taken(phones: Phones, said: Terminal) -> None:
    said("ack", "1", "--by", "S-1")
    found = json.loads(said("resolve", "1", "--by", "S-2", "--false-alarm", "--format", "json"))
    assert found == {
        "alert": 1,
        "outcome": "counted",
        "said": "Alert 1 is closed as a false alarm.",
    }
    assert phones.site.alerts[0].resolution == "false_alarm"
    assert said("resolve", "1", "--by", "S-1", code=1) == "Nothing was done: alert 1 is closed."


def test_snooze_lets_it_wait_as_long_as_is_said(phones: Phones, said: Terminal) -> None:
    assert (
        said("snooze", "1", "--by", "S-1", "--for", "45 minutes") == "Alert 1 waits for 45 minutes."
    )
    assert phones.states() == ["snoozed"]
    assert "is not a duration" in said("snooze", "1", "--by", "S-1", "--for", "soon", code=2)


def test_reply_is_a_text_that_came_in(phones: Phones, said: Terminal) -> None:
    assert said("reply", "1 a", "--from", CASE_MANAGER) == answers.yours(named(1))
    assert json.loads(
        said("reply", "1 a", "--from", "+15550177777", "--format", "json", code=1)
    ) == {
        "understood": "unknown",
        "alert": None,
        "answer": None,
        "said": "Nothing is answered: +15550177777 belongs to nobody in the roster.",
    }
    assert phones.states() == ["acknowledged"]


@pytest.mark.parametrize("written", ["2025550102", "(202) 555-0102", "+1 202 555 0102"])
def test_the_number_of_a_reply_is_read_as_in_the_roster(
    phones: Phones, said: Terminal, written: str
) -> None:
    with phones.site.database.write() as conn:
        conn.execute(
            update(staff).where(staff.c.phone == CASE_MANAGER).values(phone="+12025550102")
        )
    assert said("reply", "1 a", "--from", written) == answers.yours(named(1))
    assert phones.states() == ["acknowledged"]


def test_a_reply_from_what_is_no_number_is_refused(said: Terminal) -> None:
    mistake = "--from: 'banana' is not a phone number; write one such as +12025550102."
    assert said("reply", "1 a", "--from", "banana", code=2) == mistake


def test_mistakes_are_one_sentence(said: Terminal) -> None:
    assert said("ack", "7", "--by", "S-1", code=2).startswith("There is no alert 7")
    assert (
        said("ack", "1", "--by", "S-77", code=2)
        == "There is nobody active among the staff called S-77."
    )


def test_a_mentor_does_nothing_without_a_valid_consent_from_the_terminal_either(
    phones: Phones, said: Terminal
) -> None:
    phones.site.caseload.staff(4, "mentor", 1)
    assert "the client's consent is not valid" in said("ack", "1", "--by", "S-4", code=2)
    phones.site.caseload.consent(1, 4)
    assert said("ack", "1", "--by", "S-4") == "Alert 1 is with S-4 now."


def test_a_reply_for_more_says_what_the_rules_in_the_files_advise(
    phones: Phones, said: Terminal, tmp_path: Path
) -> None:
    rule_id = phones.site.alerts[0].rule_id
    rule = f"""\
format: 1
rules:
  - {{id: {rule_id}, title: Silent, status: live, severity: medium, advice: Call today.,
     evidence: {{grade: opinion, source: y}}, when: {{count: check_in, within: 7 days, at_least: \
2}}}}
"""
    (tmp_path / "rules").mkdir(exist_ok=True)
    (tmp_path / "rules" / "rules.yaml").write_text(rule)
    more = ("reply", "1 more", "--from", CASE_MANAGER)
    assert said(*more) == "Handrail: 1 (C-1): Call today."
    (tmp_path / "rules" / "rules.yaml").write_text("rules: 7")
    assert said(*more) == answers.more(named(1), "")
