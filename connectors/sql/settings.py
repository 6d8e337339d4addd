"""A `sql` source in config.yaml: a database, and the queries that read it (docs/sources_sql.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    StringConstraints,
    field_validator,
    model_validator,
)

from connectors.mapping.cell_settings import ColumnName
from connectors.mapping.mapping_checks import check_mappings
from connectors.mapping.mute_events import mute_events
from connectors.mapping.settings import (
    RowMapping,
    attributes_of,
    refuse_mixed_ids,
    staff_attributes_of,
)
from engine.model.config_path import ConfigPath
from engine.model.duration import Duration, parse_duration
from engine.model.event_kinds import Kind
from engine.model.instant import MINUTE_US, SECOND_US
from engine.model.routing import Microseconds
from engine.model.secret import Secret
from engine.model.source_settings import Place, SourceName, SourceSettings
from engine.model.strict import Strict
from engine.model.timezone import Timezone

_SINCE = re.compile(r"(?<![:\w]):since\b")
_PARAMETER = re.compile(r"(?<![:\w]):(?!since\b)([A-Za-z_]\w*)")
# Texts, quoted names and comments, in which a colon or a semicolon means nothing.
QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)


def _overlap(written: Any) -> timedelta | int:
    if isinstance(written, str) and written.strip().isdecimal():
        return int(written)
    return timedelta(microseconds=parse_duration(written))


def _query(written: str) -> str:
    bare = QUOTED.sub(" ", written).strip().removesuffix(";")
    if ";" in bare or not re.match(r"(select|with)\b", bare, re.IGNORECASE):
        raise ValueError("must be one query that begins with select or with, because it only reads")
    if other := _PARAMETER.search(bare):
        raise ValueError(f"names :{other[1]}, and :since is the only one that is filled in")
    return written.strip().removesuffix(";")


class Query(RowMapping):
    """A query, and the meaning of its rows.

    Attributes:
        name: The name of the query; its position is kept under it.
        query: One query that begins with select or with. `:since` in it is the largest value of the
            column `since` so far, less `overlap`.
        since: The column that grows with every change. Without it all rows are read each time.
        begin: The value of `:since` at the first reading, such as 2025-01-01 or 0.
        overlap: How far back of the largest value each reading reaches: a duration, or a number if
            the column holds numbers.
    """

    name: SourceName
    query: Annotated[str, StringConstraints(min_length=1), AfterValidator(_query)]
    since: ColumnName | None = None
    begin: Annotated[str, StringConstraints(min_length=1)] | None = None
    overlap: (
        Annotated[timedelta | int, PlainValidator(_overlap, json_schema_input_type=str | int)]
        | None
    ) = None

    @model_validator(mode="after")
    def _since_goes_with_its_column(self) -> Self:
        asked = bool(_SINCE.search(QUOTED.sub(" ", self.query)))
        if asked != (self.since is not None):
            raise ValueError(
                "since: (the column that grows with every change) and :since in the query belong "
                "together; without both, all rows are read each time"
            )
        if asked and self.begin is None:
            raise ValueError(
                "begin: is missing; it is :since at the first reading, such as 2025-01-01 or 0"
            )
        if not asked and (self.begin is not None or self.overlap is not None):
            raise ValueError("begin: and overlap: are for a query with :since")
        if asked and self.complete:
            raise ValueError("complete: true needs a query of all rows, so leave :since out")
        return self


class DatabaseAddress(Strict):
    """Where a database is: a file of SQLite, or the secret that holds its URL.

    Attributes:
        sqlite: The path of a SQLite file.
        url: Where the database's URL is kept, such as {env: HIS_URL}.
    """

    sqlite: ConfigPath | None = None
    url: Secret | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.sqlite is None):
            raise ValueError(
                "needs either sqlite: (the path of a file) or url: (where the database's address "
                "is kept, such as {env: HIS_URL}), and not both"
            )
        return self


class SqlSettings(SourceSettings):
    """A database that is asked every so often; nothing is written to it.

    Attributes:
        sql: Where the database is.
        timezone: The zone of times that name none. Left out: each client's own.
        every: How often the database is asked.
        time_limit: How long a query may take.
        queries: The queries, each with the meaning of its rows.
    """

    sql: DatabaseAddress
    timezone: Timezone | None = None
    every: Microseconds = 5 * MINUTE_US
    time_limit: Microseconds = 30 * SECOND_US
    queries: Annotated[tuple[Query, ...], Field(min_length=1)]

    @field_validator("queries")
    @classmethod
    def _names_differ(cls, queries: tuple[Query, ...]) -> tuple[Query, ...]:
        if len({(query.name, query.roster) for query in queries}) < len(queries):
            raise ValueError("two queries have one name; give each its own")
        return queries

    @model_validator(mode="after")
    def _ids_are_not_mixed_up(self) -> Self:
        refuse_mixed_ids(self.queries)
        return self

    @classmethod
    def mistakes(
        cls, written: Any, kinds: Mapping[str, Kind], folder: Path
    ) -> Iterator[tuple[Place, str]]:
        """Check the events of its queries against the site's kinds."""
        return check_mappings(written, "queries", kinds, folder)

    def warnings(self, kinds: Mapping[str, Kind]) -> Iterator[tuple[Place, str]]:
        """Warn of events of its queries that never say what happened."""
        return mute_events(self.queries, "queries", kinds)

    @property
    def attributes(self) -> frozenset[str] | None:
        """The attributes that its queries give clients; None if they give no clients."""
        return attributes_of(self.queries)

    @property
    def staff_attributes(self) -> frozenset[str] | None:
        """The attributes that its queries give members of staff; None if there are no staff."""
        return staff_attributes_of(self.queries)

    @property
    def poll_interval(self) -> Duration:
        """How often the database is asked."""
        return self.every

    def examine(self) -> tuple[bool, str]:
        """Return whether the database answers now, and a sentence about it."""
        # Imported here because commands that read the settings alone do without it.
        from connectors.sql.read_only import examine  # noqa: PLC0415

        return examine(self)
