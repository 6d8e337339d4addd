"""A site is backed up, set up again from the backup, and lets go of one client, as docs say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.people.client_data import tombstone
from engine.store.tables.intake import events, rejects
from engine.store.tables.people import clients
from tests.kit.databases import Postgres
from tests.kit.terminal import FOLDER_SITE, Terminal, terminal_in, typed, write_files

SITE = (
    FOLDER_SITE.replace("enrolled: enrolled", "enrolled: enrolled, ended: ended")
    + """\
      - match: check_ins*.csv
        events:
          - {kind: check_in, client: client, at: at, fields: {status: status, note: said}}
"""
)
RULES = """\
format: 1
rules:
  - id: missed-check-in
    title: A check-in was missed
    status: live
    severity: medium
    when: {count: check_in, where: {status: missed}, within: 2 days, at_least: 1}
"""
CHECK_INS = "client,at,status,said\n"
FILES = {
    "rules/missed.yaml": RULES,
    "inbox/staff.csv": "staff,role,phone\nS-1,case_manager,+12025550101\n"
    "S-2,supervisor,+12025550102\n",
    "inbox/clients.csv": "client,enrolled,ended\nC-1,2026-03-01,2026-06-01\nC-2,2026-03-01,\n",
    "inbox/links.csv": "client,staff,role\nC-1,S-1,case_manager\nC-2,S-1,case_manager\n",
    "inbox/check_ins1.csv": CHECK_INS
    + "C-1,2026-04-01 12:00,missed,zebra\nC-2,2026-04-01 12:00,missed,giraffe\n",
}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The database of the site, and that of the site that is set up again."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}", f"sqlite:///{tmp_path / 'new.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_url(), postgres.new_url()


@pytest.fixture
def handrail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    write_files(tmp_path, FILES)
    with terminal_in(tmp_path, SITE, capsys) as terminal:
        yield terminal


def test_a_client_is_let_go_of_in_a_restored_site(
    handrail: Terminal,
    urls: tuple[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, after = urls
    key, backup = str(tmp_path / "key"), str(tmp_path / "backup.age")
    monkeypatch.setenv("HANDRAIL_DATABASE_URL", before)
    handrail("run", "--once")
    _, made, _ = typed(capsys, "backup-key", key)
    handrail("backup", backup, "--to", made.split()[-1])
    assert b"zebra" not in Path(backup).read_bytes()

    monkeypatch.setenv("HANDRAIL_DATABASE_URL", after)
    handrail("restore", backup, "--key", key)
    asked = ("erase", "C-1", "--by", "S-2", "--reason", "asked by letter")
    assert "events" in handrail(*asked, code=1)
    handrail(*asked, "--yes")

    # The sources still name the client, who does not come back by that.
    write_files(tmp_path, {"inbox/clients.csv": f"{FILES['inbox/clients.csv']}C-3,2026-05-01,\n"})
    write_files(
        tmp_path, {"inbox/check_ins2.csv": f"{CHECK_INS}C-1,2026-05-02 12:00,missed,zebra\n"}
    )
    handrail("run", "--once")
    with closing(Database.existing(after)) as database, database.read() as conn:
        refs = conn.scalars(select(clients.c.ref).order_by(clients.c.id)).all()
        assert refs == [tombstone("C-1"), "C-2", "C-3"]
        assert conn.scalars(select(events.c.note)).all() == ["giraffe"]
        assert conn.scalars(select(rejects.c.row)).all() == []
        assert audit_log.verify(conn) is None
