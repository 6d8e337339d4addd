"""The explanation of an alert: each part of it becomes a line that a person can read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from engine.model.alert_explanation import (
    AlertExplanation,
    ExplainedEvent,
    ExplainedFinding,
    ExplainedMessage,
    ExplainedRule,
    ExplainedSkip,
    ExplainedText,
    ExplainedTransition,
)
from engine.model.message import MessageKind
from engine.model.notify_reason import NotifyReason
from engine.presentation.why import lines

NOON = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=-6)))
HOUR = timedelta(hours=1)
AT_NOON = "2026-06-01T12:00:00-06:00"
AT_ONE = "2026-06-01T13:00:00-06:00"
EVENT = ExplainedEvent(7, "check_in", NOON, "status missed", "row 3 of a.csv", changed_since=True)
MESSAGE = ExplainedMessage(
    NOON, NOON, None, "case_manager", "S-1", 0, MessageKind.STEP, 0, "sent", None
)
WHY = AlertExplanation(
    alert=1,
    client="C-1",
    state="open",
    severity="high",
    rule=ExplainedRule("missed", "0123456789abcdef", "Missed check-ins"),
    began=NOON,
    ended=None,
    opened=NOON,
    historic=False,
    shadow=False,
    inhibited_by=None,
    held=None,
    owner=None,
    as_of=NOON,
    findings=(ExplainedFinding("2 missed check-ins", "2", "2", truth=True, events=(EVENT,)),),
    texts=(),
    clears="Fewer than 2 missed check-ins",
    clears_at=None,
    messages=(),
    passed_over=(),
    next_step=None,
    next_step_at=None,
    muted_until=None,
    muted_why="",
    history=(ExplainedTransition(NOON, "engine", "open", "rule_held"),),
)


def said(why: AlertExplanation) -> list[str]:
    return [line.plain.strip() for line in lines(why)]


def test_it_names_the_alert_its_rule_and_all_that_the_rule_saw() -> None:
    found = said(WHY)
    assert found[0] == "Alert 1  C-1  high  open"
    assert "missed, version 0123456789ab" in found
    assert "✓ 2 missed check-ins" in found
    assert "measured 2, threshold 2" in found
    assert any(
        line.endswith("event 7, row 3 of a.csv  corrected or withdrawn since") for line in found
    )
    assert found[-1] == f"{AT_NOON}  open: rule held (engine)"


def test_it_says_which_clients_are_one_person_and_under_which_ref_an_event_came() -> None:
    finding = replace(WHY.findings[0], events=(replace(EVENT, said_of="C-7"),))
    found = said(replace(WHY, findings=(finding,), merged=("C-7",)))
    assert found[1] == "Merged   the events of C-7, who is the same person, count here"
    assert any("event 7, row 3 of a.csv, came under C-7" in line for line in found)
    found = said(replace(WHY, merged_into="C-8"))
    assert found[1] == "Merged   C-8, who is the same person, has the events and alerts"


@pytest.mark.parametrize(("truth", "mark"), [(True, "✓"), (False, "✗"), (None, "–")])
def test_a_finding_shows_whether_it_was_true(truth: bool | None, mark: str) -> None:
    finding = replace(WHY.findings[0], truth=truth)
    assert f"{mark} 2 missed check-ins" in said(replace(WHY, findings=(finding,)))


@pytest.mark.parametrize(
    ("why", "quiet"),
    [
        (replace(WHY, historic=True), "historic: "),
        (replace(WHY, shadow=True, inhibited_by=4), "its rule is on trial (shadow): "),
        (replace(WHY, inhibited_by=4), "quieted by alert 4: "),
        (replace(WHY, held=NOON), f"held since {AT_NOON}: "),
    ],
)
def test_an_alert_that_told_nobody_says_why(why: AlertExplanation, quiet: str) -> None:
    assert any(line.startswith("Opened") and f"{AT_NOON}; {quiet}" in line for line in said(why))


def test_a_time_at_which_it_clears_is_named_only_while_it_lasts() -> None:
    clears = f"If nothing more happens, that is so at {AT_ONE}."
    lasting = replace(WHY, clears_at=NOON + HOUR)
    assert clears in said(lasting)
    assert clears not in said(replace(lasting, ended=NOON))
    assert clears not in said(replace(lasting, state="resolved"))


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (MESSAGE, f"{AT_NOON}  case manager S-1: sent"),
        (replace(MESSAGE, sent=None, state="queued"), f"{AT_NOON}  case manager S-1: queued, not "
                                                      f"sent"),
        (
            replace(MESSAGE, sent=NOON + HOUR),
            f"{AT_ONE}  case manager S-1: sent, waited since {AT_NOON}",
        ),
        (
            replace(MESSAGE, arrived=NOON + HOUR, state="delivered"),
            f"{AT_NOON}  case manager S-1: delivered, arrived {AT_ONE}",
        ),
        (
            replace(MESSAGE, kind=MessageKind.REMINDER, sequence=2),
            f"{AT_NOON}  case manager S-1, reminder 2: sent",
        ),
        (
            replace(MESSAGE, state="failed", error_code="30005"),
            f"{AT_NOON}  case manager S-1: failed (error 30005)",
        ),
    ],
)  # fmt: skip
def test_each_text_is_told_with_its_times(message: ExplainedMessage, line: str) -> None:
    found = said(replace(WHY, messages=(message,)))
    assert found[found.index("Who was told") + 1] == line


def test_recipients_passed_over_stand_among_the_texts_in_order_of_time() -> None:
    skip = ExplainedSkip(NOON - HOUR, "mentor", "S-2", NotifyReason.NO_PHONE, None, None)
    found = said(replace(WHY, messages=(MESSAGE,), passed_over=(skip,)))
    place = found.index("Who was told")
    assert found[place + 1].startswith("2026-06-01T11:00:00-06:00  mentor S-2: passed over, ")
    assert found[place + 2].endswith("S-1: sent")


def test_without_a_text_nobody_was_told_and_the_next_step_is_named() -> None:
    found = said(replace(WHY, next_step="on_call", next_step_at=NOON + HOUR))
    place = found.index("Who was told")
    assert found[place + 1] == "nobody"
    assert "on call" in found[place + 2]
    assert AT_ONE in found[place + 2]


def test_texts_of_the_client_are_told_with_the_words_that_were_noticed() -> None:
    texts = (
        ExplainedText(NOON, "C-1", "I want to die", "danger", "want to die", None),
        ExplainedText(NOON, None, "ok", "nothing", "", None),
    )
    found = said(replace(WHY, texts=texts))
    assert f"{AT_NOON}  C-1: I want to die" in found
    assert 'understood as danger because of "want to die"' in found
    assert f"{AT_NOON}  an unknown number: ok" in found
    assert "understood as nothing" in found
