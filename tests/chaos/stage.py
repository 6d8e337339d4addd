"""The database on which all runs take place, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from engine.store.database.connection import Database
from tests.chaos.story import Story
from tests.kit.databases import Postgres, SqliteFile
from tests.kit.twilio_site import web_database_of


class Stage:
    """The place of all runs: one database, which each run finds empty."""

    def __init__(self, file: SqliteFile | Postgres, daemons: int = 1) -> None:
        self._file = file
        url = str(file.emptied().url.render_as_string(hide_password=False))
        self._people = Database.open(url)
        self._databases = [
            (database, web_database_of(database))
            for database in (Database.open(url) for _ in range(daemons))
        ]

    @contextmanager
    def story(self, seed: str) -> Iterator[Story]:
        """A run that is about to begin."""
        self._close()  # connections to the file before
        self._file.emptied()
        try:
            yield Story(self._databases, self._people, seed)
        finally:
            self._close()

    def play(self, seed: str) -> tuple[Story, list[str]]:
        """One run, and the promises that it broke."""
        with self.story(seed) as story:
            return story, story.run()

    def _close(self) -> None:
        if self._people.dialect == "sqlite":
            for database in (self._people, *chain.from_iterable(self._databases)):
                database.close()
            self._file.close()
