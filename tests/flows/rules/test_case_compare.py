"""Cases run through the engine itself, on a clock that stops where something is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import UserError
from engine.flows.rules.case_runner import run
from engine.model.event_kinds import BUILT_IN
from engine.model.intake import DatedValue
from engine.model.settings import Settings
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import from_texts
from engine.store.database.in_memory import Scratch, scratch
from tests.kit.cases import RULES, TWO_MISSED, Trying, case_of


@pytest.fixture(scope="module")
def databases() -> Iterator[Scratch]:
    with scratch() as made:
        yield made


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return from_texts({"rules.yaml": RULES}, BUILT_IN)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    routing = {
        "policies": {"mentor_first": [{"to": "mentor"}, {"after": "1 hour", "to": "case_manager"}]},
    }
    folder: Path = tmp_path_factory.mktemp("site")
    return Settings.model_validate(
        {"timezone": "America/New_York", "routing": routing}, context={"folder": folder}
    )


@pytest.fixture
def trying(rules: Rulebook, settings: Settings, databases: Scratch) -> Iterator[Trying]:
    return Trying(rules, settings, databases)


def test_what_is_expected_and_happens_passes(trying: Trying) -> None:
    expect = """
    expect:
      - alert: two-missed
        at: day 3 20:00
        severity: medium
        texts: [{to: case_manager, at: day 3 20:00}, {to: supervisor, at: day 3 22:00}]
        resolves: day 9 18:00
    silent: [trial]
"""
    assert trying.tried(TWO_MISSED.rstrip() + expect).passed


@pytest.mark.parametrize(
    ("expect", "wrong"),
    [
        (
            "[{alert: two-missed, at: day 3 18:00}]",
            [
                ("08 23:00:00", "two-missed alerts, medium", None),
                ("09 01:00:00", None, "two-missed alerts, medium"),
            ],
        ),
        (
            "[{alert: two-missed, at: day 3 20:00, severity: high}]",
            [("09 01:00:00", "two-missed alerts, high", "two-missed alerts, medium")],
        ),
        (
            "[{alert: two-missed, at: day 3 20:00}, {alert: two-missed, at: day 8 20:00}]",
            [("14 01:00:00", "two-missed alerts", None)],
        ),
        (
            "[{alert: two-missed, at: day 3 20:00, texts: [{to: supervisor, at: day 3 20:00}]}]",
            [
                ("09 01:00:00", "text to supervisor", "text to case_manager"),
                ("09 03:00:00", None, "text to supervisor"),
            ],
        ),
        (
            "[{alert: two-missed, at: day 3 20:00, resolves: never}]",
            [
                ("14 23:00:00", None, "two-missed resolves"),
                ("17 05:00:00", "two-missed is still open", None),
            ],
        ),
        ("[{alert: trial, at: day 1 18:00}]", [("06 23:00:00", "trial alerts", None)]),
    ],
)
def test_expected_stands_beside_what_happened(
    trying: Trying, expect: str, wrong: list[object]
) -> None:
    assert trying.wrong(f"{TWO_MISSED.rstrip()}\n    expect: {expect}\n") == wrong


def test_an_alert_of_a_silent_rule_is_not_expected(trying: Trying) -> None:
    found = trying.wrong(f"{TWO_MISSED.rstrip()}\n    silent: two-missed\n")
    assert [line[1:] for line in found] == [
        (None, "two-missed alerts, medium"),
        (None, "text to case_manager"),
        (None, "text to supervisor"),
    ]


def test_where_all_are_to_be_silent_no_rule_may_alert(trying: Trying) -> None:
    found = trying.wrong(f"{TWO_MISSED.rstrip()}\n    silent: all\n")
    assert {line[2] for line in found} >= {"two-missed alerts, medium", "silence alerts, urgent"}


def test_a_case_is_tried_with_the_rules_that_may_quiet_its_own_and_no_others(
    trying: Trying,
) -> None:
    tried = trying.tried(f"{TWO_MISSED.rstrip()}\n    silent: sketch\n")
    assert tried.passed
    assert [line.given for line in tried.lines] == [
        "check-in: status missed",
        "check-in: status missed",
        "two-missed alerts too, medium",
    ]


def test_a_week_crosses_the_change_of_clocks_in_hours_and_the_readings_follow(
    trying: Trying,
) -> None:
    expect = """
    expect:
      - {alert: two-missed, at: day 3 20:00, resolves: day 9 19:00}
