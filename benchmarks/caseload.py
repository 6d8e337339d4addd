"""The measured caseload: the CTN data if they are there, else a generated one of their shape."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.generated import write_folder
from connectors.csv_folder.source import CsvFolder
from engine.config import load as load_settings
from engine.flows.intake import ingest
from engine.model.instant import to_us
from engine.model.settings import Settings
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import load
from engine.store.database.connection import Database

ROOT = Path(__file__).parent.parent
CTN = ROOT.parent / "shared" / "data" / "ctn0094"
CONFIG = ROOT / "examples" / "ctn0094" / "config.yaml"
RULES = Path(__file__).parent / "typical.yaml"


@dataclass(frozen=True, slots=True)
class Caseload:
    """A folder of CSV files, the settings that read them, and room for more files."""

    name: str
    settings: Settings
    room: Path

    def rulebook(self) -> Rulebook:
        """The typical rules."""
        return load(RULES, self.settings.kinds)

    def sources(self) -> list[CsvFolder]:
        """The CSV files as `handrail import` reads them."""
        return [
            CsvFolder(source, self.settings.kinds, settle=timedelta())
            for source in self.settings.sources
        ]

    def empty(self, name: str) -> Database:
        """A new SQLite database that has its tables and nothing in them.

        It takes the place of the one that another part left under this name.
        """
        for old in self.room.glob(f"{name}*"):
            old.unlink()
        database = Database.open(f"sqlite:///{self.room / name}")
        database.upgrade()
        return database

    def imported(self) -> Database:
        """The SQLite database with all that the files hold; made when first asked for."""
        path = self.room / "caseload.db"
        if path.exists():
            return Database.open(f"sqlite:///{path}")
        database = self.empty(path.name)
        ingest.run(database, self.sources(), self.settings.timezone, to_us(datetime.now(UTC)))
        return database


@contextmanager
def caseload() -> Iterator[Caseload]:
    """The caseload, and a room for it that is cleared away afterwards."""
    with TemporaryDirectory(prefix="handrail-bench-") as folder:
        room = Path(folder)
        data, name = CTN, "the CTN data"
        if not CTN.is_dir():
            data, name = room / "generated", "a generated caseload"
            write_folder(data)
        os.environ["CTN0094"] = str(data)
        yield Caseload(name, load_settings(CONFIG), room)
