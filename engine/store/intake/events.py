"""Events, each once by (source, key); new content corrects one and keeps earlier versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select, update

from engine.model.event import NewEvent
from engine.model.instant import DAY_US, Instant
from engine.model.intake import Gone
from engine.store.database.insert_many import insert_unknown
from engine.store.database.parameter_limit import in_parts
from engine.store.database.prepared import prepared
from engine.store.intake import withdrawals
from engine.store.intake.withdrawals import item_of
from engine.store.tables.intake import event_versions, events

# A correction moves an event by no more than this. A larger move is another event of the same id.
FAR_US = 31 * DAY_US
_CONTENT = ("client_id", "kind", "occurred_at", "fields", "note")
# Where, when and as which version it was said, and of whom, if not of the client.
_TOLD = ("origin", "recorded_at", "version", "said_of")
_INSERTED = (
    "client_id", "kind", "occurred_at", "recorded_at", "source", "key", "fields", "note", "origin",
    "version",
)  # fmt: skip
_NEWEST = prepared(select(func.max(events.c.id)))
# The character after a colon is a semicolon, so that the index finds the keys of a series.
_OF_SERIES = select(events.c.key, events.c.origin).where(
    events.c.source == bindparam("of"),
    events.c.key > bindparam("from"),
    events.c.key < bindparam("to"),
    events.c.occurred_at.between(bindparam("a"), bindparam("z")),
)

Content = tuple[int, str, int, str, str | None]


@dataclass(slots=True)
class Added:
    """The result of storing some events.

    `earliest` is the first instant that changed, by client id.
    """

    new: int = 0
    duplicates: int = 0
    corrected: int = 0
    withdrawn: int = 0
    changed: set[str] = field(default_factory=set)  # the keys of new or corrected events
    conflicts: dict[str, str] = field(default_factory=dict)  # the fault of a row, by origin
    earliest: dict[int, Instant] = field(default_factory=dict)

    def concerns(self, client_id: int, at: Instant) -> None:
        """Note that something changed for a client at an instant."""
        if at < self.earliest.get(client_id, at + 1):
            self.earliest[client_id] = at


@dataclass(slots=True)
class _Stored:
    """A stored event, its earlier version, and its new versions, the last one and those before."""

    id: int
    key: str
    content: Content
    origin: str
    recorded_at: Instant
    version: int | None
    said_of: int | None
    last_word: Content
    said_before: set[tuple[Content, str]] = field(default_factory=set)  # content and item
    # Content, and what _TOLD names.
    replaced: list[tuple[Content, str, Instant, int | None, int | None]] = field(
        default_factory=list
    )
    changed: bool = False


def add(
    conn: Connection,
    found: Sequence[NewEvent],
    now: Instant,
    may_move: Callable[[NewEvent, str], bool] = lambda *_: False,
    *,
    is_whole: bool = False,
) -> Added:
    """Store events of one source, in the source's order.

    The same key again with the same content is a duplicate and changes nothing. With other content
    it is a correction. An item that is read again from its beginning repeats content that later
    content corrected or withdrew; such a repetition is a duplicate too. A key that suddenly names
    another client or a far-off day is a conflict: nothing of its row is stored.

    Args:
        conn: The transaction.
        found: The events.
        now: When they became known.
        may_move: Whether an event may name another client, or any day, compared with the one from
            an origin.
        is_whole: Whether these are all events of their item as it now is.
    """
    added = Added()
    if not found:
        return added
    source, rest = found[0].source, _come_back(conn, found, is_whole=is_whole)
    newest = conn.scalar(_NEWEST) or 0
    if rest:
        rows = [
            (client_id, kind, occurred_at, now, source, key, fields, note, origin, version)
            for client_id, kind, occurred_at, _, key, fields, note, origin, version in rest
        ]
        new = insert_unknown(conn, events, _INSERTED, ("source", "key"), rows)
        added.new += new
        if new == len(rest):
            for event in rest:
                added.concerns(event.client_id, event.occurred_at)
                added.changed.add(event.key)
        else:
            _settle(conn, rest, newest, added, now, may_move, is_whole=is_whole)
    added.duplicates = len(found) - added.new - added.corrected - len(added.conflicts)
    return added


def _come_back(
    conn: Connection, found: Sequence[NewEvent], *, is_whole: bool
) -> Sequence[NewEvent]:
    """Leave out events that only repeat content from before their withdrawal."""
    source = found[0].source
    away = withdrawals.away(conn, source, {event.key for event in found})
    if not away:
        return found
    rest, back = [], set[str]()
    for event in found:
        known = away.get(event.key)
        said = _content(event), item_of(event.origin), _line(event.origin), event.version
        if known is None or event.key in back or not known.outdates(*said, is_whole=is_whole):
            rest.append(event)
            back |= {event.key} & away.keys()
    withdrawals.back(conn, source, back)
    return rest


def _settle(
    conn: Connection,
    found: Sequence[NewEvent],
    newest: int,
    added: Added,
    now: Instant,
    may_move: Callable[[NewEvent, str], bool],
    *,
    is_whole: bool,
) -> None:
    """Compare events with the stored ones; `newest` is the last id before they were inserted."""
    source, stored = found[0].source, _stored(conn, found)
    outdated = partial(_is_outdated, is_whole=is_whole)
    for event in found:
        standing = stored[event.key]
        is_new = event.origin == standing.origin and standing.id > newest
        moves = is_newer(event.version, standing.version) or may_move(event, standing.origin)
        if not (is_new or moves or outdated(event, standing)):
            if event.client_id != standing.content[0]:
                added.conflicts[event.origin] = "names another client"
            elif abs(event.occurred_at - standing.content[2]) > FAR_US:
                added.conflicts[event.origin] = "names a day more than a month away"
    # A row is taken as a whole or not at all.
    undone = [
        standing
        for standing in stored.values()
        if standing.id > newest and standing.origin in added.conflicts
    ]
    for some in in_parts([each.id for each in undone]):
        conn.execute(delete(events).where(events.c.id.in_(some)))
    added.new -= len(undone)
    for event in found:
        if event.origin not in added.conflicts:
            standing = stored[event.key]
            _compare(event, standing, newest, added, now, is_outdated=outdated)
    _correct(conn, source, [each for each in stored.values() if each.changed], now)


def take_back(
    conn: Connection, source: str, item: str, gone: Mapping[str, Gone], now: Instant
) -> Added:
    """Withdraw events that a row no longer makes, by the event's key."""
    taken = withdrawals.take(conn, source, item, gone, now)
    result = Added(withdrawn=len(taken))
    _keep(conn, [_version(row) for row in taken], now)
    for row in taken:
        result.concerns(row.client_id, row.occurred_at)
        result.changed.add(row.key)
    for some in in_parts([row.id for row in taken]):
        conn.execute(delete(events).where(events.c.id.in_(some)))
    return result


