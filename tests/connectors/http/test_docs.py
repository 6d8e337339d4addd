"""docs/sources_http.md: its example becomes the events that it says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from connectors.http.settings import HttpEndpoint
from engine.store.database.connection import Database
from tests.connectors.mapping.test_docs import lines
from tests.kit.posted_site import SECRET, PostedSite

DOCS = (Path(__file__).parents[3] / "docs" / "sources_http.md").read_text("utf-8")
FENCE = re.compile(r"^( *)```(\w+) ?([\w.]*)\n((?:.*\n)*?)\1```$", re.MULTILINE)


def block(language: str, name: str = "") -> str:
    (text,) = (
        re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)
        for indent, of, called, text in FENCE.findall(DOCS)
        if (of, called) == (language, name)
    )
    return text


def test_the_example_becomes_what_it_says(
    tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = block("yaml", "config").split("\n", 2)[2]
    mapping = "".join(line[4:] + "\n" for line in source.splitlines() if "http:" not in line)
    mapping = mapping.split("each:", 1)[1]
    with PostedSite(tmp_path, sqlite_database, f"each:{mapping}") as site:
        site.add_client("C-1042")
        assert "http: {secret: {env: BREATH_SECRET}}" in source
        assert site.post(block("json", "post.json").encode())[0] == 200
        site.read_posts()
        assert site.put_aside() == []
    assert lines(sqlite_database) == block("events").splitlines()


def test_the_command_of_the_page_posts(tmp_path: Path, sqlite_database: Database) -> None:
    (tmp_path / "post.json").write_text('{"reading": "r-1"}\n', "utf-8")
    with PostedSite(tmp_path, sqlite_database) as site:
        assert site.server
        typed = block("sh", "post").replace("http://127.0.0.1:8470", site.server.address)
        stopped = f"date() {{ echo {int(site.now.timestamp())}; }}\n"
        run = subprocess.run(
            ["bash", "-euc", stopped + typed],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "BREATH_SECRET": SECRET},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        assert '"items"' in run.stdout, run.stdout
        assert site.waiting() == [b'{"reading": "r-1"}\n']


def test_the_signature_of_the_page_is_one() -> None:
    said = yaml.safe_load(block("yaml", "signature"))
    assert HttpEndpoint.model_validate({"secret": {"env": "X"}, **said}).signature is not None
