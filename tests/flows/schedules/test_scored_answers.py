"""Answers score an instrument, lead to further questions, and a sign of danger reaches a person."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.model.event import read_fields
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from tests.flows.schedules.test_asking import AskedSite
from tests.kit.times import clock

SHIPPED = (Path(__file__).parents[3] / "plans" / "questions.yaml").read_text("utf-8")
SETS = SHIPPED.partition("\nschedules:")[0].partition("\nquestions:\n")[2]
MORE = "Handrail: thank you. Now lines 3 to 9"


def schedule(questions: str, instrument: str) -> str:
    return f"""
  - id: weekly
    title: Weekly questions
    status: live
    expects: {{kind: assessment, where: {{instrument: {instrument}}}}}
    every: tuesday
    by: 20:00
    ask: {{questions: {questions}, at: 18:00}}
questions:
{SETS}
"""


@pytest.fixture
def site(database: Database) -> AskedSite:
    return asked(database, schedule("two-weeks", "phq2"))


def asked(database: Database, plan: str) -> AskedSite:
    site = AskedSite(database).begin()
    site.plan(plan)
    site.agrees()
    site.to_client(clock("18:00"))
    return site


def scores(site: AskedSite) -> dict[str, float]:
    found = [read_fields(row.fields) for row in site.rows(events) if row.source == "answers"]
    return {f"{one['instrument']} {one['item']}": float(str(one["score"])) for one in found}


def test_low_answers_are_scored_and_nothing_more_is_asked(site: AskedSite) -> None:
    understood, answer = site.says("1 1", clock("18:05"))
    assert understood == "check_in"
    assert answer
    assert "we have your answers" in answer
    assert scores(site) == {"phq2 item1": 1, "phq2 item2": 1, "phq2 total": 2}
    site.at(clock("20:00"))
    assert site.outcomes[0] == ("2026-06-02", "kept")


def test_high_answers_lead_to_the_other_seven_and_the_sum_of_all_nine(site: AskedSite) -> None:
    _, answer = site.says("2 1", clock("18:05"))
    assert answer
    assert answer.startswith(MORE)
    _, answer = site.says("1 0 2 0 1 0 0", clock("18:09"))
    assert answer
    assert "we have your answers" in answer
    found = scores(site)
    assert found["phq9 total"] == 7
    assert found["phq9 item9"] == 0
    assert len(found) == 3 + 8
    assert site.alerts == []


def test_an_answer_above_nothing_at_item_nine_is_urgent_and_names_the_lines_that_help(
    site: AskedSite,
) -> None:
    site.says("2 1", clock("18:05"))
    understood, answer = site.says("0 0 0 0 0 0 1", clock("18:09"))
    assert understood == "crisis"
    assert answer
    assert "988" in answer
    assert "911" in answer
    assert [alert.severity for alert in site.alerts] == ["urgent"]
    assert scores(site)["phq9 item9"] == 1


def test_the_other_seven_may_come_in_parts(site: AskedSite) -> None:
    site.says("3 3", clock("18:05"))
    assert site.says("1 1 1", clock("18:06"))[0] == "part_of_check_in"
    assert site.says("0 0 0 0", clock("18:07"))[0] == "check_in"
    assert scores(site)["phq9 total"] == 9


@pytest.mark.parametrize("text", ["4 0", "1 1 1", "0.5 1", "11"])
def test_numbers_that_fit_no_answer_are_asked_for_again(site: AskedSite, text: str) -> None:
    assert site.says(text, clock("18:05"))[0] == "unclear"
    assert scores(site) == {}


def test_words_of_danger_among_the_questions_are_urgent(site: AskedSite) -> None:
    site.says("2 1", clock("18:05"))
    assert site.says("i want to kill myself", clock("18:06"))[0] == "crisis"
    assert site.says("0 0 0 0 0 0 0", clock("18:30"))[0] == "check_in"


def test_the_monitor_asks_six_and_six_and_sums_each(database: Database) -> None:
    site = asked(database, schedule("month", "bam"))
    _, answer = site.says("2 2 2 2 2 2", clock("18:05"))
    assert answer
    assert "last six" in answer
    site.says("4 0 0 0 4 4", clock("18:06"))
    found = scores(site)
    assert (found["bam risk"], found["bam protective"], len(found)) == (12, 12, 14)


def test_a_question_that_nobody_answers_is_a_missed_assessment(site: AskedSite) -> None:
    site.at(clock("20:00"))
    (missed,) = [row for row in site.rows(events) if row.source == "schedules"]
    assert missed.kind == "assessment"
    assert dict(read_fields(missed.fields)) == {"instrument": "phq2", "status": "missed"}


def test_the_cards_have_a_line_for_each_answer() -> None:
    page = (Path(__file__).parents[3] / "docs" / "question_cards.md").read_text("utf-8")
    lines = [len(re.findall(r"^\| \d+ \|", part, re.MULTILINE)) for part in page.split("\n## ")]
    assert lines == [0, 3, 9, 12]
