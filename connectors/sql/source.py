"""The queries of a database as a source of events and roster rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from connectors.poll_timer import PollTimer
from connectors.sql.mapped_query import MappedQuery
from connectors.sql.position import QueryPosition
from connectors.sql.read_only import SourceDatabase
from connectors.sql.settings import SqlSettings
from engine.errors import UserError
from engine.model.event_kinds import Kind
from engine.model.intake import Batch, Reject, RosterKind

_ORDER = (*get_args(RosterKind), None)  # the roster first, because events need their clients


class SqlSource:
    """A database that is asked at intervals; each query is an item."""

    def __init__(self, settings: SqlSettings, kinds: Mapping[str, Kind]) -> None:
        """Keep the settings; the database is first asked by `read`."""
        self.name, self.silent_after = settings.name, settings.silent_after
        self._database = SourceDatabase(settings)
        self._timer = PollTimer(settings.every)
        queries = sorted(settings.queries, key=lambda query: _ORDER.index(query.roster))
        self._queries = {
            each.item: each for each in (MappedQuery(one, settings, kinds) for one in queries)
        }

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        """Run each query and yield its new rows, the queries of the roster first.

        Raises:
            UserError: The database cannot be reached, or refuses a query.
        """
        if not self._timer.is_due(now):
            return
        try:
            for item, query in self._queries.items():
                # A transaction each, so that none stays open while others are taken in.
                with self._database.connect() as conn:
                    yield from query.read(conn, QueryPosition.from_json(positions.get(item)))
        except UserError as failure:
            self._timer.failed(now, failure)
            raise
        self._timer.went_well(now)

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Read rejected rows again from their text, through the mapping as it is now."""
        query = self._queries.get(item)
        if query is None:
            return Batch(item, position, rejects=tuple(rejects))
        return query.reread(position, rejects)
