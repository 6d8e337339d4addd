"""Doctor names each fault, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, update
from structlog.testing import capture_logs

from connectors.csv_folder.source import CsvFolder
from engine.access.sealing import SecretSeal
from engine.config import load
from engine.errors import SourcesError
from engine.flows.intake import ingest
from engine.flows.operations.audit_anchor import AuditAnchor
from engine.flows.operations.doctor import examine
from engine.model.account import AccountRole, Password
from engine.model.audit_action import AuditAction
from engine.model.audit_settings import AuditSettings
from engine.model.channel import Channel
from engine.model.instant import SECOND_US, from_us
from engine.model.outages import Feed
from engine.model.settings import Settings
from engine.model.sms_settings import SmsSettings
from engine.rulebook.parsing.load import load as load_rules
from engine.store.access import accounts, credentials
from engine.store.database.connection import Database
from engine.store.intake import source_health
from engine.store.operations import audit_log, channel_state, job_runs, rule_sets
from engine.store.tables import intake, operations, people
from tests.kit.caseload import Caseload
from tests.kit.rows import add_alert, add_client, add_staff

NOW = 1_800_000_000 * SECOND_US
CONFIG = """\
timezone: UTC
database: {}
sources:
  - name: clinic
    folder: inbox
    files: [{{match: "*.csv", events: [{{kind: check_in, client: c, at: {{column: d}}}}]}}]
"""
RULE = """\
format: 1
rules:
  - {id: silent, title: Silent, status: live, severity: medium, reason: fewer check-ins,
     evidence: {grade: opinion, source: y}, when: {count: check_in, within: 7 days, at_least: 2}}
