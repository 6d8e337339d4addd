"""The rows of a source's lists: present, gone and ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, or_, select, true

from engine.model.instant import Instant
from engine.model.intake import Listing, RosterKind
from engine.store.database.parameter_limit import in_parts
from engine.store.database.upsert import insert_of
from engine.store.tables.intake import list_rows

_OF_LIST = (
    list_rows.c.source == bindparam("of_source"),
    list_rows.c.list == bindparam("of_list"),
)
_ROWS = select(list_rows.c.key, list_rows.c.item, list_rows.c.gone_at, list_rows.c.ended_at).where(
    *_OF_LIST
)
_ENDED = select(list_rows.c.key, list_rows.c.ended_at).where(
    *_OF_LIST,
    list_rows.c.ended_at.is_not(None),
    list_rows.c.key.in_(bindparam("keys", expanding=True)),
)
_STANDS = (list_rows.c.gone_at.is_(None), list_rows.c.ended_at.is_(None))
_WHERE_GONE = (list_rows.c.gone_at.is_not(None), list_rows.c.ended_at.is_(None))
_FILE = [list_rows.c[name] for name in ("source", "list", "item", "roster", "complete")]
_GONE = select(*_FILE, func.count()).where(*_WHERE_GONE).group_by(*_FILE).order_by(*_FILE[:3])
_ELSEWHERE = select(list_rows.c.key).where(
    list_rows.c.roster == bindparam("part"),
    list_rows.c.complete,
    list_rows.c.gone_at.is_(None),
    or_(list_rows.c.source != bindparam("of_source"), list_rows.c.list != bindparam("of_list")),
    list_rows.c.key.in_(bindparam("keys", expanding=True)),
)


class ListRow(NamedTuple):
    """A row that a list holds or held."""

    key: str
    item: str
    gone_at: Instant | None
    ended_at: Instant | None


class GoneRows(NamedTuple):
    """How many rows are gone from a list, by the file that held them, and have not ended.

    `complete` rows are held because too many are gone at once. For the others, the source does not
    say what their absence means.
    """

    source: str
    list: str
    item: str
    roster: RosterKind | None
    complete: bool
    number: int


def read(conn: Connection, source: str, name: str) -> list[ListRow]:
    """Return every row that a list holds or held."""
    asked = {"of_source": source, "of_list": name}
    return [ListRow(*row) for row in conn.execute(_ROWS, asked)]


def ended(conn: Connection, source: str, name: str, keys: Collection[str]) -> dict[str, Instant]:
    """Return when some rows ended that are gone from the list, by key."""
    asked = {"of_source": source, "of_list": name}
    return {
        key: at
        for some in in_parts(sorted(keys))
        for key, at in conn.execute(_ENDED, {**asked, "keys": some})
    }


def held_elsewhere(
    conn: Connection, source: str, name: str, roster: str | None, keys: Collection[str]
) -> set[str]:
    """Return the rows, of some rows of the roster, that another complete list still holds."""
    asked = {"of_source": source, "of_list": name, "part": roster}
    return {
        key
        for some in in_parts(sorted(keys))
        for key in conn.scalars(_ELSEWHERE, {**asked, "keys": some})
    }


def owner(conn: Connection, roster: RosterKind, key: str) -> tuple[str, str] | None:
    """Return the source and the file that hold a row of the roster; None if none does.

    Args:
        conn: A connection.
        roster: The part of the roster.
        key: The row's key in its list, or the beginning of it, without the last part.
    """
    longer = list_rows.c.key.startswith(f"{key}\x1f", autoescape=True)
    wanted = select(list_rows.c.source, list_rows.c.item).where(
        list_rows.c.roster == roster, *_STANDS, or_(list_rows.c.key == key, longer)
    )
    row = conn.execute(wanted.limit(1)).first()
    return None if row is None else (row.source, row.item)


def files_of(conn: Connection, roster: RosterKind) -> dict[str, str]:
    """Return the file that holds each row of a part of the roster, by the row's key."""
    wanted = select(list_rows.c.key, list_rows.c.item).where(list_rows.c.roster == roster, *_STANDS)
    return dict(conn.execute(wanted).all())


def put(conn: Connection, source: str, listing: Listing, rows: Sequence[ListRow]) -> None:
    """Record rows of a list in their present state, in place of earlier records."""
    if not rows:
        return
    insert = insert_of(conn.dialect.name, list_rows)
    told = {word: insert.excluded[word] for word in ("item", "complete", "gone_at", "ended_at")}
    upsert = insert.on_conflict_do_update(index_elements=["source", "list", "key"], set_=told)
    of_list = {
        "source": source,
        "list": listing.name,
        "roster": listing.roster,
        "complete": bool(listing.complete),
    }
    conn.execute(upsert, [{**of_list, **row._asdict()} for row in rows])


def forget(conn: Connection, source: str, name: str, item: str | None = None) -> None:
    """Forget the rows of a list, or of one file of it."""
    of_file = true() if item is None else list_rows.c.item == item
    conn.execute(
        delete(list_rows).where(list_rows.c.source == source, list_rows.c.list == name, of_file)
    )


def forget_gone(conn: Connection, source: str, name: str) -> None:
    """Forget the rows that are gone from a list and have not ended."""
    of_list = (list_rows.c.source == source, list_rows.c.list == name)
    conn.execute(delete(list_rows).where(*of_list, *_WHERE_GONE))


def gone(conn: Connection) -> list[GoneRows]:
    """Return the rows that are gone from their lists and have not ended, counted by file."""
    return [GoneRows._make(row) for row in conn.execute(_GONE)]
