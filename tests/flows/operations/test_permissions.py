"""Doctor names each file with data or secrets that other accounts can open."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import load
from engine.flows.operations.permissions import too_wide
from engine.model.settings import Settings

CONFIG = """\
timezone: UTC
sms:
  gateway: twilio
  twilio: {from_number: "+12025550199", auth_token: {file: secrets/token}}
sources:
  - name: clinic
    folder: inbox
    files: [{match: "*.csv", events: [{kind: check_in, client: c, at: {column: d}}]}]
"""
PRIVATE = (
    "var/handrail.db",
    "var/handrail.db-wal",
    "var/handrail.db-shm",
    "var/printed_sms.jsonl",
    "secrets/token",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config.yaml").write_text(CONFIG)
    for name in ("var", "secrets", "inbox"):
        (tmp_path / name).mkdir(mode=0o700)
    for name in PRIVATE:
        (tmp_path / name).touch(mode=0o600)
    return load(tmp_path / "config.yaml")


def test_what_is_open_to_the_service_alone_is_right(settings: Settings) -> None:
    assert too_wide(settings) == []


@pytest.mark.parametrize("name", PRIVATE)
@pytest.mark.parametrize(("mode", "better"), [(0o640, "600"), (0o604, "600"), (0o666, "600")])
def test_a_file_that_the_group_or_others_can_open_is_named(
    settings: Settings, tmp_path: Path, name: str, mode: int, better: str
) -> None:
    path = tmp_path / name
    path.chmod(mode)
    said = f"{path} is open to other accounts (mode {mode:o}); run chmod {better} {path}"
    assert too_wide(settings) == [said]


def test_a_folder_of_the_database_that_others_can_enter_is_named(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "var").chmod(0o755)
    assert too_wide(settings) == [
        f"{tmp_path}/var is open to other accounts (mode 755); run chmod 700 {tmp_path}/var"
    ]


@pytest.mark.parametrize(("mode", "named"), [(0o770, False), (0o775, True), (0o777, True)])
def test_the_group_may_drop_files_into_an_inbox_and_nobody_else(
    settings: Settings, tmp_path: Path, mode: int, named: bool
) -> None:
    (tmp_path / "inbox").chmod(mode)
    assert bool(too_wide(settings)) is named


def test_files_that_are_not_there_are_no_finding(settings: Settings, tmp_path: Path) -> None:
    for name in PRIVATE:
        (tmp_path / name).unlink()
    assert too_wide(settings) == []
