"""Events that their source withdrew with a changed row, and whether they come again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from engine.model.instant import Instant
from engine.model.intake import Gone
from engine.store.database.parameter_limit import in_parts
from engine.store.database.prepared import prepared
from engine.store.database.upsert import insert_of
from engine.store.tables.intake import event_versions, events, withdrawals

_OF_SOURCE = select(withdrawals).where(withdrawals.c.source == bindparam("from"))
_FIRST = prepared(_OF_SOURCE.limit(bindparam("most")))
_SAID = _OF_SOURCE.where(withdrawals.c.key.in_(bindparam("keys", expanding=True)))
_STANDING = select(events).where(
    events.c.source == bindparam("from"), events.c.key.in_(bindparam("keys", expanding=True))
)
_BEFORE = select(event_versions).where(
    event_versions.c.source == bindparam("from"),
    event_versions.c.key.in_(bindparam("keys", expanding=True)),
)


class Away(NamedTuple):
    """A withdrawn event; `said` are its contents before, by item."""

    item: str
    line: int
    version: int | None
    said: frozenset[tuple[tuple[Any, ...], str]]

    def outdates(
        self,
        content: tuple[Any, ...],
        item: str,
        line: int,
        version: int | None,
        *,
        is_whole: bool,
    ) -> bool:
        """Return whether this content is not newer than the withdrawal.

        Without versions it only repeats the item's content before the withdrawal. A whole item
        shows that no later line withdraws it.
        """
        if version is not None and self.version is not None:
            return version <= self.version
        is_behind = not is_whole and self.line > line
        return (content, item) in self.said and (item != self.item or is_behind)


def away(conn: Connection, source: str, keys: Set[str]) -> dict[str, Away]:
    """Return the withdrawn ones of some events, by key."""
    newest: dict[str, Any] = {}
    for row in _said(conn, source, keys):
        if row.away and row.key in keys:
            known = newest.get(row.key)
            newest[row.key] = row if known is None or _age(known) <= _age(row) else known
    if not newest:
        return {}
    said: dict[str, set[tuple[tuple[Any, ...], str]]] = {}
    for row in _rows(conn, _BEFORE, source, newest):
        said.setdefault(row.key, set()).add((_content(row), item_of(row.origin)))
    return {
        key: Away(row.item, row.line, row.version, frozenset(said.get(key, ())))
        for key, row in newest.items()
    }


def back(conn: Connection, source: str, keys: Collection[str]) -> None:
    """Record that events are there again."""
    for some in in_parts(sorted(keys)):
        of_keys = (withdrawals.c.source == source, withdrawals.c.key.in_(some))
        conn.execute(update(withdrawals).where(*of_keys).values(away=False))


def take(
    conn: Connection, source: str, item: str, gone: Mapping[str, Gone], now: Instant
) -> Sequence[Any]:
    """Withdraw events.

    Args:
        source: The source of the events.
        item: The item with the rows that withdraw them.
        gone: What each such row takes back, by the event's key.
        now: When the rows were read.

    Returns:
        The rows of `events` to delete. A row of a smaller version withdraws nothing. Without
        versions, neither does content that the item gave before the event's present content, and
        only repeats.
    """
    if not gone:
        return ()
    before = {row.key: row for row in _rows(conn, _SAID, source, gone) if row.item == item}
    taken = []
    standing = {row.key: row for row in _rows(conn, _STANDING, source, gone)}
    for key, row in standing.items():
        word, version = before.get(key), gone[key].version
        if version is not None and row.version is not None:
            if version >= row.version:
                taken.append(row)
            continue
        repeats = word is not None and word.said_at < row.recorded_at
        if not repeats or item_of(row.origin) == item:
            taken.append(row)
    away = {row.key for row in taken}
    # One that came before its event is known by its version, and keeps the event away.
    away |= {
        key
        for key, one in gone.items()
        if one.version is not None and key not in standing and _is_news(one, before.get(key))
    }
    words = [
        {"source": source, "key": key, "item": item, "line": one.line, "said_at": now,
         "away": key in away, "version": one.version}
        for key, one in gone.items()
        if key in away or (key not in before and (one.version is None or key not in standing))
    ]  # fmt: skip
    if words:
        insert = insert_of(conn.dialect.name, withdrawals)
        told = {name: insert.excluded[name] for name in ("line", "said_at", "away", "version")}
        keys = ["source", "key", "item"]
        conn.execute(insert.on_conflict_do_update(index_elements=keys, set_=told), words)
    return taken


def _age(row: Any) -> tuple[int, Instant]:
    return -1 if row.version is None else row.version, row.said_at


def _is_news(one: Gone, word: Any) -> bool:
    """Return whether a withdrawal of an event that is not there says more than the known one."""
    return word is None or word.version is None or one.version > word.version


def item_of(origin: str) -> str:
    """Return the item of an origin such as `tests.csv:17`."""
    return origin.rpartition(":")[0]


def _content(row: Any) -> tuple[Any, ...]:
    return row.client_id, row.kind, row.occurred_at, row.fields, row.note


def _said(conn: Connection, source: str, keys: Set[str]) -> Iterable[Any]:
    """Read the source's rows about these events, and perhaps about others."""
    # Most sources withdrew few events or none; asking for each key of an import takes long.
    every = conn.execute(_FIRST, {"from": source, "most": len(keys)}).all()
    return every if len(every) < len(keys) else _rows(conn, _SAID, source, keys)


def _rows(conn: Connection, asked: Any, source: str, keys: Collection[str]) -> Iterator[Any]:
    for some in in_parts(sorted(keys)):
        yield from conn.execute(asked, {"from": source, "keys": some})
