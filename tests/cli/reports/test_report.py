"""`handrail report` prints tables, a page or rows, and never a small count."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.kit.terminal import FOLDER_SITE, Terminal, write_files

RULES = """
format: 1
rules:
  - {id: silent, title: Not seen, status: draft, severity: low,
     when: {time_since: check_in, at_least: 28 days}}
figures:
  - {id: craving, title: Craving, figure: {latest: check_in.craving}, report: quality_of_life}
"""
MAPPED = FOLDER_SITE.replace(
    "enrolled: enrolled}}", "enrolled: enrolled, attributes: {program: program}}}"
)


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    programs = ["iop"] * 12 + ["php"] * 3
    clients = [f"C-{n},2026-02-01,{one}" for n, one in enumerate(programs)]
    write_files(
        tmp_path,
        {
            "inbox/clients.csv": "\n".join(["client,enrolled,program", *clients]) + "\n",
            "inbox/staff.csv": "staff,role,phone\nDana,case_manager,+12025550143\n",
            "inbox/links.csv": "client,staff,role\nC-1,Dana,case_manager\n",
            "rules/rules.yaml": RULES,
        },
    )
    terminal = Terminal(tmp_path, MAPPED, capsys)
    terminal("import")
    return terminal


ASKED = ("report", "outcomes", "--cohort", "enrolled in 2026", "--by", "program")


def test_tables_say_whom_they_are_about_and_hide_few_clients(terminal: Terminal) -> None:
    out = terminal(*ASKED)
    assert "Clients enrolled in 2026" in out
    rows = [line.split() for line in out.splitlines()]
    assert ["all", "clients", "15", "0"] in rows
    assert ["program:", "php", "*", "*"] in rows
    assert "This describes; it proves no cause." in out
    assert "Nothing is known of any client about these figures: Craving." in out


def test_rows_and_a_page_hide_them_too(terminal: Terminal, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    rows = terminal(*ASKED, "--format", "csv", "--html", str(page))
    known = {
        row["group"]: (row["known"], row["hidden"])
        for row in csv.DictReader(io.StringIO(rows))
        if row["part"] == "cohort"
    }
    assert known == {"": ("15", "no"), "iop": ("", "yes"), "php": ("", "yes")}
    assert "<h2>Outcomes</h2>" in page.read_text()
    assert "C-1" not in page.read_text()


def test_mistakes_are_said(terminal: Terminal) -> None:
    for arguments, says in (
        (("outcomes", "--cohort", "last year"), "--cohort: 'last year' is not a cohort"),
        ((*ASKED[1:4], "--by", "programme"), "did you mean 'program'?"),
        (("services", "--month", "March"), "--month: 'March' is not a month; write it as 2026-10"),
    ):  # fmt: skip
        assert says in terminal("report", *arguments, code=2)


def test_services_of_a_month_without_alerts_say_so(terminal: Terminal, tmp_path: Path) -> None:
    page = tmp_path / "services.html"
    out = terminal("report", "services", "--month", "2026-03", "--html", str(page))
    assert "There were none." in out
    assert "No rule is named." in out
    assert "<h2>How alerts were answered</h2>" in page.read_text()
    assert terminal("report", "services", "--format", "json").startswith("[")
