"""`handrail run` as its operator meets it: a process of its own, its output, its exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select, text

from engine.sample import write_sample
from engine.store.database.connection import Database
from engine.store.operations import rule_sets
from engine.store.tables.messages import outbox
from engine.store.tables.operations import audit
from tests.kit.log_watch import watch
from tests.kit.processes import daemon_of, handrail

ROOT = Path(__file__).parents[2]
QUICK = """\
ticks: {rules: 0.1 seconds, ingest: 0.2 seconds, evaluate: 0.2 seconds, deliver: 0.2 seconds, \
audit: 0.2 seconds}
web: {port: 0}
log: {format: json}
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The shipped configuration and rules with a sample caseload, and quick ticks."""
    (tmp_path / "config.yaml").write_text((ROOT / "config.yaml").read_text() + QUICK)
    copytree(ROOT / "rules", tmp_path / "rules")
    write_sample(tmp_path / "inbox", datetime.now(UTC))
    (tmp_path / "inbox").chmod(0o700)  # as the commands make it
    return tmp_path


def mistakes(site: Path) -> list[str]:
    """The stderr of a run that ends with the user's mistakes: sentences, and no traceback."""
    done = handrail(site, "run")
    assert done.code == 2, done.err
    assert done.out == ""
    assert "Traceback" not in done.err
    # An indented line shows the source line of a mistake.
    return [line for line in done.err.splitlines() if not line.startswith(" ")]


def mistake(site: Path) -> str:
    (only,) = mistakes(site)
    return only


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_events_become_texts_and_a_signal_ends_it_cleanly(
    site: Path, number: signal.Signals
) -> None:
    with daemon_of(site) as running:
        started = running.wait_for("started")
        for page in ("healthz", "readyz"):
            with urlopen(f"{started['web']}/{page}", timeout=10) as answer:
                assert answer.status == 200
        # The person on call hears of the shift before the first alert.
        assert any("Reply" in line for line in iter(running.out.readline, ""))
        with urlopen(f"{started['web']}/metrics", timeout=10) as answer:
            assert 'handrail_alerts{state="open"}' in answer.read().decode()
        assert running.end(number) == 0
        assert "stopped" in running.err.read()


