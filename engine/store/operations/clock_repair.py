"""Pull back each stamp that a wrong clock left ahead of now, so that it is decided again.

Only stamps that the engine made by its own clock are changed. Dates that a source gave may lie
ahead.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Update,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from engine.model.client import SPELL_WORDS
from engine.model.instant import Instant
from engine.model.message import MessageKind
from engine.model.schedule import OutcomeReason
from engine.store.alerts import due_clients
from engine.store.tables.alerts import alerts, evaluations, outages
from engine.store.tables.intake import events, rejects, source_health, withdrawals
from engine.store.tables.messages import inbox, outbox, reply_codes
from engine.store.tables.operations import alert_storms, broken_promises, channel_state, job_runs
from engine.store.tables.people import opt_outs, record_entries
from engine.store.tables.schedules import expectations

_NOW = bindparam("now", type_=alerts.c.opened_at.type)
_WAS = bindparam("was", type_=alerts.c.opened_at.type)


def repair(conn: Connection, now: Instant, was: Instant) -> dict[str, int]:
    """Pull back every stamp that lies ahead of now; a second run changes nothing.

    Args:
        conn: A transaction of its own.
        now: The present instant by the clock that is believed.
        was: The furthest instant that the wrong clock reached.

    Returns:
        How many rows of each kind were changed; the clients' evaluations are due again.
    """
    return {
        "clients": _evaluations(conn, now),
        "alerts": conn.execute(_ALERTS, {"now": now}).rowcount,
        "messages": sum(
            conn.execute(each, {"now": now, "was": was}).rowcount for each in _MESSAGES
        ),
        "stamps": sum(conn.execute(each, {"now": now}).rowcount for each in _STAMPS),
        "attributes": _attributes(conn, now, was),
    }


def repair_events(conn: Connection, now: Instant) -> None:
    """Pull back when events were recorded, which decides what their source said last.

    It reads all events, so it runs once and not again with `repair`.
    """
    conn.execute(_RECORDED, {"now": now})


def _back(value: ColumnElement[Any]) -> Any:
    """Return a column's value, or now if that comes first."""
    return case((value > _NOW, _NOW), else_=value)


def _pulled_back(table: Table, column: str) -> Update:
    return update(table).where(table.c[column] > _NOW).values({column: _NOW})


_RECORDED = _pulled_back(events, "recorded_at")
_STAMPS = (
    _pulled_back(withdrawals, "said_at"),
    _pulled_back(reply_codes, "told_at"),
    _pulled_back(rejects, "seen_at"),
    _pulled_back(inbox, "received_at"),
    _pulled_back(opt_outs, "at"),
    # A recipient who was told at an impossible instant is told again.
    update(alerts).where(alerts.c.notified_at > _NOW).values(notified_at=None),
    *(_pulled_back(job_runs, name) for name in ("ended_at", "succeeded_at")),
    *(_pulled_back(channel_state, name) for name in ("since", "stopped_until")),
    _pulled_back(alert_storms, "last_held_at"),
    _pulled_back(broken_promises, "since"),
    *(_pulled_back(source_health, name) for name in ("tried_at", "read_at", "arrived_at")),
    *(_pulled_back(source_health, name) for name in ("out_since", "half_read_since")),
    *(_pulled_back(outages, name) for name in ("since", "over")),
    update(expectations).where(expectations.c.asked_at > _NOW).values(asked_at=None, answers=None),
    # Nobody waited for the data that were given up, so these expectations are decided again.
    update(expectations)
    .where(expectations.c.ended_at > _NOW, expectations.c.reason == OutcomeReason.DATA_MISSING)
    .values(outcome=None, ended_at=None),
    _pulled_back(expectations, "ended_at"),
)

_STAMPS_OF_ALERTS = [alerts.c[name] for name in ("opened_at", "told_at", "held_at", "step_set_at")]
_ALERTS = (
    update(alerts)
    .where(or_(*(stamp > _NOW for stamp in _STAMPS_OF_ALERTS)))
    .values({stamp: _back(stamp) for stamp in _STAMPS_OF_ALERTS})
    .values(
        # The next step comes as long after it was settled as it would have.
        next_step_at=case(
            (alerts.c.step_set_at > _NOW, alerts.c.next_step_at - (alerts.c.step_set_at - _NOW)),
            else_=alerts.c.next_step_at,
        ),
    )
)

