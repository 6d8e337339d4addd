"""Draws are listed, published, drawn again by an auditor's own program, and audited."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.model.schedule import DrawSeed
from engine.store.database.connection import Database
from engine.store.schedules import draw_seeds
from engine.store.tables.schedules import expectations, schedule_changes
from tests.cli.schedules.test_schedules import CONFIG, FILES
from tests.kit.terminal import Terminal, terminal_in, write_files
from tests.rulebook.plans.test_plan_parser import mistakes

PAGE = Path(__file__).parents[3] / "docs" / "draws.md"
PLAN, MORNING = re.findall(
    r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
)
(PROGRAM,) = re.findall(
    r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
)
LATER = ("--at", "2026-05-20T12:00")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clients for a month and a half, with known seeds."""
    folder = tmp_path_factory.mktemp("site")
    write_files(folder, {**FILES, "plans/check_ins.yaml": PLAN})
    return folder


@pytest.fixture
def handrail(site: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    with terminal_in(site, CONFIG, capsys) as terminal:
        if not (site / "var").exists():
            _live_through_the_spring(terminal, site)
        yield terminal


def _live_through_the_spring(handrail: Terminal, site: Path) -> None:
    database = Database.ready(f"sqlite:///{site}/var/handrail.db")
    with database.write() as conn:
        for number, month in enumerate(("2026-03", "2026-04", "2026-05")):
            seed = DrawSeed("random-tests", month, f"{number + 7:02x}" * 32, date(2026, 3, 4))
            draw_seeds.add(conn, seed)
    database.close()
    day = date(2026, 3, 4)
    while day < date(2026, 4, 20):
        handrail("run", "--once", "--at", f"{day}T00:30")
        day += timedelta(days=1)


def test_an_auditor_draws_again_from_the_published_seeds(handrail: Terminal, site: Path) -> None:
    files = []
    for command in ("seeds", "list"):
        file = site / f"{command}.json"
        file.write_text(handrail("draw", command, "--format", "json", *LATER))
        files.append(str(file))
    run = [sys.executable, "-c", PROGRAM, *files]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert re.fullmatch(r"each of \d+ draws is reproduced\n", done.stdout), done.stderr
    assert done.returncode == 0
    listed = json.loads(Path(files[1]).read_text())
    listed[0]["days"] = listed[0]["days"].replace(listed[0]["days"].split()[0], "2026-03-05")
    Path(files[1]).write_text(json.dumps(listed))
    changed = subprocess.run(run, capture_output=True, text=True, check=False)
    assert changed.returncode == 1


def test_before_the_first_draw_nothing_is_called_fair(handrail: Terminal, site: Path) -> None:
    early = ("--format", "json", "--at", "2026-03-04T12:00")
    listed = json.loads(handrail("draw", "list", *early))
    assert [one["client"] for one in listed] == ["C-1", "C-2"]
    notes = {one["note"] for one in listed if not one["days"]}
    assert notes == {"no draw yet; none comes before 2026-03-06"}
    audited = json.loads(handrail("draw", "audit", *early, code=1))
    assert {one["test"]: one["fair"] for one in audited}["draws"] == "nothing to judge"
    file = site / "none.json"
    file.write_text("[]")
    run = [sys.executable, "-c", PROGRAM, str(file), str(file)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("no draw to judge\n", 1)


def test_a_seed_is_shown_only_when_its_month_is_over(handrail: Terminal) -> None:
    seeds = json.loads(handrail("draw", "seeds", "--format", "json", "--at", "2026-04-03T12:00"))
    shown = {one["month"]: one["seed"] is not None for one in seeds}
    assert shown == {"2026-03": True, "2026-04": False, "2026-05": False}
    assert all(len(one["sha256"]) == 64 for one in seeds)


def test_the_program_of_the_docs_is_short() -> None:
    assert len(PROGRAM.splitlines()) <= 30


def test_the_audit_passes_and_fails_on_a_day_that_nobody_drew(
    handrail: Terminal, site: Path
) -> None:
    audited = json.loads(handrail("draw", "audit", "--format", "json", *LATER))
    assert {one["test"]: one["fair"] for one in audited}["seeds"] == "yes"
    assert {one["test"]: one["what"] for one in audited}["overrides"] == "none"
    database = Database.existing(f"sqlite:///{site}/var/handrail.db")
    with database.write() as conn:
        row = conn.execute(expectations.select().limit(1)).one()._asdict()
        conn.execute(expectations.insert(), {**row, "id": 999, "day": "2026-03-05"})
        days = conn.execute(expectations.select().where(expectations.c.client_id == 1))
        second_day = sorted(one.day for one in days)[2]
        conn.execute(expectations.delete().where(expectations.c.day == second_day))
        for kind, last in (("off", "2026-04-09"), ("excused", "2026-04-02")):
            days = {"first_day": "2026-04-02", "last_day": last}
            why = {"reason": "as the court asked", "actor": "Ana", "made_at": 0}
            change = {"client_id": 1, "schedule_id": "random-tests", "kind": kind, **days, **why}
            conn.execute(schedule_changes.insert(), change)
    database.close()
    found = json.loads(handrail("draw", "audit", "--format", "json", *LATER, code=1))
    said = {one["test"]: one["what"] for one in found}
    assert "2026-03-05" in said["seeds"]
    assert second_day in said["not due"]
    assert said["overrides"] == (
        "C-1 2026-04-02 to 2026-04-09 left out: as the court asked (Ana); "
        "C-1 2026-04-02 excused: as the court asked (Ana)"
    )


def test_the_plan_with_a_text_in_the_morning_is_right() -> None:
    assert mistakes(MORNING) == []


def test_who_is_drawn_today_is_listed(handrail: Terminal) -> None:
    drawn = json.loads(handrail("draw", "list", "--format", "json", *LATER))
    first = next(one for one in drawn if one["client"] == "C-1")
    day = first["days"].split()[0]
    rows = json.loads(handrail("draw", "today", "--format", "json", "--at", f"{day}T10:00"))
    assert "C-1" in [one["client"] for one in rows]
