"""Supporters' own agreements from a roster: attributes of a row of the staff say them."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.model.agreement import LANGUAGES, TextLanguage
from engine.model.instant import Instant, to_us
from engine.model.intake import RosterRow
from engine.model.supporter import SupporterAgreement
from engine.model.written_time import parse_date
from engine.store.people import roster, supporters
from engine.store.people.supporters import SUPPORTER

# The attributes: the day of the agreement, its language, how it was given, and the series.
AGREED, LANGUAGE, HOW, SERIES = "agreed", "language", "how", "series"
_QUIET = (time(21), time(8))


def read(row: RosterRow, timezone: str) -> SupporterAgreement | None:
    """Read the agreement that a row says; None if it says none.

    Raises:
        ValueError: A value cannot be read.
    """
    said = row.attributes
    if row.values.get("role") != SUPPORTER or not (day := said.get(AGREED)):
        return None
    language = _language(said.get(LANGUAGE) or LANGUAGES[0])
    zone = ZoneInfo(row.values.get("timezone") or timezone)
    try:
        began = to_us(datetime.combine(parse_date(day), time(), zone))
    except ValueError as error:
        raise ValueError(f"{AGREED}: {error}") from None
    how = said.get(HOW) or "the roster"
    return SupporterAgreement(0, began, how, language, *_QUIET, said.get(SERIES) or None)


def take(
    conn: Connection, row: RosterRow, agreement: SupporterAgreement | None, now: Instant
) -> bool:
    """Record what a row says of an agreement; return whether that changes anything.

    An empty day ends the agreement. One that was taken back comes back only by a later day.
    """
    if row.values.get("role") != SUPPORTER or AGREED not in row.attributes:
        return False
    ref = row.values["ref"] or ""
    staff_id = roster.find_staff(conn, [ref])[ref]
    if agreement is None:
        return supporters.withdraw(conn, staff_id, now)
    return supporters.agree_anew(conn, staff_id, agreement)


def _language(text: str) -> TextLanguage:
    for known in LANGUAGES:
        if text.strip().lower() in {known, known[:2]}:
            return known
    raise ValueError(f"{LANGUAGE}: '{text}' is not one of {', '.join(LANGUAGES)}")
