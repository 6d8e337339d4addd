"""Where each client's evaluation stands: what made it due, who is at it, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, bindparam, case, func, or_, select, update

from engine.store.schema import evaluations
from engine.store.upsert import insert_into

_ANOTHER_HASH = or_(evaluations.c.rules_hash < bindparam("serving"), evaluations.c.rules_hash > bindparam("serving"))


@dataclass(frozen=True, slots=True)
class Claim:
    """One client's evaluation, lent to `owner` until `lease_until`; `generation` tells whether anything came since."""

    client_id: int
    owner: str
    lease_until: int
    generation: int
    evaluated_to: int | None
    failures: int
    rules_hash: str | None  # of the rule set by which the client was evaluated last


@dataclass(frozen=True, slots=True)
class Failing:
    """A client whose evaluation fails, how often in a row, and when it is tried again."""

    client_id: int
    failures: int
    retry_at: int | None


def mark_dirty(conn: Connection, earliest: Mapping[int, int]) -> None:
    """Say that something about these clients changed, by client id: the earliest instant that it concerns."""
    if not earliest:
        return
    insert = insert_into(conn, evaluations)
    stored, new = evaluations.c, insert.excluded
    earlier = or_(stored.dirty_from.is_(None), new.dirty_from < stored.dirty_from)
    upsert = insert.on_conflict_do_update(
        index_elements=["client_id"],
        set_={
            "dirty_from": case((earlier, new.dirty_from), else_=stored.dirty_from),
            "generation": stored.generation + 1,
        },
    )
    # In the order of ids, so that two writers never wait for each other.
    rows = [{"client_id": client_id, "dirty_from": at, "generation": 1} for client_id, at in sorted(earliest.items())]
    conn.execute(upsert, rows)


def mark_all_for_rules(conn: Connection, rules_hash: str, now: int) -> int:
    """Make due, at `now`, every client last evaluated under other rules; how many. Run again, it changes nothing."""
    # Said so that no index serves it: nearly every client is not yet due, and those of other rules are few or none.
    not_yet_due = func.coalesce(evaluations.c.next_due_at, now + 1) > now
    marked = update(evaluations).where(_ANOTHER_HASH, not_yet_due).values(next_due_at=now)
    return conn.execute(marked, {"serving": rules_hash}).rowcount


def claim_due(conn: Connection, now: int, owner: str, lease_us: int, limit: int) -> list[Claim]:
    """Lend `owner` up to `limit` clients who are due and lent to nobody, those due longest first."""
    rows = [
        *conn.execute(_oldest(evaluations.c.dirty_from, now, limit)),
        *conn.execute(_oldest(evaluations.c.next_due_at, now, limit).where(evaluations.c.next_due_at <= now)),
    ]
    due_since: dict[int, int] = {}
    for client_id, since in rows:
        due_since[client_id] = min(since, due_since.get(client_id, since))
    chosen = sorted(due_since, key=lambda client_id: (due_since[client_id], client_id))[:limit]
    if not chosen:
        return []
    taken = (
        update(evaluations)
        .where(evaluations.c.client_id.in_(chosen), _lent_to_nobody(now))
        .values(claimed_by=owner, lease_until=now + lease_us)
        .returning(
            *[evaluations.c[name] for name in ("client_id", "generation", "evaluated_to", "failures", "rules_hash")]
        )
    )
    claims = [
        Claim(row.client_id, owner, now + lease_us, row.generation, row.evaluated_to, row.failures, row.rules_hash)
        for row in conn.execute(taken)
    ]
    return sorted(claims, key=lambda claim: claim.client_id)


def finish(conn: Connection, claim: Claim, evaluated_to: int, next_due_at: int | None, rules_hash: str) -> bool:
    """End a claim; False, and nothing is changed, where it was lost or something came since it was made.

    What was decided from the claim may then not be written: somebody else does it, or it is to do again.
    """
    ended = (
        update(evaluations)
        .where(_held(claim), evaluations.c.generation == claim.generation)
        .values(
            evaluated_to=evaluated_to,
            next_due_at=next_due_at,
            rules_hash=rules_hash,
            dirty_from=None,
            claimed_by=None,
            lease_until=None,
            failures=0,
        )
    )
    return conn.execute(ended).rowcount == 1


def release(conn: Connection, claim: Claim) -> None:
    """Give a claim back unfinished: the client is due as before, at once."""
    conn.execute(update(evaluations).where(_held(claim)).values(claimed_by=None, lease_until=None))


def postpone(conn: Connection, claim: Claim, until: int) -> None:
    """Give a claim back because its evaluation failed: the client is due as before, but not until `until`."""
    failed = {"claimed_by": None, "lease_until": until, "failures": evaluations.c.failures + 1}
    conn.execute(update(evaluations).where(_held(claim)).values(failed))


def failing(conn: Connection) -> Sequence[Failing]:
    """The clients whose last evaluation failed, the most often failing first."""
    wanted = (
        select(evaluations.c.client_id, evaluations.c.failures, evaluations.c.lease_until)
        .where(evaluations.c.failures > 0)
        .order_by(evaluations.c.failures.desc(), evaluations.c.client_id)
    )
    return [Failing(*row) for row in conn.execute(wanted)]


def overdue(conn: Connection, before: int) -> int:
    """How many clients hold a claim whose lease ran out before `before`: their evaluator died and none took over."""
    lost = and_(evaluations.c.claimed_by.is_not(None), evaluations.c.lease_until < before)
    return len(conn.execute(select(evaluations.c.client_id).where(lost)).all())


def _oldest(due_since: Column[int], now: int, limit: int) -> Select[tuple[int, int]]:
    """The clients longest due by one of the two columns that make them due; each has an index of its own."""
    return (
        select(evaluations.c.client_id, due_since)
        .where(due_since.is_not(None), _lent_to_nobody(now))
        .order_by(due_since)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def _lent_to_nobody(now: int) -> ColumnElement[bool]:
    return or_(evaluations.c.lease_until.is_(None), evaluations.c.lease_until <= now)


def _held(claim: Claim) -> ColumnElement[bool]:
    return and_(
        evaluations.c.client_id == claim.client_id,
        evaluations.c.claimed_by == claim.owner,
        evaluations.c.lease_until == claim.lease_until,
    )