_ahead = outbox.c.updated_at > _NOW
_REVIVED = (
    update(outbox)
    .where(_ahead, outbox.c.state == "expired", outbox.c.expires_at > _NOW)
    .where(outbox.c.created_at <= _NOW)
    # A text that may have been handed over is looked up, and any other is sent.
    .values(state=case((outbox.c.sent_at.is_(None), "queued"), else_="unknown"))
)
_MADE_AHEAD = (
    update(outbox)
    .where(outbox.c.created_at > _NOW)
    .values(
        due_at=outbox.c.due_at - (outbox.c.created_at - _NOW),
        expires_at=outbox.c.expires_at - (outbox.c.created_at - _NOW),
        created_at=_NOW,
    )
)
_sent = outbox.alias()
_IN_DOUBT = ("claimed", "unknown")
_FIRST_AHEAD = select(func.min(_sent.c.sent_at)).where(_sent.c.sent_at > _NOW).scalar_subquery()
_LAST_BEFORE = (
    select(func.max(_sent.c.sent_at))
    .where(_sent.c.sent_at <= _NOW, _sent.c.state.in_(_IN_DOUBT))
    .scalar_subquery()
)
# Texts with earlier stamps went first. If one of them would now seem to have gone later, the clock
# was right until it fell behind, so they are older too. Texts of the same words are told apart by
# their ages.
_SENT_BEFORE = (
    update(outbox)
    .where(outbox.c.state.in_(_IN_DOUBT), outbox.c.sent_at <= _NOW)
    .where(_LAST_BEFORE > _FIRST_AHEAD - (_WAS - _NOW))
    .values(sent_at=outbox.c.sent_at - (_WAS - _NOW))
)
_TOUCHED_AHEAD = (
    update(outbox)
    .where(or_(_ahead, outbox.c.sent_at > _NOW))
    .values(
        due_at=_back(outbox.c.due_at),
        lease_until=_back(outbox.c.lease_until),
        updated_at=_back(outbox.c.updated_at),
        # The age of each text stays, because it is looked up by that.
        sent_at=case(
            (outbox.c.sent_at > _NOW, _back(outbox.c.sent_at - (_WAS - _NOW))),
            else_=outbox.c.sent_at,
        ),
    )
)
# What a schedule asks comes again at its own hour, so that its number must be free.
_ASKED_AHEAD = (
    update(outbox)
    .where(
        outbox.c.created_at > _NOW,
        outbox.c.kind.in_((MessageKind.ASK, MessageKind.ASK_AGAIN, MessageKind.DUE_NOTICE)),
    )
    .values(
        sequence=-outbox.c.id,
        state=case((outbox.c.state == "queued", "cancelled"), else_=outbox.c.state),
    )
)
_MESSAGES = (_ASKED_AHEAD, _REVIVED, _MADE_AHEAD, _SENT_BEFORE, _TOUCHED_AHEAD)

_EVALUATED_AHEAD = select(evaluations.c.client_id).where(evaluations.c.evaluated_to > _NOW)
_EVALUATED_BACK = (
    update(evaluations)
    .where(evaluations.c.evaluated_to > _NOW)
    .values(evaluated_to=_NOW, claimed_by=None, lease_until=None)
)
_PUT_OFF_AHEAD = (
    update(evaluations)
    .where(evaluations.c.lease_until > _NOW + due_clients.LONGEST_LEASE_US)
    .values(claimed_by=None, lease_until=None)
)


def _evaluations(conn: Connection, now: Instant) -> int:
    """Make due, from now on, each client who was evaluated ahead of it."""
    ahead = conn.scalars(_EVALUATED_AHEAD, {"now": now}).all()
    conn.execute(_PUT_OFF_AHEAD, {"now": now})
    if ahead:
        conn.execute(_EVALUATED_BACK, {"now": now})
        due_clients.mark_dirty(conn, dict.fromkeys(ahead, now))
    return len(ahead)


_ATTRIBUTES_AHEAD = (
    select(record_entries)
    .where(record_entries.c.at > _NOW, record_entries.c.at <= bindparam("was"))
    .where(record_entries.c.entry.not_in(sorted(SPELL_WORDS)))
    .order_by(record_entries.c.at, record_entries.c.id)
)


def _attributes(conn: Connection, now: Instant, was: Instant) -> int:
    """Let each client's attributes that were read ahead of now hold from now on."""
    rows = conn.execute(_ATTRIBUTES_AHEAD, {"now": now, "was": was}).all()
    newest = {(row.client_id, row.entry): row for row in rows}
    for (client_id, entry), row in newest.items():
        of_entry = (record_entries.c.client_id == client_id, record_entries.c.entry == entry)
        between = record_entries.c.at.between(now, was)
        conn.execute(delete(record_entries).where(*of_entry, between))
        conn.execute(
            record_entries.insert(),
            {"client_id": client_id, "at": now, "entry": entry, "value": row.value},
        )
    due_clients.mark_dirty(conn, dict.fromkeys(sorted({c for c, _ in newest}), now))
    return len(newest)
