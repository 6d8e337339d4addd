"""The site of the tests of intake."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.kit.csv_site import CLIENTS, CsvSite


@pytest.fixture
def site(tmp_path: Path, database: Database) -> CsvSite:
    site = CsvSite(tmp_path, database)
    site.write("clients.csv", CLIENTS)
    site.read()
    site.take_dirty()
    return site
