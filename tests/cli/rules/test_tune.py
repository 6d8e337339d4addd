"""A clinician tries other numbers of a rule, reads what they are worth, and gets a draft."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.kit.site import Site
from tests.kit.terminal import Terminal
from tests.kit.times import NOON, hours

RULES = """\
format: 1
rules:
  - id: missed
    title: Missed check-ins
    status: live
    severity: medium
    why: Contact is lost first.
    when:
      all:
        - points:
            - points: 1
              when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 1}
            - points: 1
              when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 2}
          at_least: 1
          tunable: {at_least: [1, 2]}
  - id: fixed
    title: Nothing to tune
    status: live
    severity: low
    when: {count: test, at_least: 1}
  - id: used
    title: Use
    status: shadow
    severity: low
    when: {count: return_to_use, within: 1 day, at_least: 1}
"""
UNTIL = ("--until", "2026-06-02T12:00+00:00")
Say = Callable[..., tuple[str, str]]


@pytest.fixture
def site(sqlite_database: Database) -> Site:
    """Twelve clients miss check-ins; every third one returns to use three weeks later."""
    site = Site(sqlite_database).with_people()
    for client in range(1, 13):
        if client > 1:
            site.caseload.client(client)
        for day in (80, 60, 40, *([30.5] if client % 3 == 0 else [])):
            site.missed(NOON - hours(day * 24 + client), client)
        if client % 3 == 0:
            site.missed(NOON - hours(30 * 24 + client), client)
            site.caseload.event(client, "return_to_use", NOON - hours(10 * 24 + client))
        site.caseload.event(client, "check_in", NOON - hours(1), status="completed")
    return site


@pytest.fixture
def say(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """What `handrail tune` prints, to stdout and to stderr."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    terminal = Terminal(tmp_path, f"database: {site.database.url}\ntimezone: UTC\n", capsys)

    def run(*arguments: str | Path, code: int = 0) -> tuple[str, str]:
        ended, out, err = terminal.run("tune", *map(str, arguments), *UNTIL)
        assert ended == code, err
        return out, err

    return run


def test_tables_say_what_was_tried_and_what_the_choice_is_worth(say: Say) -> None:
    out, _ = say("missed", "--outcome", "used")
    text = " ".join(out.split())
    assert "4 of 12 clients at risk (33 %) reached used. 2 variants of 1 number tried." in text
    assert "With fewer than 100 outcomes only the cut-off of a scorecard may move" in text
    for word in ("present numbers", "chosen, on other clients", "a calendar", "Budgets"):
        assert word in out


def test_with_too_few_outcomes_to_compare_nothing_is_called_better(say: Say) -> None:
    stays, moves = (
        " ".join(say("missed", "--outcome", "used", "--budget", f"{budget} a month")[0].split())
        for budget in ("1", "0.1")
    )
    assert "With fewer than 20 no variant can be called better than another" in stays
    assert "The numbers stay as they are." in stays
    assert "standard error" not in stays + moves
    assert "The numbers stay" not in moves


def test_numbers_by_which_nobody_is_told_at_risk_are_said_to_be_so(
    say: Say, tmp_path: Path
) -> None:
    said = "By the present numbers people are told of no alert while a client is at risk"
    assert said not in " ".join(say("missed", "--outcome", "used")[0].split())
    rare = RULES.replace("within: 7 days, at_least: 2", "within: 1 hour, at_least: 2")
    rare = rare.replace("at_least: 1\n          tunable", "at_least: 2\n          tunable")
    (tmp_path / "rules" / "rules.yaml").write_text(rare)
    assert said in " ".join(say("missed", "--outcome", "used")[0].split())


def test_csv_is_a_row_for_each_variant_and_json_has_everything(say: Say) -> None:
    out, _ = say("missed", "--outcome", "used", "--format", "csv")
    rows = list(csv.DictReader(StringIO(out)))
    assert [row["at_least (line 15)"] for row in rows] == ["1", "2"]
    assert [row["present"] for row in rows] == ["True", "False"]
    assert float(rows[0]["alerts_a_client_month"]) > float(rows[1]["alerts_a_client_month"])
    found = json.loads(say("missed", "--outcome", "used", "--format", "json")[0])
    assert found["only_cut_offs_may_move"] is True
    assert found["numbers"] == [
        {"number": "at_least (line 15)", "tried": ["1", "2"], "present": "1", "chosen": "1"}
    ]
    assert found["present"]["alerts"] >= found["chosen_as_it_seems"]["alerts"]


