"""Changed rule files are taken up whole, once they are at rest.

A broken set leaves the last good one serving.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine.config import load
from engine.flows.operations import watchdog
from engine.flows.rules import reload
from engine.store.database.connection import Database
from engine.store.operations import audit_log as trail
from engine.store.operations import rule_sets
from engine.store.tables.messages import outbox
from tests.kit.caseload import Caseload
from tests.kit.times import NOON, hours

RULE = """\
format: 1
rules:
  - id: silence
    title: Nothing heard
    status: live
    severity: high
    when: {time_since: check_in, at_least: 3 days}
"""
OTHER = RULE.replace("3 days", "5 days")
BROKEN = RULE.replace("at_least", "at_leest")


class Daemon:
    """What a daemon does about rules, tick by tick."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.files = reload.RuleFiles(load(folder / "config.yaml"))
        with database.write() as conn:
            reload.accept_files(conn, self.files, self.files.read(), NOON)

    def look(self, times: int = 2) -> tuple[int, int]:
        """How many sets were accepted and refused in so many ticks."""
        done = [reload.take_up(self.database, self.files, NOON + hours(1)) for _ in range(times)]
        return sum(one["accepted"] for one in done), sum(one["refused"] for one in done)

    def serving(self) -> str:
        """What the files of the set that serves hold."""
        with self.database.read() as conn:
            found = rule_sets.serving(conn)
        assert found
        return "".join(found.files.values())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "silence.yaml").write_text(RULE)
    (tmp_path / "config.yaml").write_text("timezone: UTC\n")
    return tmp_path


@pytest.fixture
def file(folder: Path) -> Path:
    return folder / "rules" / "silence.yaml"


@pytest.fixture
def daemon(database: Database, folder: Path) -> Daemon:
    Caseload(database).staff(1, "admin")
    return Daemon(database, folder)


def texts(daemon: Daemon, now: int = NOON + hours(2)) -> list[str]:
    """What the admins were told after the next audit."""
    watchdog.run(daemon.database, now)
    with daemon.database.read() as conn:
        return [row.body for row in conn.execute(outbox.select().order_by(outbox.c.id))]


def test_nothing_changed_is_nothing_done(daemon: Daemon) -> None:
    assert daemon.look(5) == (0, 0)


def test_a_changed_file_serves_once_two_looks_find_the_same(daemon: Daemon, file: Path) -> None:
    file.write_text(OTHER)
    assert daemon.look(1) == (0, 0)
    assert daemon.serving() == RULE
    assert daemon.look(1) == (1, 0)
    assert daemon.serving() == OTHER
    assert daemon.look(3) == (0, 0)


def test_a_file_that_is_being_written_is_left_alone_until_it_is_whole(
    daemon: Daemon, file: Path
) -> None:
    for length in (20, 60, 100, len(OTHER)):
        file.write_text(OTHER[:length])
        assert daemon.look(1) == (0, 0)
    assert daemon.look(1) == (1, 0)
    assert daemon.serving() == OTHER


def test_an_editor_that_puts_another_file_in_its_place_is_followed(
    daemon: Daemon, file: Path
) -> None:
    file.rename(file.with_suffix(".yaml~"))
    assert daemon.look(1) == (0, 0)
    beside = file.with_suffix(".tmp")
    beside.write_text(OTHER)
    beside.rename(file)
    assert daemon.look() == (1, 0)
    assert daemon.serving() == OTHER


def test_a_broken_set_leaves_the_last_good_one_and_the_admins_are_told_once(
    daemon: Daemon, file: Path
) -> None:
    file.write_text(BROKEN)
    assert daemon.look(5) == (0, 1)
    assert daemon.serving() == RULE
    assert texts(daemon) == [
        "Handrail: the rule files hold 1 mistake, the first in line 7, and the rules before "
        "serve. The log says more."
    ]
    file.write_text(f"# A remark.\n{BROKEN}")
    assert daemon.look(5) == (0, 1)
    # Another mistake, or the same elsewhere, is told again.
    assert len(texts(daemon, NOON + hours(3))) == 2
    assert len(texts(daemon, NOON + hours(4))) == 2
    file.write_text(OTHER)
    assert daemon.look() == (1, 0)
    assert len(texts(daemon, NOON + hours(5))) == 2
    with daemon.database.read() as conn:
        assert reload.refused(conn) is None
        assert trail.verify(conn) is None


def test_one_broken_file_keeps_the_others_from_serving_half(daemon: Daemon, file: Path) -> None:
    file.write_text(OTHER)
    file.with_name("broken.yaml").write_text(BROKEN.replace("silence", "other"))
    assert daemon.look() == (0, 1)
    assert daemon.serving() == RULE


def test_a_folder_that_vanishes_and_comes_back_changes_nothing(
    daemon: Daemon, folder: Path, file: Path
) -> None:
    (folder / "rules").rename(folder / "away")
    assert daemon.look() == (0, 1)
    (folder / "rules").mkdir()
    assert daemon.look() == (0, 1)
    assert daemon.serving() == RULE
    shutil.copytree(folder / "away", folder / "rules", dirs_exist_ok=True)
    assert daemon.look() == (0, 0)
    with daemon.database.read() as conn:
        assert reload.refused(conn) is None


STRAYS = ("silence.yaml~", ".silence.yaml.swp", ".#silence.yaml", "._silence.yaml", "~$o.yaml")


def test_cases_and_stray_files_are_no_change(daemon: Daemon, file: Path) -> None:
    for name in ("silence.cases.yaml", "silence.yaml.bak", *STRAYS):
        file.with_name(name).write_text("half a fi")
    file.with_name(".#other.yaml").symlink_to("anna@pc.1234:1690000000")
    os.mkfifo(file.with_name("pipe.yaml"))
    assert daemon.look() == (0, 0)
    assert daemon.files.read().rules.keys() == {"silence"}


def test_what_changed_while_the_daemon_was_down_serves_from_its_start(
    daemon: Daemon, folder: Path, file: Path
) -> None:
    file.write_text(OTHER)
    assert Daemon(daemon.database, folder).serving() == OTHER


def test_of_two_daemons_the_one_whose_files_changed_last_decides(
    daemon: Daemon, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(folder, elsewhere, dirs_exist_ok=True)
    other = Daemon(daemon.database, elsewhere)
    (elsewhere / "rules" / "silence.yaml").write_text(OTHER)
    assert other.look() == (1, 0)
    assert daemon.look(5) == (0, 0)
    assert daemon.serving() == OTHER
    (folder / "rules" / "silence.yaml").write_text(RULE.replace("3 days", "4 days"))
    assert daemon.look() == (1, 0)
    assert other.look(5) == (0, 0)
    assert other.serving() == RULE.replace("3 days", "4 days")


def test_every_acceptance_is_kept_with_its_time_and_whole_text(daemon: Daemon, file: Path) -> None:
    for text in (OTHER, RULE):
        file.write_text(text)
        assert daemon.look() == (1, 0)
    with daemon.database.read() as conn:
        found = rule_sets.acceptances(conn, 10)
    assert [(at, "".join(one.files.values())) for at, one in found] == [
        (NOON + hours(1), RULE), (NOON + hours(1), OTHER), (NOON, RULE),
    ]  # fmt: skip
