"""A clinician reads a preview in three formats and on a page, and hears of mistakes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from engine.store.database.connection import Database
from engine.store.tables import intake, people
from tests.kit.site import Site, written_rule
from tests.kit.terminal import Terminal
from tests.kit.times import NOON, hours

MISSED = "{count: check_in, where: {status: missed}, within: 2 days, at_least: 1}"
TWO_MISSED = "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}"
POSITIVE = "{count: test, where: {result: positive}, within: 7 days, at_least: 1}"
RULES = [
    written_rule("one-missed", MISSED),
    written_rule("two-missed", TWO_MISSED, severity="high"),
    written_rule("positive", POSITIVE, status="shadow"),
]
UNTIL = ("--until", "2026-06-02T12:00+00:00")

Say = Callable[..., tuple[str, str]]


def write_rules(folder: Path, *rules: str) -> Path:
    folder.mkdir()
    (folder / "rules.yaml").write_text("format: 1\nrules:\n" + "\n".join(rules) + "\n")
    return folder


@pytest.fixture
def site(sqlite_database: Database) -> Site:
    """C-1 of Denver misses check-ins 60, 40 and 39 days ago, and is positive 50 days ago.

    Other events come until the end.
    """
    site = Site(sqlite_database).with_people()
    with site.database.write() as conn:
        conn.execute(update(people.clients).values(timezone="America/Denver"))
    for days_ago in (60, 40, 39):
        site.missed(NOON - hours(days_ago * 24))
    site.caseload.event(1, "test", NOON - hours(50 * 24), result="positive")
    site.caseload.event(1, "check_in", NOON - hours(1), status="completed")
    return site


@pytest.fixture
def say(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Say:
    """What `handrail preview` prints, to stdout and to stderr."""
    monkeypatch.setenv("COLUMNS", "80")
    write_rules(tmp_path / "rules", *RULES)
    terminal = Terminal(tmp_path, f"database: {site.database.url}\ntimezone: UTC\n", capsys)

    def run(*arguments: str | Path, code: int = 0) -> tuple[str, str]:
        ended, out, err = terminal.run("preview", *map(str, arguments))
        assert ended == code, err
        return out, err

    return run


def lines(out: str) -> list[list[str]]:
    return [line.split() for line in out.splitlines()]


def test_csv_is_a_row_for_each_text_in_the_clients_own_time(say: Say) -> None:
    out, _ = say("--format", "csv", *UNTIL)
    rows = list(csv.DictReader(StringIO(out)))
    assert list(rows[0]) == ["client", "rule", "severity", "began", "ended", "notified"]
    assert [(row["rule"], row["began"]) for row in rows] == [
        ("one-missed", "2026-04-03T06:00:00-06:00"),
        ("one-missed", "2026-04-23T06:00:00-06:00"),
        ("positive", "2026-04-13T06:00:00-06:00"),
        ("two-missed", "2026-04-24T06:00:00-06:00"),
    ]
    assert rows[0]["ended"] == "2026-04-05T06:00:00-06:00"
    assert [row["notified"] == row["began"] for row in rows] == [True, True, False, True]
    assert rows[2]["notified"] == ""  # a rule on trial tells nobody


def test_the_tables_sum_up_and_fit_eighty_columns_without_colour(say: Say) -> None:
    out, _ = say(*UNTIL)
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out
    assert ["one-missed", "medium", "2", "1", "0.0", "2", "0"] in lines(out)
    assert ["positive", "medium,", "shadow", "1", "1", "0.0", "–", "–"] in lines(out)
    assert [
        "S-1",
        "case",
        "manager",
        "3",
        "0.1",
        "0",
        "12:00",
        "············█···········",
    ] in lines(out)
    assert [
        "C-1",
        "3",
        "1",
        "1",
        "3",
        "two-missed,",
        "one-missed",
        "×2",
        "and",
        "1",
        "more",
    ] in lines(out)
    assert "as if no one ever answered" in " ".join(out.split())


def test_weeks_without_an_alert_are_shown_as_such(say: Say) -> None:
    out, _ = say(*UNTIL)
    weeks = [line for line in lines(out) if line and line[0].startswith("2026-0") and len(line) > 4]
    assert [line[:4] for line in weeks] == [
        ["2026-03-30", "0", "1", "0"],
        ["2026-04-06", "0", "0", "0"],
        ["2026-04-13", "0", "0", "1"],
        ["2026-04-20", "1", "1", "0"],
    ]


def test_json_has_the_spans_and_what_they_amount_to_and_never_nan(say: Say) -> None:
    out, _ = say("--format", "json", "--outcome", "positive", *UNTIL)
    assert "NaN" not in out
    found = json.loads(out)
    assert found["spans"][0]["began"] == "2026-04-03T06:00:00-06:00"
    assert found["summary"]["horizon_days"] == 30
    assert found["summary"]["against"] is None
    these = found["summary"]["these_rules"]
    assert {one["rule"]: one["alerts"] for one in these["rules"]} == {
        "one-missed": 2,
        "two-missed": 1,
        "positive": 1,
    }
    assert these["recipients"][0]["by_hour"][12] == 3
    both, one = these["outcome"]["rules"][:2]
    assert (both["rule"], one["rule"], one["least_severity"]) == (
        "all live rules",
        "one-missed",
        "medium",
    )
    assert one["reach"] == {"value": 1, "low": 1, "high": 1}
    assert (one["alerts"], one["are_told"], one["median_days_before"]) == (1, True, 10)
    assert one["by_chance"]["precision"] == pytest.approx(30 / 350, abs=0.01)
    assert one["verdict"] == "better than chance"


def test_a_span_that_lasts_has_no_end(say: Say) -> None:
    until = ("--until", "2026-04-24T12:00+00:00")
    (_, last) = (
        row
        for row in json.loads(say("--format", "json", *until)[0])["spans"]
        if row["rule"] == "one-missed"
    )
    assert last["ended"] is None
    rows = list(csv.DictReader(StringIO(say("--format", "csv", *until)[0])))
    assert [row["ended"] for row in rows if row["rule"] == "one-missed"] == [
        "2026-04-05T06:00:00-06:00",
        "",
    ]


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


def test_rules_of_several_places_are_one_set(say: Say, tmp_path: Path) -> None:
    early = write_rules(tmp_path / "early", RULES[0])
    outcome = write_rules(tmp_path / "outcome", RULES[2])
    out, _ = say(
        "--rules", early, "--rules", outcome / "rules.yaml", "--outcome", "positive", *UNTIL
    )
    assert "Rules: 1 live, 1 shadow." in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "2026-06-03", *UNTIL], "does not come before --until 2026-06-02T12:00+00:00"),
        (["--since", "2111-01-01"], "does not come before now"),
        (["--until", "last week"], "'last week' is not a date; write one such as 2026-03-01"),
        (["--until", "1969-01-01"], "'1969-01-01' is outside of the years 1970 to 2112"),
        (["--outcome", "positiv"], "There is no rule 'positiv'; did you mean 'positive'?"),
        (["--outcome", "zzz"], "known are one-missed, positive, two-missed"),
        (["--horizon", "7 days"], "--horizon is about an outcome; name one with --outcome RULE"),
        (["--from", "positive"], "--from is about an outcome; name one with --outcome RULE"),
        (["--outcome", "positive", "--from", "zzz"], "There is no rule 'zzz'"),
        (["--outcome", "positive", "--cohort", "c.csv"], "leave out --outcome, --from, --onset"),
        (["--cohort", "nowhere.csv"], "nowhere.csv cannot be read: [Errno 2]"),
        (["--outcome", "positive", "--lead", "30 days"], "--lead is not shorter than --horizon"),
        (["--outcome", "positive", "--onset", "soon"], "--onset: 'soon' is not a duration"),
        (["--outcome", "positive", "--horizon", "a week"], "--horizon: 'a week' is not a duration"),
        (
            ["--html", "nowhere/page.html"],
            "nowhere/page.html cannot be written: No such file or directory",
        ),
        (["--html", "/tmp"], "/tmp is a folder; name a file in it"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(say: Say, arguments: list[str], said: str) -> None:
    out, err = say(*arguments, code=2)
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_where_nothing_is_known_it_says_so(say: Say, site: Site) -> None:
    assert say("--until", "2020-01-01")[0] == (
        "There is nothing to preview: no client was in care with events in that time. "
        "Events are stored from 2026-04-03 to 2026-06-02.\n"
    )
    assert (
        say("--until", "2020-01-01", "--format", "csv")[0]
        == "client,rule,severity,began,ended,notified\n"
    )
    nothing = json.loads(
        say("--until", "2020-01-01", "--format", "json", "--outcome", "positive")[0]
    )
    assert nothing["spans"] == []
    assert nothing["summary"]["these_rules"]["pressing_alerts_a_client_month"] is None


def test_where_no_events_are_stored_it_says_so(say: Say, site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(delete(intake.events))
    assert say()[0] == (
        "There is nothing to preview: no events are stored; handrail run and handrail import "
        "read them.\n"
    )


def test_a_page_is_written_whole_or_not_at_all(say: Say, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    page = folder / "page.html"
    page.write_text("the one before")
    say("--html", page, "--rules", tmp_path / "nowhere", code=2)
    assert page.read_text() == "the one before"
    _, err = say("--html", page, *UNTIL)
    assert err == f"The page is in {page}.\n"
    assert page.read_text().endswith("</html>\n")
    assert list(folder.iterdir()) == [page]


def test_a_page_of_nothing_can_be_written(say: Say, tmp_path: Path) -> None:
    say("--html", tmp_path / "page.html", "--until", "2020-01-01", "--outcome", "positive")
    assert "Nothing is known of that time" in (tmp_path / "page.html").read_text()


def test_what_a_page_quotes_is_escaped_and_it_holds_no_name_or_number(
    say: Say, site: Site, tmp_path: Path
) -> None:
    with site.database.write() as conn:
        conn.execute(update(people.clients).values(ref="<script>&'\"", phone="+12025550199"))
    say("--html", tmp_path / "page.html", *UNTIL)
    written = (tmp_path / "page.html").read_text()
    assert "<script" not in written
    assert "&lt;script&gt;&amp;&#39;&#34;" in written
    assert "+1" not in written


def test_a_ref_that_reads_like_markup_is_printed_as_it_is(say: Say, site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(update(people.clients).values(ref="[red]:bug:"))
    assert "[red]:bug:" in say(*UNTIL)[0]


def test_figures_of_the_page_and_the_terminal_are_the_same(say: Say, tmp_path: Path) -> None:
    out, _ = say("--html", tmp_path / "page.html", "--outcome", "positive", *UNTIL)
    written = (tmp_path / "page.html").read_text()
    for figure in ("100 %", "10.0", "11.67"):
        assert figure in out
        assert f'<td class="number">{figure}</td>' in written
