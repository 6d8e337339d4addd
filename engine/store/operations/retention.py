"""Words whose time is over: they are deleted, some at a time, except those of clients on hold."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from engine.model.instant import Instant
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import event_versions, rejects
from engine.store.tables.messages import inbox, inbox_alerts, outbox

DELETED = "(deleted)"
_UNDER_WAY = ("queued", "claimed", "unknown")


def trim_texts(conn: Connection, before: Instant, held: Collection[int], most: int) -> int:
    """Delete the words of up to `most` texts of each way from before an instant.

    Returns:
        How many texts that were.
    """
    alerts_held = select(alerts.c.id).where(alerts.c.client_id.in_(held))
    texts_held = select(inbox_alerts.c.inbox_id).where(inbox_alerts.c.alert_id.in_(alerts_held))
    out = (
        select(outbox.c.id)
        .where(
            outbox.c.created_at < before,
            outbox.c.body != DELETED,
            outbox.c.state.not_in(_UNDER_WAY),
            func.coalesce(outbox.c.client_id, 0).not_in(held),
            or_(outbox.c.alert_id.is_(None), outbox.c.alert_id.not_in(alerts_held)),
        )
        .order_by(outbox.c.id)
        .limit(most)
    )
    came = (
        select(inbox.c.id)
        .where(
            inbox.c.received_at < before,
            inbox.c.body != DELETED,
            func.coalesce(inbox.c.client_id, 0).not_in(held),
            inbox.c.id.not_in(texts_held),
        )
        .order_by(inbox.c.id)
        .limit(most)
    )
    gone = update(outbox).where(outbox.c.id.in_(list(conn.scalars(out))))
    sent = conn.execute(gone.values(body=DELETED, error_text=None)).rowcount
    read = update(inbox).where(inbox.c.id.in_(list(conn.scalars(came))))
    return sent + conn.execute(read.values(body=DELETED, answer=None)).rowcount


def trim_corrections(conn: Connection, before: Instant, held: Collection[int], most: int) -> int:
    """Delete up to `most` versions of events that were replaced before an instant."""
    old = (
        select(event_versions.c.id)
        .where(event_versions.c.replaced_at < before, event_versions.c.client_id.not_in(held))
        .order_by(event_versions.c.id)
        .limit(most)
    )
    gone = delete(event_versions).where(event_versions.c.id.in_(list(conn.scalars(old))))
    return conn.execute(gone).rowcount


def trim_rejects(conn: Connection, before: Instant, most: int) -> int:
    """Delete up to `most` rejected rows that were fixed or dismissed before an instant."""
    ended = and_(
        or_(rejects.c.fixed_at.is_not(None), rejects.c.dismissed_at.is_not(None)),
        func.coalesce(rejects.c.fixed_at, rejects.c.dismissed_at) < before,
    )
    old = list(conn.scalars(select(rejects.c.id).where(ended).order_by(rejects.c.id).limit(most)))
    return conn.execute(delete(rejects).where(rejects.c.id.in_(old))).rowcount
