"""Databases to try things on: fresh, migrated, and gone afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event

from engine.store.database import Database


class Scratch:
    """One SQLite file after the other, each a copy of one that was migrated."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        self._path = folder / "scratch.db"
        template = Database.open(f"sqlite:///{self._template}")
        template.upgrade()
        template.close()
        # One engine for all of them, for it remembers how each statement is said in SQL.
        self._database = Database.open(f"sqlite:///{self._path}")
        event.listen(self._database.engine, "connect", _do_not_wait_for_the_disk)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """A fresh database, of which nothing is left afterwards. A power cut would take what was written to it."""
        shutil.copyfile(self._template, self._path)
        try:
            yield self._database
        finally:
            # The last connection to go takes what SQLite keeps beside the file with it.
            self._database.close()


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Databases to try things on, all of which are deleted in the end."""
    with TemporaryDirectory(prefix="handrail-") as folder:
        yield Scratch(Path(folder))


def _do_not_wait_for_the_disk(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")