"""
    assert trying.tried(TWO_MISSED.rstrip() + expect, "starts: 2026-03-05\n").passed


def test_more_than_a_time_is_met_in_the_second_after_it(trying: Trying) -> None:
    assert trying.tried("\n  - {case: A case, expect: [{alert: silence, at: day 7}]}").passed


def test_quiet_hours_hold_texts_back_and_urgent_ones_go_out(trying: Trying) -> None:
    staff = "staff: {case_manager: {quiet_from: 19:00, quiet_to: 07:00}}\n"
    expect = """
    expect:
      - alert: two-missed
        at: day 3 20:00
        texts: [{to: case_manager, at: day 4 07:00}, {to: supervisor, at: day 4 09:00}]
      - alert: silence
        at: day 10 18:00
        texts:
          - {to: case_manager, at: day 10 18:00}
          - {to: on_call, at: day 10 18:10}
          - {to: supervisor, at: day 10 18:20}
"""
    assert trying.tried(TWO_MISSED.rstrip() + expect, staff).passed


def test_an_absent_recipient_is_passed_over_and_if_nobody_is_left_the_admin_hears_of_it(
    trying: Trying,
) -> None:
    (opened, *_) = trying.opened(TWO_MISSED, "staff: {case_manager: none, supervisor: none}\n")
    assert [role for _, role in opened.texts] == ["admin"]


def test_a_mentor_is_told_while_the_consent_is_valid(trying: Trying) -> None:
    case = """
  - case: A case
    client: {phase: 2}
    until: day 1 12:00
"""
    (opened,) = trying.opened(case)
    assert [role for _, role in opened.texts] == ["mentor", "case_manager"]
    (without,) = trying.opened(case, "staff: {mentor: {consent_expires: day 1}}\n")
    assert [role for _, role in without.texts] == ["case_manager"]


def test_who_takes_it_is_reminded_and_nobody_else_is_asked_any_more(trying: Trying) -> None:
    case = """
  - case: A case
    events:
      - {at: day 1 18:00, assessment: {instrument: bam, score: 9}}
      - {at: day 1 19:00, reply: {from: case_manager, says: 1 a}}
      - {at: day 3 08:00, reply: {from: case_manager, says: d}}
    expect:
      - alert: nagging
        at: day 1 18:00
        texts: [{to: case_manager, at: day 1 18:00}]
        reminders:
          - {to: case_manager, at: day 2 07:00}
          - {to: case_manager, at: day 2 19:00}
          - {to: case_manager, at: day 3 07:00}
        resolves: day 3 08:00
"""
    tried = trying.tried(case)
    assert [line for line in tried.lines if not line.right] == []
    assert "case_manager replies 1 a" in [line.given for line in tried.lines]


def test_without_an_answer_it_climbs_and_the_last_told_is_reminded(trying: Trying) -> None:
    case = """
  - case: A case
    events:
      - {at: day 1 18:00, assessment: {instrument: bam, score: 9}}
      - {at: day 1 18:30, reply: {from: case_manager, says: 1 p}}
    until: day 2 12:00
    expect:
      - alert: nagging
        at: day 1 18:00
        texts: [{to: case_manager, at: day 1 18:00}, {to: supervisor, at: day 1 18:30}]
        reminders: [{to: supervisor, at: day 2 06:30}]
        resolves: never
"""
    assert trying.tried(case).passed


def test_a_reminder_that_is_not_expected_is_shown(trying: Trying) -> None:
    case = """
  - case: A case
    events:
      - {at: day 1 18:00, assessment: {instrument: bam, score: 9}}
    until: day 2 10:00
    expect: [{alert: nagging, at: day 1 18:00, reminders: nobody}]
"""
    assert [line[2] for line in trying.wrong(case)] == ["reminder to supervisor"]


def test_nobody_is_reminded_in_a_case_that_speaks_of_no_texts_and_all_else_is_the_same(
    rules: Rulebook, settings: Settings, databases: Scratch
) -> None:
    case = """
  - case: A case
    events:
      - {at: day 1 18:00, assessment: {instrument: bam, score: 9}}
    until: day 3
    expect: [{alert: nagging, at: day 1 18:00%s}]
