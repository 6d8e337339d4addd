"""`handrail preview --outcome` and `--against`."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.rules.preview_site import (
    POSITIVE,
    RULES,
    TWO_MISSED,
    UNTIL,
    Say,
    lines,
    write_rules,
)
from tests.kit.site import written_rule


def test_an_outcome_says_what_each_rule_is_worth_beside_chance(say: Say) -> None:
    out, _ = say("--outcome", "positive", *UNTIL)
    assert max(map(len, out.splitlines())) <= 80
    found = lines(out)
    # One alert in 350 days at risk, ten days before the positive.
    row = ["0.09", "100", "%", "6", "%", "100", "%", "9", "%", "11.67"]
    assert ["one-missed", *row] in found
    assert ["one-missed", "1", "0", "1", "%", "0", "%", "10.0", "15.3"] in found
    assert "1 of 1 client at risk (100 %) reached positive." in out


def test_an_alert_outside_of_the_lead_and_the_horizon_does_not_reach_the_outcome(say: Say) -> None:
    for times in (("--horizon", "9 days"), ("--lead", "11 days")):
        out, _ = say("--outcome", "positive", *times, *UNTIL)
        (row,) = [
            line for line in lines(out.split("Before positive")[1]) if line[:1] == ["one-missed"]
        ][:1]
        assert row[2:4] == ["0", "%"]


def test_an_onset_before_the_outcome_moves_it(say: Say) -> None:
    """The alert came ten days before the outcome, and five days before it began."""
    out, _ = say("--outcome", "positive", "--onset", "5 days", *UNTIL)
    assert "5.0" in next(
        line for line in lines(out.split("How long they are open")[1]) if line[:1] == ["one-missed"]
    )


def test_a_file_can_say_who_was_at_risk(say: Say, tmp_path: Path) -> None:
    (tmp_path / "admitted.csv").write_text(
        "client,from,outcome,until\nC-1,2026-01-01,2026-04-23,2026-06-01\n"
    )
    out, _ = say("--cohort", tmp_path / "admitted.csv", *UNTIL)
    assert "1 of 1 client at risk (100 %) reached admitted." in out
    row = next(line for line in lines(out.split("How long")[1]) if line[:1] == ["one-missed"])
    assert row[-2] == "19.5"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("client,from,until\n", "has no column outcome"),
        ("client,from,outcome,until\nC-1,2026-01-01,,\n", ":2: only 'outcome' may be empty"),
        ("client,from,outcome,until\nC-1,1 May,,2026-02-01\n", ":2: '1 May' is not a date"),
        (
            "client,from,outcome,until\nC-1,2026-02-01,2026-01-01,2026-03-01\n",
            ":2: the outcome does not come between 'from' and 'until'",
        ),
        (
            "client,from,outcome,until\n" + "C-1,2026-01-01,,2026-02-01\n" * 2,
            ":3: client C-1 has a row above",
        ),
    ],
)
def test_a_mistake_in_that_file_is_named_with_its_line(
    say: Say, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "cohort.csv").write_text(text)
    _, err = say("--cohort", tmp_path / "cohort.csv", *UNTIL, code=2)
    assert said in err


def test_rules_that_read_the_events_of_the_outcome_are_named_with_a_way_out(
    say: Say, tmp_path: Path
) -> None:
    again = written_rule("again", "{count: test, where: {result: positive}, at_least: 1}")
    rules = write_rules(tmp_path / "again", again, RULES[2])
    out, _ = say("--rules", rules, "--outcome", "positive", *UNTIL)
    said = " ".join(out.split())
    assert "these rules read the same events (test) as the outcome: again." in said
    assert "Name with --onset how long the outcome lasts" in said


def test_against_another_version_both_stand_side_by_side(say: Say, tmp_path: Path) -> None:
    other = write_rules(
        tmp_path / "other", written_rule("one-missed", TWO_MISSED, severity="low"), *RULES[1:]
    )
    out, _ = say("--against", other, "--outcome", "positive", *UNTIL)
    assert max(map(len, out.splitlines())) <= 80
    assert ["one-missed", "(medium;", "was", "low)", "2", "1", "1", "0", "1", "2", "0"] in lines(
        out
    )
    assert ["one-missed", "1", "gained", "100", "%", "(chance", "9", "%)", "C-1"] in lines(out)
    assert "Left out: 2 rules with the same alerts and texts by both." in " ".join(out.split())
    assert "two-missed" not in [line[0] for line in lines(out.split("What is gained")[0]) if line]
    rows = list(csv.DictReader(StringIO(say("--against", other, "--format", "csv", *UNTIL)[0])))
    assert [(row["change"], row["rule"], row["severity"]) for row in rows] == [
        ("gained", "one-missed", "medium"),
        ("changed from", "one-missed", "low"),
        ("changed to", "one-missed", "medium"),
    ]
    differences = json.loads(say("--against", other, "--format", "json", *UNTIL)[0])["summary"][
        "differences"
    ]
    assert [(one["change"], one["alerts"], one["clients"]) for one in differences] == [
        ("changed", 1, ["C-1"]),
        ("gained", 1, ["C-1"]),
    ]


def test_rules_without_an_alert_are_named(say: Say, tmp_path: Path) -> None:
    never = write_rules(
        tmp_path / "never", RULES[0], written_rule("never", POSITIVE.replace("positive", "refused"))
    )
    assert "Without an alert: never." in say("--rules", never, *UNTIL)[0]
    out, _ = say("--rules", never, "--against", tmp_path / "rules", *UNTIL)
    assert ["never", "(new)", "0", "–", "0", "0", "0", "0", "–"] in lines(out)


def test_what_only_the_other_version_has_is_gone(say: Say, tmp_path: Path) -> None:
    fewer = write_rules(tmp_path / "fewer", *RULES[1:])
    out, _ = say("--rules", fewer, "--against", tmp_path / "rules", "--outcome", "positive", *UNTIL)
    assert ["one-missed", "(gone)", "–", "2", "0", "2", "0", "–", "2"] in lines(out)
    assert ["one-missed", "2", "lost", "100", "%", "(chance", "9", "%)", "C-1"] in lines(out)
    assert ["one-missed", "(gone)", "0.09", "100", "%"] in [line[:5] for line in lines(out)]


def test_equal_versions_differ_in_nothing(say: Say, tmp_path: Path) -> None:
    out, _ = say("--against", tmp_path / "rules", *UNTIL)
    assert "Nothing differs" in out
    assert "Left out: 3 rules with the same alerts and texts by both." in out
    assert "Gained:" not in out