def test_a_draft_has_its_evidence_and_is_never_live_and_no_file_is_overwritten(
    say: Say, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.yaml"
    say("missed", "--outcome", "used", "--budget", "0.1 a month", "--draft", draft)
    text = draft.read_text()
    assert "id: missed-tuned" in text
    assert "status: draft" in text
    assert "status: live" not in text
    assert "at_least: 2\n          tunable: {at_least: [1, 2]}" in text
    said = " ".join(text.split())
    assert "12 clients at risk, 4 of whom reached used; 2 variants tried" in said
    _, err = say("missed", "--outcome", "used", "--draft", draft, code=2)
    assert "no file is overwritten" in err
    assert draft.read_text() == text


def test_a_budget_that_no_variant_keeps_is_told_and_nothing_is_written(
    say: Say, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.yaml"
    options = ("--outcome", "used", "--budget", "0.001 a client-month", "--draft", draft)
    out, _ = say("missed", *options, code=1)
    assert "No variant keeps within 0.001 alerts a client-month" in " ".join(out.split())
    assert not draft.exists()


def test_the_page_shows_the_same_tables(say: Say, tmp_path: Path) -> None:
    page = tmp_path / "tune.html"
    say("missed", "--outcome", "used", "--html", page)
    text = page.read_text("utf-8")
    assert "<h1>Handrail tune</h1>" in text
    assert "chosen, on other clients" in text
    assert "<script" not in text
    assert "by budget, on clients on which the choice was not made" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missed",), "Name what alerts are to warn of"),
        (("mised", "--outcome", "used"), "did you mean 'missed'?"),
        (
            ("fixed", "--outcome", "used"),
            "rules.yaml:17:5: fixed marks no number",
        ),
        (("missed", "--outcome", "missed"), "leave it out"),
        (("missed", "--outcome", "used", "--budget", "few"), "'few' is not a rate"),
        (("missed", "--outcome", "used", "--lead", "40 days"), "--lead is not shorter"),
        (("missed", "--outcome", "used", "--workers", "2"), "name it with --archive"),
        (
            ("missed", "--outcome", "used", "--scorecard", "s", "--workers", "2"),
            "a scorecard is derived by one process",
        ),
    ],
)
def test_mistakes_are_told_in_a_sentence(say: Say, arguments: tuple[str, ...], said: str) -> None:
    _, err = say(*arguments, code=2)
    assert said in err


def test_a_number_that_the_outcome_depends_on_cannot_move(say: Say, tmp_path: Path) -> None:
    rules = tmp_path / "built.yaml"
    built = "when: {all: [{rule: missed}, {count: return_to_use, within: 1 day, at_least: 1}]}"
    rules.write_text(
        RULES.replace("when: {count: return_to_use, within: 1 day, at_least: 1}", built)
    )
    _, err = say("missed", "--outcome", "used", "--rules", rules, code=2)
    assert "built.yaml:15:21: 'at_least' is a part of used, too" in err


def test_a_rule_that_reads_the_events_of_the_outcome_is_warned_of(say: Say, tmp_path: Path) -> None:
    rules = tmp_path / "same.yaml"
    use = "{count: return_to_use, within: 1 day, at_least: 1}"
    either = f"{{any: [{use}, {{count: check_in, at_least: 50}}]}}"
    rules.write_text(RULES.replace(use, either))
    out, _ = say("missed", "--outcome", "used", "--rules", rules)
    assert "Warning: the rule reads the same events (check_in)" in " ".join(out.split())
    out, _ = say("missed", "--outcome", "used")
    assert "Warning" not in out


def test_explain_says_which_values_may_be_tried(
    say: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended, out, _ = Terminal(tmp_path, "timezone: UTC\n", capsys).run("explain", "missed")
    assert ended == 0
    assert "'handrail tune' may try other numbers:" in out
    assert "- at_least in line 15: 1 or 2; now 1" in out


def test_a_rule_whose_alerts_tell_nobody_cannot_be_chosen_by(say: Say, tmp_path: Path) -> None:
    rules = tmp_path / "silent.yaml"
    rules.write_text(
        RULES.replace("within: 7 days", "within: 7 days, on: [monday]").replace(
            "missed}", "excused}"
        )
    )
    _, err = say("missed", "--outcome", "used", "--rules", rules, code=2)
    assert "Nobody is told of an alert of missed" in err


CARD = """\
format: 1
scorecards:
  signs:
    - {points: 1, when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 1}}
    - {points: 1, when: {count: test, at_least: 1}}
rules:
  - id: missed
    title: Missed check-ins
    status: live
    severity: medium
    when: {points: signs, at_least: 1}
  - id: used
    title: Use
    status: shadow
    severity: low
    when: {count: return_to_use, within: 1 day, at_least: 1}
"""


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card.yaml"
    path.write_text(CARD)
    return path


def test_points_are_not_derived_from_a_few_outcomes(say: Say, card: Path) -> None:
    options = ("--outcome", "used", "--rules", card, "--scorecard", "signs")
    _, err = say("missed", *options, code=1)
    assert "Only 4 clients reached used." in err
    assert "so they stay as they are" in err


def test_a_scorecard_that_no_rule_uses_is_refused(say: Say, card: Path) -> None:
    options = ("--outcome", "used", "--rules", card, "--scorecard", "sings")
    _, err = say("missed", *options, code=2)
    assert "No rule of missed uses a scorecard 'sings'" in err


def test_derived_points_are_shown_with_their_items_in_words_and_written_as_a_draft(
    say: Say, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.studies.scorecard.FEWEST_OUTCOMES", 1)
    draft = tmp_path / "draft.yaml"
    options = ("--outcome", "used", "--rules", card, "--scorecard", "signs")
    out, _ = say("missed", *options, "--draft", draft)
    assert "Points of the scorecard signs" in out
    assert "1 or more missed" in " ".join(out.split())
    assert "dropped: it never held, or always" in " ".join(out.split())
    text = draft.read_text()
    assert "id: missed-tuned" in text
    assert "Points of signs derived by handrail tune" in " ".join(text.split())
    found = json.loads(say("missed", *options, "--format", "json")[0])
    assert [item["points"] for item in found["items"]] == [1, 0]
    page = tmp_path / "card.html"
    say("missed", *options, "--html", page)
    assert "Points of the scorecard signs" in page.read_text("utf-8")
    out, _ = say("missed", *options, "--format", "csv")
    assert out.splitlines()[0] == "points,now,item,held,followed,verdict"