"""
    spoken_of = ", texts: [{to: case_manager, at: day 1 18:00}, {to: supervisor, at: day 1 20:00}]"
    (silent,), (told,) = (
        run(case_of(case % more), rules, settings, databases.empty()).opened
        for more in ("", spoken_of)
    )
    assert [role for _, role in told.reminders] == ["supervisor", "supervisor"]
    assert silent == replace(told, reminders=())


def test_a_recipient_who_snoozes_it_is_asked_again_after_two_hours(trying: Trying) -> None:
    case = """
  - case: A case
    events:
      - {at: day 1 18:00, check_in: {status: missed}}
      - {at: day 3 18:00, check_in: {status: missed}}
      - {at: day 3 20:10, reply: {from: case_manager, says: S}}
    until: day 4 01:00
    expect:
      - alert: two-missed
        at: day 3 20:00
        texts:
          - {to: case_manager, at: day 3 20:00}
          - {to: case_manager, at: day 3 22:10}
"""
    assert [line[2] for line in trying.wrong(case)] == ["text to supervisor"]


def test_an_attribute_changes_when_it_is_said_to(trying: Trying) -> None:
    case = """
  - case: A case
    client: {phase: 1}
    events:
      - {at: day 2 10:00, client: {phase: 2}}
      - {at: day 3 10:00, client: {phase: 3}}
    expect:
      - {alert: phase-two, at: day 2 10:00, resolves: day 3 10:00}
"""
    assert trying.tried(case).passed


def test_a_rule_on_trial_alerts_and_texts_nobody(trying: Trying) -> None:
    case = """
  - case: A case
    events:
      - {at: day 1 10:00, test: {result: negative}}
    expect:
      - {alert: trial, at: day 1 10:00, texts: nobody, resolves: day 8 10:00}
"""
    assert trying.tried(case).passed


def test_a_draft_that_a_case_names_is_tried_as_if_it_were_live(trying: Trying) -> None:
    case = """
  - case: A case
    events:
      - {at: day 1 10:00, contact: {outcome: reached}}
    until: day 2
"""
    texts = "[{to: case_manager, at: day 1 10:00}]"
    assert trying.tried(
        f"{case.rstrip()}\n    expect: [{{alert: sketch, at: day 1 10:00, texts: {texts}}}]"
    ).passed
    assert trying.opened(case) == []


def test_what_is_known_late_opens_late(trying: Trying) -> None:
    case = """
  - case: A case
    events:
      - {at: day 1 18:00, check_in: {status: missed}}
      - {at: day 3 18:00, known: day 5 09:00, check_in: {status: missed}}
    expect:
      - {alert: two-missed, at: day 5 09:00, resolves: day 9 18:00}
"""
    tried = trying.tried(case)
    assert tried.passed
    assert "check-in: status missed (known only at day 5 09:00)" in [
        line.given for line in tried.lines
    ]


def test_an_alert_that_opens_again_after_all_is_told_from_the_first_step_on(trying: Trying) -> None:
    case = """
  - case: A case
    events:
      - {at: day 1 18:00, check_in: {status: missed}}
      - {at: day 3 18:00, check_in: {status: missed}}
      - {at: day 8 17:00, known: day 9 20:00, check_in: {status: missed}}
    expect:
      - alert: two-missed
        at: day 3 20:00
        texts: [{to: case_manager, at: day 3 20:00}, {to: supervisor, at: day 3 22:00}]
        resolves: day 9 18:00
      - alert: two-missed
        at: day 9 20:00
        texts: [{to: case_manager, at: day 9 20:00}, {to: supervisor, at: day 9 22:00}]
        resolves: day 11 18:00
"""
    assert trying.tried(case).passed


def test_nothing_happens_outside_of_enrolment_and_on_leave(trying: Trying) -> None:
    client = "client: {enrolled: day 0, leave_began: day 2, leave_ended: day 20}\n"
    assert [one.rule_id for one in trying.opened(TWO_MISSED, client)] == []


def test_a_case_that_cannot_be_taken_in_says_why(
    rules: Rulebook, settings: Settings, databases: Scratch
) -> None:
    case = case_of(f"{TWO_MISSED.rstrip()}\n    silent: all\n")
    client = case.people[0]
    backwards = replace(
        client, moments={**client.moments, "ended": DatedValue(case.begin - 1, True)}
    )
    with pytest.raises(UserError, match=r"rules.cases.yaml:3: .* ended comes before"):
        run(replace(case, people=(backwards, *case.people[1:])), rules, settings, databases.empty())


def test_each_case_has_the_database_to_itself(trying: Trying) -> None:
    assert trying.opened(TWO_MISSED) == trying.opened(TWO_MISSED)
