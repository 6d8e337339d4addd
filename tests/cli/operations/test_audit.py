"""`handrail audit` lists the trail, and says if it is not the one that was written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, update

from engine.store.database.connection import Database
from engine.store.tables.operations import audit
from tests.kit.terminal import FOLDER_SITE, Terminal, terminal_in, write_files

FILES = {
    "inbox/staff.csv": "staff,role,phone\nS-2,supervisor,+12025550102\n",
    "inbox/clients.csv": "client,enrolled\nC-1,2026-03-01\nC-2,2026-03-01\n",
    "rules/silence.yaml": "format: 1\nrules:\n  - {id: silence, title: Silence, status: live, "
    "severity: high, when: {time_since: check_in, at_least: 3 days}}\n",
}


@pytest.fixture
def handrail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    write_files(tmp_path, FILES)
    with terminal_in(tmp_path, FOLDER_SITE, capsys) as terminal:
        terminal("run", "--once")
        yield terminal


def change(tmp_path: Path, statement: Executable) -> None:
    url = f"sqlite:///{tmp_path}/var/handrail.db"
    with closing(Database.existing(url)) as database, database.write() as conn:
        conn.execute(statement)


def test_it_lists_rows_by_names_and_a_cut_or_changed_trail_is_found(
    handrail: Terminal, tmp_path: Path
) -> None:
    out = str(tmp_path / "C-1.json")
    handrail("export", "C-1", "--by", "S-2", "--out", out, "--to", "the client")
    code, listed, said = handrail.run("audit", "--client", "C-1", "--format", "json")
    (row,) = json.loads(listed)
    assert (row["actor"], row["action"], row["subject"]) == ("S-2", "exported", "C-1")
    assert row["detail"] == "to: the client"
    assert len(row["hash"]) == 64
    assert (code, said) == (0, "The trail is whole, and its end is the one that was anchored.\n")
    assert "rules accepted" in handrail("audit")
    assert handrail("audit", "--since", "2099-01-01") == "nothing to list"

    handrail("run", "--once")  # anchors the export, too
    change(tmp_path, delete(audit).where(audit.c.id == row["row"]))
    code, _, said = handrail.run("audit")
    assert code == 1
    assert "is gone since it was anchored" in said
    change(tmp_path, update(audit).where(audit.c.id == 1).values(actor="mallory"))
    assert "The chain is broken at row 1." in handrail.run("audit")[2]
