"""The log watch finds each kind of private data, and fails a test that logs it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from engine.store.database.connection import Database
from tests.kit.caseload import Caseload
from tests.kit.log_watch import Watch, watch
from tests.kit.times import NOON

ROOT = Path(__file__).parents[1]
LEAKING = """
import logging, structlog
from tests.kit.log_watch import pytest_runtest_setup, pytest_runtest_teardown, watch
"""


@pytest.fixture
def private(sqlite_database: Database) -> Watch:
    """A watch that knows a client with a note, and a mentor who calls her Marguerite."""
    caseload = Caseload(sqlite_database)
    caseload.client(1)
    caseload.staff(4, "mentor", 1)
    caseload.consent(1, 4, alias="Marguerite")
    caseload.event(1, "check_in", NOON, status="completed")
    with sqlite_database.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE events SET note = 'her sister “Zoë” called'")
    found = Watch()
    found.keep_private(sqlite_database)
    return found


@pytest.mark.parametrize(
    "said",
    [
        "+15550100004",
        "15550100004",
        "(555) 010-0004",
        "call 555-010-0004",
        "for Marguerite",
        "her sister “Zoë” called",
    ],
)
def test_a_number_a_name_and_a_note_are_found(private: Watch, said: str) -> None:
    private.lines += ["nothing", json.dumps({"event": said}, ensure_ascii=True)]
    assert len(private.leaks()) >= 1


@pytest.mark.parametrize(
    "line",
    [
        {"event": "message", "id": 17, "alert": 4, "state": "accepted"},
        {"event": "evaluate", "at": 1_796_000_000_000_000, "rules_hash": "0123456789abcdef" * 4},
        {
            "event": "text came in",
            "provider_id": "SM" + "12345678901" + "a" * 21,
            "timestamp": "2026-11-22T12:00:00.123Z",
        },
    ],
)
def test_ids_and_instants_are_none(private: Watch, line: dict[str, object]) -> None:
    private.lines.append(json.dumps(line))
    assert private.leaks() == []


def test_what_a_process_of_its_own_logs_is_looked_at_too(private: Watch) -> None:
    script = (
        'import json, sys; print(json.dumps({"event": "sent to +15550100004"}), file=sys.stderr)'
    )
    subprocess.run([sys.executable, "-c", script], stderr=private.file(), check=True)
    assert len(private.leaks()) >= 1


def test_this_process_is_watched_for_any_logger() -> None:
    structlog.get_logger().info("told", number="plus one")
    logging.getLogger("twilio").warning("POST to %s failed", "somewhere")
    assert ["told" in watch.lines[0], "somewhere" in watch.lines[1]] == [True, True]


@pytest.mark.parametrize(
    ("line", "fails"),
    [
        ('structlog.get_logger().info("told", to="+15550100004")', True),
        ('structlog.get_logger().info("told", to=4)', False),
        ('watch.lines.append(\'{"event": "+15550100004"}\')', True),
    ],
)
def test_a_test_that_logs_a_number_fails_though_it_passes(
    tmp_path: Path, line: str, fails: bool
) -> None:
    (tmp_path / "conftest.py").write_text(LEAKING)
    (tmp_path / "test_it.py").write_text(
        f"import structlog\nfrom tests.kit.log_watch import watch\ndef test_it():\n    {line}\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        tmp_path,
        tmp_path,
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ("the log tells" in run.stdout) == fails, run.stdout
    assert run.returncode == int(fails)