def of_series(
    conn: Connection, source: str, series: str, earliest: Instant, latest: Instant
) -> dict[str, str]:
    """Return the origins, by key, of a series' events in a period that includes both ends."""
    asked = {"of": source, "from": f"{series}:", "to": f"{series};", "a": earliest, "z": latest}
    return {row.key: row.origin for row in conn.execute(_OF_SERIES, asked)}


def withdraw(
    conn: Connection, source: str, origins: Mapping[str, str | None], now: Instant
) -> Added:
    """Withdraw events by key, each if its content is from the given origin.

    Earlier content then stands again. Without an origin the event goes, if any origin gave it
    before `now`.
    """
    found = [
        row for some in in_parts(sorted(origins)) for row in conn.execute(_by_key(source, some))
    ]
    wrong = [
        row
        for row in found
        if row.origin == origins[row.key] or (not origins[row.key] and row.recorded_at < now)
    ]
    taken_back = Added(withdrawn=len(wrong))
    if not wrong:
        return taken_back
    _keep(conn, [_version(row) for row in wrong], now)
    gone = []
    for row in wrong:
        taken_back.concerns(row.client_id, row.occurred_at)
        before = conn.execute(_before(row)).first() if origins[row.key] else None
        if before is None:
            gone.append(row.id)
            continue
        taken_back.concerns(before.client_id, before.occurred_at)
        stood = {name: before._mapping[name] for name in (*_CONTENT, *_TOLD)}
        conn.execute(update(events).where(events.c.id == row.id).values(stood))
    for some in in_parts(gone):
        conn.execute(delete(events).where(events.c.id.in_(some)))
    return taken_back


def _before(row: Row[Any]) -> Select[Any]:
    """Return a query of an event's content before its present origin first gave any."""
    earlier = (
        event_versions.c.source == row.source,
        event_versions.c.key == row.key,
        event_versions.c.origin != row.origin,
    )
    return select(event_versions).where(*earlier).order_by(event_versions.c.id.desc()).limit(1)


def _content(event: NewEvent | Row[Any]) -> Content:
    return event.client_id, event.kind, event.occurred_at, event.fields, event.note


