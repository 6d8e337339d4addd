"""One query and its mapping: rows that are new since a position become batches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from connectors.mapping.event_rows import Identity, identity
from connectors.mapping.rows import Harvest, Record, Rows, named_columns, refusal
from connectors.sql.position import MOST_REMEMBERED, QueryPosition, before, read_mark, write_mark
from connectors.sql.read_only import run_query
from connectors.sql.settings import Query, SqlSettings
from engine.model.event_kinds import Kind
from engine.model.intake import WHOLE, Batch, Listing, Reject


class MappedQuery:
    """A query of a source, which is an item of it."""

    def __init__(self, query: Query, settings: SqlSettings, kinds: Mapping[str, Kind]) -> None:
        """Prepare a query of a source for the site's kinds of events."""
        self.query, self._kinds = query, kinds
        self.item = f"{query.name} ({query.roster})" if query.roster else query.name
        self._zone = query.timezone or settings.timezone
        self._identities = tuple(map(identity, query.events))
        written = query.model_dump_json(exclude_defaults=True, warnings=False)
        self._digest = blake2b(f"{self._zone} {written}".encode(), digest_size=16).hexdigest()
        self._listing = None
        if query.since is None and (query.roster or query.complete):
            series = tuple(event.series for event in query.events)
            self._listing = Listing(self.item, query.roster, series, query.complete)

    def read(self, conn: Connection, known: QueryPosition | None) -> Iterator[Batch]:
        """Yield the rows that are new since `known`; only the last batch moves the mark.

        A reading that is cut off therefore begins again where this one began.
        """
        changed = known is not None and known.mapping != self._digest
        start = known if known and not changed else QueryPosition(self._digest)
        line = (known or start).line
        reading = _Reading(self.query, start, line)
        try:
            for columns, rows, last in run_query(conn, self.query.query, self._since(start)):
                names = self._names(columns)
                harvest = Harvest()
                former = known.identities if known and changed else ()
                compiled = Rows(self.query, names, self._kinds, self._zone, former)
                compiled.take(reading.new_records(names, rows), 0, harvest)
                # Until the end the old mark and the old mapping stand.
                position = replace(known or start, line=reading.line)
                if last:
                    position = reading.end(self._digest, self._identities)
                if harvest.rows or position != known:
                    yield self._batch(harvest, position, last, changed)
        except ValueError as error:
            if known is None or known.refused != str(error):
                # Once it can be read, all is read through the mapping of then.
                position = replace(known or QueryPosition(""), refused=str(error))
                reject = Reject(WHOLE, str(error), "")
                yield Batch(self.item, position.to_json(), rejects=(reject,))

    def reread(self, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Take rejected rows again."""
        harvest = Harvest()
        for reject in rejects:
            try:
                said = json.loads(reject.row)
                rows = Rows(self.query, self._names(list(said)), self._kinds, self._zone)
            except ValueError:
                harvest.rejects.append(reject)
                continue
            rows.take([Record(0, list(said.values()), reject.row, None)], reject.line, harvest)
        return harvest.batch(self.item, position)

    def _since(self, start: QueryPosition) -> Any:
        if start.mark is not None:
            return before(read_mark(start.mark), self.query.overlap)
        begin = self.query.begin
        return int(begin) if begin and begin.isdecimal() else begin

    def _names(self, columns: Sequence[str]) -> tuple[str, ...]:
        names = named_columns(self.query, columns)
        reason = refusal(self.query, names)
        if reason is None and self.query.since and self.query.since not in names:
            reason = f"the query gives no column '{self.query.since}', which since: names"
        if reason is not None:
            raise ValueError(reason.replace("the header has", "the query gives"))
        return names

    def _batch(self, harvest: Harvest, position: QueryPosition, last: bool, changed: bool) -> Batch:
        listing = self._listing and self._listing._replace(
            whole=last and not harvest.rejects, unread=harvest.unread
        )
        reread = "mapping" if changed else "item" if self.query.since is None else None
        return harvest.batch(
            self.item, position.to_json(), listing=listing, last=last, reread=reread,
            withdrawn=tuple((key, None) for key in harvest.former),
            retaken=(WHOLE,) if position.refused is None else (),
        )  # fmt: skip


class _Reading:
    """One run of a query.

    Attributes:
        line: The line of the next row that is new.
    """

    def __init__(self, query: Query, start: QueryPosition, line: int) -> None:
        self.line = line
        self._query, self._start = query, start
        self._seen: list[tuple[str, int, Any]] = []  # digest, line, value of the column `since`
        self._mark = read_mark(start.mark) if start.mark else None

    def new_records(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[Record]:
        """Yield the rows that the last run did not give as they are now; of all rows, all.

        A row keeps its line until it changes.
        """
        of_since = names.index(self._query.since) if self._query.since else None
        for row in rows:
            cells = list(map(_text, row))
            text = json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=False)
            digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
            known = self._start.seen.get(digest)
            line = self.line if known is None else known
            self.line += known is None
            since = None if of_since is None else row[of_since]
            self._seen.append((digest, line, since))
            if since is not None and (self._mark is None or since > self._mark):
                self._mark = since
            if known is None or of_since is None:
                yield Record(line, cells, text, _fault(row, text))

    def end(self, digest: str, identities: tuple[Identity, ...]) -> QueryPosition:
        """Return the position after the last row."""
        if self._mark is None:
            mark, recent = None, self._seen
        else:
            mark, begin = write_mark(self._mark), before(self._mark, self._query.overlap)
            recent = [each for each in self._seen if each[2] is not None and each[2] >= begin]
        seen = {row: line for row, line, _ in recent} if len(recent) <= MOST_REMEMBERED else {}
        return QueryPosition(digest, mark, self.line, seen, identities)


def _text(value: Any) -> str:
    """Return a value of a database as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _fault(row: Sequence[Any], text: str) -> str | None:
    if any(isinstance(value, bytes | memoryview) for value in row):
        return "holds bytes, which are no text; convert them in the query"
    return "holds a NUL character" if "\\u0000" in text else None
