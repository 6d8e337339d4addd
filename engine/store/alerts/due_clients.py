"""Clients who are due an evaluation: the two columns that make them due, and who has claimed them.

A change of a client's data sets `dirty_from`. The end of an evaluation sets `next_due_at`, the
earliest instant at which a finding can change although no event comes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Select, and_, bindparam, case, func, or_, select, update

from engine.model.duration import Duration
from engine.model.instant import SECOND_US, Instant
from engine.store.database.prepared import prepared
from engine.store.database.upsert import insert_of
from engine.store.tables.alerts import evaluations

# No evaluation is lent or put off beyond this time.
LONGEST_LEASE_US = 900 * SECOND_US

_MARK_FOR_RULES = prepared(
    update(evaluations)
    .where(
        or_(
            evaluations.c.rules_hash < bindparam("serving"),
            evaluations.c.rules_hash > bindparam("serving"),
        )
    )
    # Written so that no index serves it: nearly every client is not yet due, and few or none have
    # other rules.
    .where(func.coalesce(evaluations.c.next_due_at, bindparam("later")) > bindparam("now"))
    .values(next_due_at=bindparam("now"))
)
# A lease that ends later than any lease can was made by a wrong clock.
_LENT_TO_NOBODY = or_(
    evaluations.c.lease_until.is_(None),
    evaluations.c.lease_until <= bindparam("now"),
    evaluations.c.lease_until > bindparam("furthest"),
)


def _oldest(due_since: Column[Instant]) -> Select[tuple[int, Instant]]:
    """Return the clients longest due by one of the two columns that make them due.

    Each column has its own index.
    """
    return (
        select(evaluations.c.client_id, due_since)
        .where(due_since.is_not(None), _LENT_TO_NOBODY)
        .order_by(due_since)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


_NEWEST_CHANGED = prepared(
    select(evaluations.c.client_id)
    .where(evaluations.c.change.is_not(None), _LENT_TO_NOBODY)
    .order_by(evaluations.c.change.desc(), evaluations.c.client_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LAST_CHANGE = prepared(
    select(func.coalesce(func.max(evaluations.c.change), 0)).where(
        evaluations.c.change.is_not(None)
    )
)
_OLDEST_CHANGED = prepared(_oldest(evaluations.c.dirty_from))
_OLDEST_DUE = prepared(
    _oldest(evaluations.c.next_due_at).where(evaluations.c.next_due_at <= bindparam("now"))
)
_LEND = prepared(
    update(evaluations)
    .where(evaluations.c.client_id.in_(bindparam("ids", expanding=True)), _LENT_TO_NOBODY)
    .values(claimed_by=bindparam("owner"), lease_until=bindparam("until"))
    .returning(
        *[
            evaluations.c[name]
            for name in (
                "client_id", "generation", "evaluated_to", "failures", "rules_hash", "dirty_from"
            )
        ]
    )
)  # fmt: skip
_HOLDERS = (
    select(evaluations.c.client_id, evaluations.c.claimed_by, evaluations.c.lease_until)
    .where(evaluations.c.client_id.in_(bindparam("ids", expanding=True)))
    .order_by(evaluations.c.client_id)
    .with_for_update()
)
_HELD = and_(
    evaluations.c.client_id == bindparam("held_client"),
    evaluations.c.claimed_by == bindparam("held_by"),
    evaluations.c.lease_until == bindparam("held_until"),
)
_FINISH = prepared(
    update(evaluations)
    .where(_HELD, evaluations.c.generation == bindparam("made_at"))
    .values(
        evaluated_to=bindparam("to"),
        next_due_at=bindparam("due"),
        rules_hash=bindparam("hash"),
        dirty_from=None,
        change=None,
        claimed_by=None,
        lease_until=None,
        failures=0,
    )
)


@cache
def _dirtied(dialect: str) -> Any:
    insert = insert_of(dialect, evaluations)
    stored, new = evaluations.c, insert.excluded
    earlier = or_(stored.dirty_from.is_(None), new.dirty_from < stored.dirty_from)
    since = case((earlier, new.dirty_from), else_=stored.dirty_from)
    changed = {
        "dirty_from": since,
        "generation": stored.generation + 1,
        "change": new.change,
    }
    return prepared(insert.on_conflict_do_update(index_elements=["client_id"], set_=changed))


@dataclass(frozen=True, slots=True)
class Claim:
    """One client's evaluation, lent to `owner` until `lease_until`.

    `generation` tells whether data changed since.
    """

    client_id: int
    owner: str
    lease_until: Instant
    generation: int
    evaluated_to: Instant | None
    failures: int
    rules_hash: str | None  # of the rule set by which the client was evaluated last
    dirty_from: Instant | None = None  # the earliest instant that something new concerns


@dataclass(frozen=True, slots=True)
class Failing:
    """A client whose evaluation fails, how often in a row, and when it is tried again."""

    client_id: int
    failures: int
    retry_at: Instant | None


def mark_dirty(conn: Connection, earliest: Mapping[int, Instant]) -> None:
    """Mark these clients as changed, all by one change, the newest of all.

    Args:
        conn: The transaction that changes them.
        earliest: The earliest instant that the change concerns, by client id.
    """
    if not earliest:
        return
    change = (conn.scalar(_LAST_CHANGE) or 0) + 1
    # In the order of ids, so that two writers never wait for each other.
    rows = [
        {"client_id": client_id, "dirty_from": at, "generation": 1, "change": change}
        for client_id, at in sorted(earliest.items())
    ]
    conn.execute(_dirtied(conn.dialect.name), rows)


def mark_all_for_rules(conn: Connection, rules_hash: str, now: Instant) -> int:
    """Make every client last evaluated under other rules due at `now`; return how many.

    A second run changes nothing.
    """
    return conn.execute(
        _MARK_FOR_RULES, {"serving": rules_hash, "now": now, "later": now + 1}
    ).rowcount


def claim_due(
    conn: Connection, now: Instant, owner: str, lease_us: Duration, limit: int
) -> list[Claim]:
    """Lend due clients that nobody has claimed: those due longest, and the newest changes.

    If more are due than are lent, half of them are those that changed last. A new event is
    therefore judged before a backlog, and the backlog goes on.

    Args:
        conn: A transaction of its own.
        now: The present instant.
        owner: The borrower, this process alone.
        lease_us: How long the claims last.
        limit: How many clients to lend at most.

    Returns:
        The claims in the order of client ids.
    """
    at_most = {"now": now, "furthest": now + max(lease_us, LONGEST_LEASE_US), "most": limit}
    rows = [*conn.execute(_OLDEST_CHANGED, at_most), *conn.execute(_OLDEST_DUE, at_most)]
    due_since: dict[int, int] = {}
    for client_id, since in rows:
        due_since[client_id] = min(since, due_since.get(client_id, since))
    chosen = sorted(due_since, key=lambda client_id: (due_since[client_id], client_id))
    if len(chosen) >= limit:
        newest = conn.scalars(_NEWEST_CHANGED, at_most | {"most": limit // 2}).all()
        chosen = list(dict.fromkeys((*newest, *chosen)))[:limit]
    if not chosen:
        return []
    claims = [
        Claim(
            row.client_id,
            owner,
            now + lease_us,
            row.generation,
            row.evaluated_to,
            row.failures,
            row.rules_hash,
            row.dirty_from,
        )
        for row in conn.execute(
            _LEND, at_most | {"ids": chosen, "owner": owner, "until": now + lease_us}
        )
    ]
    return sorted(claims, key=lambda claim: claim.client_id)


def finish(
    conn: Connection,
    claim: Claim,
    evaluated_to: Instant,
    next_due_at: Instant | None,
    rules_hash: str,
) -> bool:
    """End a claim; return False, without a change, if it was lost or data changed since.

    The decision must then not be written. Another daemon makes it, or the client is due again.

    Args:
        conn: The transaction of the decision.
        claim: The claim.
        evaluated_to: The instant up to which the client is now evaluated.
        next_due_at: When a finding can change although no event comes; None if never.
        rules_hash: The rule set that judged.
    """
    values = {
        "to": evaluated_to,
        "due": next_due_at,
        "hash": rules_hash,
        "made_at": claim.generation,
    }
    return conn.execute(_FINISH, {**_held(claim), **values}).rowcount == 1


def held(conn: Connection, claims: Collection[Claim]) -> set[int]:
    """Return the clients of those claims that still hold, locked until the transaction ends."""
    rows = conn.execute(_HOLDERS, {"ids": [claim.client_id for claim in claims]})
    holders = {row.client_id: (row.claimed_by, row.lease_until) for row in rows}
    return {
        claim.client_id
        for claim in claims
        if holders.get(claim.client_id) == (claim.owner, claim.lease_until)
    }


def release(conn: Connection, claim: Claim) -> None:
    """Give a claim back unfinished: the client is due as before, at once."""
    conn.execute(
        update(evaluations).where(_HELD).values(claimed_by=None, lease_until=None), _held(claim)
    )


def postpone(conn: Connection, claim: Claim, until: Instant) -> None:
    """Give a claim back because its evaluation failed.

    The client is due as before, but not until `until`.
    """
    failed = {"claimed_by": None, "lease_until": until, "failures": evaluations.c.failures + 1}
    conn.execute(update(evaluations).where(_HELD).values(failed), _held(claim))


def failing(conn: Connection) -> Sequence[Failing]:
    """Return the clients whose last evaluation failed, the most often failing first."""
    wanted = (
        select(evaluations.c.client_id, evaluations.c.failures, evaluations.c.lease_until)
        .where(evaluations.c.failures > 0)
        .order_by(evaluations.c.failures.desc(), evaluations.c.client_id)
    )
    return [Failing(*row) for row in conn.execute(wanted)]


def overdue(conn: Connection, before: Instant) -> int:
    """Return how many claims of clients ran out before `before`.

    Their daemon died and no other took over.
    """
    lost = and_(evaluations.c.claimed_by.is_not(None), evaluations.c.lease_until < before)
    return len(conn.execute(select(evaluations.c.client_id).where(lost)).all())


def _held(claim: Claim) -> dict[str, int | str]:
    return {"held_client": claim.client_id, "held_by": claim.owner, "held_until": claim.lease_until}
