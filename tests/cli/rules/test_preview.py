"""A clinician reads a preview in three formats and on a page, and hears of mistakes."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from engine.store.tables import intake, people
from tests.cli.rules.preview_site import (
    RULES,
    UNTIL,
    Say,
    lines,
    write_rules,
)
from tests.kit.site import Site


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
