"""`handrail init` writes a whole site or nothing.

The tests of docs/operations.md check, run and examine it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from engine.config import load
from engine.model.settings import Settings
from engine.new_site import write_site
from engine.yaml_source import YamlSource
from tests.kit.terminal import typed

URL = "postgresql://handrail:a-password@db.example.org/handrail"
# Parts that hold a key which has no default, so that they are not whole by their defaults.
UNFINISHED = re.compile(
    r"^( *)# (twilio|identity_provider|mail|ntfy|webhook|tls):\n(?:\1  .*\n)*", re.MULTILINE
)


@pytest.fixture
def site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """A new site, which is the working folder."""
    monkeypatch.delenv("HANDRAIL_DATABASE_URL", raising=False)
    assert typed(capsys, "init", str(tmp_path / "site"))[0] == 0
    monkeypatch.chdir(tmp_path / "site")
    return tmp_path / "site"


def of_site(site: Path) -> Settings:
    return load(site / "config.yaml")


def test_its_settings_are_the_shipped_ones(site: Path) -> None:
    shipped = load(Path(__file__).parents[3] / "config.yaml")
    assert of_site(site).routing == shipped.routing
    assert [one.name for one in of_site(site).sources] == ["inbox"]


def test_each_setting_that_is_commented_out_is_at_its_default(site: Path) -> None:
    config = site / "config.yaml"
    before = of_site(site).model_copy(update={"console": None})
    text = UNFINISHED.sub("", config.read_text("utf-8"))
    config.write_text(re.sub(r"^( *)# (?=\w+:)", r"\1", text, flags=re.MULTILINE))
    after = of_site(site)
    assert after.console is not None
    assert after.model_copy(update={"console": None}) == before


def test_every_key_of_the_file_stands_in_it(site: Path) -> None:
    text = (site / "config.yaml").read_text("utf-8")
    assert [
        key for key in Settings.model_fields if not re.search(rf"^(# )?{key}:", text, re.M)
    ] == []


def test_secrets_are_for_this_account_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(capsys, "init", str(tmp_path / "site"), "--postgresql", URL)
    secrets = tmp_path / "site" / ".env"
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert f"HANDRAIL_DATABASE_URL={URL}" in secrets.read_text("utf-8").splitlines()
    others = [path for path in (tmp_path / "site").rglob("*") if path.is_file() and path != secrets]
    assert [path for path in others if "a-password" in path.read_text("utf-8")] == []


@pytest.mark.usefixtures("site")
def test_a_check_knows_the_secrets_of_the_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.environ", os.environ.copy())
    with Path("config.yaml").open("a") as config:
        config.write("web: {token: {env: TOKEN_OF_THE_FILE}}\n")
    Path(".env").write_text("TOKEN_OF_THE_FILE=sesame\n")
    assert typed(capsys, "check")[::2] == (0, "")


def test_another_database_than_postgresql_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, said = typed(capsys, "init", str(tmp_path / "site"), "--postgresql", "mysql://a/b")
    assert code == 2
    assert "--postgresql needs a URL such as" in said
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_holds_something_stays_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes").write_text("mine")
    code, _, said = typed(capsys, "init", str(tmp_path))
    assert (code, said) == (2, f"{tmp_path} is not empty; name a folder that is new or empty.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


@pytest.mark.parametrize("name", ["new", "empty"])
def test_what_fails_in_the_middle_leaves_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write_site, "write_examples", full)
    code, _, said = typed(capsys, "init", str(tmp_path / name))
    assert code == 2
    assert "cannot be written: No space left on device." in said
    assert [*tmp_path.rglob("*")] == [tmp_path / "empty"]


def test_an_empty_folder_that_is_there_is_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert typed(capsys, "init", ".")[0] == 0
    assert YamlSource.read(Path("config.yaml")).mistakes == []


def test_the_output_says_in_five_steps_what_to_do_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, said, _ = typed(capsys, "init", str(tmp_path / "site"))
    assert re.findall(r"^\d", said, re.M) == ["1", "2", "3", "4", "5"]
