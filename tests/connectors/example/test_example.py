"""A connector that was written by CONTRIBUTING.md alone works by one line of the registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors import registry
from engine.config import load
from engine.errors import MistakesError
from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.store.database.connection import Database
from tests.kit.csv_site import NOW, CsvSite

CONFIG = """
timezone: America/New_York
sources:
  - name: app
    type: example
    path: said.jsonl
    columns: [what, who, at, id, score]
    records:
      - roster: clients
        skip_when: {what: {is_not: client}}
        columns: {ref: who, enrolled: at}
      - skip_when: {what: {is_not: check_in}}
        events: [{kind: check_in, client: who, at: at, id: id, fields: {craving: score}}]
"""
SAID = """\
{"what": "client", "who": "C-1", "at": "2026-01-05"}
{"what": "check_in", "who": "C-1", "at": "2026-03-02 09:00", "id": 1, "score": 7}
{"what": "check_in", "who": "C-2", "at": "2026-03-02 09:00", "id": 2, "score": 7}
{"what": "check_in", "who":
"""


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.SOURCES, "example", "tests.connectors.example")


def test_it_reads_what_came_and_puts_aside_what_it_cannot(
    tmp_path: Path, sqlite_database: Database
) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG, "utf-8")
    (tmp_path / "said.jsonl").write_text(SAID, "utf-8")
    site = CsvSite(tmp_path, sqlite_database, load(tmp_path / "config.yaml"))
    (each,) = site.settings.sources
    source = registry.source("example").open_source(each, site.settings.kinds)
    for _ in range(2):
        ingest.read(sqlite_database, source, "America/New_York", to_us(NOW))
    assert site.events() == [("C-1", "2026-03-02 14:00", {"craving": 7})]
    assert [reason for *_, reason in site.rejects()] == [
        "is not JSON", "no client 'C-2' is in the roster", "is not JSON"
    ]  # fmt: skip
    assert each.examine() == (True, f"The file {tmp_path / 'said.jsonl'} can be read.")


def test_its_mistakes_have_a_place_and_the_nearest_word(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.replace("kind: check_in", "kind: check_on").replace("path:", "pth:"))
    with pytest.raises(MistakesError) as caught:
        load(path)
    assert [str(mistake).removeprefix(f"{path}:") for mistake in caught.value.mistakes] == [
        "4:5: 'path:' is missing here; add it",
        "6:5: the key 'pth' is not known here; did you mean 'path'?",
        "13:25: there is no kind of event 'check_on'; did you mean 'check_in'?",
    ]