"""


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> Settings:
    """A site where all is well: its rules serve, its flows have just worked."""
    (tmp_path / "inbox").mkdir(mode=0o700)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULE)
    (tmp_path / "config.yaml").write_text(CONFIG.format(sqlite_database.url))
    settings = load(tmp_path / "config.yaml")
    rulebook = load_rules(settings.rules, settings.kinds)
    with sqlite_database.write() as conn:
        rule_sets.accept(conn, rulebook.hash, rulebook.files, NOW)
        for name in ("ingest", "evaluate", "deliver", "audit"):
            job_runs.record(conn, name, NOW - SECOND_US)
        for action in (AuditAction.ALERTS_OPENED, AuditAction.TOLD):
            audit_log.record(
                conn, at=NOW, actor="evaluate", action=action, subject="alert 1", detail={}
            )
    # As the commands make them, which set the umask.
    file = Path(sqlite_database.url.database or "")
    for each in file.parent.glob(f"{file.name}*"):
        each.chmod(0o600)
    return settings


def wrong(settings: Settings, now: int = NOW) -> dict[str, str]:
    return {check.name: check.said for check in examine(settings, now) if not check.ok}


def test_a_source_that_is_silent_and_alerts_that_wait_for_it(
    site: Settings, sqlite_database: Database
) -> None:
    day = 24 * 3600 * SECOND_US
    with sqlite_database.write() as conn:
        source_health.write(
            conn,
            "clinic",
            Feed(NOW, NOW, NOW - 3 * day, out_since=NOW - 3 * day, why="brings nothing new"),
        )
    said = (
        "It was last read 0 seconds ago, and last brought something new 3 days ago: it brings "
        "nothing new."
    )
    assert wrong(site) == {"promises": "Source clinic brings nothing new.", "feed clinic": said}


def test_a_site_where_all_is_well(site: Settings) -> None:
    assert wrong(site) == {}


def test_rules_with_mistakes(site: Settings) -> None:
    (site.rules / "rules.yaml").write_text(RULE.replace("check_in", "chek_in"))
    assert wrong(site) == {"rules": "1 mistake; run handrail check to see them."}


def test_rules_that_were_changed_and_do_not_serve_yet(site: Settings) -> None:
    (site.rules / "rules.yaml").write_text(RULE.replace("at_least: 2", "at_least: 3"))
    assert list(wrong(site)) == ["rules serving"]


def test_a_folder_that_is_gone(site: Settings) -> None:
    site.sources[0].folder.rmdir()
    assert "is not there" in wrong(site)["source clinic"]


def test_flows_that_stand_still(site: Settings) -> None:
    said = wrong(site, NOW + 3600 * SECOND_US)
    assert said["deliver"].startswith(
        "It last worked 1 hour ago; see whether handrail run is running"
    )
    assert {"ingest", "evaluate", "deliver", "audit"} <= said.keys()


def test_a_step_that_failed_did_not_work(site: Settings, sqlite_database: Database) -> None:
    site.sources[0].folder.rmdir()
    with pytest.raises(SourcesError) as caught:
        ingest.run(sqlite_database, [CsvFolder(site.sources[0], site.kinds)], "UTC", NOW)
    with sqlite_database.write() as conn:
        job_runs.record(conn, "ingest", NOW - 3 * SECOND_US)
        job_runs.record(conn, "ingest", NOW - 2 * SECOND_US, str(caught.value))
    assert wrong(site)["ingest"] == (
        "It failed 2 seconds ago, and last succeeded 3 seconds ago: The source clinic cannot be "
        "read: "
        f"the folder {site.sources[0].folder} is not there."
    )


def test_flows_that_never_worked(site: Settings, sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        conn.execute(operations.job_runs.delete().where(operations.job_runs.c.job == "deliver"))
    assert wrong(site) == {"deliver": "It has never worked; start handrail run."}


def test_secrets_of_apps_that_no_key_opens(site: Settings, sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        account = accounts.add(conn, "anna", AccountRole.AUDITOR, None)
        stored = SecretSeal("a" * 43).seal("JBSWY3DPEHPK3PXP", account.id)
        credentials.set_password(conn, account.id, Password("h", stored, 1), ["c"], 1)
    assert wrong(site)["app secrets"].startswith("No key opens 1 secret of authenticator apps.")


def test_an_audit_trail_that_was_changed(site: Settings, sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        conn.execute(
            update(operations.audit).where(operations.audit.c.id == 2).values(actor="somebody else")
        )
    assert wrong(site) == {
        "audit trail": "Row 2, or one before it, was changed after it was written."
    }


def test_rows_that_could_not_be_read(site: Settings, sqlite_database: Database) -> None:
    row = {
        "source": "clinic",
        "item": "a.csv",
        "line": 2,
        "reason": "no such day",
        "row": "x",
        "digest": "y",
    }
    with sqlite_database.write() as conn:
        conn.execute(insert(intake.rejects).values(**row, seen_at=NOW))
    assert wrong(site) == {"rejects": "1 row could not be read; see handrail rejects."}


def test_a_file_of_which_nothing_is_read_is_named(
    site: Settings, sqlite_database: Database
) -> None:
    folder = site.sources[0].folder
    (folder / "a.csv").write_text("c,dd\nC-1,2026-01-05\n")
    source = CsvFolder(site.sources[0], site.kinds)
    with capture_logs() as logged:
        ingest.run(sqlite_database, [source], "UTC", NOW)
    assert wrong(site)["feed clinic"].endswith(
        " Nothing of a.csv is read (the header has no column 'd', which the mapping names; did "
        "you mean 'dd'?)."
    )
    told = {"log_level": "warning", "source": "clinic", "item": "a.csv"}
    assert [told.items() <= line.items() for line in logged] == [True]
    (folder / "a.csv").write_text("c,d\nC-1,2026-01-05\n")
    ingest.run(sqlite_database, [source], "UTC", NOW)
    assert "feed clinic" not in wrong(site)


def test_events_that_lie_in_the_future(site: Settings, sqlite_database: Database) -> None:
    hour = 3600 * SECOND_US
    Caseload(sqlite_database).client(1)
    event = {
        "client_id": 1,
        "kind": "check_in",
        "recorded_at": NOW,
        "source": "clinic",
        "fields": "{}",
        "origin": "a",
    }
    with sqlite_database.write() as conn:
        for minutes in (-5, 5):
            at = NOW + minutes * 60 * SECOND_US
            conn.execute(insert(intake.events).values(**event, key=f"{minutes}", occurred_at=at))
    assert "events" not in wrong(site)
    with sqlite_database.write() as conn:
        conn.execute(insert(intake.events).values(**event, key="far", occurred_at=NOW + 5 * hour))
    assert wrong(site)["events"] == (
        "2 stored events lie in the future, the furthest by 5 hours; see whether their source's "
        "time zone is right."
    )


def test_an_alert_that_nobody_receives_is_named_by_client_severity_and_reason(
    site: Settings, sqlite_database: Database
) -> None:
    with sqlite_database.write() as conn:
        client_id = add_client(conn, ref="C-1042")
        add_alert(conn, client_id=client_id, rule_id="silent", severity="high", next_step_at=None)
    said = "Alert 1 (high) about C-1042 has nobody: fewer check-ins."
    assert wrong(site)["promises"] == said


def test_a_channel_that_is_stopped(site: Settings, sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        channel_state.write(conn, Channel(1, NOW, NOW + 300 * SECOND_US, "20003"))
    assert wrong(site) == {
        "promises": "Texts cannot be sent.",
        "messages": f"No text has gone out since {from_us(NOW).isoformat(timespec='minutes')}, "
        f"by error 20003; "
        "it is tried again and again.",
    }


def test_a_database_that_cannot_be_reached_leaves_the_rest_to_be_seen(site: Settings) -> None:
    site = site.model_copy(update={"database": "postgresql://handrail:geheim@127.0.0.1:1/handrail"})
    checks = list(examine(site, NOW))
    assert [check.name for check in checks] == [
        "inference",
        "rules",
        "source clinic",
        "permissions",
        "disk",
        "database",
    ]
    assert not checks[-1].ok
    assert "geheim" not in checks[-1].said


def test_tables_of_another_version(site: Settings, tmp_path: Path) -> None:
    (tmp_path / "new.db").touch()
    site = site.model_copy(update={"database": f"sqlite:///{tmp_path}/new.db"})
    assert "run handrail db upgrade" in wrong(site)["database"]


def test_a_database_that_is_not_there_is_wrong_and_not_made(site: Settings, tmp_path: Path) -> None:
    site = site.model_copy(update={"database": f"sqlite:///{tmp_path}/mistyped/handrail.db"})
    assert wrong(site)["database"].startswith("There is no database sqlite:///")
    assert not (tmp_path / "mistyped").exists()


def test_while_a_file_holds_a_mistake_the_last_rules_without_one_serve_on(site: Settings) -> None:
    (site.rules / "rules.yaml").write_text("format: 2")
    said = {check.name: check.said for check in examine(site, NOW)}
    assert said["rules"].startswith("2 mistakes")
    assert said["rules serving"] == "The last rules without mistakes serve on."


def test_an_audit_trail_that_was_cut_after_it_was_anchored(
    site: Settings, sqlite_database: Database, tmp_path: Path
) -> None:
    site = site.model_copy(update={"audit": AuditSettings(anchor=tmp_path / "anchors.jsonl")})
    with sqlite_database.read() as conn:
        AuditAnchor(site.audit, {}).keep(conn, NOW)
    assert wrong(site) == {}
    with sqlite_database.write() as conn:
        conn.execute(operations.audit.delete().where(operations.audit.c.id == 2))
    assert wrong(site)["audit trail"].startswith("Row 2 of the audit trail is gone")


def test_an_event_that_is_dated_a_year_before_it_came_in_is_named(
    site: Settings, sqlite_database: Database
) -> None:
    day = 24 * 3600 * SECOND_US
    caseload = Caseload(sqlite_database)
    for client in (1, 2, 3):
        caseload.client(client)
    caseload.event(1, "check_in", NOW - 3 * day, craving=2)
    caseload.event(2, "check_in", NOW - 400 * day, craving=2)
    with sqlite_database.write() as conn:
        rows = [
            # Typed with the year before, after newer events were known.
            {"client_id": 1, "occurred_at": NOW - 364 * day, "key": "typed"},
            # The first reading of a source tells of the past.
            {"client_id": 3, "occurred_at": NOW - 365 * day, "key": "first"},
            # Late, and nothing newer was known.
            {"client_id": 2, "occurred_at": NOW - 365 * day, "key": "late"},
        ]
        of_all = {"kind": "check_in", "recorded_at": NOW, "source": "clinic", "fields": "{}"}
        conn.execute(insert(intake.events), [row | of_all | {"origin": "x:1"} for row in rows])
    found = [check.said for check in examine(site, NOW) if check.name == "events" and not check.ok]
    assert found == [
        "Events about C-1 came in lately and are dated whole years before, so nobody was told of "
        "them. See whether the year was mistyped, and correct the rows."
    ]


def test_refs_that_look_like_names_or_cannot_stand_in_a_text_are_named(
    site: Settings, sqlite_database: Database
) -> None:
    with sqlite_database.write() as conn:
        for ref in ("C-1042", "Dana Smith", "Зоя"):
            conn.execute(insert(people.clients).values(ref=ref, timezone="UTC"))
    found = [check.said for check in examine(site, NOW) if check.name == "refs"]
    assert [said.partition(" may")[0].partition(" cannot")[0] for said in found] == [
        "Dana Smith, Зоя",
        "Зоя",
    ]


def test_call_names_that_texts_cannot_say_or_that_are_shared_are_named(
    site: Settings, sqlite_database: Database
) -> None:
    with sqlite_database.write() as conn:
        for ref, call_name in (("A", "Sam"), ("B", "sam"), ("C", "Зоя"), ("D", "Dana")):
            add_staff(conn, ref=ref, role="mentor", call_name=call_name)
    found = [check.said for check in examine(site, NOW) if check.name == "refs"]
    assert found == [
        "The call names of Зоя (C) cannot stand in a text, so texts say their roles.",
        "Sam (A), sam (B) share a call name, so texts say their refs; let the names differ.",
    ]


def test_numbers_that_nobody_confirmed_are_named_where_they_count(
    site: Settings, sqlite_database: Database
) -> None:
    with sqlite_database.write() as conn:
        add_staff(conn, ref="S-1", role="mentor", phone="+15550100001", call_name="Sam")
    phones = [check for check in examine(site, NOW) if check.name == "phones"]
    assert [(check.ok, check.said) for check in phones] == [
        (True, "Numbers are not verified, because no text leaves this machine.")
    ]
    for sms, said in (
        ({"verify_numbers": True}, "The number of Sam (S-1) (mentor) is not confirmed"),
        ({"reaches_phones": True, "verify_numbers": False}, "a wrong one gets texts about clients"),
    ):
        settings = site.model_copy(update={"sms": SmsSettings.model_validate(sms)})
        assert said in wrong(settings)["phones"]