def test_the_command_itself_runs_until_it_is_told_to_stop(site: Path) -> None:
    command = [sys.executable, "-m", "engine", "run", "--config", str(site / "config.yaml")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=watch.file(), text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("SMS to +")
        process.terminate()
        assert process.wait(30) == 0


def test_log_rotation_that_hangs_up_does_not_end_it(site: Path) -> None:
    with daemon_of(site) as running:
        running.wait_for("started")
        assert running.process.pid
        os.kill(running.process.pid, signal.SIGHUP)
        running.wait_for("SIGHUP does nothing; rule files are read without it")
        assert running.end(signal.SIGTERM) == 0


@contextmanager
def talking(command: Any, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Start a process whose output is read; on leaving it is killed, because Popen would wait."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=watch.file(), text=True, **options
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_text_is_answered_on_the_phone_in_the_terminal_and_the_alert_is_taken(site: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "engine",
        "run",
        "--phone",
        "--config",
        str(site / "config.yaml"),
    ]
    with talking(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        said = iter(process.stdout.readline, "")
        # The person on call hears of the shift first.
        asked = (re.match(r"SMS to (\+\d+): .* Reply (\d+) A", line) for line in said)
        phone, number = next(filter(None, asked)).groups()
        process.stdin.write(f"{phone} {number} a\n")
        process.stdin.flush()
        assert any(
            re.match(rf"SMS to \S+: Handrail: {number} \(\S+\) is yours", line) for line in said
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    listed = handrail(site, "alerts", "--format", "json")
    assert "acknowledged" in listed.out


def test_a_client_of_the_sample_is_asked_answers_on_the_phone_and_an_alert_follows(
    site: Path,
) -> None:
    for file in (site / "inbox").iterdir():
        file.unlink()
    copytree(ROOT / "plans", site / "plans", dirs_exist_ok=True)
    config = site / "config.yaml"
    config.write_text(config.read_text() + "console: {port: 0}\n")
    command = [
        sys.executable,
        "-m",
        "engine",
        "run",
        "--sample",
        "--phone",
        "--config",
        str(config),
    ]
    with talking(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        said = iter(process.stdout.readline, "")
        assert any("how is today?" in line for line in said)
        process.stdin.write("8 2 y\n")
        process.stdin.flush()
        assert any("we have your answers" in line for line in said)
        listed = (handrail(site, "alerts", "--client", "C-1090").out for _ in range(60))
        assert any("high" in alerts for alerts in listed)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    database = Database.open(f"sqlite:///{site}/var/handrail.db")
    with database.read() as conn:
        (drawn,) = conn.scalars(select(outbox.c.body).where(outbox.c.kind == "due_notice"))
    database.close()
    assert "today is one of your days" in drawn


@pytest.mark.parametrize("redirect", ["</dev/null", "<&-"])
def test_without_a_terminal_there_is_no_phone_to_type_on_and_texts_go_out_all_the_same(
    site: Path, redirect: str
) -> None:
    command = f"exec {sys.executable} -m engine run --phone --config {site}/config.yaml {redirect}"
    with talking(command, shell=True) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("SMS to +")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_step_that_hangs_ends_the_process_for_the_service_manager_to_restart(site: Path) -> None:
    config = site / "config.yaml"
    config.write_text(
        config.read_text().replace("ticks: {", "ticks: {give_up_after: 0.5 seconds, ")
    )
    assert handrail(site, "run", "--once").code == 0
    database = Database.open(f"sqlite:///{site}/var/handrail.db")
    with daemon_of(site) as running:
        running.wait_for("started")
        with database.write():  # so that every step waits for the write lock
            assert running.wait_for("ticks are stale, so this process ends")["ticks"]
            running.process.join(30)
            assert running.process.exitcode == 3
    database.close()


def test_once_steps_every_flow_and_a_second_time_says_nothing_new(site: Path) -> None:
    first = handrail(site, "run", "--once")
    assert first.code == 0, first.err
    assert first.out.startswith("SMS to +")
    second = handrail(site, "run", "--once")
    assert (second.code, second.out) == (0, "")
    assert handrail(site, "doctor").code == 0


def test_a_failing_flow_leaves_the_others_to_step_and_is_told_in_the_exit_code(site: Path) -> None:
    handrail(site, "run", "--once")
    copytree(site / "inbox", site / "elsewhere")
    for file in (site / "inbox").iterdir():
        file.unlink()
    (site / "inbox").rmdir()
    done = handrail(site, "run", "--once")
    assert done.code == 3
    assert "The source inbox cannot be read" in done.err
    assert "Traceback" not in done.err
    doctor = handrail(site, "doctor", "--format", "json")
    assert doctor.code == 1
    assert [check["check"] for check in json.loads(doctor.out) if check["state"] != "ok"] == [
        "source inbox",
        "ingest",
    ]


def test_the_sample_is_written_where_the_inbox_is_empty(site: Path) -> None:
    for file in (site / "inbox").iterdir():
        file.unlink()
    done = handrail(site, "run", "--sample", "--once")
    assert done.code == 0, done.err
    assert "nobody in it is real" in done.out
    assert "SMS to +" in done.out


def test_a_config_with_five_mistakes_tells_all_five(site: Path) -> None:
    config = site / "config.yaml"
    config.write_text(
        "timezone: Amerika/New_York\nrule: rules\nweb: {port: http}\nnotify_within: soon\nsms: "
        "{gateway: smoke}\n"
    )
    assert [line.split(": ")[0] for line in mistakes(site)] == [
        f"{config}:{place}" for place in ("1:11", "2:1", "3:13", "4:16", "5:16")
    ]
    assert not (site / "var").exists()


def test_rules_with_mistakes_tell_all_of_them_and_nothing_starts(site: Path) -> None:
    (site / "rules" / "wrong.yaml").write_text(
        "format: 1\nrules:\n  - {id: a, titel: x}\n  - {id: B c, status: alive, when: {cuont: "
        "check_in}}\n"
    )
    said = mistakes(site)
    assert len(said) >= 5
    assert all(re.match(rf"{site}/rules/wrong.yaml:\d+:\d+: ", line) for line in said)
    assert not (site / "var").exists()


def test_a_daemon_ends_by_itself_once_a_newer_handrail_has_upgraded_its_database(
    site: Path,
) -> None:
    with daemon_of(site) as running:
        running.wait_for("started")
        with closing(Database.open(f"sqlite:///{site / 'var' / 'handrail.db'}")) as database:
            with database.write() as conn:
                conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
                # A running step of the old version can commit nothing any more.
                written = conn.scalar(select(func.max(audit.c.id)))
            assert running.wait_for("stopping")["why"].startswith("another version has upgraded")
            running.process.join(30)
            assert running.process.exitcode
            with database.read() as conn:
                assert conn.scalar(select(func.max(audit.c.id))) == written
    assert "install the newer Handrail that made them" in mistake(site)


def test_a_missing_rules_folder(site: Path) -> None:
    (site / "rules").rename(site / "rules-of-old")
    assert "rules" in mistake(site)


def test_an_unreachable_database(site: Path) -> None:
    config = site / "config.yaml"
    config.write_text(config.read_text() + "database: postgresql://handrail@127.0.0.1:1/handrail\n")
    assert "cannot be reached" in mistake(site)


def test_a_file_that_is_no_database(site: Path) -> None:
    (site / "var").mkdir()
    (site / "var" / "handrail.db").write_text("not a database " * 100)
    assert mistake(site).endswith("is not a SQLite database; name another file.")


def test_a_port_in_use_changes_nothing_for_the_daemon_that_has_it(site: Path) -> None:
    handrail(site, "run", "--once")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        config = site / "config.yaml"
        config.write_text(config.read_text().replace("port: 0", f"port: {port}"))
        (site / "rules" / "safety.yaml").unlink()
        assert mistakes(site)[-1].startswith(f"Port {port} on 127.0.0.1 is in use")
    database = Database.open(f"sqlite:///{site}/var/handrail.db")
    with database.read() as conn:
        serving = rule_sets.serving(conn)
    database.close()
    assert serving
    assert any(name.endswith("safety.yaml") for name in serving.files)


def test_a_start_beside_another_daemon_says_that_there_is_one(site: Path) -> None:
    handrail(site, "run", "--once")
    with daemon_of(site) as running:
        running.wait_for(
            "another daemon stepped a moment ago; where it still runs, the two share the work"
        )
        running.wait_for("started")
        assert running.end(signal.SIGTERM) == 0


def test_a_truncated_config_and_one_in_cp1252(site: Path) -> None:
    config = site / "config.yaml"
    whole = config.read_bytes()
    config.write_bytes(whole[: whole.index(b"attributes: {program") + 15])
    assert mistakes(site)[0].startswith(f"{config}:")
    config.write_bytes("timezone: UTC  # für uns\n".encode("cp1252"))
    assert mistake(site) == f"{config}:1:19: is not UTF-8 here; save the file again as UTF-8"


def test_a_daemon_follows_the_rules_that_another_start_accepted(site: Path) -> None:
    with daemon_of(site) as running:
        running.wait_for("evaluate")
        (site / "rules" / "safety.yaml").unlink()
        assert handrail(site, "run", "--once").code == 0
        running.wait_for("took over newer rules")
        assert running.end(signal.SIGTERM) == 0


def test_a_saved_rule_file_serves_while_the_daemon_runs_and_a_broken_one_does_not(
    site: Path,
) -> None:
    file = site / "rules" / "safety.yaml"
    good = file.read_text()
    with daemon_of(site) as running:
        running.wait_for("evaluate")
        file.write_text(good.replace("severity: urgent", "severity: hgih"))
        assert "'hgih' is not a severity" in running.wait_for("rules refused")["mistake"]
        beside = file.with_suffix(".tmp")
        beside.write_text(good.replace("severity: urgent", "severity: high"))
        beside.rename(file)
        running.wait_for("took over newer rules")
        assert running.end(signal.SIGTERM) == 0
    database = Database.open(f"sqlite:///{site}/var/handrail.db")
    with database.read() as conn:
        serving = rule_sets.serving(conn)
        assert serving
        assert "severity: high" in serving.files[str(file)]
        assert len(rule_sets.acceptances(conn, 10)) == 2
    database.close()
