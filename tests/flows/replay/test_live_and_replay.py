"""Live alerts, in any order of arrival, become the spans that a replay finds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from engine.alerts.lifecycle import VOID
from engine.flows.evaluation.caseload import histories as stored_histories
from engine.flows.evaluation.caseload import whole_caseload
from engine.flows.intake import roster as roster_rows
from engine.flows.intake.assignment_changes import AssignmentChanges
from engine.flows.intake.roster_outcome import Clocks
from engine.model.client import TIMEZONE, RecordEntry
from engine.model.event import NewEvent, write_fields
from engine.model.instant import EPOCH
from engine.model.intake import DatedValue, RosterRow
from engine.model.spans import Span
from engine.rulebook.core.rulebook import Rulebook
from engine.store.alerts import due_clients
from engine.store.database.connection import Database
from engine.store.intake import events
from engine.store.people import roster
from engine.store.people.roster import RecordChange
from engine.store.tables.alerts import alerts, evaluations
from engine.store.tables.people import assignments, clients
from tests.kit.generated import cases
from tests.kit.generated_people import histories, us
from tests.kit.generated_rules import documents, everyone_about
from tests.kit.plain_people import Entry, Happening, Person
from tests.kit.rows import add_staff
from tests.kit.site import Site
from tests.kit.times import DAY
from tests.rulebook.test_one_meaning import read

# Before its time, too: a source may date an event up to a day ahead.
DELAYS = st.sampled_from(
    [timedelta(0), timedelta(hours=1), timedelta(hours=-12), timedelta(days=2), timedelta(days=20)]
)

MENTOR = 99
WHILES = st.sampled_from([timedelta(0), timedelta(hours=6), timedelta(days=2), timedelta(days=20)])


class Withdrawal(NamedTuple):
    """An event never was."""

    identity: tuple[str, str]


class Mentored(NamedTuple):
    """A mentor has the client from `began` until just before `ended`."""

    began: int
    ended: int | None


class Arrival(NamedTuple):
    """Something comes to be known at `now`."""

    now: int
    client_id: int
    what: Happening | Entry | Withdrawal | Mentored


def spells_of(person: Person) -> list[Mentored]:
    """When a mentor had the client, by the entries of their record."""
    told = [entry for entry in person.record if entry.entry == "has_mentor"]
    ends = [us(entry.at) for entry in told[1:]] + [None]
    return [
        Mentored(us(entry.at), end)
        for entry, end in zip(told, ends, strict=True)
        if entry.value == "yes"
    ]


@st.composite
def arrivals(draw: st.DrawFn, everyone: list[Person]) -> list[Arrival]:
    """Every event and entry of the record, each at some time.

    Some events are wrong at first, and some are taken back.
    """
    found = []
    for client_id, person in enumerate(everyone, 1):
        for never in (
            draw(st.lists(st.sampled_from(person.events), max_size=2)) if person.events else ()
        ):
            identity, now = ("a", f"{never.identity[1]}-never"), us(never.at + draw(DELAYS))
            found.append(Arrival(now, client_id, never._replace(identity=identity)))
            found.append(
                Arrival(now + 1 + us(EPOCH + draw(WHILES)), client_id, Withdrawal(identity))
            )
        for spell in spells_of(person):
            known = EPOCH + timedelta(microseconds=spell.began) + draw(DELAYS)
            found.append(Arrival(us(known), client_id, spell))
        record = [entry for entry in person.record if entry.entry != "has_mentor"]
        for what in [*record, *person.events]:
            now = us(what.at + draw(DELAYS))
            if isinstance(what, Happening) and draw(st.integers(0, 4)) == 0:
                other = draw(st.sampled_from(person.events))
                found.append(
                    Arrival(now, client_id, other._replace(at=what.at, identity=what.identity))
                )
                now += us(EPOCH + draw(WHILES))
            found.append(Arrival(now, client_id, what))
    # Of one instant, what corrects must come after what it corrects.
    return sorted(found, key=lambda arrival: arrival.now)


def insert_assignment(conn: Connection, client_id: int, spell: Mentored) -> None:
    row = {"client_id": client_id, "staff_id": MENTOR, "role": "mentor", **spell._asdict()}
    conn.execute(insert(assignments), row)


def arrive(database: Database, arrival: Arrival) -> None:
    """Store it as ingest does."""
    with database.write() as conn:
        what = arrival.what
        if isinstance(what, Withdrawal):
            source, key = what.identity
            gone = events.withdraw(conn, source, {f"{arrival.client_id}-{key}": None}, arrival.now)
            due_clients.mark_dirty(conn, gone.earliest)
            return
        if isinstance(what, Mentored):
            changes = AssignmentChanges(conn)
            changes.watch([arrival.client_id])
            insert_assignment(conn, arrival.client_id, what)
            due_clients.mark_dirty(conn, changes.earliest())
            return
        at = us(what.at)
        if isinstance(what, Entry) and what.entry == TIMEZONE:
            said = {"ref": f"C-{arrival.client_id}", TIMEZONE: what.value}
            row = RosterRow("clients", 2, "", said, {"as_of": DatedValue(at, False)})
            taken = roster_rows.take(conn, [row], "UTC", Clocks(), arrival.now)
            due_clients.mark_dirty(conn, taken.earliest)
            return
        if isinstance(what, Entry):
            change = RecordChange(arrival.client_id, [], [RecordEntry(at, what.entry, what.value)])
            roster.change_records(conn, [change])
            due_clients.mark_dirty(conn, {arrival.client_id: at})
            return
        source, key = what.identity
        fields, origin = write_fields(what.fields), f"{key}.csv:{arrival.now}"
        event = NewEvent(
            arrival.client_id,
            what.kind,
            at,
            source,
            f"{arrival.client_id}-{key}",
            fields,
            None,
            origin,
        )
        due_clients.mark_dirty(conn, events.add(conn, [event], arrival.now).earliest)


def lived(
    database: Database,
    book: Rulebook,
    everyone: list[Person],
    script: list[Arrival],
    *,
    ticks: bool,
) -> Site:
    """The site after all arrivals, evaluated after each one and whenever a tick was due."""
    site = Site(database, rules=book)
    with database.write() as conn:
        known = [
            {"id": i, "ref": f"C-{i}", "timezone": "Asia/Tokyo"}
            for i in range(1, len(everyone) + 1)
        ]
        conn.execute(insert(clients), known)
        add_staff(conn, id=MENTOR, role="mentor")
    for arrival in script:
        while ticks and (due := next_due(site, arrival.now)) is not None:
            site.evaluate(due)
        arrive(database, arrival)
        site.evaluate(arrival.now)
    return site


def next_due(site: Site, before: int) -> int | None:
    with site.database.read() as conn:
        due = conn.scalars(
            select(evaluations.c.next_due_at).where(evaluations.c.next_due_at < before)
        ).all()
    return min(due, default=None)


def check_alerts(site: Site, spans: list[Span], now: int) -> None:
    """The alerts that were not taken back are the spans that have begun by now.

    Unresolved ones have the severity that their span has now.
    """
    with site.database.read() as conn:
        rows = [row for row in conn.execute(select(alerts)) if row.resolution not in VOID]
    begun = {
        (span.client_id, span.rule_id, span.began): (
            span.ended if span.ended and span.ended <= now else None,
            span,
        )
        for span in spans
        if span.began <= now
    }
    standing = {(row.client_id, row.rule_id, row.began): row for row in rows}
    assert len(standing) == len(rows)
    assert {key: row.ended for key, row in standing.items()} == {
        key: ended for key, (ended, _) in begun.items()
    }
    for key, row in standing.items():
        if row.state != "resolved":
            assert row.severity == begun[key][1].severity_at(now)


def alerts_equal_spans(database: Database, document: dict[str, Any], data: st.DataObject) -> None:
    everyone = data.draw(everyone_about(document, most_people=2, most_events=6))
    _, book = read(document)
    script = data.draw(arrivals(everyone))
    site = lived(database, book, everyone, script, ticks=data.draw(st.booleans()))
    now = (
        script[-1].now
        + us(everyone[0].record[0].at + timedelta(days=3))
        - us(everyone[0].record[0].at)
    )
    site.evaluate(now)
    # Weekdays go on for as long as the site lives, which may be years after a person's last event.
    until = now + 8 * DAY
    whole = book.replay(histories(everyone, until))
    check_alerts(site, whole, now)
    with database.read() as conn:
        stored = [span for batch in whole_caseload(conn, until) for span in book.replay(batch)]
        assert stored == whole
        assert book.replay(stored_histories(conn, [1], now)) == [
            span for span in whole if span.client_id == 1
        ]


@cases(6)
@given(documents(most_rules=2), st.data())
def test_on_sqlite_the_alerts_become_the_spans_of_a_replay(sqlite_file, document, data):
    alerts_equal_spans(sqlite_file.emptied(), document, data)


@pytest.mark.postgres
@cases(2)
@given(documents(most_rules=2), st.data())
def test_on_postgresql_the_alerts_become_the_spans_of_a_replay(postgres, document, data):
    alerts_equal_spans(postgres.emptied(), document, data)
