"""The site of the tests of a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.kit.csv_site import CLIENTS, CsvSite


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> CsvSite:
    site = CsvSite(tmp_path, sqlite_database)
    site.write("clients.csv", CLIENTS)
    return site
