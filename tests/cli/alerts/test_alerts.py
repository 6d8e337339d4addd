"""What a clinician is told of alerts: the list of them, and why there is one."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from engine.cli.instants import now
from engine.presentation.local_clock import local
from engine.store.database.connection import Database
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import event_versions, events
from engine.store.tables.messages import outbox
from engine.store.tables.people import clients
from tests.kit.site import MISSED, Site, rulebook, rulebook_of, written_rule
from tests.kit.terminal import Terminal
from tests.kit.times import NOON, hours

EVIDENCE = "{grade: published, source: A trial of 2019}"


@pytest.fixture
def site(sqlite_database: Database) -> Site:
    """C-1 in Denver (six hours behind) missed two check-ins; the case manager was told."""
    site = Site(sqlite_database).with_people()
    with site.database.write() as conn:
        conn.execute(update(clients).values(timezone="America/Denver"))
    words = {"why": "Silence comes first.", "evidence": EVIDENCE, "advice": "Call today."}
    site.serve(rulebook(**words))
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    site.evaluate()
    return site


@pytest.fixture
def said(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """What a command prints."""
    return Terminal(
        tmp_path, f"database: {site.database.url}\ntimezone: UTC\nrouting: {{}}\n", capsys
    )


def test_alerts_are_listed_in_the_clients_own_time(said: Terminal) -> None:
    (alert,) = json.loads(said("alerts", "--format", "json"))
    assert alert == {
        "alert": 1,
        "client": "C-1",
        "rule": "two-missed",
        "severity": "medium",
        "state": "open",
        "began": "2026-06-02T05:00:00-06:00",
        "ended": None,
        "opened": "2026-06-02T06:00:00-06:00",
        "owner": None,
        "note": "",
    }
    (row,) = csv.DictReader(StringIO(said("alerts", "--format", "csv")))
    assert row["client"] == "C-1"


def test_the_table_fits_eighty_columns_and_goes_by_the_sites_clock(
    site: Site, said: Terminal
) -> None:
    site.serve(rulebook_of(written_rule("seven-days-without-any-contact-with-us", MISSED)))
    site.evaluate()
    with site.database.write() as conn:
        conn.execute(update(alerts).values(began=NOON - hours(20000), inhibited_by=1))
        conn.execute(update(alerts).where(alerts.c.id == 1).values(owner_id=1, historic=True))
    assert said("alerts", "--state", "all").splitlines() == [
        "ALERT CLIENT RULE                   SEVERITY BEGAN       STATE",
        "1     C-1    two-missed             medium   20 Feb 2024 resolved: rule",
        "                                                         withdrawn, S-1,",
        "                                                         historic",
        "2     C-1    seven-days-without-any medium   20 Feb 2024 quieted by 1",
        "             -contact-with-us",
    ]
    with site.database.write() as conn:
        conn.execute(update(alerts).where(alerts.c.id == 2).values(began=(at := now())))
    assert f"{local(at, 'UTC'):%d %b %H:%M} quieted by 1" in said("alerts")


def test_resolved_alerts_are_listed_only_when_asked_for(site: Site, said: Terminal) -> None:
    with site.database.write() as conn:
        conn.execute(update(alerts).values(state="resolved", resolution="cleared"))
    assert json.loads(said("alerts", "--format", "json")) == []
    for asked in ("resolved", "all"):
        (alert,) = json.loads(said("alerts", "--state", asked, "--format", "json"))
        assert (alert["state"], alert["note"]) == ("resolved", "cleared")


def test_one_clients_alerts_are_listed_alone_and_an_unknown_ref_is_a_mistake(
    site: Site, said: Terminal
) -> None:
    site.caseload.client(2)
    assert len(json.loads(said("alerts", "--client", "C-1", "--format", "json"))) == 1
    assert json.loads(said("alerts", "--client", "C-2", "--format", "json")) == []
    assert said("alerts", "--client", "C-9", code=2) == "There is no client C-9."


def test_why_tells_the_rule_the_findings_the_events_what_clears_it_and_who_was_told(
    said: Terminal,
) -> None:
    told = said("why", "1").splitlines()
    assert told[0] == "Alert 1  C-1  medium  open"
    text = "\n".join(told)
    for words in (
        "Two check-ins missed",
        "two-missed, version ",
        "Silence comes first.",
        "A trial of 2019 (published)",
        "Call today.",
        "since 2026-06-02T05:00:00-06:00, and still does",
        "✓ 2 or more missed check-ins in the last 7 days",
        "measured 2, threshold 2 or more",
        "2026-06-01T05:00:00-06:00  check_in  status missed  event 1, tests.csv:1",
        "2026-06-02T05:00:00-06:00  check_in  status missed  event 2, tests.csv:1",
        "no longer 2 or more missed check-ins in the last 7 days",
        "If nothing more happens, that is so at 2026-06-08T05:00:00-06:00.",
        "2026-06-02T06:00:00-06:00  case manager S-1: queued, not sent",
        "Next, should nobody take it: supervisor at 2026-06-02T07:00:00-06:00",
        "2026-06-02T06:00:00-06:00  open: began (evaluate)",
    ):
        assert words in text
    assert "+1555" not in text


def test_why_as_json_says_the_same(said: Terminal) -> None:
    told = json.loads(said("why", "1", "--format", "json"))
    assert told["rule"]["grade"] == "published"
    (finding,) = told["findings"]
    assert (finding["value"], finding["threshold"], finding["truth"]) == ("2", "2 or more", True)
    assert [event["origin"] for event in finding["events"]] == ["tests.csv:1", "tests.csv:1"]
    assert told["messages"] == [
        {
            "at": "2026-06-02T06:00:00-06:00",
            "sent": None,
            "arrived": None,
            "to": "case_manager",
            "staff": "S-1",
            "step": 0,
            "kind": "step",
            "sequence": 0,
            "state": "queued",
            "error_code": None,
        }
    ]


def test_why_shows_the_rule_as_it_was_when_the_alert_opened(site: Site, said: Terminal) -> None:
    site.serve(
        rulebook(
            "{count: check_in, where: {status: missed}, within: 7 days, at_least: 5}",
            why="Quite new.",
        )
    )
    site.evaluate(NOON + 1)
    told = said("why", "1")
    assert "Silence comes first." in told
    assert "Quite new." not in told
    assert "since 2026-06-02T05:00:00-06:00, and still did when the alert was closed\n" in told
    assert "If nothing more happens" not in told
    assert "resolved: rule changed (evaluate)" in told


def test_why_shows_events_as_they_were_when_the_alert_opened(site: Site, said: Terminal) -> None:
    kept = {
        "client_id": 1,
        "kind": "check_in",
        "recorded_at": NOON,
        "origin": "old.csv:7",
        "replaced_at": NOON + 1,
    }
    with site.database.write() as conn:
        conn.execute(
            insert(event_versions),
            {
                **kept,
                "event_id": 2,
                "occurred_at": NOON - hours(1),
                "fields": '{"status":"missed"}',
            },
        )
        conn.execute(update(events).where(events.c.id == 2).values(fields='{"status":"excused"}'))
    (line,) = [line for line in said("why", "1").splitlines() if "event 2" in line]
    assert line.endswith(
        "check_in  status missed  event 2, old.csv:7  corrected or withdrawn since"
    )


def test_why_says_what_became_of_a_message(site: Site, said: Terminal) -> None:
    with site.database.write() as conn:
        conn.execute(update(outbox).values(state="failed", error_code="21610"))
    assert "case manager S-1: failed (error 21610)" in said("why", "1")


def test_why_says_when_a_text_went_out_and_arrived_and_how_long_it_waited(
    site: Site, said: Terminal
) -> None:
    later = {"sent_at": NOON + hours(8), "updated_at": NOON + hours(8) + 3_000_000}
    with site.database.write() as conn:
        conn.execute(update(outbox).values(state="delivered", **later))
    assert (
        "2026-06-02T14:00:00-06:00  case manager S-1: delivered, waited since "
        "2026-06-02T06:00:00-06:00, arrived 2026-06-02T14:00:03-06:00"
    ) in said("why", "1")
    (message,) = json.loads(said("why", "1", "--format", "json"))["messages"]
    assert message["sent"] == "2026-06-02T14:00:00-06:00"
    assert message["arrived"] == "2026-06-02T14:00:03-06:00"


def test_why_names_people_by_their_refs(site: Site, said: Terminal) -> None:
    said("ack", "1", "--by", "S-1")
    told = said("why", "1")
    assert "acknowledged: taken (S-1)" in told
    assert "staff 1" not in told


def test_why_of_an_alert_that_is_not_there_is_one_sentence(said: Terminal) -> None:
    assert (
        said("why", "99", code=2) == "There is no alert 99; handrail alerts lists those there are."
    )


def test_why_still_tells_what_it_can_where_the_old_rules_can_no_longer_be_read(
    site: Site, said: Terminal
) -> None:
    with site.database.write() as conn:
        conn.execute(
            update(alerts.metadata.tables["rule_sets"]).values(files='{"rules.yaml": "format: 9"}')
        )
    told = said("why", "1")
    assert "two-missed, version " in told
    assert "measured 2, threshold 2 or more" in told


RULES = """format: 1
rules:
  - id: two-missed
    title: Two check-ins missed
    status: live
    severity: medium
    reason: missed check-ins
    when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 2}
"""


def test_why_explains_a_rule_that_held_and_one_that_did_not(said: Terminal, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    asked = ("why", "--client", "C-1", "--rule", "two-missed", "--at")

    held = said(*asked, "2026-06-02T06:00").splitlines()
    not_held = said(*asked, "2026-06-02T04:59").splitlines()

    assert held[2].startswith(
        "  Held     since 2026-06-02T05:00:00-06:00 until 2026-06-08T05:00:00"
    )
    assert "  ✓ 2 or more missed check-ins in the last 7 days" in held
    assert not_held[2] == "  Not held because its conditions were not met"
    assert "      measured 1, threshold 2 or more" in not_held


def test_why_wants_an_alert_or_a_client_and_a_rule(said: Terminal) -> None:
    for asked in ([], ["1", "--client", "C-1", "--rule", "x"], ["--client", "C-1"]):
        assert said("why", *asked, code=2) == (
            "Give the number of an alert, or --client and --rule without a number."
        )
