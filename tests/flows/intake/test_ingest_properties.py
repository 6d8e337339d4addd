"""However a file comes to be, in whatever pieces it is seen, its events are the same in the end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from engine.store.database.connection import Database
from engine.store.tables.intake import (
    event_versions,
    events,
    rejects,
    source_positions,
    withdrawals,
)
from tests.kit.csv_site import CLIENTS, CsvSite, settings_of
from tests.kit.generated import cases

# The id comes last, so that a torn line may say the id of another row.
MAPPING = """
- match: clients*.csv
  roster: clients
  columns: {ref: client, enrolled: enrolled}
- match: own*.csv
  events:
    - {kind: check_in, client: client, at: at, id: id, fields: {craving: craving, note: note}}
    - {kind: contact, client: client, at: at, id: id, when: {craving: {at_least: 5}}}
- match: hashed*.csv
  events:
    - {kind: check_in, name: hashed, client: client, at: at, fields: {note: note, meetings: id}}
"""
HEADER = b"client,at,craving,note,id"

rows = st.tuples(
    st.sampled_from([b"C-1", b"C-2", b"C-9", b""]),
    st.sampled_from([b"2026-07-01", b"2026-07-02 09:30", b"2026-02-31"]),
    st.sampled_from([b"3", b"7", b"10", b"11", b""]),
    st.sampled_from(
        [
            b"",
            b"fine",
            b'"two\nlines"',
            b'"a ""word"", said"',
            b'"open',
            b'5" tall',
            b"caf\xe9",
            b"\0",
            b"x,y",
        ]
    ),
    st.sampled_from([b"1", b"2", b"11", b"12", b"112", b""]),
).map(b",".join)
contents = st.builds(
    lambda lines, end, closed: end.join([HEADER, *lines]) + (end if closed else b""),
    st.lists(rows | st.sampled_from([b"", b",,,,", b'"']), max_size=8),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
)
# Where the file is cut (as a share of its length), and whether each part is evaluated at once.
cuts = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=6).map(sorted)


def outcome(site: CsvSite) -> tuple[object, ...]:
    columns = (
        events.c.key,
        events.c.client_id,
        events.c.occurred_at,
        events.c.fields,
        events.c.note,
        events.c.origin,
    )
    with site.database.read() as conn:
        found = [tuple(row) for row in conn.execute(select(*columns).order_by(events.c.key))]
    return found, [(item, line) for item, line, _ in site.rejects()]


def forget(site: CsvSite) -> None:
    with site.database.write() as conn:
        for table in (event_versions, events, rejects, source_positions, withdrawals):
            conn.execute(delete(table))


# The database is one for all cases, and emptied before each.
@settings(
    cases(30), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(name=st.sampled_from(["own.csv", "hashed.csv"]), content=contents, cuts=cuts)
def test_a_file_in_pieces_gives_the_same_events_as_whole(
    database: Database, name: str, content: bytes, cuts: list[tuple[float, bool]]
) -> None:
    folder = Path(mkdtemp())
    site = CsvSite(folder, database, settings_of(folder, MAPPING))
    forget(site)
    site.write("clients.csv", CLIENTS)
    site.read()
    site.write(name, content)
    site.read()
    whole = outcome(site)
    forget(site)
    for share, judge in cuts:
        site.write(name, content[: int(share * len(content))])
        site.read(timedelta() if judge else timedelta(minutes=1))
    site.write(name, content)
    site.read()
    assert outcome(site) == whole
    before = site.stored()
    site.read()
    forget_positions(site)
    site.read()
    assert (outcome(site), site.stored()) == (whole, before)


def forget_positions(site: CsvSite) -> None:
    with site.database.write() as conn:
        conn.execute(delete(source_positions))
