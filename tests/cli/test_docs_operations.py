"""docs/operations.md: its commands are typed here, and its tables leave nothing out."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from engine.cli.commands import COMMANDS
from engine.config import load
from engine.config_schema import config_schema, shape_of
from tests.kit.followed_page import BLOCK, ROOT, commands, same
from tests.kit.terminal import typed

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
# The rest is followed by the tests of backups.
OURS = PAGE.partition("\n## Back up and restore\n")[0]
WATCHDOG = ROOT / "engine" / "flows" / "operations" / "watchdog.py"


def section(heading: str) -> str:
    _, _, rest = PAGE.partition(f"\n## {heading}\n")
    assert rest, heading
    return rest.partition("\n## ")[0]


def test_the_installation_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("HANDRAIL_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    sessions = [text for sort, name, text in BLOCK.findall(section("Install")) if not sort + name]
    followed = [one for session in sessions for one in commands(session)]
    assert [command for command, _ in followed if command.startswith("handrail init")]
    for command, shown in followed:
        if command.startswith("cp "):
            subprocess.run(command.split(), check=True)
            continue
        code, out, err = typed(capsys, *command.split()[1:])
        assert (code, same(shown, out)) == (0, True), f"$ {command}\n{out}{err}"


@pytest.mark.parametrize("text", [text for sort, _, text in BLOCK.findall(PAGE) if sort == "yaml"])
def test_each_configuration_of_the_page_is_right(text: str, tmp_path: Path) -> None:
    zone = "" if "timezone:" in text else "timezone: UTC\n"
    (tmp_path / "config.yaml").write_text(zone + text)
    load(tmp_path / "config.yaml")


def test_the_page_says_how_each_secret_is_changed() -> None:
    told = section("Secrets, and how each is changed")
    secrets = [
        key
        for part in config_schema()["$defs"].values()
        for key, shape in shape_of(part)["properties"].items()
        if "/Secret'" in str(shape)
    ]
    assert len(secrets) > 10
    assert [key for key in secrets if f"`{key}:`" not in told] == []


def test_the_page_explains_each_promise_of_the_watchdog() -> None:
    (function,) = [
        node
        for node in ast.parse(WATCHDOG.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "broken_promises"
    ]
    said = [
        node.value.strip(" (,")
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    ]
    words = [one for one in said[1:] if len(one.split()) > 2]
    assert len(words) > 8
    table = PAGE.partition("### Broken promises")[2]
    parts = [re.split(r" \(|,? ?so nothing", one)[0] for one in words]
    assert [one for one in parts if one and one not in table] == []


def test_the_page_names_only_commands_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    named = {tuple(words.split()) for words in re.findall(r"`handrail ((?:[a-z-]+ ?)+)", OURS)}
    assert len(named) > 15
    assert {name for name, *_ in named} <= set(COMMANDS)
    groups = {name: sub for name, *sub in named if sub and COMMANDS[name].name == "app"}
    helps = {name: typed(capsys, name, "--help")[1] for name in groups}
    assert [name for name, sub in groups.items() if f"  {sub[0]} " not in helps[name]] == []


def test_each_file_of_deploy_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"deploy/[\w.]+\w", PAGE))
    made = {"deploy/requirements.lock"}
    assert [name for name in named - made if not (ROOT / name).exists()] == []
