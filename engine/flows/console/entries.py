"""Events entered by hand: checked as rows of files are, and corrected as those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access
from engine.errors import UserError
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.intake.batch_intake import BatchIntake
from engine.model.audit_action import AuditAction
from engine.model.entry import SOURCE, WHEN, EntryPage
from engine.model.event import Event, Value, read_fields, value_in_words, write_fields
from engine.model.event_kinds import Field, Kind
from engine.model.field_reading import constant_value
from engine.model.instant import SECOND_US, Instant, from_us
from engine.model.intake import Batch, Gone, ReadEvent, Reject
from engine.model.local_time import zone_at
from engine.model.written_instant import read_instant
from engine.store.intake import client_events
from engine.store.operations import audit_log
from engine.store.people.roster import KnownClient

_SHOWN = 30  # entries of a page


@dataclass
class _RefusedError(Exception):
    """An entry cannot be taken, so nothing of it is kept."""

    reject: Reject


def open_page(
    desk: Desk, who: SignedIn, ref: str, kind: str, key: str | None
) -> EntryPage | Access | None:
    """Return the form for an event, and write down that the account saw the client's entries.

    Args:
        desk: The engine as pages see it.
        who: Who asks.
        ref: The client's ref.
        kind: The kind of the new event.
        key: The entry to correct; None for a new one.

    Returns:
        The page, or why the account must not see it; None without such a client, kind or entry.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.read() as conn:
        page = _page(conn, desk, who, known, ref, kind, key, now)
    if page is not None:
        viewing.record(desk, who, "entries", f"client {known.id}", now)
    return page


def save(
    desk: Desk,
    who: SignedIn,
    ref: str,
    kind: str,
    key: str | None,
    form: int,
    typed: Mapping[str, str],
) -> EntryPage | Access | str | None:
    """Keep an event that was entered or corrected.

    Args:
        desk: The engine as pages see it.
        who: Who enters it.
        ref: The client's ref.
        kind: The kind of the event.
        key: The entry that is corrected; None for a new one.
        form: The number of the form, so that a form that is sent twice makes one event.
        typed: What was typed, by the name of the field.

    Returns:
        The key of the event; the page with the mistakes if there are any, because nothing is kept
        then. Or why the account must not; None without such a client, kind or entry.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.write() as conn:
        if viewing.acts_as(conn, who, Ability.ENTER_EVENTS, known.id, now) is None:
            return Access.NOT_THEIR_ROLE
        page = _page(conn, desk, who, known, ref, kind, key, now)
    if page is None:
        return None
    read, mistakes = _read(page.kind, typed, known, now)
    if read is not None:
        event = read._replace(client=ref, key=key or f"entry:{form}")
        try:
            _store(desk, who, known, Batch(SOURCE, None, events=(event,)), event.key, now)
        except _RefusedError as refused:
            mistakes = {"": _refusal(refused.reject)}
        else:
            return event.key
    return _with(page, typed, mistakes)


def withdraw(desk: Desk, who: SignedIn, ref: str, key: str) -> bool | Access | None:
    """Take an entry back; its content is kept for the audit.

    Returns:
        True, or why the account must not; None without such a client or entry.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.write() as conn:
        if viewing.acts_as(conn, who, Ability.ENTER_EVENTS, known.id, now) is None:
            return Access.NOT_THEIR_ROLE
        if client_events.entered(conn, known.id, SOURCE, key) is None:
            return None
    _store(desk, who, known, Batch(SOURCE, None, gone=(Gone(key, now // SECOND_US),)), key, now)
    return True


def _store(
    desk: Desk, who: SignedIn, known: KnownClient, batch: Batch, key: str, now: Instant
) -> None:
    with desk.database.write() as conn:
        intake = BatchIntake(desk.database, SOURCE, desk.settings.timezone, now)
        _, rejected = intake.store(conn, batch)
        if rejected:
            raise _RefusedError(rejected[0])
        action = AuditAction.EVENT_WITHDRAWN if batch.gone else AuditAction.EVENT_ENTERED
        audit_log.record(
            conn, at=now, actor=who.actor, action=action, subject=f"client {known.id}",
            detail={"key": key},
        )  # fmt: skip
    desk.wake("evaluate")


def _page(
    conn: Connection,
    desk: Desk,
    who: SignedIn,
    known: KnownClient,
    ref: str,
    kind: str,
    key: str | None,
    now: Instant,
) -> EntryPage | None:
    kinds = desk.settings.kinds
    entry = client_events.entered(conn, known.id, SOURCE, key) if key else None
    if (key and entry is None) or (entry.kind if entry else kind) not in kinds:
        return None
    entries = client_events.of_source(conn, known.id, SOURCE, _SHOWN)
    typed = _written(entry, known) if entry else {WHEN: _clock(now, known)}
    of_kind = kinds[entry.kind if entry else kind]
    may_enter = viewing.may_act(who, Ability.ENTER_EVENTS)
    return EntryPage(
        ref, known.zones, now, tuple(kinds), of_kind, tuple(entries), may_enter, key, typed, {}
    )


def _with(page: EntryPage, typed: Mapping[str, str], mistakes: Mapping[str, str]) -> EntryPage:
    kept = {name: typed.get(name, "") for name in (WHEN, *page.kind.fields)}
    return EntryPage(
        page.ref, page.zones, page.now, page.kinds, page.kind, page.entries, page.may_enter,
        page.key, kept, mistakes,
    )  # fmt: skip


def _read(
    kind: Kind, typed: Mapping[str, str], known: KnownClient, now: Instant
) -> tuple[ReadEvent | None, dict[str, str]]:
    """Read a form as an event; None if it holds mistakes."""
    mistakes: dict[str, str] = {}
    fields: dict[str, Value] = {}
    note: str | None = None
    for name, one in kind.fields.items():
        text = typed.get(name, "").strip()
        try:
            value = _value(one, text) if text else None
        except ValueError as error:
            mistakes[name] = str(error)
            continue
        if value is not None and one.type == "text":
            note = str(value)
        elif value is not None:
            fields[name] = value
    at = now
    try:
        at = read_instant(typed.get(WHEN, "").strip(), known.timezone)
    except UserError as error:
        mistakes[WHEN] = str(error).removesuffix(".")
    if at > now:
        mistakes[WHEN] = "lies ahead; enter what has happened"
    if not mistakes and not fields and note is None:
        mistakes[""] = "Nothing is filled in besides the time"
    if mistakes:
        return None, mistakes
    line = now // SECOND_US  # it rises, so that the last word about an event counts
    return ReadEvent("", kind.name, at, "", write_fields(fields), note, line, False, ""), {}


def _value(field: Field, text: str) -> Value:
    if field.type == "list":
        return constant_value(
            field, tuple(word for each in text.split(",") if (word := each.strip()))
        )
    return constant_value(field, text)


def _refusal(reject: Reject) -> str:
    if "month away" in reject.reason:
        return "An entry cannot move by more than a month; withdraw it and enter a new one"
    return reject.reason[0].upper() + reject.reason[1:]


def _written(event: Event, known: KnownClient) -> dict[str, str]:
    """Return an event as the form shows it."""
    fields = {name: _text(value) for name, value in read_fields(event.fields).items()}
    return {**fields, "note": event.note or "", WHEN: _clock(event.occurred_at, known)}


def _text(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else value_in_words(value)


def _clock(at: Instant, known: KnownClient) -> str:
    return from_us(at).astimezone(ZoneInfo(zone_at(known.zones, at))).strftime("%Y-%m-%dT%H:%M")