def _compare(
    event: NewEvent,
    stored: _Stored,
    newest: int,
    added: Added,
    now: Instant,
    *,
    is_outdated: Callable[[NewEvent, _Stored], bool],
) -> None:
    content = _content(event)
    if stored.id > newest:
        added.concerns(event.client_id, event.occurred_at)
        added.changed.add(event.key)
    if is_outdated(event, stored):
        return
    if content == stored.content:
        if is_newer(event.version, stored.version):  # said again, so what came between is older
            stored.version, stored.changed = event.version, True
        return
    stored.changed = True
    added.corrected += 1
    added.changed.add(event.key)
    added.concerns(stored.content[0], stored.content[2])
    added.concerns(event.client_id, event.occurred_at)
    told = stored.origin, stored.recorded_at, stored.version, stored.said_of
    stored.replaced.append((stored.content, *told))
    stored.said_before.add((stored.content, item_of(stored.origin)))
    stored.content, stored.origin, stored.recorded_at = content, event.origin, now
    stored.version, stored.said_of = event.version, None


def _is_outdated(event: NewEvent, stored: _Stored, *, is_whole: bool) -> bool:
    """Return whether the event is older than the present one.

    It has a smaller version, or it repeats older content of its item. Only a whole item shows that
    no later line says what a later line said before.
    """
    if is_newer(stored.version, event.version):
        return True
    if is_newer(event.version, stored.version):
        return False
    item, _, line = event.origin.rpartition(":")
    if (_content(event), item) not in stored.said_before:
        return False
    standing, _, place = stored.origin.rpartition(":")
    is_behind = not is_whole and int(place) > int(line)
    return item != standing or stored.content == stored.last_word or is_behind


def is_newer(one: int | None, other: int | None) -> bool:
    """Return whether a version is certainly newer than another; None is no version."""
    return one is not None and other is not None and one > other


def _line(origin: str) -> int:
    return int(origin.rpartition(":")[2])


def _stored(conn: Connection, found: Sequence[NewEvent]) -> dict[str, _Stored]:
    """Return the stored events by key, with earlier versions of those to correct."""
    last_words = {event.key: _content(event) for event in found}
    stored: dict[str, _Stored] = {}
    for some in in_parts(list(last_words)):
        for row in conn.execute(_by_key(found[0].source, some)):
            stored[row.key] = _Stored(
                row.id,
                row.key,
                _content(row),
                row.origin,
                row.recorded_at,
                row.version,
                row.said_of,
                last_words[row.key],
            )
    told = ((stored[event.key], _content(event)) for event in found)
    differing = {
        standing.key: standing for standing, content in told if content != standing.content
    }
    for keys in in_parts(list(differing)):
        of_keys = (event_versions.c.source == found[0].source, event_versions.c.key.in_(keys))
        for row in conn.execute(select(event_versions).where(*of_keys)):
            differing[row.key].said_before.add((_content(row), item_of(row.origin)))
    return stored


def _correct(conn: Connection, source: str, corrected: Sequence[_Stored], now: Instant) -> None:
    if not corrected:
        return
    versions = [
        (each.id, source, each.key, *version) for each in corrected for version in each.replaced
    ]
    _keep(conn, versions, now)
    columns = (*_CONTENT, *_TOLD)
    changed = (
        update(events)
        .where(events.c.id == bindparam("_id"))
        .values({name: bindparam(name) for name in columns})
    )
    conn.execute(
        changed,
        [
            dict(
                zip(
                    ("_id", *columns),
                    (
                        each.id,
                        *each.content,
                        each.origin,
                        each.recorded_at,
                        each.version,
                        each.said_of,
                    ),
                    strict=True,
                )
            )
            for each in corrected
        ],
    )


_KEPT = ("event_id", "source", "key", *_CONTENT, *_TOLD, "replaced_at")


def _keep(conn: Connection, replaced: Sequence[tuple[Any, ...]], now: Instant) -> None:
    """Keep what events said before: (id, source, key, content) of each, and what _TOLD names."""
    if not replaced:
        return
    kept = [
        (event_id, source, key, *content, *told, now)
        for event_id, source, key, content, *told in replaced
    ]
    conn.execute(insert(event_versions), [dict(zip(_KEPT, row, strict=True)) for row in kept])


def _version(row: Row[Any]) -> tuple[Any, ...]:
    told = (row._mapping[name] for name in _TOLD)
    return row.id, row.source, row.key, _content(row), *told


def _by_key(source: str, keys: Sequence[str]) -> Select[Any]:
    return select(events).where(events.c.source == source, events.c.key.in_(keys))
