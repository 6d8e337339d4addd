"""When there is next something to do, by what the tables say."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select

from engine.store.schema import alerts, evaluations, outbox


def next_instant(conn: Connection) -> int | None:
    """The earliest instant at which a client, a step of a policy or a message is due (microseconds since 1970).

    It may lie in the past, where somebody is late; None where nothing will come due by itself.
    """
    waiting = or_(outbox.c.state == "queued", outbox.c.state == "unknown")
    earliest = [
        conn.scalar(select(func.min(evaluations.c.next_due_at))),
        conn.scalar(select(func.min(alerts.c.next_step_at)).where(alerts.c.state == "open")),
        conn.scalar(select(func.min(outbox.c.due_at)).where(waiting)),
    ]
    return min((at for at in earliest if at is not None), default=None)
