"""Checks of the data: sources, dates of events, rejected rows, lists, and words of rules."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from engine.flows.operations.check_result import Check, lasting, listed
from engine.flows.rules.unheard_words import unheard_words
from engine.model.instant import DAY_US, MINUTE_US, Instant
from engine.model.intake import WHOLE
from engine.model.plurals import counted
from engine.model.settings import Settings
from engine.rulebook.core.rulebook import Rulebook
from engine.store.intake import event_dates, list_rows, rejects, source_health
from engine.store.operations.counts import figures

# The name of a row of each part of the roster.
_ROWS = {
    "clients": "client",
    "staff": "staff member",
    "assignments": "assignment",
    "consents": "consent",
    "stays": "stay in hospital",
    "identifiers": "identifier",
}


# A device's clock may go ahead by this much; few time zones are nearer to each other.
_CLOCKS_US = 20 * MINUTE_US
# So long a mistyped year is named.
_LATELY_US = 30 * DAY_US


def examine_data(
    conn: Connection, settings: Settings, rulebook: Rulebook | None, now: Instant
) -> Iterator[Check]:
    """Check the sources, the dates of events, rejected rows, lists, and the words of rules."""
    yield from _feeds(conn, now)
    yield _ahead(conn, now)
    yield from _years_off(conn, now)
    yield _rejects(conn)
    yield from _lists(conn)
    yield from _words(conn, rulebook, settings)


def _feeds(conn: Connection, now: Instant) -> Iterator[Check]:
    refused = [each for each in rejects.still_open(conn) if each.line == WHOLE]
    for name, feed in source_health.read(conn).items():
        read, arrived = lasting(now - feed.read), lasting(now - feed.arrived)
        said = f"It was last read {read} ago, and last brought something new {arrived} ago"
        said = f"{said}: it {feed.why}." if feed.why else f"{said}."
        unread = [
            f" Nothing of {each.item} is read ({each.reason})."
            for each in refused
            if each.source == name
        ]
        yield Check(f"feed {name}", feed.out_since is None and not unread, said + "".join(unread))


def _ahead(conn: Connection, now: Instant) -> Check:
    number, furthest = event_dates.ahead(conn, now)
    if furthest <= _CLOCKS_US:
        return Check(
            "events", True, "No stored event lies further in the future than a clock may go ahead."
        )
    lie = f"{counted(number, 'stored event')} {'lies' if number == 1 else 'lie'}"
    said = (
        f"{lie} in the future, the furthest by {lasting(furthest)}; "
        "see whether their source's time zone is right."
    )
    return Check("events", False, said)


def _years_off(conn: Connection, now: Instant) -> Iterator[Check]:
    refs = event_dates.years_off(conn, now - _LATELY_US)
    if refs:
        said = (
            f"Events about {listed(refs)} came in lately and are dated whole years before, so "
            "nobody was told of them. See whether the year was mistyped, and correct the rows."
        )
        yield Check("events", False, said)


def _rejects(conn: Connection) -> Check:
    waiting = figures(conn).rejects
    if not waiting:
        return Check("rejects", True, "No row waits to be fixed.")
    return Check(
        "rejects", False, f"{counted(waiting, 'row')} could not be read; see handrail rejects."
    )


def _lists(conn: Connection) -> Iterator[Check]:
    """Check for rows that are gone from the lists of people or events and ended nothing."""
    for each in list_rows.gone(conn):
        rows = _ROWS.get(each.roster or "", "event")
        file = each.item.removesuffix(f" ({each.roster})")
        is_gone = f"{counted(each.number, rows)} {'is' if each.number == 1 else 'are'} no longer"
        if each.complete:
            todo = (
                "These are many at once, so nothing was ended. Put the file right, "
                f"or end them: handrail import --accept-gone {each.source}"
            )
        else:
            todo = (
                "Say under files: whether that ends something: complete: true, or complete: false"
            )
        said = f"{is_gone} in {file}. {todo}"
        yield Check(f"list {each.source}", False, f"{said}.")


def _words(conn: Connection, rulebook: Rulebook | None, settings: Settings) -> Iterator[Check]:
    """Check for words of live rules that no source has ever given; a rare thing is no fault."""
    unheard = unheard_words(conn, rulebook, settings.kinds) if rulebook else []
    for one in unheard:
        if one.near:
            yield Check("words", True, one.said)
    if rare := sorted({one.word for one in unheard if not one.near}):
        said = f"No source has ever given these words of live rules: {', '.join(rare)}."
        yield Check("words", True, said)
