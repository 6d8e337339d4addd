"""docs/cases.md: its example does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import structlog

from tests.kit.rule_folder import RuleFolder

PAGE = Path(__file__).parents[2] / "docs" / "cases.md"


def test_the_example_comes_out_as_the_page_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, cases, right, wrong = re.findall(
        r"^```(?:yaml)?\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    site = RuleFolder(tmp_path, capsys)
    site.write("rules/missed.yaml", rules)
    site.write("rules/missed.cases.yaml", cases)
    assert site.handrail("check")[1:] == (
        "1 rule and 2 cases checked: no mistakes, no warnings\n",
        "",
    )
    code, out, _ = site.handrail("test")
    assert (code, re.sub(r"\d\.\d", "0.4", out)) == (0, right.splitlines(keepends=True)[-1])
    site.write("rules/missed.yaml", rules.replace("hold: 2 hours", "hold: 3 hours"))
    code, out, _ = site.handrail("test")
    structlog.reset_defaults()
    assert code == 1
    assert out.replace(f"{site.rules}/", "").startswith(wrong)
